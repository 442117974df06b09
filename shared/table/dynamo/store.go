// Package dynamo keeps the table in DynamoDB.
//
// Conditions become condition expressions. An expired item that DynamoDB has
// not removed yet counts as absent: reads drop it, conditions look at its
// expiry, and an update that meets one replaces it.
//
// DynamoDB itself repeats a transaction that it has seen (the SDK's client
// token); a single update whose answer was lost may run twice when the SDK
// repeats it. Guard what must not, with a condition or a guard item.
package dynamo

import (
	"context"
	"math/rand/v2"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/orderloom/orderloom/shared/clock"
	"github.com/orderloom/orderloom/shared/table"
)

// attempts is how often a call runs while others are in the way. The SDK
// repeats throttled calls by itself, within each attempt.
const attempts = 8

// Store is a table.Table in one DynamoDB table with the indexes gsi1 and gsi2,
// both with all attributes.
type Store struct {
	client *dynamodb.Client
	name   *string
	clock  clock.Clock
	pause  func(ctx context.Context, attempt int) error
}

var _ table.Table = (*Store)(nil)

// New returns the store of the named table. The clock decides what has expired.
func New(client *dynamodb.Client, tableName string, clk clock.Clock) *Store {
	return &Store{client: client, name: aws.String(tableName), clock: clk, pause: backOff}
}

// backOff waits up to 20 ms, 40 ms, … 1 s, at random, so that those who were
// in each other's way part.
func backOff(ctx context.Context, attempt int) error {
	t := time.NewTimer(rand.N(min(time.Second, 10*time.Millisecond<<attempt)))
	defer t.Stop()
	select {
	case <-t.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// Get implements table.Table.
func (s *Store) Get(ctx context.Context, key table.Key) (table.Item, error) {
	if err := table.ValidateKey(key); err != nil {
		return nil, err
	}
	out, err := s.client.GetItem(ctx, &dynamodb.GetItemInput{
		TableName: s.name, Key: keyAttributes(key), ConsistentRead: aws.Bool(true)})
	if err != nil {
		return nil, s.fail(ctx, err, "read", key)
	}
	item, err := decodeItem(out.Item)
	if err != nil {
		return nil, err
	}
	table.CountRead(ctx, table.ReadUnits(table.Size(item)))
	return table.Live(item, s.clock.Now()), nil
}

// GetMany implements table.Table.
func (s *Store) GetMany(ctx context.Context, keys []table.Key) ([]table.Item, error) {
	if err := table.ValidateKeys(keys); err != nil {
		return nil, err
	}
	found := make(map[table.Key]table.Item, len(keys))
	var ask []map[string]types.AttributeValue
	for _, key := range keys {
		if _, twice := found[key]; !twice {
			found[key] = nil
			ask = append(ask, keyAttributes(key))
		}
	}
	for attempt := 0; len(ask) > 0; attempt++ {
		rest, err := s.readBatch(ctx, ask, found)
		if err != nil {
			return nil, err
		}
		if len(rest) == len(ask) { // throttled, not just too much for one answer
			if attempt >= attempts {
				return nil, throttled("read", keys[0])
			}
			if err := s.pause(ctx, attempt); err != nil {
				return nil, err
			}
		}
		ask = rest
	}
	items := make([]table.Item, len(keys))
	for i, key := range keys {
		if found[key] != nil {
			items[i] = table.Clone(found[key])
		}
		table.CountRead(ctx, table.ReadUnits(table.Size(found[key])))
	}
	return items, nil
}

// readBatch puts items into found and returns the keys that were not processed.
func (s *Store) readBatch(ctx context.Context, ask []map[string]types.AttributeValue, found map[table.Key]table.Item) ([]map[string]types.AttributeValue, error) {
	out, err := s.client.BatchGetItem(ctx, &dynamodb.BatchGetItemInput{RequestItems: map[string]types.KeysAndAttributes{
		*s.name: {Keys: ask, ConsistentRead: aws.Bool(true)}}})
	if err != nil {
		return nil, s.fail(ctx, err, "read", table.Key{})
	}
	for _, attributes := range out.Responses[*s.name] {
		item, err := decodeItem(attributes)
		if err != nil {
			return nil, err
		}
		found[item.Key()] = table.Live(item, s.clock.Now())
	}
	return out.UnprocessedKeys[*s.name].Keys, nil
}

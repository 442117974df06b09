package dynamo

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"github.com/orderloom/orderloom/shared/table"
)

// Query implements table.Table. DynamoDB counts expired items into a page
// before it drops them, so a page may be short or empty although more follow.
func (s *Store) Query(ctx context.Context, q table.Query) (table.Page, error) {
	if err := table.ValidateQuery(q); err != nil {
		return table.Page{}, err
	}
	after, err := table.ParseToken(q)
	if err != nil {
		return table.Page{}, err
	}
	out, err := s.client.Query(ctx, s.queryInput(q, after))
	if err != nil {
		return table.Page{}, s.fail(ctx, err, "query", table.Key{PK: q.PK})
	}
	var page table.Page
	bytes := 0
	for _, attributes := range out.Items {
		item, err := decodeItem(attributes)
		if err != nil {
			return table.Page{}, err
		}
		page.Items = append(page.Items, item)
		bytes += table.Size(item)
	}
	table.CountRead(ctx, table.ReadUnits(bytes))
	last, err := decodeItem(out.LastEvaluatedKey)
	if err != nil {
		return table.Page{}, err
	}
	if last != nil {
		_, sk := q.Index.Attributes()
		page.Next = table.Token(q, table.Position{Sort: last.Str(sk), Key: last.Key()})
	}
	return page, nil
}

func (s *Store) queryInput(q table.Query, after *table.Position) *dynamodb.QueryInput {
	e := newExpression(s.clock.Now())
	in := &dynamodb.QueryInput{
		TableName:              s.name,
		KeyConditionExpression: e.keyCondition(q),
		FilterExpression:       aws.String(e.live()),
		ScanIndexForward:       aws.Bool(!q.Descending),
		Limit:                  aws.Int32(table.MaxPage),
	}
	if q.Limit > 0 {
		in.Limit = aws.Int32(int32(q.Limit))
	}
	if q.Index == table.Primary {
		in.ConsistentRead = aws.Bool(true) // indexes have no consistent reads
	} else {
		in.IndexName = aws.String(string(q.Index))
	}
	if after != nil {
		in.ExclusiveStartKey = keyAttributes(after.Key)
		pk, sk := q.Index.Attributes()
		in.ExclusiveStartKey[pk], in.ExclusiveStartKey[sk] = text(q.PK), text(after.Sort)
	}
	in.ExpressionAttributeNames, in.ExpressionAttributeValues = e.placeholders()
	return in
}

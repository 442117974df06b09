package dynamo

import (
	"context"
	"errors"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/orderloom/orderloom/shared/table"
)

// Write implements table.Table.
func (s *Store) Write(ctx context.Context, op table.Op) (table.Item, error) {
	if err := table.ValidateWrite(op); err != nil {
		return nil, err
	}
	asked := op
	for attempt := 0; ; attempt++ {
		item, err := s.write(ctx, asked)
		if err == nil {
			return table.Live(item, s.clock.Now()), nil
		}
		failed, conditional := errors.AsType[*types.ConditionalCheckFailedException](err)
		switch {
		case conditional:
			table.CountWrite(ctx, 1, 0)
			next, err := s.judge(op, failed.Item)
			if err != nil {
				return nil, err
			}
			if next == nil {
				return nil, &table.ConditionFailed{Ops: []int{0}}
			}
			asked = *next
		case inTheWay(err):
		default:
			return nil, s.fail(ctx, err, "write", op.Key)
		}
		if attempt+1 == attempts {
			return nil, conflict(op.Key)
		}
		if err := s.pause(ctx, attempt); err != nil {
			return nil, err
		}
	}
}

// judge says what it means that DynamoDB refused op on the stored item: its
// condition does not hold (nil, nil), its argument cannot be applied (a fault),
// or it met an expired item and is now to replace that one.
func (s *Store) judge(op table.Op, attributes map[string]types.AttributeValue) (*table.Op, error) {
	stored, err := decodeItem(attributes)
	if err != nil {
		return nil, err
	}
	now := s.clock.Now()
	live := table.Live(stored, now)
	if !table.Holds(live, op.If) {
		return nil, nil
	}
	item, err := table.Apply(op, live)
	if err != nil {
		return nil, err
	}
	if op.Kind == table.KindUpdate && stored != nil && live == nil {
		next := table.Put(item, table.Cond{Attr: table.TTL, Op: opStill, Value: stored[table.TTL]})
		return &next, nil
	}
	return nil, nil
}

// write runs one op once and returns the item as it is afterwards.
func (s *Store) write(ctx context.Context, op table.Op) (table.Item, error) {
	e := newExpression(s.clock.Now())
	condition, onFailure := e.condition(op), types.ReturnValuesOnConditionCheckFailureAllOld
	var after table.Item
	var err error
	switch op.Kind {
	case table.KindPut:
		in := &dynamodb.PutItemInput{TableName: s.name, Item: encodeItem(op.Item), ConditionExpression: condition,
			ReturnValuesOnConditionCheckFailure: onFailure}
		in.ExpressionAttributeNames, in.ExpressionAttributeValues = e.placeholders()
		_, err = s.client.PutItem(ctx, in)
		after = table.Clone(op.Item)
	case table.KindDelete:
		in := &dynamodb.DeleteItemInput{TableName: s.name, Key: keyAttributes(op.Key), ConditionExpression: condition,
			ReturnValuesOnConditionCheckFailure: onFailure}
		in.ExpressionAttributeNames, in.ExpressionAttributeValues = e.placeholders()
		_, err = s.client.DeleteItem(ctx, in)
	default:
		in := &dynamodb.UpdateItemInput{TableName: s.name, Key: keyAttributes(op.Key), ConditionExpression: condition,
			UpdateExpression: e.update(op), ReturnValues: types.ReturnValueAllNew, ReturnValuesOnConditionCheckFailure: onFailure}
		in.ExpressionAttributeNames, in.ExpressionAttributeValues = e.placeholders()
		var out *dynamodb.UpdateItemOutput
		if out, err = s.client.UpdateItem(ctx, in); err == nil {
			after, err = decodeItem(out.Attributes)
		}
	}
	if err == nil {
		count(ctx, op, after, 1)
	}
	return after, err
}

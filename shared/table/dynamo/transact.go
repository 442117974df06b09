package dynamo

import (
	"context"
	"errors"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/orderloom/orderloom/shared/table"
)

// Transact implements table.Table. Without ops it does nothing.
func (s *Store) Transact(ctx context.Context, ops ...table.Op) error {
	if err := table.ValidateTransaction(ops); err != nil || len(ops) == 0 {
		return err
	}
	asked := slices.Clone(ops)
	for attempt := 0; ; attempt++ {
		err := s.transact(ctx, asked)
		if err == nil {
			for _, op := range ops {
				count(ctx, op, nil, 2)
			}
			return nil
		}
		giveUp := conflict(ops[0].Key)
		canceled, ok := errors.AsType[*types.TransactionCanceledException](err)
		switch {
		case ok && len(canceled.CancellationReasons) == len(ops):
			if err := s.judgeAll(ctx, ops, asked, canceled.CancellationReasons); err != nil {
				return err
			}
			if slices.ContainsFunc(canceled.CancellationReasons, isThrottling) {
				giveUp = throttled("write a transaction", ops[0].Key)
			}
		case inTheWay(err):
		default:
			return s.fail(ctx, err, "write a transaction", ops[0].Key)
		}
		if attempt+1 == attempts {
			return giveUp
		}
		if err := s.pause(ctx, attempt); err != nil {
			return err
		}
	}
}

// judgeAll returns why a canceled transaction failed for good. Without an
// error the transaction is to run again, as it is then in asked.
func (s *Store) judgeAll(ctx context.Context, ops, asked []table.Op, reasons []types.CancellationReason) error {
	var failed []int
	var refused error
	for i, reason := range reasons {
		switch code := aws.ToString(reason.Code); code {
		case "", "None":
		case "ConditionalCheckFailed":
			next, err := s.judge(ops[i], reason.Item)
			switch {
			case err != nil:
				refused = err
			case next == nil:
				failed = append(failed, i)
			default:
				asked[i] = *next
			}
		case "TransactionConflict", "ThrottlingError", "ProvisionedThroughputExceeded":
		default:
			refused = refusal(aws.ToString(reason.Message), ops[i].Key)
		}
	}
	for _, op := range ops {
		count(ctx, op, nil, 2)
	}
	if failed != nil {
		return &table.ConditionFailed{Ops: failed}
	}
	return refused
}

func isThrottling(reason types.CancellationReason) bool {
	code := aws.ToString(reason.Code)
	return code == "ThrottlingError" || code == "ProvisionedThroughputExceeded"
}

func (s *Store) transact(ctx context.Context, ops []table.Op) error {
	in := &dynamodb.TransactWriteItemsInput{TransactItems: make([]types.TransactWriteItem, len(ops))}
	for i, op := range ops {
		in.TransactItems[i] = s.transactItem(op)
	}
	_, err := s.client.TransactWriteItems(ctx, in)
	return err
}

func (s *Store) transactItem(op table.Op) types.TransactWriteItem {
	e := newExpression(s.clock.Now())
	condition, onFailure := e.condition(op), types.ReturnValuesOnConditionCheckFailureAllOld
	key := keyAttributes(op.Key)
	switch op.Kind {
	case table.KindPut:
		names, values := e.placeholders()
		return types.TransactWriteItem{Put: &types.Put{TableName: s.name, Item: encodeItem(op.Item), ConditionExpression: condition,
			ExpressionAttributeNames: names, ExpressionAttributeValues: values, ReturnValuesOnConditionCheckFailure: onFailure}}
	case table.KindDelete:
		names, values := e.placeholders()
		return types.TransactWriteItem{Delete: &types.Delete{TableName: s.name, Key: key, ConditionExpression: condition,
			ExpressionAttributeNames: names, ExpressionAttributeValues: values, ReturnValuesOnConditionCheckFailure: onFailure}}
	case table.KindCheck:
		names, values := e.placeholders()
		return types.TransactWriteItem{ConditionCheck: &types.ConditionCheck{TableName: s.name, Key: key, ConditionExpression: condition,
			ExpressionAttributeNames: names, ExpressionAttributeValues: values, ReturnValuesOnConditionCheckFailure: onFailure}}
	}
	update := e.update(op)
	names, values := e.placeholders()
	return types.TransactWriteItem{Update: &types.Update{TableName: s.name, Key: key, ConditionExpression: condition, UpdateExpression: update,
		ExpressionAttributeNames: names, ExpressionAttributeValues: values, ReturnValuesOnConditionCheckFailure: onFailure}}
}

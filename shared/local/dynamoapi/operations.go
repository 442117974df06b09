package dynamoapi

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/orderloom/orderloom/shared/table"
	"github.com/orderloom/orderloom/shared/table/attrjson"
)

type keysInput struct {
	Keys           []attrjson.Item
	ConsistentRead bool
}

type getInput struct {
	TableName      string
	Key            attrjson.Item
	ConsistentRead bool
}

type itemOutput struct {
	Item attrjson.Item `json:"Item,omitempty"`
}

func (h *Handler) getItem(ctx context.Context, in getInput) (any, error) {
	if err := h.check(in.TableName); err != nil {
		return nil, err
	}
	key, err := keyOf(in.Key)
	if err != nil {
		return nil, err
	}
	item, err := h.table.Get(ctx, key)
	return itemOutput{attrjson.Item(item)}, err
}

type batchInput struct {
	RequestItems map[string]keysInput
}

func (h *Handler) batchGetItem(ctx context.Context, in batchInput) (any, error) {
	if len(in.RequestItems) != 1 {
		return nil, invalid("a batch reads one table here, not %d", len(in.RequestItems))
	}
	found := []attrjson.Item{}
	for name, request := range in.RequestItems {
		if err := h.check(name); err != nil {
			return nil, err
		}
		keys, seen := make([]table.Key, len(request.Keys)), map[table.Key]bool{}
		for i, attributes := range request.Keys {
			var err error
			if keys[i], err = keyOf(attributes); err != nil {
				return nil, err
			}
			if seen[keys[i]] {
				return nil, invalid("Provided list of item keys contains duplicates")
			}
			seen[keys[i]] = true
		}
		items, err := h.table.GetMany(ctx, keys)
		if err != nil {
			return nil, err
		}
		for _, item := range items {
			if item != nil {
				found = append(found, attrjson.Item(item))
			}
		}
	}
	return map[string]any{"Responses": map[string]any{h.name: found}, "UnprocessedKeys": map[string]any{}}, nil
}

// writeInput has the members of PutItem, UpdateItem, DeleteItem and of the
// entries of a transaction; each operation refuses those of the others.
type writeInput struct {
	TableName                           string
	Item                                attrjson.Item
	Key                                 attrjson.Item
	ConditionExpression                 string
	UpdateExpression                    string
	ExpressionAttributeNames            map[string]string
	ExpressionAttributeValues           attrjson.Item
	ReturnValues                        string
	ReturnValuesOnConditionCheckFailure string // accepted; the item is not returned
}

func (h *Handler) putItem(ctx context.Context, in writeInput) (any, error) {
	return h.writeOne(ctx, table.KindPut, in, "", "NONE")
}

func (h *Handler) updateItem(ctx context.Context, in writeInput) (any, error) {
	return h.writeOne(ctx, table.KindUpdate, in, "", "NONE", "ALL_NEW")
}

func (h *Handler) deleteItem(ctx context.Context, in writeInput) (any, error) {
	return h.writeOne(ctx, table.KindDelete, in, "", "NONE")
}

func (h *Handler) writeOne(ctx context.Context, kind table.OpKind, in writeInput, returns ...string) (any, error) {
	if !strings.Contains("|"+strings.Join(returns, "|")+"|", "|"+in.ReturnValues+"|") {
		return nil, invalid("ReturnValues %s is not offered here", in.ReturnValues)
	}
	op, err := h.op(kind, in)
	if err != nil {
		return nil, err
	}
	item, err := h.table.Write(ctx, op)
	switch {
	case table.IsConditionFailed(err):
		return nil, &awsError{"ConditionalCheckFailedException", "The conditional request failed", nil}
	case err != nil:
		return nil, err
	case in.ReturnValues == "ALL_NEW" && item != nil:
		return map[string]any{"Attributes": attrjson.Item(item)}, nil
	}
	return struct{}{}, nil
}

type transactInput struct {
	TransactItems      []map[string]writeInput
	ClientRequestToken string // accepted; idempotency is a guard item's
}

var transactKinds = map[string]table.OpKind{"Put": table.KindPut, "Update": table.KindUpdate, "Delete": table.KindDelete, "ConditionCheck": table.KindCheck}

func (h *Handler) transactWriteItems(ctx context.Context, in transactInput) (any, error) {
	ops := make([]table.Op, len(in.TransactItems))
	for i, entry := range in.TransactItems {
		if len(entry) != 1 {
			return nil, invalid("TransactItems.%d has %d actions, not one", i, len(entry))
		}
		for name, input := range entry {
			kind, ok := transactKinds[name]
			if !ok {
				return nil, invalid("TransactItems.%d has the unknown action %s", i, name)
			}
			if input.ReturnValues != "" {
				return nil, invalid("TransactItems.%d has ReturnValues", i)
			}
			var err error
			if ops[i], err = h.op(kind, input); err != nil {
				return nil, err
			}
		}
	}
	if len(ops) == 0 {
		return nil, invalid("TransactItems is empty")
	}
	err := h.table.Transact(ctx, ops...)
	if failed, ok := errors.AsType[*table.ConditionFailed](err); ok {
		return nil, canceled(len(ops), failed.Ops)
	}
	return struct{}{}, err
}

// canceled names the failed ops; none named means that others were in the way.
func canceled(ops int, failed []int) error {
	reasons, codes := make([]reason, ops), make([]string, ops)
	for i := range reasons {
		reasons[i].Code = "None"
		if len(failed) == 0 {
			reasons[i] = reason{"TransactionConflict", "Transaction is ongoing for the item"}
		}
	}
	for _, i := range failed {
		reasons[i] = reason{"ConditionalCheckFailed", "The conditional request failed"}
	}
	for i, r := range reasons {
		codes[i] = r.Code
	}
	return &awsError{"TransactionCanceledException",
		fmt.Sprintf("Transaction cancelled, please refer cancellation reasons for specific reasons [%s]", strings.Join(codes, ", ")), reasons}
}

func (h *Handler) describeTable(_ context.Context, in struct{ TableName string }) (any, error) {
	if err := h.check(in.TableName); err != nil {
		return nil, err
	}
	schema := func(index table.Index) []map[string]string {
		pk, sk := index.Attributes()
		return []map[string]string{{"AttributeName": pk, "KeyType": "HASH"}, {"AttributeName": sk, "KeyType": "RANGE"}}
	}
	var attributes []map[string]string
	var indexes []map[string]any
	for _, index := range []table.Index{table.Primary, table.GSI1, table.GSI2} {
		for _, part := range schema(index) {
			attributes = append(attributes, map[string]string{"AttributeName": part["AttributeName"], "AttributeType": "S"})
		}
		if index != table.Primary {
			indexes = append(indexes, map[string]any{"IndexName": string(index), "IndexStatus": "ACTIVE",
				"KeySchema": schema(index), "Projection": map[string]string{"ProjectionType": "ALL"}})
		}
	}
	return map[string]any{"Table": map[string]any{"TableName": h.name, "TableStatus": "ACTIVE", "KeySchema": schema(table.Primary),
		"AttributeDefinitions": attributes, "GlobalSecondaryIndexes": indexes}}, nil
}

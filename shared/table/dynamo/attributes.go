package dynamo

import (
	"strconv"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/orderloom/orderloom/shared/fault"
	"github.com/orderloom/orderloom/shared/table"
)

func keyAttributes(key table.Key) map[string]types.AttributeValue {
	return map[string]types.AttributeValue{table.PK: text(key.PK), table.SK: text(key.SK)}
}

func text(s string) types.AttributeValue { return &types.AttributeValueMemberS{Value: s} }

func number(n int64) types.AttributeValue {
	return &types.AttributeValueMemberN{Value: strconv.FormatInt(n, 10)}
}

// encodeValue encodes a validated value.
func encodeValue(value any) types.AttributeValue {
	switch v := value.(type) {
	case string:
		return text(v)
	case int64:
		return number(v)
	case bool:
		return &types.AttributeValueMemberBOOL{Value: v}
	case []byte:
		return &types.AttributeValueMemberB{Value: append([]byte{}, v...)}
	}
	panic("value was not validated")
}

func encodeItem(item table.Item) map[string]types.AttributeValue {
	out := make(map[string]types.AttributeValue, len(item))
	for name, value := range item {
		out[name] = encodeValue(value)
	}
	return out
}

// decodeItem returns nil for no attributes: DynamoDB's absent item.
func decodeItem(attributes map[string]types.AttributeValue) (table.Item, error) {
	if len(attributes) == 0 {
		return nil, nil
	}
	item := make(table.Item, len(attributes))
	for name, value := range attributes {
		switch v := value.(type) {
		case *types.AttributeValueMemberS:
			item[name] = v.Value
		case *types.AttributeValueMemberBOOL:
			item[name] = v.Value
		case *types.AttributeValueMemberB:
			item[name] = append([]byte{}, v.Value...)
		case *types.AttributeValueMemberN:
			n, err := strconv.ParseInt(v.Value, 10, 64)
			if err != nil {
				return nil, foreign(item, name, v.Value)
			}
			item[name] = n
		default:
			return nil, foreign(item, name, value)
		}
	}
	return item, nil
}

func foreign(item table.Item, name string, value any) error {
	return fault.New(fault.Internal, "the table holds a value that Orderloom does not write").
		On(item.Key().String(), name).Got(value).Do("Find out who else writes to the table")
}

package dynamo

import (
	"context"
	"maps"

	"github.com/orderloom/orderloom/shared/table"
)

// count adds the write units of op, times a factor (two in a transaction).
// DynamoDB does not tell what an item was before, nor, in a transaction, what
// it became, so both are estimated from the op: an attribute that it does not
// name is taken as small, an index key that it sets as changed.
func count(ctx context.Context, op table.Op, after table.Item, factor int64) {
	before := table.Item(nil)
	switch op.Kind {
	case table.KindPut:
		after = op.Item
	case table.KindUpdate:
		if after == nil {
			after = table.Item{table.PK: op.Key.PK, table.SK: op.Key.SK}
			maps.Copy(after, op.Set)
		}
		before = maps.Clone(after)
		for name := range op.Set {
			before[name] = otherwise(name, after[name])
		}
		for _, name := range op.Remove {
			before[name] = otherwise(name, "")
		}
	}
	inTable, inIndexes := table.WriteUnits(before, after)
	table.CountWrite(ctx, factor*inTable, factor*inIndexes)
}

// otherwise is what an attribute may have been before it was set or removed:
// another key in an index, else the same.
func otherwise(name string, value any) any {
	switch name {
	case table.GSI1PK, table.GSI1SK, table.GSI2PK, table.GSI2SK:
		return "\x00"
	}
	return value
}

package policy

import (
	"github.com/shopspring/decimal"

	"github.com/orderloom/orderloom/shared/money"
)

// related decides a relation on the records that it leads to.
func (c *Condition) related(r Record, log *rows) bool {
	records := r.Related(c.Relation)
	met := c.meeting(records, log)
	switch c.Has {
	case HasAny:
		return len(met) > 0
	case HasAll:
		return len(met) == len(records)
	case HasNone:
		return len(met) == 0
	case HasSum:
		row := RowResult{Field: "sum of " + c.Of}
		sum, ok := c.sum(r, met)
		if ok {
			row.Found = sum
		}
		return c.explain(row, ok, r, log)
	}
	return c.explain(RowResult{Field: "count of " + c.Relation, Found: int64(len(met))}, true, r, log)
}

// meeting are the records that meet Where.
func (c *Condition) meeting(records []Record, log *rows) []Record {
	idPath := string(c.leads.To) + ".id"
	met := make([]Record, 0, len(records))
	for _, other := range records {
		id, _ := other.Field(idPath)
		name, _ := id.(string)
		if c.Where == nil || c.Where.eval(other, name, log) {
			met = append(met, other)
		}
	}
	return met
}

// sum adds up the field Of. A sum that is not exact where numbers are floating
// point, or of amounts without a currency, has no data.
func (c *Condition) sum(r Record, met []Record) (int64, bool) {
	total := decimal.Zero
	for _, other := range met {
		if v, ok := other.Field(c.Of); ok {
			if n, whole := v.(int64); whole {
				total = total.Add(decimal.NewFromInt(n))
			}
		}
	}
	known := true
	if c.sumsAmounts() {
		_, known = r.Field(currencyDigits)
	}
	return total.IntPart(), known && total.Abs().LessThanOrEqual(decimal.NewFromInt(money.MaxMinor))
}

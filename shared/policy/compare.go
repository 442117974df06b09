package policy

import (
	"cmp"
	"slices"
	"strings"

	"github.com/shopspring/decimal"
)

// compare decides a row on a value that has the Go type of the field's Type.
// ok is false when there is no data.
func (c *Condition) compare(found any, ok bool, digits int32) bool {
	switch c.Operator {
	case ContainsData:
		return ok
	case ContainsNoData:
		return !ok
	case Differs:
		return !ok || !c.equal(found, digits)
	case Equals, In:
		return ok && c.equal(found, digits)
	}
	if !ok {
		return false
	}
	switch x := found.(type) {
	case string:
		return c.compareText(x)
	case int64:
		return c.inOrder(func(i int) int { return decimal.NewFromInt(x).Cmp(c.number(i, digits)) })
	}
	return false
}

// number is the i-th expected number in the units of the field.
func (c *Condition) number(i int, digits int32) decimal.Decimal {
	if c.want.kind == Money {
		return c.want.numbers[i].Shift(digits)
	}
	return c.want.numbers[i]
}

// equal reports whether the value is one of the expected ones; a list of tags,
// whether one of its tags is.
func (c *Condition) equal(found any, digits int32) bool {
	switch x := found.(type) {
	case string:
		return slices.Contains(c.want.texts, x)
	case bool:
		return x == c.want.yes
	case []string:
		return slices.ContainsFunc(x, func(tag string) bool { return slices.Contains(c.want.texts, tag) })
	case int64:
		for i := range c.want.numbers {
			if decimal.NewFromInt(x).Equal(c.number(i, digits)) {
				return true
			}
		}
	}
	return false
}

func (c *Condition) compareText(x string) bool {
	switch c.Operator {
	case ContainsText:
		return strings.Contains(x, c.want.texts[0])
	case StartsWith:
		return strings.HasPrefix(x, c.want.texts[0])
	}
	return c.inOrder(func(i int) int { return cmp.Compare(x, c.want.texts[i]) })
}

// inOrder decides the operators that need an order; to compares the value with
// the i-th expected one.
func (c *Condition) inOrder(to func(i int) int) bool {
	switch c.Operator {
	case Greater:
		return to(0) > 0
	case AtLeast:
		return to(0) >= 0
	case Less:
		return to(0) < 0
	case AtMost:
		return to(0) <= 0
	case Between:
		return to(0) >= 0 && to(1) <= 0
	}
	return false
}

package policy

import (
	"time"

	"github.com/shopspring/decimal"

	"github.com/orderloom/orderloom/shared/money"
	"github.com/orderloom/orderloom/shared/policy/jsondoc"
)

// Bounds of numbers in conditions. Within them every comparison with a whole
// number is the same in decimal and in floating point.
const (
	maxNumber = 1_000_000_000_000
	maxDigits = 3
	maxText   = 1000
)

// value appends one value of a row.
func (r reader) value(c *Condition, n *jsondoc.Node, f Field) {
	mismatch := func(want string) {
		r.At(n, ValueMismatch, "%s is a %s; the value must be %s, not %s", f.Path, f.Type, want, n.Kind)
	}
	switch f.Type {
	case Text, Tags:
		if n.Kind != jsondoc.String || n.Text == "" || len(n.Text) > maxText {
			mismatch("a text of 1 to 1000 characters")
			return
		}
		c.want.texts = append(c.want.texts, n.Text)
	case Bool:
		if n.Kind != jsondoc.Bool {
			mismatch("true or false")
		}
		c.want.yes = n.Text == "true"
	case Time:
		t, err := time.Parse(time.RFC3339, n.Text)
		if n.Kind != jsondoc.String || err != nil || t.UTC().Year() < 0 || t.UTC().Year() > 9999 {
			mismatch("a time such as 2026-01-31T12:00:00Z")
			return
		}
		c.want.texts = append(c.want.texts, sortableTime(t))
	default:
		if n.Kind != jsondoc.Number && (n.Kind != jsondoc.String || f.Type != Money) {
			mismatch("a number")
			return
		}
		r.number(c, n)
	}
}

func (r reader) number(c *Condition, n *jsondoc.Node) {
	d, err := money.Parse(n.Text)
	if err != nil || d.Abs().GreaterThan(decimal.NewFromInt(maxNumber)) || !d.Shift(maxDigits).IsInteger() {
		r.At(n, ValueMismatch, "%q is not a decimal number with at most %d digits after the point and at most %d", n.Text, maxDigits, maxNumber)
		return
	}
	c.want.numbers = append(c.want.numbers, d)
}

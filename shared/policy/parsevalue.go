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
		t, ok := parseTime(n)
		if !ok {
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

func parseTime(n *jsondoc.Node) (time.Time, bool) {
	t, err := time.Parse(time.RFC3339, n.Text)
	return t, n.Kind == jsondoc.String && err == nil && t.UTC().Year() >= 0 && t.UTC().Year() <= 9999
}

// date reads what dateBefore, dateAfter and within compare with.
func (r reader) date(c *Condition, n *jsondoc.Node) {
	c.want.as = plain(c.Operator)
	apart, isDuration := momentPath(n.Text)
	switch {
	case n.Kind == jsondoc.String && isDuration:
		c.want.fields = []string{apart}
		if c.Operator == Within {
			c.want.fields = []string{NowPath, apart}
			if apart[len(NowPath)] == '-' {
				c.want.fields = []string{apart, NowPath}
			}
		}
	case c.Operator == Within:
		r.At(n, ValueMismatch, `within needs a duration such as "P2D" (the next two days) or "-PT4H" (the last four hours)`)
	case n.Kind == jsondoc.String && n.Text == NowPath:
		c.want.fields = []string{NowPath}
	default:
		r.fixedDate(c, n)
	}
}

// fixedDate reads a time, or a day of UTC: after a day is from the next one on.
func (r reader) fixedDate(c *Condition, n *jsondoc.Node) {
	if t, ok := parseTime(n); ok {
		c.want.texts = []string{sortableTime(t)}
		return
	}
	day, err := time.Parse(time.DateOnly, n.Text)
	if n.Kind != jsondoc.String || err != nil || day.Year() >= 9999 {
		r.At(n, ValueMismatch, `the value must be a day such as "2026-01-31", a time such as "2026-01-31T12:00:00Z", "now", or a duration from now such as "P2D" or "-PT4H"`)
		return
	}
	if c.Operator == DateAfter {
		day, c.want.as = day.AddDate(0, 0, 1), AtLeast
	}
	c.want.texts = []string{sortableTime(day)}
}

func (r reader) pattern(c *Condition, n *jsondoc.Node) {
	if n.Kind != jsondoc.String || n.Text == "" {
		r.At(n, ValueMismatch, "matches needs a pattern, a text; this is %s", n.Kind)
		return
	}
	p, err := parsePattern(n.Text)
	if err != nil {
		r.At(n, InvalidPattern, "the pattern %q cannot be used: %v", n.Text, err)
		return
	}
	c.want.pattern = p
}

func (r reader) number(c *Condition, n *jsondoc.Node) {
	d, err := money.Parse(n.Text)
	if err != nil || d.Abs().GreaterThan(decimal.NewFromInt(maxNumber)) || !d.Shift(maxDigits).IsInteger() {
		r.At(n, ValueMismatch, "%q is not a decimal number with at most %d digits after the point and at most %d", n.Text, maxDigits, maxNumber)
		return
	}
	c.want.numbers = append(c.want.numbers, d)
}

package policy

import (
	"encoding/json"
	"slices"

	"github.com/orderloom/orderloom/shared/event"
	"github.com/orderloom/orderloom/shared/policy/jsondoc"
)

// operator reads an operator that the field's type has.
func (r reader) operator(n *jsondoc.Node, f Field) Operator {
	var names []string
	for _, o := range Operators() {
		names = append(names, string(o))
	}
	o := Operator(r.Choice(n, "operator", names...))
	if o != "" && !slices.Contains(operatorsOf(f.Type), o) {
		r.At(n.Get("operator"), OperatorMismatch, "%s is a %s and cannot be compared with %q | Possible operators: %v", f.Path, f.Type, o, operatorsOf(f.Type))
		return ""
	}
	return o
}

// operand reads what the operator compares with: a value, a field, or nothing.
func (r reader) operand(c *Condition, n *jsondoc.Node, f Field, of event.Entity) {
	c.want.kind, c.want.as = f.Type, c.Operator
	v, other := n.Get("value"), n.Get("valueField")
	switch {
	case c.Operator.takesNothing():
		for _, given := range []*jsondoc.Node{v, other} {
			if given != nil {
				r.At(given, AmbiguousForm, "%q takes no value", c.Operator)
			}
		}
	case v != nil && other != nil:
		r.At(other, AmbiguousForm, "a row has a value or a valueField, not both")
	case other != nil:
		r.valueField(c, n, f, of)
	default:
		if v = r.Need(n, "value"); v != nil {
			r.expect(c, v, f)
		}
	}
}

func (r reader) valueField(c *Condition, n *jsondoc.Node, f Field, of event.Entity) {
	at := n.Get("valueField")
	if !c.Operator.takesField() {
		r.At(at, OperatorMismatch, "%q cannot compare with a field | Give a value", c.Operator)
		return
	}
	other, ok := r.field(n, "valueField", of)
	c.ValueField = other.Path
	switch {
	case !ok:
	case f.Type == Tags || other.Type != f.Type:
		r.At(at, ValueMismatch, "%s is a %s and %s a %s; only fields of one type, and no lists, can be compared", f.Path, f.Type, other.Path, other.Type)
	default:
		c.want.fields = []string{other.Path}
		c.want.as = plain(c.Operator)
	}
}

// plain is the operator by which a comparison of dates is decided.
func plain(o Operator) Operator {
	switch o {
	case DateBefore:
		return Less
	case DateAfter:
		return Greater
	case Within:
		return Between
	}
	return o
}

// expect reads one value, or where the operator asks for it a list of values.
func (r reader) expect(c *Condition, v *jsondoc.Node, f Field) {
	c.Value, _ = json.Marshal(v.Value()) // what was decoded from JSON always encodes
	switch {
	case c.Operator == Matches:
		r.pattern(c, v)
	case plain(c.Operator) != c.Operator:
		r.date(c, v)
	case c.Operator.takesList():
		r.values(c, v, f)
	default:
		r.value(c, v, f)
	}
}

// values reads a list, for between two values in ascending order.
func (r reader) values(c *Condition, v *jsondoc.Node, f Field) {
	if v.Kind != jsondoc.Array || len(v.Items) == 0 || c.Operator == Between && len(v.Items) != 2 {
		r.At(v, ValueMismatch, "%q needs a list of values | between: two values; others: at least one", c.Operator)
		return
	}
	for _, item := range v.Items {
		r.value(c, item, f)
	}
	if c.Operator != Between {
		return
	}
	w := c.want
	if len(w.numbers) == 2 && w.numbers[0].GreaterThan(w.numbers[1]) || len(w.texts) == 2 && w.texts[0] > w.texts[1] {
		r.At(v, ValueMismatch, "the first value is greater than the second")
	}
}

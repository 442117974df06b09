package policy

import (
	"slices"

	"github.com/orderloom/orderloom/shared/event"
	"github.com/orderloom/orderloom/shared/policy/jsondoc"
)

// maxParts bounds the literals and fields of one expression.
const maxParts = 50

// expressionReader reads one expression of a policy on an entity.
type expressionReader struct {
	reader
	of    event.Entity
	parts *int
}

// expression returns nil after noting a problem.
func (r expressionReader) expression(n *jsondoc.Node) *Expression {
	if *r.parts++; *r.parts == maxParts+1 {
		r.At(n, jsondoc.InvalidValue, "an expression has at most %d parts", maxParts)
	}
	if *r.parts > maxParts {
		return nil
	}
	switch n.Kind {
	case jsondoc.String:
		if n.Text == "" || len(n.Text) > maxText {
			r.At(n, ValueMismatch, "a text has 1 to %d characters", maxText)
			return nil
		}
		return &Expression{text: n.Text}
	case jsondoc.Number:
		d, ok := exactly(n.Text)
		if !ok {
			r.At(n, ValueMismatch, "%s is not a decimal number with at most %d digits after the point and at most %d", n.Text, maxFraction, maxNumber)
			return nil
		}
		return &Expression{number: d}
	case jsondoc.Object:
		return r.form(n)
	}
	r.At(n, jsondoc.WrongType, "this is %s; a value is computed from texts, numbers and objects such as {\"field\": …}", n.Kind)
	return nil
}

func (r expressionReader) form(n *jsondoc.Node) *Expression {
	forms := []string{"field", totalForm, sumForm, differenceForm, productForm, joinForm}
	r.Known(n, forms...)
	given := slices.DeleteFunc(forms, func(key string) bool { return n.Get(key) == nil })
	if len(given) != 1 {
		r.At(n, AmbiguousForm, "a computed value has exactly one of field, total, sum, difference, product and join")
		return nil
	}
	if given[0] == totalForm {
		return r.total(n.Get(totalForm))
	}
	if given[0] != "field" {
		return r.parted(n.Get(given[0]), given[0])
	}
	f, ok := r.field(n, "field", r.of)
	if !ok {
		return nil
	}
	if f.Type == Tags {
		r.At(n.Get("field"), ValueMismatch, "%s is a list; nothing can be computed from it", f.Path)
		return nil
	}
	return &Expression{field: &f}
}

// total reads a sum over a relation.
func (r expressionReader) total(n *jsondoc.Node) *Expression {
	if !r.Is(n, jsondoc.Object) {
		return nil
	}
	r.Known(n, "relation", "of", "where")
	c := &Condition{Has: HasSum}
	rel, ok := r.leads(c, n, r.of)
	if !ok {
		return nil
	}
	f, ok := r.summed(c, n, rel)
	c.want.kind = f.Type
	if where := n.Get("where"); where != nil {
		c.Where = r.condition(where, rel.To, false)
	}
	if !ok {
		return nil
	}
	return &Expression{total: c}
}

func (r expressionReader) parted(n *jsondoc.Node, form string) *Expression {
	if !r.Is(n, jsondoc.Array) {
		return nil
	}
	if len(n.Items) < 2 || form == differenceForm && len(n.Items) != 2 {
		r.At(n, jsondoc.InvalidValue, "%q needs at least two parts, \"difference\" exactly two", form)
		return nil
	}
	e := &Expression{form: form}
	whole := true
	for _, item := range n.Items {
		part := r.expression(item)
		if part == nil {
			whole = false
			continue
		}
		if form != joinForm && part.kind() == Text {
			r.At(item, ValueMismatch, "%q needs numbers and amounts; this is a text", form)
			whole = false
		}
		e.args = append(e.args, *part)
	}
	if !whole || !r.units(n, e) {
		return nil
	}
	return e
}

// units refuses to add a quantity to an amount, or to multiply two amounts.
func (r expressionReader) units(n *jsondoc.Node, e *Expression) bool {
	amounts, quantities := 0, 0
	for i := range e.args {
		switch e.args[i].kind() {
		case Money:
			amounts++
		case Number:
			if !e.args[i].literal() {
				quantities++
			}
		}
	}
	switch {
	case e.form == productForm && amounts > 1:
		r.At(n, ValueMismatch, "two amounts cannot be multiplied")
	case (e.form == sumForm || e.form == differenceForm) && amounts > 0 && quantities > 0:
		r.At(n, ValueMismatch, "an amount and a quantity cannot be added or subtracted")
	default:
		return true
	}
	return false
}

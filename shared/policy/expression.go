package policy

import (
	"encoding/json"
	"fmt"
	"strings"

	"github.com/shopspring/decimal"

	"github.com/orderloom/orderloom/shared/money"
)

// Expression computes what an action sets. It is a tree of JSON, as conditions
// are, and not a text of its own: names of attributes may have any character, a
// text and the path of a field never look alike, every part has a position for
// problems, and a drawing surface needs no second parser.
type Expression struct {
	text   string           // a literal text
	number *decimal.Decimal // a literal number
	field  *Field
	total  *Condition // a sum over a relation, as conditions have it
	form   string     // sum, difference, product or join of args
	args   []Expression
	source json.RawMessage // of the whole
	sets   Field           // what the action that it belongs to sets
	to     Target          // and to what it can
}

// MarshalJSON writes the expression as it was read.
func (e *Expression) MarshalJSON() ([]byte, error) { return e.source, nil }

// The forms of computing.
const (
	sumForm        = "sum"
	differenceForm = "difference" // of two
	productForm    = "product"
	joinForm       = "join" // of texts; what is no text is written as one
	totalForm      = "total"
)

// kind is the type of what an expression yields: Text, Money or Number. Amounts
// are in major units; a literal number also stands for an amount.
func (e *Expression) kind() Type {
	switch {
	case e.number != nil:
		return Number
	case e.total != nil:
		return e.total.want.kind
	case e.field != nil:
		if e.field.Type == Number || e.field.Type == Money {
			return e.field.Type
		}
		return Text
	case e.form == "" || e.form == joinForm:
		return Text
	}
	for i := range e.args {
		if e.args[i].kind() == Money {
			return Money
		}
	}
	return Number
}

// literal reports whether no field has a part in it.
func (e *Expression) literal() bool {
	for i := range e.args {
		if !e.args[i].literal() {
			return false
		}
	}
	return e.field == nil && e.total == nil
}

// computed is the action with its value.
func (a Action) computed(r Record) (Action, error) {
	if a.Compute == nil {
		return a, nil
	}
	text, err := a.Compute.write(r)
	if err != nil {
		return a, err
	}
	if f := a.Compute.sets; !a.Compute.to.takes(f, text) {
		return a, fmt.Errorf("%.50q is no value of a %s", text, f.Type)
	}
	return Action{Set: a.Set, Value: text}, nil
}

// write yields the text of the value.
func (e *Expression) write(r Record) (string, error) {
	switch {
	case e.form == joinForm:
		var b strings.Builder
		for i := range e.args {
			part, err := e.args[i].write(r)
			if err != nil {
				return "", err
			}
			b.WriteString(part)
		}
		return b.String(), nil
	case e.field == nil && e.kind() == Text:
		return e.text, nil
	case e.kind() == Text:
		v, ok := r.Field(e.field.Path)
		if !ok {
			return "", fmt.Errorf("%s has no data", e.field.Path)
		}
		return fmt.Sprint(v), nil
	}
	d, err := e.decimal(r)
	if err != nil {
		return "", err
	}
	// An amount is written with all digits of its currency, and more when it
	// has more: nothing is rounded.
	if digits := digitsOf(r); e.kind() == Money && d.Equal(d.Round(digits)) {
		return d.StringFixed(digits), nil
	}
	return d.String(), nil
}

// decimal yields a number, exactly.
func (e *Expression) decimal(r Record) (decimal.Decimal, error) {
	switch {
	case e.number != nil:
		return *e.number, nil
	case e.total != nil:
		var log rows
		sum, ok := e.total.sum(r, e.total.meeting(r.Related(e.total.Relation), &log))
		return e.major(sum, ok, "the total of "+e.total.Of, r)
	case e.field != nil:
		v, _ := r.Field(e.field.Path)
		if x, isScore := v.(float64); isScore {
			return exact(x), nil
		}
		n, ok := v.(int64)
		return e.major(n, ok, e.field.Path, r)
	}
	var total decimal.Decimal
	for i := range e.args {
		d, err := e.args[i].decimal(r)
		if err != nil {
			return total, err
		}
		switch {
		case i == 0:
			total = d
		case e.form == differenceForm:
			total = total.Sub(d)
		case e.form == productForm:
			total = total.Mul(d)
		default:
			total = total.Add(d)
		}
	}
	return total, nil
}

// major is a value that was found, an amount in major units.
func (e *Expression) major(n int64, ok bool, what string, r Record) (decimal.Decimal, error) {
	switch {
	case !ok:
		return decimal.Zero, fmt.Errorf("%s has no data", what)
	case e.kind() == Money:
		return decimal.New(n, -digitsOf(r)), nil
	}
	return decimal.NewFromInt(n), nil
}

// exactly is a literal number.
func exactly(text string) (*decimal.Decimal, bool) {
	d, err := money.Parse(text)
	if err != nil || d.Abs().GreaterThan(decimal.NewFromInt(maxNumber)) || d.Exponent() < -maxFraction {
		return nil, false
	}
	return &d, true
}

// maxFraction is how many digits after the point a literal of an expression has.
const maxFraction = 9

package policy

import (
	"fmt"
	"strings"

	"github.com/orderloom/orderloom/shared/money"
)

// emitRow writes one row of a condition in JSONata; value is the expression of
// what the field has.
func (c *Condition) emitRow(value string, s scope) string {
	w := c.want
	if len(w.fields) > 0 {
		return w.emitFields(value, s)
	}
	switch w.as {
	case ContainsData:
		return "$exists(" + value + ")"
	case ContainsNoData:
		return "$not($exists(" + value + "))"
	case Differs, NotIn:
		return "$not(" + w.emitEqual(value, s.facts) + ")"
	case Equals, In, Contains:
		return w.emitEqual(value, s.facts)
	case ContainsAll:
		terms := quoteAll(w.texts)
		for i := range terms {
			terms[i] += " in " + value
		}
		return joined(terms, " and ")
	case Matches:
		return guarded(value, "string", "$contains($v, /"+w.pattern.source+"/)")
	case ContainsText:
		return guarded(value, "string", "$contains($v, "+Quote(w.texts[0])+")")
	case StartsWith:
		text := w.texts[0]
		return guarded(value, "string", fmt.Sprintf("$substring($v, 0, %d) = %s", len([]rune(text)), Quote(text)))
	}
	if w.kind == Time {
		return guarded(value, "string", w.emitOrder("$v", "", quoteAll(w.texts)))
	}
	return guarded(value, "number", w.emitNumbers("$v", s.facts, w.emitOrder))
}

// guarded asks only when the value has the type: other types make JSONata fail.
func guarded(value, kind, asked string) string {
	return fmt.Sprintf(`($v := %s; $type($v) = "%s" ? %s : false)`, value, kind, asked)
}

// jsonType is what $type says of the values of a type.
func (t Type) jsonType() string {
	switch t {
	case Number, Money:
		return "number"
	case Bool:
		return "boolean"
	}
	return "string"
}

// emitFields compares with other fields.
func (w expected) emitFields(value string, s scope) string {
	kind := w.kind.jsonType()
	given, guards, others := "$v := "+value+"; ", `$type($v) = "`+kind+`"`, make([]string, len(w.fields))
	for i, path := range w.fields {
		others[i] = fmt.Sprintf("$w%d", i+1)
		given += others[i] + " := " + s.lookup(path) + "; "
		guards += " and $type(" + others[i] + `) = "` + kind + `"`
	}
	differs := w.as == Differs
	var asked string
	switch w.as {
	case ContainsText:
		asked = "$contains($v, $w1)"
	case StartsWith:
		asked = "$substring($v, 0, $length($w1)) = $w1"
	case Differs:
		asked = "$v = $w1"
	default:
		asked = w.emitOrder("$v", "", others)
	}
	all := "(" + given + guards + " ? " + asked + " : false)"
	if differs {
		return "$not(" + all + ")"
	}
	return all
}

func (w expected) emitEqual(value, facts string) string {
	switch w.kind {
	case Bool:
		return fmt.Sprintf("(%s = %v)", value, w.yes)
	case Tags:
		return fmt.Sprintf("($count(%s[$ in [%s]]) > 0)", value, strings.Join(quoteAll(w.texts), ", "))
	case Number, Money:
		return guarded(value, "number", w.emitNumbers("$v", facts, isOneOf))
	}
	return guarded(value, "string", isOneOf("$v", "", quoteAll(w.texts)))
}

func isOneOf(v, at string, want []string) string {
	if len(want) == 1 {
		return v + " = " + want[0] + at
	}
	for i := range want {
		want[i] += at
	}
	return v + " in [" + strings.Join(want, ", ") + "]"
}

// emitOrder writes a comparison; at follows each expected value.
func (w expected) emitOrder(v, at string, want []string) string {
	symbol := map[Operator]string{Equals: " = ", Differs: " != ", Greater: " > ", AtLeast: " >= ", Less: " < ", AtMost: " <= "}
	switch w.as {
	case Between:
		return fmt.Sprintf("(%s >= %s%s and %s <= %s%s)", v, want[0], at, v, want[1], at)
	case In:
		return isOneOf(v, at, want)
	case NotIn:
		return "$not(" + isOneOf(v, at, want) + ")"
	}
	return v + symbol[w.as] + want[0] + at
}

// emitNumbers hands the expected numbers to write. Amounts depend on the digits
// of the order's currency: they are lists, indexed by the digits.
func (w expected) emitNumbers(v, facts string, write func(v, at string, want []string) string) string {
	if !w.needsDigits() {
		return write(v, "", w.numbersAt(0))
	}
	byDigits := make([][]string, money.MaxDigits+1)
	for d := range byDigits {
		byDigits[d] = w.numbersAt(int32(d))
	}
	want := make([]string, len(w.numbers))
	for i := range want {
		column := make([]string, len(byDigits))
		for d := range byDigits {
			column[d] = byDigits[d][i]
		}
		want[i] = "[" + strings.Join(column, ", ") + "]"
	}
	return fmt.Sprintf(`($d := $lookup(%s, %s); $type($d) = "number" and $d in [0..%d] ? %s : false)`,
		facts, Quote(currencyDigits), money.MaxDigits, write(v, "[$d]", want))
}

func (w expected) numbersAt(digits int32) []string {
	out := make([]string, len(w.numbers))
	for i := range out {
		out[i] = w.number(i, digits).String()
	}
	return out
}

package policy

import (
	"fmt"
	"strings"

	"github.com/orderloom/orderloom/shared/money"
)

// JSONata writes a filter policy as a JSONata expression over facts, an object
// as FactsOf makes it in the variable factsVar (without $), and lists the facts
// that it needs. The expression yields true or false for any value of the
// variable, also where facts are missing or of another type.
func JSONata(p Policy, factsVar string) (expr string, facts []string) {
	need := map[string]bool{}
	var terms []string
	for _, rule := range p.Rules {
		if rule.When == nil || len(rule.Then) > 0 {
			continue
		}
		rule.When.collect(need)
		terms = append(terms, rule.When.JSONata(factsVar))
	}
	return joined(terms, " and ", "true"), keys(need)
}

// JSONata writes the condition; see the function of that name.
func (c *Condition) JSONata(factsVar string) string {
	return c.emit("$"+factsVar, "$"+factsVar)
}

func joined(terms []string, with, none string) string {
	switch len(terms) {
	case 0:
		return none
	case 1:
		return terms[0]
	}
	return "(" + strings.Join(terms, with) + ")"
}

// emit writes the condition; facts is the variable of the order's facts, line
// that of a related line's, or the same outside relations.
func (c *Condition) emit(facts, line string) string {
	group := func(list []Condition) []string {
		terms := make([]string, len(list))
		for i := range list {
			terms[i] = list[i].emit(facts, line)
		}
		return terms
	}
	switch {
	case c.Not != nil:
		return "$not(" + c.Not.emit(facts, line) + ")"
	case c.Relation != "":
		return c.emitRelation(facts)
	case c.Field != "":
		from := facts
		if strings.HasPrefix(c.Field, "line.") {
			from = line
		}
		return c.emitRow("$lookup("+from+", "+Quote(c.Field)+")", facts)
	case c.Any != nil:
		return joined(group(c.Any), " or ", "true")
	}
	return joined(group(c.All), " and ", "true")
}

// emitRelation counts the related records that meet the condition.
func (c *Condition) emitRelation(facts string) string {
	list := fmt.Sprintf("$lookup(%s, %s)", facts, Quote(c.relationFact()))
	count := fmt.Sprintf("$count($filter($l, function($e) { %s }))", c.Where.emit(facts, "$e"))
	var asked string
	switch c.Has {
	case HasAny:
		asked = count + " > 0"
	case HasAll:
		asked = count + " = $count($l)"
	case HasNone:
		asked = count + " = 0"
	default:
		asked = "($v := " + count + "; " + c.emitOrder("$v", "", c.numbersAt(0)) + ")"
	}
	return fmt.Sprintf(`($l := %s; $type($l) = "array" ? %s : false)`, list, asked)
}

func (c *Condition) emitRow(value, facts string) string {
	switch c.Operator {
	case ContainsData:
		return "$exists(" + value + ")"
	case ContainsNoData:
		return "$not($exists(" + value + "))"
	case Differs:
		return "$not(" + c.emitEqual(value, facts) + ")"
	case Equals, In:
		return c.emitEqual(value, facts)
	case ContainsText:
		return guarded(value, "string", "$contains($v, "+Quote(c.want.texts[0])+")")
	case StartsWith:
		text := c.want.texts[0]
		return guarded(value, "string", fmt.Sprintf("$substring($v, 0, %d) = %s", len([]rune(text)), Quote(text)))
	}
	if c.want.kind == Time {
		return guarded(value, "string", c.emitOrder("$v", "", quoteAll(c.want.texts)))
	}
	return guarded(value, "number", c.emitNumbers("$v", facts, c.emitOrder))
}

// guarded asks only when the value has the type: other types make JSONata fail.
func guarded(value, kind, asked string) string {
	return fmt.Sprintf(`($v := %s; $type($v) = "%s" ? %s : false)`, value, kind, asked)
}

func (c *Condition) emitEqual(value, facts string) string {
	switch c.want.kind {
	case Bool:
		return fmt.Sprintf("(%s = %v)", value, c.want.yes)
	case Tags:
		return fmt.Sprintf("($count(%s[$ in [%s]]) > 0)", value, strings.Join(quoteAll(c.want.texts), ", "))
	case Number, Money:
		return guarded(value, "number", c.emitNumbers("$v", facts, isOneOf))
	}
	return guarded(value, "string", isOneOf("$v", "", quoteAll(c.want.texts)))
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
func (c *Condition) emitOrder(v, at string, want []string) string {
	symbol := map[Operator]string{Equals: " = ", Differs: " != ", Greater: " > ", AtLeast: " >= ", Less: " < ", AtMost: " <= "}
	switch c.Operator {
	case Between:
		return fmt.Sprintf("(%s >= %s%s and %s <= %s%s)", v, want[0], at, v, want[1], at)
	case In:
		return isOneOf(v, at, want)
	}
	return v + symbol[c.Operator] + want[0] + at
}

// emitNumbers hands the expected numbers to write. Amounts depend on the digits
// of the order's currency: they are lists, indexed by the digits.
func (c *Condition) emitNumbers(v, facts string, write func(v, at string, want []string) string) string {
	if !c.needsDigits() {
		return write(v, "", c.numbersAt(0))
	}
	byDigits := make([][]string, money.MaxDigits+1)
	for d := range byDigits {
		byDigits[d] = c.numbersAt(int32(d))
	}
	want := make([]string, len(c.want.numbers))
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

func (c *Condition) numbersAt(digits int32) []string {
	out := make([]string, len(c.want.numbers))
	for i := range out {
		out[i] = c.number(i, digits).String()
	}
	return out
}

func quoteAll(texts []string) []string {
	out := make([]string, len(texts))
	for i, t := range texts {
		out[i] = Quote(t)
	}
	return out
}

// Quote writes a text as a JSONata string. Characters that mean something to
// those who read a state machine's definition before JSONata does ("{%", "${")
// are written as escapes.
func Quote(s string) string {
	var b strings.Builder
	b.WriteByte('"')
	for _, r := range s {
		switch {
		case strings.ContainsRune(`"\$%{}`, r) || r < ' ' || r == 0x7f || r == '\u2028' || r == '\u2029' || r == '\ufeff':
			fmt.Fprintf(&b, `\u%04x`, r)
		default:
			b.WriteRune(r)
		}
	}
	b.WriteByte('"')
	return b.String()
}

package policy

import (
	"fmt"
	"strings"
)

// JSONata writes a filter policy as a JSONata expression over facts, an object
// as FactsOf makes it in the variable factsVar (without $), and lists the facts
// that it needs. The expression yields true or false for any value of the
// variable, also where facts are missing or of another type.
func JSONata(p Policy, factsVar string) (expr string, facts []string) {
	need := map[string]bool{}
	var terms []string
	for _, rule := range p.AllRules() {
		if rule.When == nil || len(rule.Then) > 0 {
			continue
		}
		rule.When.collect(need)
		terms = append(terms, rule.When.JSONata(factsVar))
	}
	return joined(terms, " and "), keys(need)
}

// JSONata writes the condition; see the function of that name.
func (c *Condition) JSONata(factsVar string) string {
	return c.emit(scope{facts: "$" + factsVar})
}

// joined is true for no terms.
func joined(terms []string, with string) string {
	switch len(terms) {
	case 0:
		return "true"
	case 1:
		return terms[0]
	}
	return "(" + strings.Join(terms, with) + ")"
}

// scope is where an expression finds the values of fields: those of a related
// record in related, all others in the facts.
type scope struct {
	facts, related string
	relation       relation
}

func (s scope) lookup(path string) string {
	from := s.facts
	if s.related != "" && s.relation.has(path) {
		from = s.related
	}
	return "$lookup(" + from + ", " + Quote(path) + ")"
}

func (c *Condition) emit(s scope) string {
	group := func(list []Condition) []string {
		terms := make([]string, len(list))
		for i := range list {
			terms[i] = list[i].emit(s)
		}
		return terms
	}
	switch {
	case c.Not != nil:
		return "$not(" + c.Not.emit(s) + ")"
	case c.Relation != "":
		return c.emitRelation(s)
	case c.Field != "":
		return c.emitRow(s.lookup(c.Field), s)
	case c.Any != nil:
		return joined(group(c.Any), " or ")
	}
	return joined(group(c.All), " and ")
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

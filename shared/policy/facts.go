package policy

import (
	"slices"
	"strings"
)

// A fact is one value that conditions of a running flow need. Its name is the
// field's path; for a relation, the relation and the fields of its records:
// "order.lines(line.kind,line.quantity)".

// MaxFactRecords is how many related records one fact can hold.
const MaxFactRecords = 100

// FactsOf returns the wanted facts of a record as JSON values: texts, whole
// numbers, lists of texts, and for a relation a list of objects. Money is in
// minor units. A fact without data is left out, as is a relation with more than
// MaxFactRecords records: the compiler refuses conditions that could meet it.
func FactsOf(r Record, want []string) map[string]any {
	facts := make(map[string]any, len(want))
	for _, name := range want {
		relation, fields, ok := relationFact(name)
		if !ok {
			if v, ok := r.Field(name); ok {
				facts[name] = v
			}
			continue
		}
		if related := r.Related(relation); len(related) <= MaxFactRecords {
			list := make([]any, len(related))
			for i, rel := range related {
				list[i] = FactsOf(rel, fields)
			}
			facts[name] = list
		}
	}
	return facts
}

func relationFact(name string) (relation string, fields []string, ok bool) {
	relation, rest, ok := strings.Cut(name, "(")
	if !ok || !strings.HasSuffix(rest, ")") {
		return "", nil, false
	}
	rest = strings.TrimSuffix(rest, ")")
	if strings.Contains(rest, "(") {
		return "", nil, false
	}
	return relation, strings.Split(rest, ","), true
}

func relationFactName(relation string, fields []string) string {
	return relation + "(" + strings.Join(fields, ",") + ")"
}

// IsRelationFact reports whether a fact is the records of a relation.
func IsRelationFact(name string) bool {
	_, _, ok := relationFact(name)
	return ok
}

// Facts lists the facts that a condition needs, sorted.
func (c *Condition) Facts() []string {
	need := map[string]bool{}
	c.collect(need)
	return keys(need)
}

func (c *Condition) collect(need map[string]bool) {
	for i := range c.All {
		c.All[i].collect(need)
	}
	for i := range c.Any {
		c.Any[i].collect(need)
	}
	if c.Not != nil {
		c.Not.collect(need)
	}
	if c.Field != "" {
		need[c.Field] = true
	}
	for _, path := range c.want.fields {
		need[path] = true
	}
	if c.want.needsDigits() || c.sumsAmounts() {
		need[currencyDigits] = true
	}
	if c.Relation != "" {
		need[c.relationFact()] = true
		for _, f := range c.whereFacts() {
			if !c.ofRelated(f) {
				need[f] = true
			}
		}
	}
}

// relationFact is the fact that holds the related records.
func (c *Condition) relationFact() string {
	fields := map[string]bool{}
	for _, f := range c.whereFacts() {
		if c.ofRelated(f) {
			fields[f] = true
		}
	}
	if c.Of != "" {
		fields[c.Of] = true
	}
	return relationFactName(c.Relation, keys(fields))
}

func (c *Condition) whereFacts() []string {
	if c.Where == nil {
		return nil
	}
	return c.Where.Facts()
}

// ofRelated reports whether a field is one of the related records.
func (c *Condition) ofRelated(field string) bool {
	return c.leads.has(field)
}

// sumsAmounts reports whether the row asks for a sum of amounts, which without a
// currency is none.
func (c *Condition) sumsAmounts() bool { return c.Has == HasSum && c.want.kind == Money }

// needsDigits reports whether the row compares an amount with anything but zero.
func (w expected) needsDigits() bool {
	if w.kind != Money {
		return false
	}
	for _, n := range w.numbers {
		if !n.IsZero() {
			return true
		}
	}
	return false
}

func keys(set map[string]bool) []string {
	out := make([]string, 0, len(set))
	for k := range set {
		out = append(out, k)
	}
	slices.Sort(out)
	return out
}

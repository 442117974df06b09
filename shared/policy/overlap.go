package policy

import (
	"maps"
	"slices"

	"github.com/orderloom/orderloom/shared/money"
)

// Overlap says whether one record can pass two lists of filters.
type Overlap struct {
	Verdict Verdict
	Example map[string]any // Overlapping: fields of a record that passes both, amounts in minor units; those that are not named have no data
	Fields  []string       // Undecided: the fields and relations at which it cannot be told, sorted
}

// Verdict is what could be proven.
type Verdict string

// The verdicts.
const (
	Disjoint    Verdict = "disjoint"    // no record passes both
	Overlapping Verdict = "overlapping" // the example passes both
	Undecided   Verdict = "undecided"
)

// maxCases bounds the ways to pass that are looked at.
const maxCases = 2000

// Overlaps compares two lists of filter policies on the same entity, of each of
// which all must hold. It never claims what it has not proven: relations,
// comparisons with other fields and with now, and patterns of text that no value
// fixes, leave it undecided.
func Overlaps(a, b []Policy) Overlap {
	all := Condition{}
	for _, p := range slices.Concat(a, b) {
		for _, rule := range p.AllRules() {
			if rule.When != nil {
				all.All = append(all.All, *rule.When)
			}
		}
	}
	cases, ok := expand(&all, true)
	if !ok {
		return Overlap{Verdict: Undecided, Fields: factNames(&all)}
	}
	open := map[string]bool{}
	for _, c := range cases {
		found := solveCase(c)
		if found.Verdict == Overlapping {
			return found
		}
		for _, f := range found.Fields {
			open[f] = true
		}
	}
	if len(open) > 0 {
		return Overlap{Verdict: Undecided, Fields: keys(open)}
	}
	return Overlap{Verdict: Disjoint}
}

// factNames lists the fields and relations of a condition.
func factNames(c *Condition) []string {
	names := map[string]bool{}
	for _, fact := range c.Facts() {
		if relation, _, ok := relationFact(fact); ok {
			fact = relation
		}
		names[fact] = true
	}
	delete(names, currencyDigits)
	return keys(names)
}

// literal is a row that must, or must not, be met.
type literal struct {
	row *Condition
	met bool
}

// expand writes a condition as cases, each a list of literals that all must be
// so; ok is false when there are too many cases.
func expand(c *Condition, met bool) (cases [][]literal, ok bool) {
	switch {
	case c.Not != nil:
		return expand(c.Not, !met)
	case c.Field != "" || c.Relation != "":
		return [][]literal{{{c, met}}}, true
	case c.Any != nil:
		return combine(c.Any, met, !met)
	}
	return combine(c.All, met, met)
}

// combine expands the members of a group of which all, or one at least, must be
// met, or not met.
func combine(list []Condition, met, all bool) (cases [][]literal, ok bool) {
	if all {
		cases = [][]literal{nil}
	}
	for i := range list {
		more, ok := expand(&list[i], met)
		if !ok {
			return nil, false
		}
		if !all {
			cases = append(cases, more...)
		} else {
			var both [][]literal
			for _, c := range cases {
				for _, m := range more {
					both = append(both, slices.Concat(c, m))
				}
				if len(both) > maxCases {
					return nil, false
				}
			}
			cases = both
		}
		if len(cases) > maxCases {
			return nil, false
		}
	}
	return cases, true
}

// solveCase looks for a record for which all literals are so.
func solveCase(c []literal) Overlap {
	byField, open := map[string][]literal{}, map[string]bool{}
	for _, l := range c {
		if l.row.Relation != "" || len(l.row.want.fields) > 0 || l.row.Field == currencyDigits || isMoment(l.row.Field) {
			for _, name := range factNames(l.row) {
				open[name] = true
			}
			continue
		}
		byField[l.row.Field] = append(byField[l.row.Field], l)
	}
	example, amounts := map[string]any{}, map[string][]literal{}
	for _, path := range slices.Sorted(maps.Keys(byField)) {
		f, ofOrder := LookupField(path)
		if !ofOrder { // of a custom entity, whose currency stands in a field that only its document names
			f = Field{Path: path, Type: byField[path][0].row.want.kind}
		}
		switch {
		case f.Type == Money && !ofOrder:
			open[path] = true
		case f.Type == Money:
			amounts[path] = byField[path]
		case path != currencyPath:
			v, answer := solve(f, byField[path], 0)
			if answer == impossible {
				return Overlap{Verdict: Disjoint}
			}
			note(example, open, path, v, answer)
		}
	}
	if !solveAmounts(example, open, byField[currencyPath], amounts) {
		return Overlap{Verdict: Disjoint}
	}
	if len(open) > 0 {
		return Overlap{Verdict: Undecided, Fields: keys(open)}
	}
	return Overlap{Verdict: Overlapping, Example: example}
}

func note(example map[string]any, open map[string]bool, path string, v any, answer answer) {
	switch {
	case answer == unknown:
		open[path] = true
	case v != nil:
		example[path] = v
	}
}

const currencyPath = "order.currency"

// solveAmounts finds a currency and amounts in it: what an amount is compared
// with depends on the currency's digits. It is false when there is none.
func solveAmounts(example map[string]any, open map[string]bool, currency []literal, amounts map[string][]literal) bool {
	if len(currency) == 0 && len(amounts) == 0 {
		return true
	}
	candidates := textCandidates(currency)
	undecided := !candidates.complete
	for _, v := range append(anyOf(money.Currencies()), candidates.values...) {
		if !allSo(currency, v, 0) {
			continue
		}
		chosen, unsure := map[string]any{}, map[string]bool{}
		if solveIn(v, amounts, chosen, unsure) {
			if len(unsure) == 0 {
				note(chosen, nil, currencyPath, v, possible)
				maps.Copy(example, chosen)
				return true
			}
			undecided = true
		}
	}
	if !undecided {
		return false
	}
	for path := range amounts {
		open[path] = true
	}
	open[currencyPath] = true
	return true
}

// solveIn finds amounts in a currency; it is false when there are none.
func solveIn(currency any, amounts map[string][]literal, chosen map[string]any, unsure map[string]bool) bool {
	code, _ := currency.(string)
	digits, err := money.Digits(code)
	for path, literals := range amounts {
		if err != nil { // then no amount has data
			if !allSo(literals, nil, 0) {
				return false
			}
			continue
		}
		f, _ := LookupField(path)
		v, answer := solve(f, literals, int32(digits))
		if answer == impossible {
			return false
		}
		note(chosen, unsure, path, v, answer)
	}
	return true
}

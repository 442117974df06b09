package policy

import (
	"slices"
	"strings"
	"time"

	"github.com/shopspring/decimal"
)

// answer says whether a field can have a value for which all literals are so.
type answer int

const (
	impossible answer = iota
	possible
	unknown
)

// candidates are values of a field, nil for no data. They are complete when one
// of them fits if any value does.
type candidates struct {
	values   []any
	complete bool
}

// solve finds a value of a field. Digits are those of the order's currency.
func solve(f Field, literals []literal, digits int32) (any, answer) {
	var c candidates
	switch f.Type {
	case Text:
		c = textCandidates(literals)
	case Tags:
		c = tagCandidates(literals)
	case Time:
		c = timeCandidates(literals)
	case Bool:
		c = candidates{[]any{true, false, nil}, true}
	default:
		c = numberCandidates(f, literals, digits)
		if _, ok := scoreField(f.Path); ok {
			c = scoreCandidates(literals)
		}
	}
	for _, v := range c.values {
		if allSo(literals, v, digits) {
			return v, possible
		}
	}
	if c.complete {
		return nil, impossible
	}
	return nil, unknown
}

// allSo decides the literals on a value.
func allSo(literals []literal, v any, digits int32) bool {
	return !slices.ContainsFunc(literals, func(l literal) bool { return l.row.want.decide(v, v != nil, digits) != l.met })
}

// fixes reports whether a literal leaves a text no value but those that it lists.
func fixes(l literal) bool {
	as := l.row.want.as
	return l.met && (as == Equals || as == In) || !l.met && (as == Differs || as == NotIn)
}

// textCandidates are the texts of the literals, what begins with them, one that
// is none of them, and no data. Nothing else can be told apart by operators that
// compare whole texts and beginnings.
func textCandidates(literals []literal) candidates {
	c, fixed := candidates{complete: true}, false
	var texts []string
	for _, l := range literals {
		texts = append(texts, l.row.want.texts...)
		switch l.row.want.as {
		case ContainsText, Matches:
			c.complete = false
		}
		fixed = fixed || fixes(l)
	}
	other := unused(texts)
	for _, t := range append(slices.Clone(texts), "") {
		if t != "" {
			c.values = append(c.values, t)
		}
		c.values = append(c.values, t+other)
	}
	c.values = append(c.values, strings.Join(texts, other), nil)
	c.complete = c.complete || fixed
	if len(texts) == 0 {
		c.values = []any{other, nil}
	}
	return c
}

// unused is a letter that none of the texts has.
func unused(texts []string) string {
	all := strings.Join(texts, "")
	for r := 'x'; ; r++ {
		if !strings.ContainsRune(all, r) {
			return string(r)
		}
	}
}

// tagCandidates are the lists of all tags of the literals but those that must
// not be there, and the same without each one of them.
func tagCandidates(literals []literal) candidates {
	var texts []string
	barred := map[string]bool{}
	incomplete := 0
	for _, l := range literals {
		w := l.row.want
		texts = append(texts, w.texts...)
		switch {
		case w.as == ContainsAll && !l.met:
			incomplete++ // any one of its tags may be missing
		case (w.as == Differs || w.as == NotIn) == l.met:
			for _, t := range w.texts {
				barred[t] = true
			}
		}
	}
	allowed := slices.DeleteFunc(append(slices.Clone(texts), unused(texts)), func(t string) bool { return barred[t] })
	slices.Sort(allowed)
	allowed = slices.Compact(allowed)
	c := candidates{values: []any{allowed}, complete: incomplete < 2}
	for i := range allowed {
		if rest := slices.Delete(slices.Clone(allowed), i, i+1); len(rest) > 0 {
			c.values = append(c.values, rest)
		}
	}
	c.values = append(c.values, nil)
	return c
}

// timeCandidates are the times of the literals, a second before and after each,
// and no data.
func timeCandidates(literals []literal) candidates {
	c := candidates{complete: true}
	for _, l := range literals {
		for _, text := range l.row.want.texts {
			if at, err := time.Parse(timeLayout, text); err == nil {
				c.values = append(c.values, text, sortableTime(at.Add(time.Second)), sortableTime(at.Add(-time.Second)))
			}
		}
	}
	if len(c.values) == 0 {
		c.values = append(c.values, "2026-01-01T00:00:00Z")
	}
	c.values = append(c.values, nil)
	return c
}

// numberCandidates are the whole numbers next to those of the literals, and no
// data.
func numberCandidates(f Field, literals []literal, digits int32) candidates {
	c := candidates{complete: true}
	least := leastOf(f)
	add := func(n decimal.Decimal) {
		if v := n.IntPart(); v >= least {
			c.values = append(c.values, v)
		}
	}
	one := decimal.NewFromInt(1)
	for _, l := range literals {
		for i := range l.row.want.numbers {
			n := l.row.want.number(i, digits)
			for _, near := range []decimal.Decimal{n.Floor(), n.Ceil(), n.Ceil().Add(one), n.Floor().Sub(one)} {
				add(near)
			}
		}
	}
	c.values = append(c.values, max(least, 1))
	if f.Path != lineCountPath {
		c.values = append(c.values, nil)
	}
	return c
}

const lineCountPath = "order.lineCount"

// leastOf is the smallest number that a field can have.
func leastOf(f Field) int64 {
	switch {
	case f.Path == PriorityPath || f.Path == lineCountPath:
		return 1 // an order without priority has no data there, one without lines is none
	case f.Type == Money:
		return -1 << 53
	}
	return 0
}

func anyOf(texts []string) []any {
	all := make([]any, len(texts))
	for i, t := range texts {
		all[i] = t
	}
	return all
}

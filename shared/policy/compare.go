package policy

import (
	"cmp"
	"slices"
	"strings"

	"github.com/shopspring/decimal"
)

// decide decides a row on a value that has the Go type of the field's Type. ok
// is false when there is no data.
func (w expected) decide(found any, ok bool, digits int32) bool {
	switch w.as {
	case ContainsData:
		return ok
	case ContainsNoData:
		return !ok
	case Differs, NotIn:
		return !ok || !w.equal(found, digits)
	case Equals, In, Contains:
		return ok && w.equal(found, digits)
	}
	if !ok {
		return false
	}
	switch x := found.(type) {
	case string:
		return w.compareText(x)
	case int64, float64:
		n := exact(x)
		return w.inOrder(func(i int) int { return n.Cmp(w.number(i, digits)) })
	case []string:
		return !slices.ContainsFunc(w.texts, func(t string) bool { return !slices.Contains(x, t) }) // containsAll
	}
	return false
}

// number is the i-th expected number in the units of the field.
func (w expected) number(i int, digits int32) decimal.Decimal {
	if w.kind == Money && len(w.fields) == 0 {
		return w.numbers[i].Shift(digits)
	}
	return w.numbers[i] // of a field it is in these units already
}

// equal reports whether the value is one of the expected ones; a list, whether
// one of its entries is.
func (w expected) equal(found any, digits int32) bool {
	switch x := found.(type) {
	case string:
		return slices.Contains(w.texts, x)
	case bool:
		return x == w.yes
	case []string:
		return slices.ContainsFunc(x, func(tag string) bool { return slices.Contains(w.texts, tag) })
	case int64, float64:
		n := exact(x)
		for i := range w.numbers {
			if n.Equal(w.number(i, digits)) {
				return true
			}
		}
	}
	return false
}

func (w expected) compareText(x string) bool {
	switch w.as {
	case ContainsText:
		return strings.Contains(x, w.texts[0])
	case StartsWith:
		return strings.HasPrefix(x, w.texts[0])
	case Matches:
		return w.pattern.re.MatchString(x)
	}
	return w.inOrder(func(i int) int { return cmp.Compare(x, w.texts[i]) })
}

// inOrder decides the operators that need an order; to compares the value with
// the i-th expected one.
func (w expected) inOrder(to func(i int) int) bool {
	switch w.as {
	case Greater:
		return to(0) > 0
	case AtLeast:
		return to(0) >= 0
	case Less:
		return to(0) < 0
	case AtMost:
		return to(0) <= 0
	case Between:
		return to(0) >= 0 && to(1) <= 0
	}
	return false
}

// resolved replaces the fields to compare with by their values; ok is false
// when one has no data.
func (w expected) resolved(r Record) (_ expected, ok bool) {
	for _, path := range w.fields {
		v, ok := r.Field(path)
		if !ok {
			return w, false
		}
		switch x := v.(type) {
		case string:
			w.texts = append(w.texts, x)
		case bool:
			w.yes = x
		case int64, float64:
			n := exact(x)
			w.numbers = append(w.numbers, n)
		}
	}
	return w, true
}

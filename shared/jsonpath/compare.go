package jsonpath

import (
	"cmp"
	"strings"
	"sync"
	"time"

	"github.com/orderloom/orderloom/shared/jsonata"
)

// Comparison is an operator of a Choice rule.
type Comparison struct {
	Name string
	Want string // what the operand must be, for messages: "a string"
	Path bool   // the operand is a reference path to the value

	operand func(any) (any, bool)         // checks and prepares an operand
	holds   func(value, operand any) bool // operand is prepared
}

// LookupComparison finds an operator by its field, e.g. "StringEqualsPath".
func LookupComparison(field string) (Comparison, bool) {
	name, path := strings.CutSuffix(field, "Path")
	c, ok := comparisons()[name]
	if !ok || path && !strings.HasSuffix(name, "Equals") && !strings.HasSuffix(name, "Than") {
		return Comparison{}, false
	}
	c.Name, c.Path = field, path
	return c, true
}

// Prepare checks an operand and makes it ready for Holds. An operand that is
// read from a path is prepared each time.
func (c Comparison) Prepare(operand any) (any, bool) { return c.operand(operand) }

// Holds compares a value with a prepared operand. A value of another type is no
// match, and no error either.
func (c Comparison) Holds(value, operand any) bool { return c.holds(value, operand) }

// IsPresent reports whether the operator asks whether there is a value at all.
func (c Comparison) IsPresent() bool { return c.Name == "IsPresent" }

// comparisons are made when they are first asked for, see jsonata's builtins.
func comparisons() map[string]Comparison {
	madeComparisons.Do(func() { allComparisons = makeComparisons() })
	return allComparisons
}

var (
	madeComparisons sync.Once
	allComparisons  map[string]Comparison
)

func makeComparisons() map[string]Comparison {
	all := map[string]Comparison{
		"BooleanEquals": {Want: "a boolean", operand: boolean, holds: func(v, o any) bool { return v == o }},
		"StringMatches": {Want: "a string", operand: pattern, holds: matches},
		"IsPresent":     is(func(any) bool { return true }),
		"IsNull":        is(func(v any) bool { return v == nil }),
		"IsString":      is(func(v any) bool { _, ok := v.(string); return ok }),
		"IsNumeric":     is(func(v any) bool { _, ok := v.(float64); return ok }),
		"IsBoolean":     is(func(v any) bool { _, ok := v.(bool); return ok }),
		"IsTimestamp":   is(func(v any) bool { _, ok := timestamp(v); return ok }),
	}
	for name, sign := range map[string]func(int) bool{
		"Equals":            func(c int) bool { return c == 0 },
		"LessThan":          func(c int) bool { return c < 0 },
		"GreaterThan":       func(c int) bool { return c > 0 },
		"LessThanEquals":    func(c int) bool { return c <= 0 },
		"GreaterThanEquals": func(c int) bool { return c >= 0 },
	} {
		all["String"+name] = ordered("a string", sign, cmp.Compare[string], as[string])
		all["Numeric"+name] = ordered("a number", sign, cmp.Compare[float64], as[float64])
		all["Timestamp"+name] = ordered("an RFC 3339 time", sign, time.Time.Compare, instant)
	}
	return all
}

func as[T any](v any) (T, bool) {
	t, ok := v.(T)
	return t, ok
}

// ordered makes a comparison of values of type T.
func ordered[T any](want string, sign func(int) bool, compare func(a, b T) int, read func(any) (T, bool)) Comparison {
	return Comparison{Want: want,
		operand: func(v any) (any, bool) { t, ok := read(v); return t, ok },
		holds: func(value, operand any) bool {
			v, ok := read(value)
			return ok && sign(compare(v, operand.(T)))
		}}
}

func is(test func(any) bool) Comparison {
	return Comparison{Want: "a boolean", operand: boolean, holds: func(v, want any) bool {
		return (!jsonata.IsUndefined(v) && test(v)) == want.(bool)
	}}
}

func boolean(v any) (any, bool) {
	b, ok := v.(bool)
	return b, ok
}

func timestamp(v any) (any, bool) {
	t, ok := instant(v)
	return t, ok
}

// instant reads an RFC 3339 time with capital T and Z, as AWS demands.
func instant(v any) (time.Time, bool) {
	s, ok := v.(string)
	if !ok {
		return time.Time{}, false
	}
	t, err := time.Parse(time.RFC3339, s)
	return t, err == nil && !strings.Contains(s, ",")
}

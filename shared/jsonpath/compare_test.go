package jsonpath_test

import (
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/orderloom/orderloom/shared/jsonpath"
)

func holds(t *testing.T, operator string, value, operand any) bool {
	t.Helper()
	c, ok := jsonpath.LookupComparison(operator)
	if !ok {
		t.Fatalf("no operator %s", operator)
	}
	prepared, ok := c.Prepare(operand)
	if !ok {
		t.Fatalf("%s does not take %v", operator, operand)
	}
	return c.Holds(value, prepared)
}

// Each ordering operator on a lower, an equal and a greater value, and on one
// of another type.
func TestOrderings(t *testing.T) {
	t.Parallel()
	types := map[string]struct{ low, same, high, other, operand any }{
		"String":    {"a", "b", "ba", 1.0, "b"},
		"Numeric":   {-1.5, 2.0, 1e9, "2", 2.0},
		"Timestamp": {"2026-01-01T00:00:00Z", "2026-01-02T01:00:00+01:00", "2026-01-02T00:00:00.001Z", "2026-01-02", "2026-01-02T00:00:00Z"},
	}
	for name, v := range types {
		for sign, want := range map[string]string{"Equals": "=", "LessThan": "<", "GreaterThan": ">", "LessThanEquals": "<=", "GreaterThanEquals": ">="} {
			for mark, value := range map[string]any{"<": v.low, "=": v.same, ">": v.high, "?": v.other, "∅": nil} {
				for _, path := range []string{"", "Path"} {
					if got := holds(t, name+sign+path, value, v.operand); got != strings.Contains(want, mark) {
						t.Errorf("%v %s %v is %v", value, name+sign+path, v.operand, got)
					}
				}
			}
		}
		c, _ := jsonpath.LookupComparison(name + "Equals")
		if _, ok := c.Prepare(v.other); ok || c.Path || c.Want == "" {
			t.Errorf("%s takes %v", c.Name, v.other)
		}
	}
}

func TestTypesAndBooleans(t *testing.T) {
	t.Parallel()
	list := []any{}
	for _, c := range []struct {
		operator string
		value    any
		want     bool
	}{
		{"BooleanEquals", true, true}, {"BooleanEquals", false, false}, {"BooleanEquals", "true", false}, {"BooleanEqualsPath", true, true},
		{"IsPresent", nil, true}, {"IsNull", nil, true}, {"IsNull", list, false}, {"IsString", "", true}, {"IsString", 1.0, false},
		{"IsNumeric", 0.0, true}, {"IsNumeric", "1", false}, {"IsBoolean", false, true}, {"IsBoolean", nil, false},
		{"IsTimestamp", "2026-01-02T03:04:05Z", true}, {"IsTimestamp", "2026-01-02T03:04:05.123456789-07:00", true},
		{"IsTimestamp", "2026-01-02t03:04:05z", false}, {"IsTimestamp", "2026-01-02T03:04:05", false}, {"IsTimestamp", "2026-02-30T00:00:00Z", false},
		{"IsTimestamp", "2026-01-02T03:04:05,5Z", false}, {"IsTimestamp", 5.0, false},
	} {
		if got := holds(t, c.operator, c.value, true); got != c.want {
			t.Errorf("%s of %v is %v", c.operator, c.value, got)
		}
		if strings.HasPrefix(c.operator, "Is") && holds(t, c.operator, c.value, false) == c.want {
			t.Errorf("%s: false of %v is %v too", c.operator, c.value, c.want)
		}
	}
	for _, name := range []string{"", "Path", "Equals", "IsNullPath", "IsPresentPath", "StringMatchesPath", "BooleanLessThan", "StringEqualsPathPath"} {
		if _, ok := jsonpath.LookupComparison(name); ok {
			t.Errorf("%q is an operator", name)
		}
	}
}

func TestStringMatches(t *testing.T) {
	t.Parallel()
	for pattern, c := range map[string]struct{ yes, no []any }{
		"":          {[]any{""}, []any{"a", nil, 1.0}},
		"*":         {[]any{"", "a", "*\n"}, []any{nil}},
		"foo*.log":  {[]any{"foo.log", "foo23.log", "foo.log.log"}, []any{"afoo.log", "foo.logs", "foolog"}},
		"*a*":       {[]any{"a", "bab"}, []any{"", "b"}},
		"a*a":       {[]any{"aa", "aba"}, []any{"a"}},
		`a\*b`:      {[]any{"a*b"}, []any{"axb", `a\*b`}},
		`a\\*`:      {[]any{`a\`, `a\b`}, []any{"a*", "a"}},
		`a\b`:       {[]any{`a\b`}, []any{"ab"}},
		"**x**":     {[]any{"x", "yxy"}, []any{""}},
		`*\**`:      {[]any{"*", "a*b"}, []any{"ab"}},
		"ä*ü":       {[]any{"äöü"}, []any{"äö"}},
		"{*}\"*\"?": {[]any{`{a}"b"?`}, []any{`{a}"b"c`}},
	} {
		for _, v := range c.yes {
			if !holds(t, "StringMatches", v, pattern) {
				t.Errorf("%v does not match %s", v, pattern)
			}
		}
		for _, v := range c.no {
			if holds(t, "StringMatches", v, pattern) {
				t.Errorf("%v matches %s", v, pattern)
			}
		}
	}
}

// slow tries every way to fill the stars.
func slow(pattern, s string) bool {
	switch {
	case pattern == "":
		return s == ""
	case pattern[0] == '*':
		return slow(pattern[1:], s) || s != "" && slow(pattern, s[1:])
	case strings.HasPrefix(pattern, `\*`), strings.HasPrefix(pattern, `\\`):
		pattern = pattern[1:]
	}
	return s != "" && s[0] == pattern[0] && slow(pattern[1:], s[1:])
}

func TestStringMatchesAgreesWithTryingEverything(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(r *rapid.T) {
		pattern := rapid.StringOfN(rapid.RuneFrom([]rune(`ab*\`)), 0, 8, -1).Draw(r, "pattern")
		s := rapid.StringOfN(rapid.RuneFrom([]rune(`ab*\`)), 0, 10, -1).Draw(r, "text")
		if got := holds(t, "StringMatches", s, pattern); got != slow(pattern, s) {
			r.Fatalf("%q on %q: %v", pattern, s, got)
		}
	})
}

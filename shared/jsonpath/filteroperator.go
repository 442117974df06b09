package jsonpath

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/orderloom/orderloom/shared/jsonata"
)

// operators of filters, longer ones before those that they begin with.
var operators = []struct {
	text string
	test func(left, right any) bool
}{
	{"==", equal},
	{"!=", func(l, r any) bool { return !equal(l, r) }},
	{"<=", sorted(func(c int) bool { return c <= 0 })},
	{"<", sorted(func(c int) bool { return c < 0 })},
	{">=", sorted(func(c int) bool { return c >= 0 })},
	{">", sorted(func(c int) bool { return c > 0 })},
	{"=~", func(l, r any) bool { re, ok := r.(*regexp.Regexp); return ok && re.MatchString(plainText(l)) }},
	{"in", among},
	{"nin", func(l, r any) bool { return !among(l, r) }},
	{"subsetof", func(l, r any) bool {
		return every(l, r, func(list []any) bool {
			return !slices.ContainsFunc(list, func(v any) bool { return !among(v, r) })
		})
	}},
	{"anyof", func(l, r any) bool { return every(l, r, func(list []any) bool { return overlap(list, r) }) }},
	{"noneof", func(l, r any) bool { return every(l, r, func(list []any) bool { return !overlap(list, r) }) }},
	{"contains", contains},
	{"size", func(l, r any) bool { n, ok := size(l); return ok && r == float64(n) }},
	{"empty", func(l, r any) bool { n, ok := size(l); return ok && r == (n == 0) }},
}

// equal compares as Jayway does: a number equals a text that reads as it.
func equal(l, r any) bool {
	switch x := l.(type) {
	case float64:
		if text, ok := r.(string); ok {
			n, err := strconv.ParseFloat(text, 64)
			return err == nil && n == x
		}
	case string:
		if _, ok := r.(float64); ok {
			return x == plainText(r)
		}
	case *regexp.Regexp:
		return false
	}
	return !jsonata.IsUndefined(l) && !jsonata.IsUndefined(r) && same(l, r)
}

// sorted compares two numbers or two texts; other pairs have no order.
func sorted(sign func(int) bool) func(l, r any) bool {
	return func(l, r any) bool {
		switch x := l.(type) {
		case float64:
			y, ok := r.(float64)
			return ok && (x < y && sign(-1) || x == y && sign(0) || x > y && sign(1))
		case string:
			y, ok := r.(string)
			return ok && sign(strings.Compare(x, y))
		}
		return false
	}
}

func among(v, list any) bool {
	items, _ := list.([]any)
	return slices.ContainsFunc(items, func(x any) bool { return equal(v, x) })
}

// every is false unless both are arrays.
func every(l, r any, f func(left []any) bool) bool {
	left, ok := l.([]any)
	_, alsoOK := r.([]any)
	return ok && alsoOK && f(left)
}

func overlap(left []any, r any) bool {
	return slices.ContainsFunc(left, func(v any) bool { return among(v, r) })
}

func contains(l, r any) bool {
	if s, ok := l.(string); ok {
		part, ok := r.(string)
		return ok && strings.Contains(s, part)
	}
	return among(r, l)
}

func size(v any) (int, bool) {
	switch x := v.(type) {
	case string:
		return utf8.RuneCountInString(x), true
	case []any:
		return len(x), true
	case *jsonata.Object:
		return x.Len(), true
	}
	return 0, false
}

// plainText is a text itself or a number's digits.
func plainText(v any) string {
	switch x := v.(type) {
	case string:
		return x
	case float64:
		raw, _ := jsonata.Encode(x)
		return string(raw)
	}
	return ""
}

package jsonata

import (
	"math"
	"strings"
	"unicode/utf8"
)

var stringFunctions = []definition{
	{"string", "<x-b?:s>", 1, fnString},
	{"length", "<s-:n>", 1, textFunc(func(_ *run, s string, _ []any) (any, error) {
		return number(float64(utf8.RuneCountInString(s))), nil
	})},
	{"substring", "<s-nn?:s>", 3, textFunc(fnSubstring)},
	{"substringBefore", "<s-s:s>", 2, textFunc(func(_ *run, s string, args []any) (any, error) {
		before, _, _ := strings.Cut(s, textArg(args, 1, "undefined"))
		return before, nil
	})},
	{"substringAfter", "<s-s:s>", 2, textFunc(func(_ *run, s string, args []any) (any, error) {
		if _, after, ok := strings.Cut(s, textArg(args, 1, "undefined")); ok {
			return after, nil
		}
		return s, nil
	})},
	{"uppercase", "<s-:s>", 1, textFunc(func(r *run, s string, _ []any) (any, error) { return upper(s), r.text(len(s)) })},
	{"lowercase", "<s-:s>", 1, textFunc(func(r *run, s string, _ []any) (any, error) { return lower(s), r.text(len(s)) })},
	{"trim", "<s-:s>", 1, textFunc(func(r *run, s string, _ []any) (any, error) { return trim(s), r.text(len(s)) })},
	{"pad", "<s-ns?:s>", 3, textFunc(fnPad)},
	{"join", "<a<s>s?:s>", 2, fnJoin},
}

// textArg is the i-th argument; a missing one is the text that JavaScript
// would take it for.
func textArg(args []any, i int, missing string) string {
	if s, ok := argAt(args, i).(string); ok {
		return s
	}
	return missing
}

func fnString(r *run, _ any, args []any) (any, error) {
	v := argAt(args, 0)
	if IsUndefined(v) {
		return undef, nil
	}
	indent, _ := argAt(args, 1).(bool)
	return textIndented(r, v, indent)
}

// fnSubstring counts characters, not bytes.
func fnSubstring(r *run, s string, args []any) (any, error) {
	n := float64(utf8.RuneCountInString(s))
	start, hasStart := argAt(args, 1).(float64)
	if n+start < 0 {
		start = 0
	}
	end := n
	if length, ok := argAt(args, 2).(float64); ok {
		if length <= 0 || !hasStart {
			return "", nil
		}
		end = start + length
		if start < 0 {
			end += n
		}
	}
	from, to := sliceIndex(start, n), sliceIndex(end, n)
	if from >= to {
		return "", nil
	}
	return runeSlice(s, from, to), r.text(len(s))
}

// sliceIndex is how JavaScript's slice reads an index into n items.
func sliceIndex(f, n float64) int {
	f = math.Trunc(f)
	if f < 0 {
		f = max(f+n, 0)
	}
	return int(min(f, n))
}

func runeSlice(s string, from, to int) string {
	start, i := len(s), 0
	for pos := range s {
		if i == from {
			start = pos
		}
		if i == to {
			return s[start:pos]
		}
		i++
	}
	return s[start:]
}

func trim(s string) string {
	fields := strings.FieldsFunc(s, func(c rune) bool { return c == ' ' || c == '\t' || c == '\n' || c == '\r' })
	return strings.Join(fields, " ")
}

func fnPad(r *run, s string, args []any) (any, error) {
	width, ok := argAt(args, 1).(float64)
	if !ok {
		return s, nil
	}
	char := textArg(args, 2, "")
	if char == "" {
		char = " "
	}
	missing := math.Abs(width) - float64(utf8.RuneCountInString(s))
	if missing <= 0 {
		return s, nil
	}
	if missing != math.Trunc(missing) {
		return nil, failAt("T0410", -1, "pad", 2)
	}
	times := math.Ceil(missing / float64(utf8.RuneCountInString(char)))
	if times*float64(len(char)) > float64(r.limits.Text) {
		return nil, failToken(CodeTooLarge, "string")
	}
	padding := strings.Repeat(char, int(times))
	if len(char) > 1 {
		padding = runeSlice(padding, 0, int(missing))
	}
	if width > 0 {
		s += padding
	} else {
		s = padding + s
	}
	return s, r.text(len(s))
}

func fnJoin(r *run, _ any, args []any) (any, error) {
	items, ok := itemsOf(argAt(args, 0))
	if !ok {
		return undef, nil
	}
	sep := textArg(args, 1, "")
	size := 0
	for _, item := range items {
		s, _ := item.(string)
		size += len(s) + len(sep)
	}
	if err := r.text(size); err != nil {
		return nil, err
	}
	if err := r.tick(len(items) / itemsPerStep); err != nil {
		return nil, err
	}
	var b strings.Builder
	b.Grow(size)
	for i, item := range items {
		if i > 0 {
			b.WriteString(sep)
		}
		s, _ := item.(string)
		b.WriteString(s)
	}
	return b.String(), nil
}

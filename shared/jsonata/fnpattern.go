package jsonata

import (
	"math"
	"strings"
	"unicode/utf8"
)

var patternFunctions = []definition{
	{"match", "<s-f<s:o>n?:a<o>>", 3, textFunc(fnMatch)},
	{"contains", "<s-(sf):b>", 2, textFunc(fnContains)},
	{"replace", "<s-(sf)(sf)n?:s>", 4, textFunc(fnReplace)},
	{"split", "<s-(sf)n?:a<s>>", 3, textFunc(fnSplit)},
}

// firstMatch asks a regular expression or a matcher function; nil for none.
func firstMatch(r *run, s string, pattern any) (*match, error) {
	f := pattern.(*function)
	if f.regex != nil {
		return f.regex.first(r, s)
	}
	v, err := apply(r, f, []any{s}, nil)
	if err != nil {
		return nil, err
	}
	return givenMatch(r, s, collapse(v))
}

// givenMatch reads what a matcher function returned; its positions are UTF-16
// units.
func givenMatch(r *run, s string, v any) (*match, error) {
	if IsUndefined(v) {
		return nil, nil
	}
	o, ok := v.(*Object)
	if !ok {
		return nil, failValue("T1010", v)
	}
	get := func(key string) any {
		if v, ok := o.Get(key); ok {
			return v
		}
		return undef
	}
	text, okText := get("match").(string)
	start, okStart := get("start").(float64)
	end, okEnd := get("end").(float64)
	groups, okGroups := itemsOf(get("groups"))
	next, okNext := get("next").(*function)
	if !okText || !okStart || !okEnd || !okGroups || !okNext {
		return nil, failValue("T1010", v)
	}
	m := &match{text: text, start: unitOffset(s, start), end: unitOffset(s, end), groups: groups}
	m.from, m.to = units(s[:m.start]), units(s[:m.end])
	m.next = func() (*match, error) {
		if err := r.tick(1 + len(s)/bytesPerStep); err != nil {
			return nil, err
		}
		v, err := apply(r, next, nil, nil)
		if err != nil {
			return nil, err
		}
		return givenMatch(r, s, collapse(v))
	}
	return m, nil
}

// unitOffset is the byte offset of a position in UTF-16 units, kept inside s.
func unitOffset(s string, unit float64) int {
	n := 0.0
	for pos, c := range s {
		if n >= unit {
			return pos
		}
		if n++; c > 0xFFFF {
			n++
		}
	}
	return len(s)
}

func fnContains(r *run, s string, args []any) (any, error) {
	if IsUndefined(argAt(args, 1)) {
		return nil, failAt("T0410", -1, "", 2)
	}
	if token, ok := args[1].(string); ok {
		return strings.Contains(s, token), nil
	}
	m, err := firstMatch(r, s, args[1])
	return m != nil, err
}

func fnMatch(r *run, s string, args []any) (any, error) {
	limit, err := limitArg(args, 2, "D3040")
	if err != nil {
		return nil, err
	}
	out := newSeq()
	if limit == 0 {
		return out, nil
	}
	m, err := firstMatch(r, s, args[1])
	for err == nil && m != nil && (limit < 0 || float64(len(out.items)) < limit) {
		o := newObjectSize(3)
		o.put("match", m.text)
		o.put("index", number(float64(m.from)))
		o.put("groups", plain(m.groups))
		out.items = append(out.items, o)
		if err = r.grow(itemsPerStep, len(out.items)); err == nil {
			m, err = m.next()
		}
	}
	return out, err
}

func fnSplit(r *run, s string, args []any) (any, error) {
	limit, err := limitArg(args, 2, "D3020")
	if err != nil || limit == 0 {
		return plain(nil), err
	}
	if IsUndefined(argAt(args, 1)) {
		return nil, failAt("T0410", -1, "", 2)
	}
	if sep, ok := args[1].(string); ok {
		return splitText(r, s, sep, limit)
	}
	m, err := firstMatch(r, s, args[1])
	var out []any
	start := 0
	for err == nil && m != nil && (limit < 0 || float64(len(out)) < limit) {
		out = append(out, s[min(start, m.start):m.start])
		start = m.end
		if err = r.grow(itemsPerStep, len(out)); err == nil {
			m, err = m.next()
		}
	}
	if limit < 0 || float64(len(out)) < limit {
		out = append(out, s[start:])
	}
	return plain(out), err
}

func splitText(r *run, s, sep string, limit float64) (any, error) {
	n := -1
	if limit >= 0 {
		n = int(math.Mod(limit, 1<<32)) // JavaScript's split counts in 32 bits
	}
	if err := r.room(min(len(s), strings.Count(s, sep))); err != nil {
		return nil, err
	}
	out := []any{}
	for n < 0 || len(out) < n {
		if sep == "" {
			if s == "" {
				break
			}
			_, size := utf8.DecodeRuneInString(s)
			out = append(out, s[:size])
			s = s[size:]
			continue
		}
		before, after, found := strings.Cut(s, sep)
		out = append(out, before)
		if !found {
			break
		}
		s = after
	}
	return plain(out), nil
}

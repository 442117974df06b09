package jsonata

import (
	"regexp"
	"unicode/utf8"
)

// regex is a regular expression literal.
type regex struct {
	source string
	re     *regexp.Regexp
	// later finds a match behind the first character of a text, so that what
	// stands before a position still counts for ^ and \b.
	later *regexp.Regexp
}

func (c *compiler) regex(n *node) (evaluator, error) {
	flags, _ := n.value.(string)
	pattern, err := translateRegex(n.text, flags)
	if err != nil {
		return nil, at(err, n.pos, "")
	}
	re, err := regexp.Compile(pattern)
	if err != nil {
		return nil, n.pos.fail(CodeRegex, "/"+n.text+"/", nil)
	}
	later, err := regexp.Compile(`\A(?s:.)(?s:.*?)(` + pattern + `)`)
	if err != nil {
		return nil, n.pos.fail(CodeRegex, "/"+n.text+"/", nil)
	}
	rx := &regex{source: n.text, re: re, later: later}
	return &literal{&function{arity: 2, regex: rx, native: rx.call}}, nil
}

// find returns the match at or behind byte offset from as index pairs: of the
// match and of its groups; nil if there is none.
func (x *regex) find(s string, from int) []int {
	if from == 0 {
		return x.re.FindStringSubmatchIndex(s)
	}
	_, size := utf8.DecodeLastRuneInString(s[:from])
	base := from - size
	m := x.later.FindStringSubmatchIndex(s[base:])
	if m == nil {
		return nil
	}
	m = m[2:]
	for i := range m {
		if m[i] >= 0 {
			m[i] += base
		}
	}
	return m
}

// match is one match of a regular expression or of a matcher function.
type match struct {
	text       string
	start, end int // byte offsets
	groups     []any
	next       func() (*match, error)
}

func (x *regex) first(r *run, s string) (*match, error) { return x.from(r, s, 0, true) }

func (x *regex) from(r *run, s string, pos int, isFirst bool) (*match, error) {
	if err := r.text(len(s) - pos); err != nil {
		return nil, err
	}
	if err := r.tick(1); err != nil {
		return nil, err
	}
	at := x.find(s, pos)
	if at == nil {
		return nil, nil
	}
	m := &match{text: s[at[0]:at[1]], start: at[0], end: at[1], groups: []any{}}
	if m.text == "" && !isFirst {
		return nil, failValue("D1004", x.source)
	}
	for i := 2; i < len(at); i += 2 {
		if at[i] < 0 {
			m.groups = append(m.groups, undef)
		} else {
			m.groups = append(m.groups, s[at[i]:at[i+1]])
		}
	}
	m.next = func() (*match, error) {
		if m.end >= len(s) {
			return nil, nil
		}
		return x.from(r, s, m.end, false)
	}
	return m, nil
}

// call makes the literal usable as a function of a string.
func (x *regex) call(r *run, _ any, args []any) (any, error) {
	s, ok := argAt(args, 0).(string)
	if !ok {
		return undef, nil
	}
	m, err := x.first(r, s)
	if m == nil || err != nil {
		return undef, err
	}
	return m.object(s), nil
}

// object is what a matcher function returns; positions count UTF-16 units.
func (m *match) object(s string) *Object {
	o := newObjectSize(5)
	o.put("match", m.text)
	o.put("start", number(float64(units(s[:m.start]))))
	o.put("end", number(float64(units(s[:m.end]))))
	o.put("groups", plain(m.groups))
	o.put("next", &function{native: func(*run, any, []any) (any, error) {
		n, err := m.next()
		if n == nil || err != nil {
			return undef, err
		}
		return n.object(s), nil
	}})
	return o
}

// units is the length of s in UTF-16 code units.
func units(s string) int {
	n := 0
	for _, c := range s {
		if n++; c > 0xFFFF {
			n++
		}
	}
	return n
}

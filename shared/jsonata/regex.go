package jsonata

import (
	"io"
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
	size  int // of the program, which bounds the work for a character
}

// maxRegexes bounds the programs of the regular expressions of one expression
// together: a short pattern such as (a{30}){30} makes a long one.
const maxRegexes = 50_000

func (c *compiler) regex(n *node) (evaluator, error) {
	flags, _ := n.value.(string)
	pattern, size, err := translateRegex(n.text, flags)
	if err != nil {
		return nil, at(err, n.pos, "")
	}
	if c.regexes += size; c.regexes > maxRegexes {
		return nil, n.pos.fail(CodeTooLarge, "/"+n.text+"/", nil)
	}
	re, err := regexp.Compile(pattern)
	if err != nil {
		return nil, n.pos.fail(CodeRegex, "/"+n.text+"/", nil)
	}
	later, err := regexp.Compile(`\A(?s:.)(?s:.*?)(` + pattern + `)`)
	if err != nil {
		return nil, n.pos.fail(CodeRegex, "/"+n.text+"/", nil)
	}
	rx := &regex{source: n.text, re: re, later: later, size: size}
	return &literal{&function{arity: 2, regex: rx, native: rx.call}}, nil
}

// find returns the match at or behind byte offset from as index pairs: of the
// match and of its groups; nil if there is none.
func (x *regex) find(r *run, s string, from int) ([]int, error) {
	if from == 0 {
		return x.search(r, x.re, s)
	}
	_, size := utf8.DecodeLastRuneInString(s[:from])
	base := from - size
	m, err := x.search(r, x.later, s[base:])
	if m == nil || err != nil {
		return nil, err
	}
	m = m[2:]
	for i := range m {
		if m[i] >= 0 {
			m[i] += base
		}
	}
	return m, nil
}

// maxUnwatched is for how many characters, times the size of the program, a
// search goes on without being watched, which is faster.
const maxUnwatched = 1 << 14

func (x *regex) search(r *run, re *regexp.Regexp, s string) ([]int, error) {
	if work := len(s) * x.size; work <= maxUnwatched {
		return re.FindStringSubmatchIndex(s), r.tick(1 + work>>8)
	}
	w := watched{run: r, text: s, cost: 1 + x.size>>2}
	m := re.FindReaderSubmatchIndex(&w)
	return m, w.err
}

// watched hands a text to a search and counts what is read of it; it ends the
// text where the evaluation has to end.
type watched struct {
	run  *run
	text string
	pos  int
	read int
	cost int // steps for each bytesPerStep characters
	err  error
}

func (w *watched) ReadRune() (rune, int, error) {
	if w.read%bytesPerStep == 0 && w.err == nil {
		w.err = w.run.tick(w.cost)
	}
	if w.err != nil || w.pos == len(w.text) {
		return 0, 0, io.EOF
	}
	c, size := utf8.DecodeRuneInString(w.text[w.pos:])
	w.pos += size
	w.read++
	return c, size, nil
}

// match is one match of a regular expression or of a matcher function.
type match struct {
	text       string
	start, end int // byte offsets
	from, to   int // the same in UTF-16 units
	groups     []any
	next       func() (*match, error)
}

func (x *regex) first(r *run, s string) (*match, error) { return x.from(r, s, &match{}) }

// from finds the match behind another one; that of first is empty.
func (x *regex) from(r *run, s string, before *match) (*match, error) {
	at, err := x.find(r, s, before.end)
	if at == nil || err != nil {
		return nil, err
	}
	m := &match{text: s[at[0]:at[1]], start: at[0], end: at[1], groups: []any{}}
	if m.text == "" && before.next != nil {
		return nil, failValue("D1004", x.source)
	}
	m.from = before.to + units(s[before.end:m.start])
	m.to = m.from + units(m.text)
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
		return x.from(r, s, m)
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
	return m.object(), nil
}

// object is what a matcher function returns; positions count UTF-16 units.
func (m *match) object() *Object {
	o := newObjectSize(5)
	o.put("match", m.text)
	o.put("start", number(float64(m.from)))
	o.put("end", number(float64(m.to)))
	o.put("groups", plain(m.groups))
	o.put("next", &function{native: func(*run, any, []any) (any, error) {
		n, err := m.next()
		if n == nil || err != nil {
			return undef, err
		}
		return n.object(), nil
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

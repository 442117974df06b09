package policy

import (
	"errors"
	"fmt"
	"regexp"
	"strings"
	"unicode/utf8"
)

// pattern is what matches asks: a regular expression for the whole text, in the
// subset that means the same in RE2, in JavaScript and in Java, whether they
// count in characters or in UTF-16 units.
type pattern struct {
	source string // for any of these engines
	re     *regexp.Regexp
}

// Bounds of patterns.
const (
	maxPattern = 200 // characters
	maxRepeat  = 100 // of {n,m}
)

// parsePattern reads a pattern: literal characters, escaped punctuation, ".",
// classes with ranges and negation, \d and \w (ASCII), groups, alternatives and
// greedy repetition.
//
// What matches characters beyond U+FFFF ("." and negated classes) can only be
// repeated freely, and never such that a character could be split between two
// of them: an engine that counts UTF-16 units would do that.
func parsePattern(text string) (*pattern, error) {
	if utf8.RuneCountInString(text) > maxPattern {
		return nil, fmt.Errorf("it has more than %d characters", maxPattern)
	}
	// The pattern is for the whole text anyway.
	s := strings.TrimPrefix(text, "^")
	if strings.HasSuffix(s, "$") && !strings.HasSuffix(s, `\$`) {
		s = strings.TrimSuffix(s, "$")
	}
	p := patternReader{rest: []rune(s)}
	if _, err := p.alternatives(); err != nil {
		return nil, err
	}
	if len(p.rest) > 0 {
		return nil, errors.New(`a ")" closes no group`)
	}
	source := "^(?:" + p.out.String() + ")$"
	re, err := regexp.Compile(source)
	if err != nil {
		return nil, errors.New("its repetitions are too large")
	}
	return &pattern{source, re}, nil
}

type patternReader struct {
	rest []rune
	out  strings.Builder
}

// shape is what a part of a pattern is to its neighbors.
type shape struct {
	empty       bool // it can match nothing
	left, right bool // it can begin, or end, with a character beyond U+FFFF that it cannot do without
	wide        bool // one character, beyond U+FFFF too, and not repeated yet
	endless     bool // it has * or +
}

var errSplit = errors.New(`two parts next to each other both need at least one of any character | Write * for one of them, or state the characters: [A-Za-z0-9]`)

func (p *patternReader) peek() rune {
	if len(p.rest) == 0 {
		return 0
	}
	return p.rest[0]
}

func (p *patternReader) next() rune {
	c := p.peek()
	if len(p.rest) > 0 {
		p.rest = p.rest[1:]
	}
	return c
}

func (p *patternReader) alternatives() (shape, error) {
	all, err := p.sequence()
	for err == nil && p.peek() == '|' {
		p.out.WriteRune(p.next())
		var s shape
		s, err = p.sequence()
		all = shape{empty: all.empty || s.empty, left: all.left || s.left, right: all.right || s.right, endless: all.endless || s.endless}
	}
	return all, err
}

func (p *patternReader) sequence() (shape, error) {
	all := shape{empty: true}
	for len(p.rest) > 0 && p.peek() != '|' && p.peek() != ')' {
		s, err := p.repeated()
		if err != nil {
			return all, err
		}
		if all.right && s.left {
			return all, errSplit
		}
		all = shape{
			empty: all.empty && s.empty, left: all.left || all.empty && s.left, right: s.right || s.empty && all.right,
			endless: all.endless || s.endless,
		}
	}
	return all, nil
}

func (p *patternReader) repeated() (shape, error) {
	s, err := p.atom()
	if err != nil {
		return s, err
	}
	switch c := p.peek(); {
	case c == '*' || c == '+':
		p.out.WriteRune(p.next())
		s, err = s.endlessly(c == '*')
	case s.wide:
		return s, errors.New(`"." and [^…] must be followed by * or + | State the characters to count them: [A-Za-z0-9]{3}`)
	case c == '?':
		p.out.WriteRune(p.next())
		s.empty = true
	case c == '{':
		s, err = p.counted(s)
	}
	if next := p.peek(); err == nil && (next == '*' || next == '+' || next == '?' || next == '{') {
		err = fmt.Errorf("%q follows a repetition", next)
	}
	return s, err
}

func (s shape) endlessly(orNone bool) (shape, error) {
	switch {
	case s.endless:
		return s, errors.New("a repetition without end stands inside another one")
	case s.wide && orNone:
		return shape{empty: true, endless: true}, nil
	case s.wide:
		return shape{left: true, right: true, endless: true}, nil
	}
	s.empty, s.endless = s.empty || orNone, true
	return s, nil
}

var counts = regexp.MustCompile(`^\{(\d{1,3})(,(\d{0,3}))?\}`)

func (p *patternReader) counted(s shape) (shape, error) {
	m := counts.FindStringSubmatch(string(p.rest))
	if m == nil {
		return s, errors.New(`"{" begins no repetition such as {2,5} | Write \{ for the character`)
	}
	low, high := number(m[1]), number(m[3])
	if m[2] == "" {
		high = low
	}
	open := m[2] == ","
	if low > maxRepeat || high > maxRepeat || !open && high < low {
		return s, fmt.Errorf("%s is not a repetition of up to %d times", m[0], maxRepeat)
	}
	if s.endless && (open || high > 1) {
		return s, errors.New("a repetition without end stands inside another one")
	}
	p.out.WriteString(m[0])
	p.rest = p.rest[len([]rune(m[0])):]
	s.empty, s.endless = s.empty || low == 0, s.endless || open
	return s, nil
}

func number(digits string) (n int) {
	for _, d := range digits {
		n = 10*n + int(d-'0')
	}
	return n
}

package policy

import (
	"errors"
	"fmt"
	"strings"
)

// atom reads one character, class or group.
func (p *patternReader) atom() (shape, error) {
	switch c := p.next(); c {
	case '(':
		return p.group()
	case '[':
		return p.class()
	case '.':
		p.out.WriteString(`[^\n]`)
		return shape{wide: true}, nil
	case '\\':
		e := p.next()
		if e == 'd' || e == 'w' {
			p.out.WriteString("[" + asciiClass(e) + "]")
			return shape{}, nil
		}
		return shape{}, p.escaped(e)
	case '*', '+', '?':
		return shape{}, fmt.Errorf("%q repeats nothing", c)
	case '{', '}', ']':
		return shape{}, fmt.Errorf(`%q stands for itself only as \%c`, c, c)
	case '^', '$':
		return shape{}, fmt.Errorf(`%q can only stand at the beginning or the end: the pattern is for the whole text`, c)
	default:
		return shape{}, p.literal(c)
	}
}

// asciiClass is what \d and \w stand for.
func asciiClass(e rune) string {
	if e == 'd' {
		return "0-9"
	}
	return "A-Za-z0-9_"
}

func (p *patternReader) escaped(e rune) error {
	if e <= ' ' || e > '~' || isWord(e) {
		return errors.New(`only punctuation, \d and \w can follow a backslash`)
	}
	return p.literal(e)
}

// literal writes a character; punctuation in a form that means itself wherever
// it stands, also to those who read the expression around the pattern.
func (p *patternReader) literal(c rune) error {
	switch {
	case isWord(c) || c == ' ':
		p.out.WriteRune(c)
	case c > ' ' && c <= '~':
		fmt.Fprintf(&p.out, `\x%02x`, c)
	case c < 0xa0 || c > 0xffff || c == '\u2028' || c == '\u2029' || c == '\ufeff':
		return fmt.Errorf("the character U+%04X cannot stand in a pattern", c)
	default:
		p.out.WriteRune(c)
	}
	return nil
}

func isWord(c rune) bool {
	return c == '_' || c >= '0' && c <= '9' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z'
}

func (p *patternReader) group() (shape, error) {
	if p.peek() == '?' {
		if !strings.HasPrefix(string(p.rest), "?:") {
			return shape{}, errors.New("of groups that begin with (? only (?: can be used")
		}
		p.rest = p.rest[2:]
	}
	p.out.WriteString("(?:")
	s, err := p.alternatives()
	if err != nil {
		return s, err
	}
	if p.next() != ')' {
		return s, errors.New(`a "(" is not closed`)
	}
	p.out.WriteByte(')')
	if c := p.peek(); s.left && s.right && (c == '*' || c == '+' || c == '{') {
		return s, errSplit
	}
	return s, nil
}

// class reads what follows "[".
func (p *patternReader) class() (shape, error) {
	p.out.WriteByte('[')
	var s shape
	if p.peek() == '^' {
		s.wide = true
		p.out.WriteRune(p.next())
	}
	if p.peek() == ']' {
		return s, errors.New("a class is empty")
	}
	for p.peek() != ']' {
		if err := p.member(); err != nil {
			return s, err
		}
	}
	p.next()
	p.out.WriteByte(']')
	return s, nil
}

// member reads a character of a class, a range, \d or \w.
func (p *patternReader) member() error {
	from, set, err := p.single()
	if err != nil || set {
		return err
	}
	if len(p.rest) < 2 || p.peek() != '-' || p.rest[1] == ']' {
		return p.literal(from)
	}
	p.next()
	to, set, err := p.single()
	switch {
	case err != nil:
		return err
	case set || to < from:
		return errors.New("a range of characters ends before it begins")
	}
	if err := p.literal(from); err != nil {
		return err
	}
	p.out.WriteByte('-')
	return p.literal(to)
}

// single reads one character of a class; set when it was \d or \w, which are
// written at once.
func (p *patternReader) single() (c rune, set bool, err error) {
	switch c = p.next(); c {
	case 0:
		return c, false, errors.New(`a "[" is not closed`)
	case '[', '^':
		return c, false, fmt.Errorf(`in a class %q stands for itself only as \%c`, c, c)
	case '\\':
		c = p.next()
		if c == 'd' || c == 'w' {
			p.out.WriteString(asciiClass(c))
			return c, true, nil
		}
		if c <= ' ' || c > '~' || isWord(c) {
			return c, false, errors.New(`only punctuation, \d and \w can follow a backslash`)
		}
	}
	return c, false, nil
}

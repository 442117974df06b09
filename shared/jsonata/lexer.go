package jsonata

import (
	"math"
	"strconv"
	"strings"
)

// lexer cuts a source text into tokens on demand, because "/" starts a regular
// expression or divides depending on what the parser expects.
type lexer struct {
	src string
	pos int
}

// next returns the next token. afterOperand says that an infix operator may
// follow, so that "/" divides.
func (l *lexer) next(afterOperand bool) (t token, err error) {
	if err = l.skip(); err != nil {
		return t, err
	}
	start := l.pos
	t, err = l.token(afterOperand)
	t.pos = place{start, l.pos}
	return t, err
}

// token reads the token that starts here.
func (l *lexer) token(afterOperand bool) (token, error) {
	start := l.pos
	if start >= len(l.src) {
		return token{kind: tokEnd}, nil
	}
	c := l.src[start]
	switch {
	case c == '/' && !afterOperand:
		return l.regex()
	case isOperatorByte(c):
		return l.operator(), nil
	case c == '"' || c == '\'':
		return l.str(c)
	case c >= '0' && c <= '9':
		return l.number()
	case c == '`':
		end := strings.IndexByte(l.src[start+1:], '`')
		if end < 0 {
			return token{}, place{start, len(l.src)}.fail("S0105", "`", nil)
		}
		l.pos = start + end + 2
		return token{kind: tokName, text: l.src[start+1 : l.pos-1]}, nil
	}
	return l.word(), nil
}

func (l *lexer) skip() error {
	for l.pos < len(l.src) {
		switch c := l.src[l.pos]; {
		case isSpace(c):
			l.pos++
		case c == '/' && strings.HasPrefix(l.src[l.pos:], "/*"):
			end := strings.Index(l.src[l.pos+2:], "*/")
			if end < 0 {
				return place{l.pos, l.pos}.fail("S0106", "/*", nil)
			}
			l.pos += end + 4
		default:
			return nil
		}
	}
	return nil
}

func (l *lexer) operator() token {
	start, n := l.pos, 1
	if start+2 <= len(l.src) {
		switch l.src[start : start+2] {
		case "..", ":=", "!=", ">=", "<=", "**", "~>":
			n = 2
		}
	}
	l.pos += n
	return token{kind: tokOperator, text: l.src[start:l.pos]}
}

func (l *lexer) number() (token, error) {
	start, i, s := l.pos, l.pos, l.src
	digits := func() bool {
		from := i
		for i < len(s) && s[i] >= '0' && s[i] <= '9' {
			i++
		}
		return i > from
	}
	if s[i] == '0' {
		i++
	} else {
		digits()
	}
	if mark := i; i < len(s) && s[i] == '.' {
		i++
		if !digits() {
			i = mark
		}
	}
	if mark := i; i < len(s) && (s[i] == 'e' || s[i] == 'E') {
		i++
		if i < len(s) && (s[i] == '+' || s[i] == '-') {
			i++
		}
		if !digits() {
			i = mark
		}
	}
	f, _ := strconv.ParseFloat(s[start:i], 64)
	if math.IsInf(f, 0) {
		return token{}, place{start, start}.fail("S0102", s[start:i], nil)
	}
	l.pos = i
	return token{kind: tokNumber, text: s[start:i], value: number(f)}, nil
}

// word reads a name, a variable, a literal word or a word operator.
func (l *lexer) word() token {
	start, i := l.pos, l.pos
	for i < len(l.src) && !isSpace(l.src[i]) && !isOperatorByte(l.src[i]) {
		i++
	}
	l.pos = i
	w := l.src[start:i]
	t := token{kind: tokName, text: w}
	switch w {
	case "and", "or", "in":
		t.kind = tokOperator
	case "true":
		t.kind, t.value = tokValue, true
	case "false":
		t.kind, t.value = tokValue, false
	case "null":
		t.kind = tokValue
	default:
		if w[0] == '$' {
			t.kind, t.text = tokVariable, w[1:]
		}
	}
	return t
}

// regex reads a regular expression literal: a slash inside brackets or behind a
// backslash does not end it.
func (l *lexer) regex() (token, error) {
	start, s, depth := l.pos, l.src, 0
	for i := start + 1; i < len(s); i++ {
		escaped := s[i-1] == '\\'
		switch c := s[i]; c {
		case '/':
			if depth != 0 || backslashes(s[start+1:i])%2 == 1 {
				continue
			}
			if i == start+1 {
				return token{}, place{start, i}.fail("S0301", "/", nil)
			}
			l.pos = i + 1
			for l.pos < len(s) && (s[l.pos] == 'i' || s[l.pos] == 'm') {
				l.pos++
			}
			return token{kind: tokRegex, text: s[start+1 : i], value: s[i+1 : l.pos]}, nil
		case '(', '[', '{':
			if !escaped {
				depth++
			}
		case ')', ']', '}':
			if !escaped {
				depth--
			}
		}
	}
	return token{}, place{start, len(s)}.fail("S0302", "/", nil)
}

func backslashes(s string) int {
	return len(s) - len(strings.TrimRight(s, `\`))
}

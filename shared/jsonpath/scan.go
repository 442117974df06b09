package jsonpath

import (
	"fmt"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// scanner reads the text of an expression.
type scanner struct {
	src   string
	pos   int
	calls int // intrinsic functions so far

	inFilter bool
	depth    int // of conditions in filters
}

func (s *scanner) fail(at int, format string, args ...any) *Error {
	return &Error{Code: CodeSyntax, Message: fmt.Sprintf(format, args...), Position: at, Path: s.src}
}

// peek is the next byte, 0 at the end.
func (s *scanner) peek() byte {
	if s.pos < len(s.src) {
		return s.src[s.pos]
	}
	return 0
}

// take moves past text if it comes next.
func (s *scanner) take(text string) bool {
	if strings.HasPrefix(s.src[s.pos:], text) {
		s.pos += len(text)
		return true
	}
	return false
}

func (s *scanner) space() {
	for s.pos < len(s.src) && (s.src[s.pos] == ' ' || s.src[s.pos] == '\t' || s.src[s.pos] == '\n') {
		s.pos++
	}
}

// found names what comes next, for messages.
func (s *scanner) found() string {
	if s.pos >= len(s.src) {
		return "the end"
	}
	r, _ := utf8.DecodeRuneInString(s.src[s.pos:])
	return strconv.QuoteRune(r)
}

// ends are the characters that a key behind a dot cannot have without a
// backslash before them.
const ends = ".[](),'\"=<>! \t\n"

// key reads the key behind a dot.
func (s *scanner) key() (string, *Error) {
	start := s.pos
	var b strings.Builder
	stop := ends
	if s.inFilter {
		stop += "&|"
	}
	for s.pos < len(s.src) && !strings.ContainsRune(stop, rune(s.src[s.pos])) {
		if s.src[s.pos] == '\\' {
			if s.pos++; s.pos >= len(s.src) {
				return "", s.fail(start, "the backslash at the end has nothing behind it")
			}
		}
		r, n := utf8.DecodeRuneInString(s.src[s.pos:])
		b.WriteRune(r)
		s.pos += n
	}
	if s.pos == start {
		return "", s.fail(start, "a key is expected, not %s; keys with special characters are written as ['…']", s.found())
	}
	return b.String(), nil
}

// quoted reads a key in quotes. A backslash stands before the quote that would
// end the key and before another backslash; before anything else AWS takes it
// for a part of the key.
func (s *scanner) quoted() (string, *Error) {
	start, quote := s.pos, s.src[s.pos]
	var b strings.Builder
	for s.pos++; s.pos < len(s.src); s.pos++ {
		switch c := s.src[s.pos]; {
		case c == quote:
			s.pos++
			return b.String(), nil
		case c == '\\' && s.pos+1 < len(s.src) && (s.src[s.pos+1] == quote || s.src[s.pos+1] == c):
			s.pos++
			b.WriteByte(s.src[s.pos])
		default:
			b.WriteByte(c)
		}
	}
	return "", s.fail(start, "the quote is not closed")
}

// whole reads an index.
func (s *scanner) whole() (int, *Error) {
	start := s.pos
	if s.peek() == '-' {
		s.pos++
	}
	for c := s.peek(); c >= '0' && c <= '9'; c = s.peek() {
		s.pos++
	}
	n, err := strconv.Atoi(s.src[start:s.pos])
	if err != nil || s.pos-start > 10 {
		return 0, s.fail(start, "an index is expected, not %q", s.src[start:s.pos])
	}
	return n, nil
}

// variableName reads the name behind a dollar sign, "" when there is none.
func (s *scanner) variableName() string {
	start := s.pos
	for s.pos < len(s.src) {
		r, n := utf8.DecodeRuneInString(s.src[s.pos:])
		first := unicode.In(r, unicode.L, unicode.Nl) || r == '_'
		if !first && (s.pos == start || !unicode.In(r, unicode.Mn, unicode.Mc, unicode.Nd, unicode.Pc)) {
			break
		}
		s.pos += n
	}
	return s.src[start:s.pos]
}

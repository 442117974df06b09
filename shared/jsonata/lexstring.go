package jsonata

import (
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

// str reads a string literal. A lone surrogate, which UTF-8 cannot hold,
// becomes U+FFFD.
func (l *lexer) str(quote byte) (token, error) {
	start, s := l.pos, l.src
	var b strings.Builder
	for i := start + 1; i < len(s); {
		c := s[i]
		switch {
		case c == quote:
			l.pos = i + 1
			return token{kind: tokString, text: s[start:l.pos], value: b.String()}, nil
		case c != '\\':
			b.WriteByte(c)
			i++
		default:
			n, err := unescape(&b, s, i)
			if err != nil {
				return token{}, err
			}
			i += n
		}
	}
	return token{}, place{start, len(s)}.fail("S0101", string(quote), nil)
}

// unescape writes what the escape at s[i] stands for and returns its length.
func unescape(b *strings.Builder, s string, i int) (int, error) {
	if i+1 >= len(s) {
		return 1, nil
	}
	switch c := s[i+1]; c {
	case '"', '\\', '/':
		b.WriteByte(c)
	case 'b':
		b.WriteByte('\b')
	case 'f':
		b.WriteByte('\f')
	case 'n':
		b.WriteByte('\n')
	case 'r':
		b.WriteByte('\r')
	case 't':
		b.WriteByte('\t')
	case 'u':
		return unescapeUnicode(b, s, i)
	default:
		_, n := utf8.DecodeRuneInString(s[i+1:])
		return 0, place{i, i + 1}.fail("S0103", s[i+1:i+1+n], nil)
	}
	return 2, nil
}

func unescapeUnicode(b *strings.Builder, s string, i int) (int, error) {
	r, ok := hex4(s, i+2)
	if !ok {
		return 0, place{i, i + 1}.fail("S0104", "\\u", nil)
	}
	if utf16.IsSurrogate(r) && strings.HasPrefix(s[i+6:], `\u`) {
		if low, ok := hex4(s, i+8); ok {
			if pair := utf16.DecodeRune(r, low); pair != utf8.RuneError {
				b.WriteRune(pair)
				return 12, nil
			}
		}
	}
	b.WriteRune(r) // a lone surrogate is written as U+FFFD
	return 6, nil
}

// hex4 reads four hexadecimal digits at s[i].
func hex4(s string, i int) (rune, bool) {
	if i+4 > len(s) {
		return 0, false
	}
	var r rune
	for _, c := range []byte(s[i : i+4]) {
		switch {
		case c >= '0' && c <= '9':
			c -= '0'
		case c >= 'a' && c <= 'f':
			c -= 'a' - 10
		case c >= 'A' && c <= 'F':
			c -= 'A' - 10
		default:
			return 0, false
		}
		r = r<<4 | rune(c)
	}
	return r, true
}

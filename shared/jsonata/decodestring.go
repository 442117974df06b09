package jsonata

import (
	"strings"
	"unicode/utf8"
)

// str reads a string; the common one without escapes is a part of the input.
func (d *decoder) str() (string, error) {
	start := d.pos + 1
	for i := start; i < len(d.s); i++ {
		switch c := d.s[i]; {
		case c == '"':
			d.pos = i + 1
			return validText(d.s[start:i]), nil
		case c == '\\':
			return d.escaped(start, i)
		case c < 0x20:
			d.pos = i
			return "", d.fail("a control character in a string")
		}
	}
	return "", d.fail("a string has no end")
}

func (d *decoder) escaped(start, i int) (string, error) {
	var b strings.Builder
	b.WriteString(d.s[start:i])
	for i < len(d.s) {
		switch c := d.s[i]; {
		case c == '"':
			d.pos = i + 1
			return validText(b.String()), nil
		case c < 0x20:
			d.pos = i
			return "", d.fail("a control character in a string")
		case c == '\\':
			n, err := unescape(&b, d.s, i)
			if err != nil {
				d.pos = i
				return "", d.fail("an unknown escape in a string")
			}
			i += n
		default:
			b.WriteByte(c)
			i++
		}
	}
	return "", d.fail("a string has no end")
}

func validText(s string) string {
	if utf8.ValidString(s) {
		return s
	}
	return strings.ToValidUTF8(s, "\uFFFD")
}

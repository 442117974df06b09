package jsonata

import (
	"math"
	"strconv"
	"strings"
)

// parse reads a number that was written with the picture; NaN if it cannot. It
// is as lenient as the reference: what follows the digits is ignored.
func (p *integerPicture) parse(s string) (float64, error) {
	switch p.numbering {
	case inLetters:
		return lettersValue(s, p.base()), nil
	case inRoman:
		if p.letters != upperCase {
			s = strings.ToUpper(s)
		}
		return romanValue(s), nil
	case inWords:
		return wordsValue(strings.ToLower(s)), nil
	case inDigits:
		return p.parseDigits(s), nil
	}
	return 0, failValue("D3130", p.source)
}

func (p *integerPicture) parseDigits(s string) float64 {
	if p.ordinal {
		s = s[:max(len(s)-len("th"), 0)]
	}
	if p.every > 0 {
		s = strings.ReplaceAll(s, ",", "") // whatever the separator of the picture, as the reference does
	} else {
		for _, g := range p.groups {
			s = strings.ReplaceAll(s, g.sign, "")
		}
	}
	if p.zero != '0' {
		shifted := []rune(s)
		for i := range shifted {
			if shifted[i] -= p.zero - '0'; shifted[i] < 0 {
				return math.NaN()
			}
		}
		s = string(shifted)
	}
	return leadingInteger(s)
}

// leadingInteger is JavaScript's parseInt: space, sign, and as many digits as
// there are, hexadecimal ones after 0x; NaN without a digit.
func leadingInteger(s string) float64 {
	s = strings.TrimLeft(s, " \t\n\v\f\r\u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u2028\u2029\u202f\u205f\u3000\ufeff")
	sign := 1.0
	if strings.HasPrefix(s, "-") {
		sign = -1
	}
	if strings.HasPrefix(s, "-") || strings.HasPrefix(s, "+") {
		s = s[1:]
	}
	digits, prefix := "0123456789", ""
	if strings.HasPrefix(s, "0x") || strings.HasPrefix(s, "0X") {
		digits, prefix, s = "0123456789abcdefABCDEF", "0x", s[2:]
	}
	n := 0
	for n < len(s) && strings.IndexByte(digits, s[n]) >= 0 {
		n++
	}
	if n == 0 {
		return math.NaN()
	}
	text := prefix + s[:n]
	if prefix != "" {
		text += "p0" // strconv wants a hexadecimal number to have an exponent
	}
	f, _ := strconv.ParseFloat(text, 64) // out of range it is infinite, which the caller refuses
	return sign * f
}

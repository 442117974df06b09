package jsonata

import (
	"strconv"
	"strings"
)

// shifted writes digits in the family of the zero digit.
func (s *numberSigns) shifted(digits string) string {
	if s.zero == '0' {
		return digits
	}
	return strings.Map(func(c rune) rune {
		if c >= '0' && c <= '9' {
			return c - '0' + s.zero
		}
		return c
	}, digits)
}

// decimals writes a number with as many digits as the layout wants; whole and
// fraction are apart.
func (s *numberSigns) decimals(l *numberLayout, x float64) [2]string {
	whole, fraction, _ := strings.Cut(strconv.FormatFloat(x, 'f', l.fractionMax, 64), ".")
	whole, fraction = strings.TrimLeft(whole, "0"), strings.TrimRight(fraction, "0")
	if n := l.wholeMin - len(whole); n > 0 {
		whole = strings.Repeat("0", n) + whole
	}
	if n := l.fractionMin - len(fraction); n > 0 {
		fraction += strings.Repeat("0", n)
	}
	return [2]string{s.shifted(whole), s.shifted(fraction)}
}

// group inserts the grouping separators and joins the parts.
func (s *numberSigns) group(l *numberLayout, parts [2]string) string {
	whole := []rune(parts[0])
	point := len(whole)
	text := append(append(whole, []rune(s.decimal)...), []rune(parts[1])...)
	if l.every > 0 {
		for at := point - l.every; at > 0; at -= l.every {
			text = insertSlice(text, at, s.grouping)
			point++
		}
	} else {
		for _, n := range l.wholeMarks {
			text = insertSlice(text, point-n, s.grouping)
			point++
		}
	}
	point = strings.Index(string(text), s.decimal)
	point = len([]rune(string(text)[:max(point, 0)]))
	for _, n := range l.fractionMarks {
		text = insertSlice(text, point+1+n, s.grouping)
	}
	// Without a decimal separator in the picture the last character goes, which
	// is the separator unless there is an exponent that asks for a digit.
	if !l.hasPoint || len(text) == point+1 {
		text = text[:len(text)-1]
	}
	return string(text)
}

// insertSlice puts sign before s[at] as JavaScript's slice counts: a negative
// position is from the end.
func insertSlice(s []rune, at int, sign string) []rune {
	if at < 0 {
		at = max(len(s)+at, 0)
	}
	at = min(at, len(s))
	return append(append(append(make([]rune, 0, len(s)+1), s[:at]...), []rune(sign)...), s[at:]...)
}

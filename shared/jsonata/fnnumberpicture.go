package jsonata

import (
	"strings"
	"unicode/utf8"
)

// numberSigns are the characters that have a meaning in a picture of
// $formatNumber and in what it writes; XPath calls them a decimal format.
type numberSigns struct {
	decimal, grouping, exponent, digit, separator string // one character each
	zero                                          rune
	minus, percent, perMille                      string
}

var usualSigns = numberSigns{
	decimal: ".", grouping: ",", exponent: "e", digit: "#", separator: ";",
	zero: '0', minus: "-", percent: "%", perMille: "‰",
}

// readSigns applies the options of $formatNumber. Infinity and NaN need no
// text since no expression yields them.
func readSigns(options *Object) (numberSigns, error) {
	s := usualSigns
	zero := string(s.zero)
	fields := map[string]*string{
		"decimal-separator": &s.decimal, "grouping-separator": &s.grouping, "exponent-separator": &s.exponent,
		"digit": &s.digit, "pattern-separator": &s.separator, "zero-digit": &zero,
		"minus-sign": &s.minus, "percent": &s.percent, "per-mille": &s.perMille,
	}
	for i, key := range options.keys {
		field := fields[key]
		if field == nil {
			continue
		}
		text, ok := options.vals[i].(string)
		free := field == &s.minus || field == &s.percent || field == &s.perMille
		if !ok || text == "" || !free && utf8.RuneCountInString(text) != 1 {
			return s, failAt("T0410", -1, "", 3)
		}
		*field = text
	}
	s.zero, _ = utf8.DecodeRuneInString(zero)
	return s, nil
}

// isDigit reports whether c is of the family of the zero digit.
func (s *numberSigns) isDigit(c rune) bool { return c >= s.zero && c <= s.zero+9 }

// isPlace reports whether c stands for a digit, one that must be there or not.
func (s *numberSigns) isPlace(c rune) bool { return s.isDigit(c) || string(c) == s.digit }

// isActive reports whether c has a meaning; anything else is a text.
func (s *numberSigns) isActive(c rune) bool {
	return s.isPlace(c) || s.isEdge(c) || string(c) == s.exponent
}

// isEdge: signs that also end the text before or behind the number, which
// digits do as well but an exponent separator does not.
func (s *numberSigns) isEdge(c rune) bool {
	t := string(c)
	return t == s.decimal || t == s.grouping || t == s.separator
}

// subPicture is one half of a picture cut into its parts.
type subPicture struct {
	text             string
	prefix, suffix   string
	active, mantissa string
	whole, fraction  string
	exponent         string
	hasExponent      bool
}

// cut finds the parts. Where there is no decimal separator the reference takes
// the suffix for the fraction; no check or count sees the difference, since a
// suffix has no digits.
func (s *numberSigns) cut(text string) (*subPicture, error) {
	bounds := func(c rune) bool { return s.isPlace(c) || s.isEdge(c) }
	from := strings.IndexFunc(text, bounds)
	if from < 0 {
		return nil, fail("D3085")
	}
	to := strings.LastIndexFunc(text, bounds)
	_, size := utf8.DecodeRuneInString(text[to:])
	to += size
	p := &subPicture{text: text, prefix: text[:from], suffix: text[to:], active: text[from:to]}
	p.mantissa = p.active
	if at := strings.Index(text[from:], s.exponent); at >= 0 && from+at <= to {
		p.hasExponent = true
		// The reference counts this position from the start of the sub-picture,
		// so that a prefix moves it.
		at += from
		p.mantissa = p.active[:min(at, len(p.active))]
		p.exponent = p.active[min(at+len(s.exponent), len(p.active)):]
	}
	p.whole, p.fraction, _ = strings.Cut(p.mantissa, s.decimal)
	return p, nil
}

func countFunc(s string, f func(rune) bool) int {
	n := 0
	for _, c := range s {
		if f(c) {
			n++
		}
	}
	return n
}

// problem is the code of what is wrong with a sub-picture, the last one of
// XPath's list that applies, as in the reference.
func (s *numberSigns) problem(p *subPicture) string {
	hasPercent, hasPerMille := strings.Contains(p.text, s.percent), strings.Contains(p.text, s.perMille)
	notDigit := func(c rune) bool { return !s.isDigit(c) }
	at := strings.Index(p.text, s.decimal)
	firstOptional, lastOptional := strings.Index(p.whole, s.digit), strings.LastIndex(p.fraction, s.digit)
	switch {
	case p.hasExponent && (p.exponent == "" || strings.ContainsFunc(p.exponent, notDigit)):
		return "D3093"
	case p.hasExponent && (hasPercent || hasPerMille):
		return "D3092"
	case lastOptional >= 0 && strings.ContainsFunc(p.fraction[lastOptional:], s.isDigit):
		return "D3091"
	case firstOptional >= 0 && strings.ContainsFunc(p.whole[:firstOptional], s.isDigit):
		return "D3090"
	case strings.Contains(p.text, s.grouping+s.grouping):
		return "D3089"
	case at < 0 && strings.HasSuffix(p.whole, s.grouping):
		return "D3088"
	case at >= 0 && (strings.HasSuffix(p.text[:at], s.grouping) || strings.HasPrefix(p.text[at+len(s.decimal):], s.grouping)):
		return "D3087"
	case strings.ContainsFunc(p.active, func(c rune) bool { return !s.isActive(c) }):
		return "D3086"
	case !strings.ContainsFunc(p.mantissa, s.isPlace):
		return "D3085"
	case hasPercent && hasPerMille:
		return "D3084"
	case strings.Count(p.text, s.perMille) > 1:
		return "D3083"
	case strings.Count(p.text, s.percent) > 1:
		return "D3082"
	case strings.Count(p.text, s.decimal) > 1:
		return "D3081"
	}
	return ""
}

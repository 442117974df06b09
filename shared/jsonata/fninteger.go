package jsonata

import (
	"math"
	"slices"
	"strings"
)

// integerFunctions are those that write and read whole numbers by a picture.
var integerFunctions = []definition{
	{"formatInteger", "<n-s:s>", 2, func(r *run, _ any, args []any) (any, error) {
		x, ok := argAt(args, 0).(float64)
		if !ok {
			return undef, nil
		}
		p, err := integerArg(r, args)
		if err != nil {
			return nil, err
		}
		return p.format(r, math.Floor(x))
	}},
	{"parseInteger", "<s-s:n>", 2, textFunc(func(r *run, s string, args []any) (any, error) {
		p, err := integerArg(r, args)
		if err != nil {
			return nil, err
		}
		x, err := p.parse(s)
		if err != nil {
			return nil, err
		}
		if math.IsNaN(x) || math.IsInf(x, 0) {
			return nil, failValue("D3030", s)
		}
		return number(x), nil
	})},
}

// integerArg is the picture, which must be there.
func integerArg(r *run, args []any) (*integerPicture, error) {
	picture, ok := argAt(args, 1).(string)
	if !ok {
		return nil, failAt("T0410", -1, "", 2)
	}
	if err := r.picture(len(picture)); err != nil {
		return nil, err
	}
	return parseIntegerPicture(picture)
}

// maxPicture bounds a picture in bytes and what it asks for in digits, since
// the work that some make grows with the square.
const maxPicture = 4096

// picture refuses what is beyond maxPicture and counts the work.
func (r *run) picture(size int) error {
	if size > maxPicture {
		return failToken(CodeTooLarge, "picture")
	}
	return r.tick(size)
}

// format writes a whole number.
func (p *integerPicture) format(r *run, x float64) (string, error) {
	if math.IsInf(x, 0) || math.IsNaN(x) {
		return "", failValue("D1001", x)
	}
	abs, out := math.Abs(x), ""
	switch p.numbering {
	case inLetters:
		out = letters(abs, p.base())
	case inRoman:
		// Above 1000 each thousand is a letter.
		if err := r.text(int(min(abs/1000, math.MaxInt32))); err != nil {
			return "", err
		}
		out = roman(abs)
		if p.letters == upperCase {
			out = strings.ToUpper(out)
		}
	case inWords:
		out = words(abs, p.ordinal)
		switch p.letters {
		case upperCase:
			out = strings.ToUpper(out)
		case lowerCase:
			out = strings.ToLower(out)
		}
	case inDigits:
		if err := r.picture(p.mandatory); err != nil {
			return "", err
		}
		out = p.formatDigits(abs)
	case inSequence:
		return "", failValue("D3130", p.source)
	}
	if x < 0 {
		out = "-" + out
	}
	return out, nil
}

// base is the first letter of a numbering with letters.
func (p *integerPicture) base() rune {
	if p.letters == upperCase {
		return 'A'
	}
	return 'a'
}

func (p *integerPicture) formatDigits(x float64) string {
	digits := []rune(string(appendNumber(nil, x)))
	if n := p.mandatory - len(digits); n > 0 {
		digits = append([]rune(strings.Repeat("0", n)), digits...)
	}
	for i := range digits {
		digits[i] += p.zero - '0'
	}
	if p.every > 0 {
		for at := len(digits) - p.every; at > 0; at -= p.every {
			digits = slices.Insert(digits, at, []rune(p.groups[0].sign)...)
		}
	} else {
		for _, g := range slices.Backward(p.groups) {
			digits = insertAt(digits, len(digits)-g.digits, g.sign)
		}
	}
	if p.ordinal {
		return string(digits) + ordinalSuffix(digits)
	}
	return string(digits)
}

// insertAt puts sign before s[at]. If the number is too short for that, at is
// negative, and like the reference this cuts off what stands before the last
// -at characters.
func insertAt(s []rune, at int, sign string) []rune {
	if at < 0 {
		return append([]rune(sign), s[max(len(s)+at, 0):]...)
	}
	return slices.Insert(s, min(at, len(s)), []rune(sign)...)
}

func ordinalSuffix(digits []rune) string {
	last := len(digits) - 1
	if last > 0 && digits[last-1] == '1' {
		return "th"
	}
	switch digits[last] {
	case '1':
		return "st"
	case '2':
		return "nd"
	case '3':
		return "rd"
	}
	return "th"
}

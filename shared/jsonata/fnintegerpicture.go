package jsonata

import (
	"strings"
	"unicode/utf8"
)

// numbering is how an integer picture writes numbers.
type numbering uint8

const (
	inDigits   numbering = iota // 001, #,##0, ٠٠٠
	inLetters                   // a, A: as the columns of a spreadsheet
	inRoman                     // i, I
	inWords                     // w, W, Ww: in English
	inSequence                  // anything else, which XPath leaves to the implementation
)

type letterCase uint8

const (
	lowerCase letterCase = iota
	upperCase
	titleCase
)

// integerPicture is an analyzed picture of $formatInteger, $parseInteger or of
// an integer in a date/time picture.
type integerPicture struct {
	numbering numbering
	letters   letterCase
	ordinal   bool // 1st, first
	source    string

	// The rest is for digits.
	zero      rune // digit zero of the family that the picture uses
	mandatory int  // digits at least
	optional  int  // places marked with #
	groups    []groupMark
	every     int // digits between regular separators, all groups[0].sign; else 0
}

// groupMark is a grouping separator and how many digits stand behind it.
type groupMark struct {
	digits int
	sign   string
}

// digitZeros are the zeros of the digit families that a picture can use.
var digitZeros = [...]rune{
	'0', 0x0660, 0x06F0, 0x07C0, 0x0966, 0x09E6, 0x0A66, 0x0AE6, 0x0B66, 0x0BE6, 0x0C66, 0x0CE6, 0x0D66,
	0x0DE6, 0x0E50, 0x0ED0, 0x0F20, 0x1040, 0x1090, 0x17E0, 0x1810, 0x1946, 0x19D0, 0x1A80, 0x1A90, 0x1B50,
	0x1BB0, 0x1C40, 0x1C50, 0xA620, 0xA8D0, 0xA900, 0xA9D0, 0xA9F0, 0xAA50, 0xABF0, 0xFF10,
}

// zeroOf is the zero of the family that c belongs to.
func zeroOf(c rune) (rune, bool) {
	for _, zero := range digitZeros {
		if c >= zero && c <= zero+9 {
			return zero, true
		}
	}
	return 0, false
}

func parseIntegerPicture(picture string) (*integerPicture, error) {
	p := &integerPicture{source: picture}
	if i := strings.LastIndexByte(picture, ';'); i >= 0 {
		p.source = picture[:i]
		p.ordinal = strings.HasPrefix(picture[i+1:], "o")
	}
	switch p.source {
	case "a":
		p.numbering = inLetters
	case "A":
		p.numbering, p.letters = inLetters, upperCase
	case "i":
		p.numbering = inRoman
	case "I":
		p.numbering, p.letters = inRoman, upperCase
	case "w":
		p.numbering = inWords
	case "W":
		p.numbering, p.letters = inWords, upperCase
	case "Ww":
		p.numbering, p.letters = inWords, titleCase
	default:
		return p, p.digits()
	}
	return p, nil
}

// digits analyzes a pattern of digits, # and separators, from its right end.
func (p *integerPicture) digits() error {
	places := 0
	for s := p.source; s != ""; {
		c, size := utf8.DecodeLastRuneInString(s)
		s = s[:len(s)-size]
		zero, isDigit := zeroOf(c)
		switch {
		case isDigit:
			if p.zero != 0 && p.zero != zero {
				return fail("D3131")
			}
			p.zero = zero
			p.mandatory++
			places++
		case c == '#':
			p.optional++
			places++
		default:
			p.groups = append(p.groups, groupMark{places, string(c)})
		}
	}
	if p.mandatory == 0 {
		p.numbering = inSequence
		return nil
	}
	p.every = p.regular()
	return nil
}

// regular is the distance of the separators if it is always the same and they
// are too, so that they go on to the left of the picture; otherwise 0.
func (p *integerPicture) regular() int {
	positions := make([]int, len(p.groups))
	for i, g := range p.groups {
		if g.sign != p.groups[0].sign {
			return 0
		}
		positions[i] = g.digits
	}
	return spacing(positions)
}

// spacing is the number of which the positions are exactly the first multiples.
func spacing(positions []int) int {
	every := 0
	for _, n := range positions {
		for n != 0 {
			every, n = n, every%n
		}
	}
	for i := range positions {
		found := false
		for _, n := range positions {
			found = found || n == (i+1)*every
		}
		if !found {
			return 0
		}
	}
	return every
}

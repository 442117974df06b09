package jsonata

import (
	"math"
	"strings"
)

// datePicture is an analyzed date/time picture: texts and components in order.
type datePicture []datePart

type datePart struct {
	text      string          // what stands between components, if component is 0
	component byte            // Y, M, D, …
	names     bool            // written as a name, in the letter case below
	letters   letterCase      //
	utcAsZ    bool            // modifier t: UTC is written Z
	integer   *integerPicture // how the number is written; nil for a name
	width     int             // longest name, 0 for any
	digits    int             // Y, M and D: how many digits; -1 for any
}

// defaultPresentation is how a component is written that has no modifier.
var defaultPresentation = map[byte]string{
	'Y': "1", 'M': "1", 'D': "1", 'd': "1", 'F': "n", 'W': "1", 'w': "1", 'X': "1", 'x': "1", 'H': "1", 'h': "1",
	'P': "n", 'm': "01", 's': "01", 'f': "1", 'Z': "01:01", 'z': "01:01", 'C': "n", 'E': "n",
}

// numericComponents are written as numbers unless names are asked for.
const numericComponents = "YMDdFWwXxHhmsf"

func parseDatePicture(picture string) (datePicture, error) {
	var out datePicture
	text := func(s string) {
		if s != "" {
			out = append(out, datePart{text: s})
		}
	}
	for {
		before, after, found := strings.Cut(picture, "[")
		text(strings.ReplaceAll(before, "]]", "]"))
		if !found {
			return out, nil
		}
		if picture = after; strings.HasPrefix(picture, "[") {
			text("[")
			picture = picture[1:]
			continue
		}
		marker, rest, closed := strings.Cut(picture, "]")
		if !closed {
			return nil, fail("D3135")
		}
		part, err := parseDatePart(strings.Join(strings.FieldsFunc(marker, isScriptSpace), ""))
		if err != nil {
			return nil, err
		}
		out, picture = append(out, part), rest
	}
}

// parseDatePart reads what is between brackets: a letter, how to write it and
// behind a comma how wide.
func parseDatePart(marker string) (datePart, error) {
	if marker == "" {
		return datePart{}, failValue("D3132", "")
	}
	p := datePart{component: marker[0], digits: -1}
	presentation, least, most := marker[1:], 0, -1
	if i := strings.LastIndexByte(marker, ','); i >= 0 {
		presentation = marker[min(1, i):i]
		low, high, ranged := strings.Cut(marker[i+1:], "-")
		least = max(widthOf(low), 0)
		if ranged {
			most = widthOf(high)
		}
	}
	modifier := byte(0)
	if n := len(presentation) - 1; n >= 1 && strings.IndexByte("atco", presentation[n]) >= 0 {
		presentation, modifier = presentation[:n], presentation[n]
	}
	if presentation == "" {
		if presentation = defaultPresentation[p.component]; presentation == "" {
			return p, failValue("D3132", string(p.component))
		}
	}
	p.utcAsZ, p.width = modifier == 't', max(most, 0)
	switch {
	case presentation[0] == 'n':
		p.names = true
	case strings.HasPrefix(presentation, "Nn"):
		p.names, p.letters = true, titleCase
	case presentation[0] == 'N':
		p.names, p.letters = true, upperCase
	case strings.IndexByte(numericComponents, p.component) >= 0:
		if modifier != 0 {
			presentation += ";" + string(modifier)
		}
		return p, p.number(presentation, least, most)
	}
	if p.component != 'Z' && p.component != 'z' {
		return p, nil
	}
	var err error
	p.integer, err = parseIntegerPicture(presentation)
	return p, err
}

// number analyzes the picture of a numeric component and applies its width.
func (p *datePart) number(picture string, least, most int) (err error) {
	if p.integer, err = parseIntegerPicture(picture); err != nil {
		return err
	}
	isDigits := p.integer.numbering == inDigits
	if isDigits {
		p.integer.mandatory = max(p.integer.mandatory, least)
	}
	if strings.IndexByte("YMD", p.component) < 0 {
		return nil
	}
	if most >= 0 {
		p.digits, p.integer.mandatory = most, most
		return nil
	}
	if n := p.integer.mandatory + p.integer.optional; isDigits && n >= 2 {
		p.digits = n
	}
	return nil
}

// widthOf reads a width; -1 is any.
func widthOf(s string) int {
	f := leadingInteger(s)
	if !(f >= 0) {
		return -1
	}
	return int(min(f, math.MaxInt32))
}

package jsonata

import (
	"math"
	"strconv"
	"strings"
)

// fnFormatNumber is XPath's format-number. Its oddities are the reference's: an
// irregular grouping such as #,##,##0 garbles numbers that are too short for it.
func fnFormatNumber(r *run, _ any, args []any) (any, error) {
	x, ok := argAt(args, 0).(float64)
	if !ok {
		return undef, nil
	}
	picture, ok := argAt(args, 1).(string)
	if !ok {
		return nil, failAt("T0410", -1, "", 2)
	}
	if math.IsInf(x, 0) || math.IsNaN(x) {
		return nil, failValue("D1001", x)
	}
	if err := r.picture(len(picture)); err != nil {
		return nil, err
	}
	signs := usualSigns
	if options, ok := argAt(args, 2).(*Object); ok {
		var err error
		if signs, err = readSigns(options); err != nil {
			return nil, err
		}
	}
	l, err := signs.layoutFor(picture, x)
	if err != nil {
		return nil, err
	}
	return signs.format(l, x)
}

// layoutFor reads both halves of the picture and chooses the one for x.
func (s *numberSigns) layoutFor(picture string, x float64) (*numberLayout, error) {
	halves := strings.Split(picture, s.separator)
	if len(halves) > 2 {
		return nil, fail("D3080")
	}
	parts := make([]*subPicture, len(halves))
	for i, half := range halves {
		var err error
		if parts[i], err = s.cut(half); err != nil {
			return nil, err
		}
	}
	for _, p := range parts {
		if code := s.problem(p); code != "" {
			return nil, fail(code)
		}
	}
	if x < 0 && len(parts) == 2 {
		return s.layout(parts[1]), nil
	}
	l := s.layout(parts[0])
	if x < 0 {
		l.prefix = s.minus + l.prefix
	}
	return l, nil
}

// maxDecimals is how many decimal places JavaScript writes.
const maxDecimals = 100

func (s *numberSigns) format(l *numberLayout, x float64) (string, error) {
	if l.fractionMax > maxDecimals {
		return "", failValue("D1001", float64(l.fractionMax))
	}
	x = math.Abs(x) * l.scale
	exponent := 0
	if l.exponentMin > 0 {
		x, exponent = normalize(x, l.wholeDigits)
	}
	if math.IsInf(x, 0) {
		return "", failValue("D1001", x)
	}
	out := l.prefix + s.group(l, s.decimals(l, roundTo(x, float64(l.fractionMax))))
	if l.exponentMin > 0 {
		text := s.shifted(strconv.Itoa(max(exponent, -exponent)))
		if n := l.exponentMin - len([]rune(text)); n > 0 {
			text = strings.Repeat(string(s.zero), n) + text
		}
		if exponent < 0 {
			text = s.minus + text
		}
		out += s.exponent + text
	}
	return out + l.suffix, nil
}

// normalize scales x so that it has the given number of digits before the
// point. Zero, for which the reference does not end, stays zero.
func normalize(x float64, digits int) (float64, int) {
	least, most := math.Pow(10, float64(digits-1)), math.Pow(10, float64(digits))
	exponent := 0
	for ; x < least && x > 0; exponent-- {
		x *= 10
	}
	for ; x > most && !math.IsInf(x, 0); exponent++ {
		x /= 10
	}
	return x, exponent
}

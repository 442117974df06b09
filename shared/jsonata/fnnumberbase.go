package jsonata

import (
	"math"
	"slices"
)

// fnFormatBase is $formatBase: a number in a base from 2 to 36.
func fnFormatBase(_ *run, _ any, args []any) (any, error) {
	x, ok := argAt(args, 0).(float64)
	if !ok {
		return undef, nil
	}
	radix := 10.0
	if n, ok := argAt(args, 1).(float64); ok {
		radix = roundTo(n, 0)
	}
	if !(radix >= 2 && radix <= 36) {
		return nil, failValue("D3100", radix)
	}
	x = roundTo(x, 0)
	if radix == 10 {
		return string(appendNumber(nil, x)), nil
	}
	if math.IsInf(x, 0) || math.IsNaN(x) {
		return nil, failValue("D1001", x)
	}
	return inBase(x, radix), nil
}

// maxExact is where not every whole number is a float64 any more.
const maxExact = 1 << 53

// inBase writes a whole number. The last digits of a large one, which a float64
// does not determine, are those of JavaScript: zeros as long as what is in
// front of them is large too, then what inexact divisions give.
func inBase(x, radix float64) string {
	rest := math.Abs(x)
	var digits []byte
	for rest/radix >= maxExact {
		rest /= radix
		digits = append(digits, '0')
	}
	for {
		digit := math.Mod(rest, radix)
		digits = append(digits, "0123456789abcdefghijklmnopqrstuvwxyz"[int(digit)])
		if rest = (rest - digit) / radix; !(rest > 0) {
			break
		}
	}
	if x < 0 {
		digits = append(digits, '-')
	}
	slices.Reverse(digits)
	return string(digits)
}

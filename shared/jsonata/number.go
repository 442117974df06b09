package jsonata

import (
	"bytes"
	"math"
	"strconv"
)

// appendNumber writes f as JavaScript does: the shortest digits that read back
// as f, with an exponent below 1e-6 and from 1e21.
func appendNumber(dst []byte, f float64) []byte {
	if i := int64(f); float64(i) == f && i > -1<<53 && i < 1<<53 {
		return strconv.AppendInt(dst, i, 10)
	}
	switch {
	case math.IsNaN(f):
		return append(dst, "NaN"...)
	case math.IsInf(f, 1):
		return append(dst, "Infinity"...)
	case math.IsInf(f, -1):
		return append(dst, "-Infinity"...)
	}
	if abs := math.Abs(f); abs >= 1e-6 && abs < 1e21 {
		return strconv.AppendFloat(dst, f, 'f', -1, 64)
	}
	start := len(dst)
	dst = strconv.AppendFloat(dst, f, 'e', -1, 64)
	// Go writes at least two digits of exponent, JavaScript as many as needed.
	if e := bytes.LastIndexByte(dst[start:], 'e') + start; dst[e+2] == '0' && len(dst) == e+4 {
		dst[e+2] = dst[e+3]
		dst = dst[:e+3]
	}
	return dst
}

// precise rounds f to 15 significant digits, as $string does; a tie goes up in
// magnitude, which strconv would round to even.
func precise(f float64) float64 {
	if i := int64(f); float64(i) == f && i > -1e15 && i < 1e15 {
		return f
	}
	var room [64]byte
	exact := strconv.AppendFloat(room[:0], f, 'e', 40, 64)
	digits := exact
	if digits[0] == '-' {
		digits = digits[1:]
	}
	// digits is d.dddddddddddddd followed by the 16th significant digit.
	e := bytes.IndexByte(digits, 'e')
	if tail := digits[16:e]; tail[0] == '5' && len(bytes.TrimRight(tail[1:], "0")) == 0 {
		tail[0] = '6'
		f, _ = strconv.ParseFloat(string(exact), 64)
	}
	f, _ = strconv.ParseFloat(string(strconv.AppendFloat(room[:0], f, 'e', 14, 64)), 64)
	return f
}

// parseNumber reads what $number takes: a JSON number, leading zeros allowed,
// or a hexadecimal, octal or binary literal.
func parseNumber(s string) (float64, bool) {
	if isDecimal(s) {
		f, err := strconv.ParseFloat(s, 64)
		return f, err == nil && !math.IsInf(f, 0)
	}
	if len(s) < 3 || s[0] != '0' {
		return 0, false
	}
	base := 0
	switch s[1] {
	case 'x', 'X':
		base = 16
	case 'o', 'O':
		base = 8
	case 'b', 'B':
		base = 2
	default:
		return 0, false
	}
	n, err := strconv.ParseUint(s[2:], base, 64)
	return float64(n), err == nil && s[2] != '+'
}

// isDecimal reports whether s is digits with optional sign, fraction and exponent.
func isDecimal(s string) bool {
	i := 0
	digits := func() bool {
		from := i
		for i < len(s) && s[i] >= '0' && s[i] <= '9' {
			i++
		}
		return i > from
	}
	if i < len(s) && s[i] == '-' {
		i++
	}
	if !digits() {
		return false
	}
	if i < len(s) && s[i] == '.' {
		if i++; !digits() {
			return false
		}
	}
	if i < len(s) && (s[i] == 'e' || s[i] == 'E') {
		if i++; i < len(s) && (s[i] == '+' || s[i] == '-') {
			i++
		}
		if !digits() {
			return false
		}
	}
	return i == len(s)
}

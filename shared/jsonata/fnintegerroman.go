package jsonata

import (
	"math"
	"strings"
	"unicode/utf8"
)

// romanNumerals are the signs of roman numbers, greatest first.
var romanNumerals = [...]struct {
	value float64
	text  string
}{
	{1000, "m"}, {900, "cm"}, {500, "d"}, {400, "cd"}, {100, "c"}, {90, "xc"}, {50, "l"},
	{40, "xl"}, {10, "x"}, {9, "ix"}, {5, "v"}, {4, "iv"}, {1, "i"},
}

// roman writes a whole number; zero is empty.
func roman(x float64) string {
	var b strings.Builder
	for _, n := range romanNumerals {
		count := math.Floor(x / n.value)
		b.WriteString(strings.Repeat(n.text, int(count)))
		x -= count * n.value
	}
	return b.String()
}

// romanValue reads numerals of upper case; NaN if a letter is none. Like the
// reference it takes them in any order.
func romanValue(s string) float64 {
	sum, highest := 0.0, 1.0
	for i := len(s) - 1; i >= 0; i-- {
		v := romanDigit(s[i])
		if v < highest {
			sum -= v
			continue
		}
		highest = v
		sum += v
	}
	return sum
}

func romanDigit(c byte) float64 {
	switch c {
	case 'M':
		return 1000
	case 'D':
		return 500
	case 'C':
		return 100
	case 'L':
		return 50
	case 'X':
		return 10
	case 'V':
		return 5
	case 'I':
		return 1
	}
	return math.NaN()
}

// letters writes a number as spreadsheets name columns: a … z, aa …; first is
// a or A. Zero is empty.
func letters(x float64, first rune) string {
	var out []rune
	for ; x > 0; x = math.Floor((x - 1) / 26) {
		out = append(out, first+rune(math.Mod(x-1, 26)))
	}
	for i, j := 0, len(out)-1; i < j; i, j = i+1, j-1 {
		out[i], out[j] = out[j], out[i]
	}
	return string(out)
}

func lettersValue(s string, first rune) float64 {
	sum, place := 0.0, 0.0
	for s != "" {
		c, size := utf8.DecodeLastRuneInString(s)
		s = s[:len(s)-size]
		sum += float64(c-first+1) * math.Pow(26, place)
		place++
	}
	return sum
}

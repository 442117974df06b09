package jsonata

import (
	"math"
	"strings"
)

// smallWords are the numbers below twenty in words.
var smallWords = [...][2]string{ // cardinal, ordinal
	{"Zero", "Zeroth"}, {"One", "First"}, {"Two", "Second"}, {"Three", "Third"}, {"Four", "Fourth"},
	{"Five", "Fifth"}, {"Six", "Sixth"}, {"Seven", "Seventh"}, {"Eight", "Eighth"}, {"Nine", "Ninth"},
	{"Ten", "Tenth"}, {"Eleven", "Eleventh"}, {"Twelve", "Twelfth"}, {"Thirteen", "Thirteenth"},
	{"Fourteen", "Fourteenth"}, {"Fifteen", "Fifteenth"}, {"Sixteen", "Sixteenth"},
	{"Seventeen", "Seventeenth"}, {"Eighteen", "Eighteenth"}, {"Nineteen", "Nineteenth"},
}

var tensWords = [...]string{"Twenty", "Thirty", "Forty", "Fifty", "Sixty", "Seventy", "Eighty", "Ninety"}

// scaleWords are the powers of 1000. There is no word beyond: 10^15 is a
// thousand trillion.
var scaleWords = [...]string{"Thousand", "Million", "Billion", "Trillion"}

// words writes a whole number in English, as Twenty-One or Twenty-First.
func words(x float64, ordinal bool) string {
	var b strings.Builder
	writeWords(&b, x, false, ordinal)
	return b.String()
}

// writeWords adds x; later is set if other words stand before it.
func writeWords(b *strings.Builder, x float64, later, ordinal bool) {
	form := 0
	if ordinal {
		form = 1
	}
	switch {
	case x < 20:
		writeIf(b, later, " and ")
		b.WriteString(smallWords[int(x)][form])
	case x < 100:
		writeIf(b, later, " and ")
		tens, rest := tensWords[int(x)/10-2], math.Mod(x, 10)
		switch {
		case rest > 0:
			b.WriteString(tens + "-" + smallWords[int(rest)][form])
		case ordinal:
			b.WriteString(strings.TrimSuffix(tens, "y") + "ieth")
		default:
			b.WriteString(tens)
		}
	case x < 1000:
		writeIf(b, later, ", ")
		b.WriteString(smallWords[int(x)/100][0] + " Hundred")
		writeRest(b, math.Mod(x, 100), ordinal)
	default:
		writeIf(b, later, ", ")
		scale, factor := 0, 1000.0
		for scale+1 < len(scaleWords) && x >= factor*1000 {
			scale, factor = scale+1, factor*1000
		}
		count := math.Floor(x / factor)
		writeWords(b, count, false, false)
		b.WriteString(" " + scaleWords[scale])
		writeRest(b, x-count*factor, ordinal)
	}
}

func writeRest(b *strings.Builder, rest float64, ordinal bool) {
	if rest > 0 {
		writeWords(b, rest, true, ordinal)
		return
	}
	writeIf(b, ordinal, "th")
}

func writeIf(b *strings.Builder, yes bool, s string) {
	if yes {
		b.WriteString(s)
	}
}

// wordValues are the numbers that the words, in lower case, stand for.
var wordValues = func() map[string]float64 {
	out := map[string]float64{"hundred": 100, "hundredth": 100}
	for i, forms := range smallWords {
		for _, w := range forms {
			out[strings.ToLower(w)] = float64(i)
		}
	}
	for i, w := range tensWords {
		w = strings.ToLower(w)
		out[w], out[strings.TrimSuffix(w, "y")+"ieth"] = float64(10*i+20), float64(10*i+20)
	}
	value := 1.0
	for _, w := range scaleWords {
		w, value = strings.ToLower(w), value*1000
		out[w], out[w+"th"] = value, value
	}
	return out
}()

// wordsValue reads a number in words of lower case; NaN if a word is unknown.
func wordsValue(s string) float64 {
	sums := []float64{0}
	for _, w := range splitWords(s) {
		v, ok := wordValues[w]
		if !ok {
			return math.NaN()
		}
		last := len(sums) - 1
		switch {
		case v >= 100:
			sums[last] *= v
		case sums[last] >= 1000:
			sums = append(sums, v)
		default:
			sums[last] += v
		}
	}
	total := 0.0
	for _, v := range sums {
		total += v
	}
	return total
}

// splitWords cuts at a comma with a space, at "and", at a space, a hyphen or a
// backslash.
func splitWords(s string) []string {
	var out []string
	start := 0
	for i := 0; i < len(s); {
		n := wordBreak(s[i:])
		if n == 0 {
			i++
			continue
		}
		out = append(out, s[start:i])
		i += n
		start = i
	}
	return append(out, s[start:])
}

// wordBreak is the length of the separator at the start of s.
func wordBreak(s string) int {
	isSpace := func(i int) bool { return i < len(s) && (s[i] == ' ' || s[i] >= '\t' && s[i] <= '\r') }
	switch {
	case s[0] == ',' && isSpace(1):
		return 2
	case isSpace(0) && strings.HasPrefix(s[1:], "and") && isSpace(4):
		return 5
	case isSpace(0), s[0] == '-', s[0] == '\\':
		return 1
	}
	return 0
}

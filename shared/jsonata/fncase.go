package jsonata

import (
	"strings"
	"unicode"
)

// upper and lower map case as JavaScript does: package strings maps character
// by character, JavaScript also maps one to several (ß to SS) and a final sigma.

func upper(s string) string {
	s = specialUpper.Replace(s)
	return strings.ToUpper(s)
}

func lower(s string) string {
	if !strings.ContainsAny(s, "ΣİẞΩKÅ") {
		return strings.ToLower(s)
	}
	var b strings.Builder
	runes := []rune(s)
	for i, c := range runes {
		switch {
		case c == 'Σ' && finalSigma(runes, i):
			b.WriteRune('ς')
		case c == 'İ':
			b.WriteString("i\u0307")
		default:
			b.WriteRune(unicode.ToLower(c))
		}
	}
	return b.String()
}

// finalSigma: letters before, none after.
func finalSigma(runes []rune, i int) bool {
	before := i > 0 && unicode.IsLetter(runes[i-1])
	after := i+1 < len(runes) && unicode.IsLetter(runes[i+1])
	return before && !after
}

var specialUpper = strings.NewReplacer(
	"ß", "SS", "ŉ", "ʼN", "ǰ", "J̌", "ΐ", "Ϊ́", "ΰ", "Ϋ́", "և", "ԵՒ",
	"ﬀ", "FF", "ﬁ", "FI", "ﬂ", "FL", "ﬃ", "FFI", "ﬄ", "FFL", "ﬅ", "ST", "ﬆ", "ST",
)

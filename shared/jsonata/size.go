package jsonata

import (
	"math"
	"unicode/utf8"
)

// TooDeep is the EncodedSize of a value that is nested so deeply that Decode
// would refuse its JSON.
const TooDeep = 1 << 40

// EncodedSize is at least the number of bytes that Encode returns for v, and
// close to it. It allocates nothing.
func EncodedSize(v any) int { return min(encodedSize(v, 0), TooDeep) }

func encodedSize(v any, depth int) int {
	if depth > maxDecodeDepth {
		return TooDeep
	}
	n := 0
	switch x := v.(type) {
	case string:
		return quotedSize(x)
	case float64:
		return numberSize(x)
	case bool:
		return len("false")
	case []any:
		for _, e := range x {
			n += encodedSize(e, depth+1) + 1
		}
		return n + 2
	case *array:
		return encodedSize(x.items, depth)
	case *Object:
		for i, k := range x.keys {
			n += quotedSize(k) + encodedSize(x.vals[i], depth+1) + 2
		}
		return n + 2
	}
	return len("null")
}

// numberSize bounds the length of a number: JavaScript's longest has 25 bytes.
func numberSize(f float64) int {
	if f != math.Trunc(f) || math.Abs(f) >= 1e15 {
		return 25
	}
	n := 1
	if f < 0 {
		n, f = 2, -f
	}
	for i := int64(f); i >= 10; i /= 10 {
		n++
	}
	return n
}

func quotedSize(s string) int {
	n, ascii := len(s)+2, true
	for i := range len(s) {
		switch c := s[i]; {
		case c == '"' || c == '\\':
			n++
		case c < 0x20:
			n += len(`\u0000`) - 1
		case c >= utf8.RuneSelf:
			ascii = false
		}
	}
	if !ascii && !utf8.ValidString(s) {
		n += 2 * len(s) // a byte that is not UTF-8 becomes three
	}
	return n
}

package jsonata

import (
	"math"
	"unicode/utf8"
)

// TooDeep is the EncodedSize of a value that is nested so deeply, or is so
// long, that Decode would refuse its JSON.
const TooDeep = 1 << 40

// EncodedSize is at least the number of bytes that Encode returns for v, and
// close to it. It allocates nothing. A value whose parts stand in it again and
// again can be longer than memory has room for; the count ends where it is
// clear that Decode would refuse it.
func EncodedSize(v any) int {
	if n := encodedSize(v, 0, 0); n <= maxDecodeBytes {
		return n
	}
	return TooDeep
}

// encodedSize adds the size of v to n.
func encodedSize(v any, depth, n int) int {
	if depth > maxDecodeDepth || n > maxDecodeBytes {
		return TooDeep
	}
	switch x := v.(type) {
	case string:
		return n + quotedSize(x)
	case float64:
		return n + numberSize(x)
	case bool:
		return n + len("false")
	case []any:
		for _, e := range x {
			n = encodedSize(e, depth+1, n+1)
		}
		return n + 2
	case *array:
		return encodedSize(x.items, depth, n)
	case *Object:
		for i, k := range x.keys {
			n = encodedSize(x.vals[i], depth+1, n+quotedSize(k)+2)
		}
		return n + 2
	}
	return n + len("null")
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

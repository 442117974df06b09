package jsonata

import (
	"crypto/md5"
	"crypto/sha1"
	"crypto/sha256"
	"crypto/sha512"
	"encoding/hex"
	"errors"
	"hash"
	"math"
	"strings"
	"unicode/utf8"
)

// stepFunctions are what Step Functions adds to JSONata. Their limits are those
// of its intrinsic functions.
var stepFunctions = []definition{
	{"partition", "<an:a<a>>", 2, fnPartition},
	{"range", "<nnn:a<n>>", 3, fnRange},
	{"hash", "<ss:s>", 2, fnHash},
	{"random", "<n?:n>", 0, fnRandom},
	{"uuid", "<:s>", 0, func(r *run, _ any, _ []any) (any, error) {
		if r.env.UUID == nil {
			return nil, failToken("T1006", "uuid")
		}
		return r.env.UUID(), nil
	}},
	{"parse", "<s:x>", 1, textFunc(fnParse)},
}

const (
	maxStepRange = 1000   // items that $range makes
	maxHashText  = 10_000 // characters that $hash takes
)

// fnPartition cuts an array into arrays of a size; the last may be shorter.
func fnPartition(r *run, _ any, args []any) (any, error) {
	items, ok := itemsOf(argAt(args, 0))
	size, okSize := argAt(args, 1).(float64)
	if !ok || !okSize {
		return undef, nil
	}
	if size = math.Round(size); !(size >= 1) {
		return nil, failAt("T0410", -1, "partition", 2)
	}
	n := int(min(size, float64(max(len(items), 1))))
	out := []any{}
	for len(items) > 0 {
		k := min(n, len(items))
		out = append(out, plain(items[:k:k]))
		items = items[k:]
	}
	return plain(out), r.room(len(out))
}

// fnRange counts from the first to the second number, both included, by the
// third; they are rounded to integers.
func fnRange(_ *run, _ any, args []any) (any, error) {
	var v [3]float64
	for i := range v {
		f, ok := argAt(args, i).(float64)
		if !ok {
			return undef, nil
		}
		if v[i] = math.Round(f); math.IsInf(f, 0) || math.IsNaN(f) || math.Abs(f) > 1<<53 {
			return nil, failAt("T0410", -1, "range", i+1)
		}
	}
	from, to, by := v[0], v[1], v[2]
	if by == 0 {
		return nil, failAt("T0410", -1, "range", 3)
	}
	count := math.Floor((to-from)/by) + 1
	if count > maxStepRange {
		return nil, failValue("D2014", count)
	}
	out := make([]any, 0, int(max(count, 0)))
	for i := 0.0; i < count; i++ {
		out = append(out, number(from+i*by))
	}
	return plain(out), nil
}

func fnHash(_ *run, _ any, args []any) (any, error) {
	s, ok := argAt(args, 0).(string)
	if !ok {
		return undef, nil
	}
	if utf8.RuneCountInString(s) > maxHashText {
		return nil, failToken(CodeTooLarge, "string")
	}
	var h hash.Hash
	switch strings.ToUpper(textArg(args, 1, "")) {
	case "MD5":
		h = md5.New()
	case "SHA-1":
		h = sha1.New()
	case "SHA-256":
		h = sha256.New()
	case "SHA-384":
		h = sha512.New384()
	case "SHA-512":
		h = sha512.New()
	default:
		return nil, failAt("T0410", -1, "hash", 2)
	}
	h.Write([]byte(s))
	return hex.EncodeToString(h.Sum(nil)), nil
}

func fnRandom(r *run, _ any, args []any) (any, error) {
	if seed, ok := argAt(args, 0).(float64); ok {
		if math.IsNaN(seed) || math.Abs(seed) > 1<<53 {
			return nil, failAt("T0410", -1, "random", 1)
		}
		return seeded(int64(math.Round(seed))), nil
	}
	if r.env.Random == nil {
		return nil, failToken("T1006", "random")
	}
	return r.env.Random(), nil
}

// seeded is the first number of a 48-bit linear congruential generator: the
// same seed gives the same number, in [0, 1).
func seeded(seed int64) float64 {
	const multiplier, increment, mask = 0x5DEECE66D, 0xB, 1<<48 - 1
	state := (uint64(seed) ^ multiplier) & mask
	next := func(bits uint) uint64 {
		state = (state*multiplier + increment) & mask
		return state >> (48 - bits)
	}
	high := next(26) << 27
	return float64(high+next(27)) / (1 << 53)
}

func fnParse(r *run, s string, _ []any) (any, error) {
	v, err := r.decode(s)
	if e, ok := errors.AsType[*Error](err); ok {
		e.Position, e.Start = -1, -1 // an offset in s, not in the expression
		return nil, e
	}
	return v, nil
}

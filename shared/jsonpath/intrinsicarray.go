package jsonpath

import (
	"errors"
	"fmt"
	"math"
	"slices"

	"github.com/orderloom/orderloom/shared/jsonata"
)

// arrayContains is States.ArrayContains; the other functions of arrays follow.
func arrayContains(args []any) (any, error) {
	items, err := list(args[0])
	return slices.ContainsFunc(items, func(v any) bool { return same(v, args[1]) }), err
}

func arrayLength(args []any) (any, error) {
	items, err := list(args[0])
	return float64(len(items)), err
}

func arrayGetItem(args []any) (any, error) {
	items, err := list(args[0])
	if err != nil {
		return nil, err
	}
	i, ok := args[1].(float64)
	if !ok || i != math.Trunc(i) || i < 0 || i >= float64(len(items)) {
		return nil, fmt.Errorf("the index must be a whole number from 0 to below %d", len(items))
	}
	return items[int(i)], nil
}

func arrayPartition(args []any) (any, error) {
	items, err := list(args[0])
	if err != nil {
		return nil, err
	}
	size, err := whole(args[1], "second")
	if err != nil || size < 1 {
		return nil, errors.New("the size of a part must be a whole number of at least 1")
	}
	out := []any{}
	for part := range slices.Chunk(items, int(min(size, float64(len(items)+1)))) {
		out = append(out, part)
	}
	return out, nil
}

func arrayRange(args []any) (any, error) {
	var n [3]float64
	for i, which := range []string{"first", "second", "third"} {
		var err error
		if n[i], err = whole(args[i], which); err != nil {
			return nil, err
		}
	}
	first, last, by := n[0], n[1], n[2]
	if by == 0 {
		return nil, errors.New("the increment cannot be 0")
	}
	count := math.Floor((last-first)/by) + 1
	if count > maxRange {
		return nil, fmt.Errorf("the array would have more than %d items", maxRange)
	}
	out := []any{}
	for i := 0.0; i < count; i++ {
		out = append(out, first+i*by)
	}
	return out, nil
}

func arrayUnique(args []any) (any, error) {
	items, err := list(args[0])
	if err != nil {
		return nil, err
	}
	out := []any{}
	scalars := map[any]bool{}
	for _, v := range items {
		switch v.(type) {
		case []any, *jsonata.Object:
			if slices.ContainsFunc(out, func(w any) bool { return same(v, w) }) {
				continue
			}
		default:
			if scalars[v] {
				continue
			}
			scalars[v] = true
		}
		out = append(out, v)
	}
	return out, nil
}

// same reports whether two values are equal; the order of keys does not matter.
func same(a, b any) bool {
	switch x := a.(type) {
	case []any:
		y, ok := b.([]any)
		return ok && slices.EqualFunc(x, y, same)
	case *jsonata.Object:
		y, ok := b.(*jsonata.Object)
		if !ok || x.Len() != y.Len() {
			return false
		}
		equal := true
		x.Range(func(key string, v any) bool {
			w, ok := y.Get(key)
			equal = ok && same(v, w)
			return equal
		})
		return equal
	}
	switch b.(type) {
	case []any, *jsonata.Object:
		return false
	}
	return a == b
}

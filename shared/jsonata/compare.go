package jsonata

import (
	"strings"
	"unicode/utf8"
)

// truth is the effective boolean value; nothing counts as false.
func truth(r *run, v any) (bool, error) {
	switch x := v.(type) {
	case bool:
		return x, nil
	case string:
		return x != "", nil
	case float64:
		f, ok, err := finite(v)
		return ok && f != 0, err
	case *Object:
		return len(x.keys) > 0, nil
	case *function:
		return x.regex == nil, nil
	}
	items, ok := itemsOf(v)
	if !ok {
		return false, nil
	}
	if err := r.enter(); err != nil {
		return false, err
	}
	defer r.leave()
	found := false
	for _, item := range items {
		yes, err := truth(r, item)
		if err != nil {
			return false, err
		}
		found = found || yes
	}
	return found, r.tick(len(items) / itemsPerStep)
}

// equal compares deeply.
func equal(r *run, a, b any) (bool, error) {
	switch x := a.(type) {
	case string:
		y, ok := b.(string)
		return ok && x == y, nil
	case float64:
		y, ok := b.(float64)
		return ok && x == y, nil
	case bool:
		y, ok := b.(bool)
		return ok && x == y, nil
	case nil:
		return b == nil, nil
	case *Object:
		y, ok := b.(*Object)
		if !ok || len(x.keys) != len(y.keys) {
			return false, nil
		}
		return equalObjects(r, x, y)
	}
	x, okX := itemsOf(a)
	y, okY := itemsOf(b)
	if !okX || !okY {
		return same(a, b), nil
	}
	if len(x) != len(y) {
		return false, nil
	}
	if err := r.enter(); err != nil {
		return false, err
	}
	defer r.leave()
	if err := r.tick(len(x) / itemsPerStep); err != nil {
		return false, err
	}
	for i := range x {
		if eq, err := equal(r, x[i], y[i]); !eq || err != nil {
			return false, err
		}
	}
	return true, nil
}

func equalObjects(r *run, x, y *Object) (bool, error) {
	if err := r.enter(); err != nil {
		return false, err
	}
	defer r.leave()
	for i, k := range x.keys {
		v, ok := y.Get(k)
		if !ok {
			return false, nil
		}
		if eq, err := equal(r, x.vals[i], v); !eq || err != nil {
			return false, err
		}
	}
	return true, nil
}

// same is JavaScript's ===: arrays, objects and functions by identity.
func same(a, b any) bool {
	switch x := a.(type) {
	case []any:
		y, ok := b.([]any)
		return ok && len(x) == len(y) && len(x) > 0 && &x[0] == &y[0]
	default:
		if _, ok := b.([]any); ok {
			return false
		}
		return a == b
	}
}

// compare orders two numbers or two strings; ok is false for anything else.
func compare(a, b any) (c int, ok bool) {
	switch x := a.(type) {
	case float64:
		y, ok := b.(float64)
		switch {
		case x < y:
			return -1, ok
		case x > y:
			return 1, ok
		}
		return 0, ok
	case string:
		y, ok := b.(string)
		return compareText(x, y), ok
	}
	return 0, false
}

// compareText orders strings by UTF-16 code units, as JavaScript does: that
// differs from the order of bytes only where a character beyond U+FFFF meets
// one from U+E000 on.
func compareText(a, b string) int {
	i := 0
	for i < len(a) && i < len(b) && a[i] == b[i] {
		i++
	}
	if i == len(a) || i == len(b) || (a[i] < 0xEE && b[i] < 0xEE) {
		return strings.Compare(a[i:], b[i:])
	}
	for i > 0 && !utf8.RuneStart(a[i]) {
		i--
	}
	x, _ := utf8.DecodeRuneInString(a[i:])
	y, _ := utf8.DecodeRuneInString(b[i:])
	if x > 0xFFFF && y <= 0xFFFF && y >= 0xE000 {
		return -1
	}
	if y > 0xFFFF && x <= 0xFFFF && x >= 0xE000 {
		return 1
	}
	return strings.Compare(a[i:], b[i:])
}

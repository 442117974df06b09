package jsonata

import (
	"errors"
	"slices"
)

type undefinedType struct{}

func (undefinedType) String() string { return "undefined" }

// Undefined is the value of an expression that yields nothing. It is not null.
var Undefined any = undefinedType{}

var undef any = undefinedType{}

// IsUndefined reports whether v is Undefined.
func IsUndefined(v any) bool {
	_, ok := v.(undefinedType)
	return ok
}

// Flags of an array made by the evaluator.
const (
	flagSeq   = 1 << iota // a result sequence: one item stands for itself
	flagKeep              // a sequence that stays an array even with one item
	flagCons              // built by a constructor at an end of a path: not flattened
	flagOuter             // wraps an input that is itself an array
)

// array is an array made by the evaluator. Arrays that come in are plain []any
// and have no flags; export turns arrays back into []any.
type array struct {
	items []any
	flags uint8
}

func newSeq(items ...any) *array { return &array{items: items, flags: flagSeq} }
func plain(items []any) *array   { return &array{items: items} }

// itemsOf returns the items of an array of either kind.
func itemsOf(v any) ([]any, bool) {
	switch a := v.(type) {
	case *array:
		return a.items, true
	case []any:
		return a, true
	}
	return nil, false
}

func isArray(v any) bool {
	switch v.(type) {
	case *array, []any:
		return true
	}
	return false
}

func hasFlag(v any, flag uint8) bool {
	a, ok := v.(*array)
	return ok && a.flags&flag != 0
}

// collapse gives a sequence its value: nothing, its only item, or the array.
func collapse(v any) any {
	a, ok := v.(*array)
	if !ok || a.flags&flagSeq == 0 {
		return v
	}
	switch len(a.items) {
	case 0:
		return undef
	case 1:
		if a.flags&flagKeep == 0 {
			return a.items[0]
		}
	}
	return a
}

const smallInts = 1024

// boxed holds the small whole numbers as interface values, which saves an
// allocation for most results.
var boxed = func() (t [smallInts]any) {
	for i := range t {
		t[i] = float64(i)
	}
	return t
}()

func number(f float64) any {
	if i := int(f); i > 0 && i < smallInts && float64(i) == f {
		return boxed[i]
	}
	return f
}

// export turns evaluator arrays into []any and refuses functions.
func (r *run) export(v any, depth int) (any, error) {
	if depth > maxValueDepth {
		return nil, failToken(CodeLimit, "depth")
	}
	switch x := v.(type) {
	case *array:
		return r.exportItems(x.items, depth)
	case *Object:
		if !x.inner {
			return x, nil
		}
		x.inner = false
		for i, e := range x.vals {
			e, err := r.export(e, depth+1)
			if err != nil {
				return nil, err
			}
			x.vals[i] = e
		}
	case *function:
		return nil, fail(CodeFunctionResult)
	}
	return v, nil
}

// outward exports the value that an error shows; one with a function in it is
// left out.
func (r *run) outward(err error) error {
	if e, ok := errors.AsType[*Error](err); ok {
		if e.Value, err = r.export(e.Value, 0); err != nil {
			e.Value = nil
		}
		return e
	}
	return err
}

// exportItems counts its work: an array that stands in several places is copied
// for each of them.
func (r *run) exportItems(items []any, depth int) (any, error) {
	if items == nil {
		return []any{}, nil
	}
	if !slices.ContainsFunc(items, isInner) {
		return items, nil
	}
	if err := r.tick(1 + len(items)/itemsPerStep); err != nil {
		return nil, err
	}
	out := slices.Clone(items)
	for i, e := range items {
		if IsUndefined(e) { // a regular expression's group that took no part
			out[i] = nil
			continue
		}
		e, err := r.export(e, depth+1)
		if err != nil {
			return nil, err
		}
		out[i] = e
	}
	return out, nil
}

// isInner reports whether export has something to do with v.
func isInner(v any) bool {
	switch x := v.(type) {
	case *array, *function, undefinedType:
		return true
	case *Object:
		return x.inner
	}
	return false
}

// put sets a key of an object that the evaluator builds.
func (o *Object) put(key string, v any) {
	if isInner(v) {
		o.inner = true
	}
	o.Set(key, v)
}

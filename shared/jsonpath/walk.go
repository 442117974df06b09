package jsonpath

import (
	"slices"

	"github.com/orderloom/orderloom/shared/jsonata"
)

// Bounds of a path with several ends: what it finds, and what it looks at, the
// paths of its filters included. A few .. behind each other look at a deep
// document over and over; half a second of that is enough.
const (
	maxFound = 1_000_000
	maxSeen  = 5_000_000
)

// walk collects what a path with several ends finds.
type walk struct {
	root  any // the document, for filters
	steps []step
	found []any
	left  *int // nodes that may still be looked at
}

// see counts a node; false when there were too many.
func (w *walk) see() bool {
	*w.left--
	return *w.left > 0
}

// follow goes on with step i at v. As long as every step so far was sure to
// lead to one node, leading nowhere is a failure; later it is just no find.
func (w *walk) follow(i int, v any, sure bool) bool {
	if !w.see() {
		return false
	}
	if i == len(w.steps) {
		w.found = append(w.found, v)
		return len(w.found) <= maxFound
	}
	s := &w.steps[i]
	switch s.kind {
	case child, nth:
		next, ok := s.next(v)
		if !ok {
			return !sure
		}
		return w.follow(i+1, next, sure)
	case keys:
		return w.several(i, s, v, sure)
	case descent:
		return w.descend(i+1, v)
	case filter:
		return w.filter(i, s, v, sure)
	case wildcard:
		return each(v, func(x any) bool { return w.follow(i+1, x, false) })
	}
	list, ok := v.([]any)
	if !ok {
		return !sure
	}
	if s.kind == slice {
		list = s.cut(list)
		return !slices.ContainsFunc(list, func(x any) bool { return !w.follow(i+1, x, false) })
	}
	for _, n := range s.indexes {
		if x, ok := item(list, n); ok && !w.follow(i+1, x, false) {
			return false
		}
	}
	return true
}

// several follows a list of keys: at the end they make one object.
func (w *walk) several(i int, s *step, v any, sure bool) bool {
	if i == len(w.steps)-1 {
		next, ok := s.pick(v)
		if !ok {
			return !sure
		}
		return w.follow(i+1, next, sure)
	}
	o, ok := v.(*jsonata.Object)
	if !ok {
		return !sure
	}
	for _, name := range s.names {
		if x, ok := o.Get(name); ok && !w.follow(i+1, x, false) {
			return false
		}
	}
	return true
}

// descend follows the rest of the path at v and at everything inside it. A
// filter behind .. looks at each of these once.
func (w *walk) descend(i int, v any) bool {
	if !w.see() {
		return false
	}
	switch v.(type) {
	case *jsonata.Object, []any:
	default:
		return true
	}
	if s := &w.steps[i]; s.kind == filter {
		if s.filter.holds(v, w) && !w.follow(i+1, v, false) {
			return false
		}
	} else if !w.follow(i, v, false) {
		return false
	}
	return each(v, func(x any) bool { return w.descend(i, x) })
}

func (s *step) cut(list []any) []any {
	clamp := func(n int) int {
		if n < 0 {
			n += len(list)
		}
		return min(max(n, 0), len(list))
	}
	from, to := clamp(s.from), len(list)
	if !s.open {
		to = clamp(s.to)
	}
	return list[from:max(from, to)]
}

// each calls f for the values of an object or array until it returns false.
func each(v any, f func(any) bool) bool {
	switch x := v.(type) {
	case []any:
		for _, e := range x {
			if !f(e) {
				return false
			}
		}
	case *jsonata.Object:
		all := true
		x.Range(func(_ string, e any) bool {
			all = f(e)
			return all
		})
		return all
	}
	return true
}

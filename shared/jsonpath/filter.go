package jsonpath

import (
	"slices"

	"github.com/orderloom/orderloom/shared/jsonata"
)

// filter keeps the items of an array that the condition holds for; an object
// is looked at itself.
func (w *walk) filter(i int, s *step, v any, sure bool) bool {
	switch x := v.(type) {
	case *jsonata.Object:
		return !s.filter.holds(x, w) || w.follow(i+1, x, false)
	case []any:
		for _, e := range x {
			if s.filter.holds(e, w) && !w.follow(i+1, e, false) {
				return false
			}
		}
		return true
	}
	return !sure
}

// condition decides about an item that the walk has come to.
type condition interface {
	holds(item any, w *walk) bool
}

type (
	and     []condition
	or      []condition
	not     struct{ condition }
	exists  struct{ operand }
	compare struct {
		left, right operand
		test        func(left, right any) bool
	}
)

func (c and) holds(item any, w *walk) bool {
	return !slices.ContainsFunc(c, func(c condition) bool { return !c.holds(item, w) })
}

func (c or) holds(item any, w *walk) bool {
	return slices.ContainsFunc(c, func(c condition) bool { return c.holds(item, w) })
}

func (c not) holds(item any, w *walk) bool { return !c.condition.holds(item, w) }

func (c exists) holds(item any, w *walk) bool { return !jsonata.IsUndefined(c.value(item, w)) }

func (c compare) holds(item any, w *walk) bool {
	return c.test(c.left.value(item, w), c.right.value(item, w))
}

// operand is a path from the item or the document, or a literal.
type operand struct {
	path     *Path
	fromRoot bool
	literal  any
}

// value is what the operand stands for; a path that leads nowhere is undefined.
func (o operand) value(item any, w *walk) any {
	if o.path == nil {
		return o.literal
	}
	if o.fromRoot {
		item = w.root
	}
	if v, ok := o.path.get(item, w.left); ok {
		return v
	}
	return jsonata.Undefined
}

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
		return !s.filter.holds(x, w.root) || w.follow(i+1, x, false)
	case []any:
		for _, e := range x {
			if s.filter.holds(e, w.root) && !w.follow(i+1, e, false) {
				return false
			}
		}
		return true
	}
	return !sure
}

// condition decides about an item; root is the document it is in.
type condition interface {
	holds(item, root any) bool
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

func (c and) holds(item, root any) bool {
	return !slices.ContainsFunc(c, func(c condition) bool { return !c.holds(item, root) })
}

func (c or) holds(item, root any) bool {
	return slices.ContainsFunc(c, func(c condition) bool { return c.holds(item, root) })
}

func (c not) holds(item, root any) bool { return !c.condition.holds(item, root) }

func (c exists) holds(item, root any) bool { return !jsonata.IsUndefined(c.value(item, root)) }

func (c compare) holds(item, root any) bool {
	return c.test(c.left.value(item, root), c.right.value(item, root))
}

// operand is a path from the item or the document, or a literal.
type operand struct {
	path     *Path
	fromRoot bool
	literal  any
}

// value is what the operand stands for; a path that leads nowhere is undefined.
func (o operand) value(item, root any) any {
	if o.path == nil {
		return o.literal
	}
	if o.fromRoot {
		item = root
	}
	if v, ok := o.path.Get(item); ok {
		return v
	}
	return jsonata.Undefined
}

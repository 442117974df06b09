package policy

import (
	"slices"

	"github.com/orderloom/orderloom/shared/event"
	"github.com/orderloom/orderloom/shared/policy/jsondoc"
)

// condition reads a tree. Inside a relation no further relation is possible.
func (r reader) condition(n *jsondoc.Node, of event.Entity, relations bool) *Condition {
	c := &Condition{}
	if !r.Is(n, jsondoc.Object) {
		return c
	}
	forms := 0
	for _, key := range []string{"all", "any", "not", "field", "relation"} {
		if n.Get(key) != nil {
			forms++
		}
	}
	if forms != 1 {
		r.At(n, AmbiguousForm, "a condition has exactly one of all, any, not, field and relation")
		return c
	}
	switch {
	case n.Get("all") != nil:
		c.All = r.group(n, "all", of, relations)
	case n.Get("any") != nil:
		c.Any = r.group(n, "any", of, relations)
	case n.Get("not") != nil:
		r.Known(n, "not")
		c.Not = r.condition(n.Get("not"), of, relations)
	case n.Get("relation") != nil:
		r.relation(c, n, of, relations)
	default:
		r.row(c, n, of)
	}
	return c
}

func (r reader) group(n *jsondoc.Node, key string, of event.Entity, relations bool) []Condition {
	r.Known(n, key)
	items := r.List(n, key)
	if v := n.Get(key); v.Kind == jsondoc.Array && len(items) == 0 {
		r.At(v, EmptyGroup, "the group is empty")
	}
	var out []Condition
	for _, item := range items {
		out = append(out, *r.condition(item, of, relations))
	}
	return out
}

func (r reader) row(c *Condition, n *jsondoc.Node, of event.Entity) {
	r.Known(n, "field", "operator", "value", "valueField")
	f, ok := r.field(n, "field", of)
	c.Field = f.Path
	if !ok {
		return
	}
	if c.Operator = r.operator(n, f); c.Operator != "" {
		r.operand(c, n, f, of)
	}
}

// field reads the path of a field that a condition on an entity can use.
func (r reader) field(n *jsondoc.Node, key string, of event.Entity) (Field, bool) {
	path := r.NeedText(n, key)
	if path == "" {
		return Field{}, false
	}
	return r.fieldAt(n.Get(key), path, of)
}

// fieldAt finds the field of a path that stands at a node.
func (r reader) fieldAt(at *jsondoc.Node, path string, of event.Entity) (Field, bool) {
	f, ok := r.lookup(path)
	if !ok {
		r.At(at, UnknownPath, "there is no field %q | See the list of fields in statemachines/README.md", path)
		return Field{Path: path}, false
	}
	if f.Of != "" && !slices.Contains(r.reachable(of), f.Of) {
		r.At(at, UnreachablePath, "a condition on %s cannot use %q, a field of %s | Use a relation, or a policy on %s", of, path, f.Of, f.Of)
		return f, false
	}
	return f, true
}

package policy

import (
	"encoding/json"
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
		r.relation(c, n, relations)
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

func (r reader) relation(c *Condition, n *jsondoc.Node, allowed bool) {
	r.Known(n, "relation", "has", "where", "operator", "value")
	c.Relation = r.Choice(n, "relation", LinesRelation)
	if !allowed {
		r.At(n, UnreachablePath, "inside a relation there cannot be another one")
		return
	}
	c.Has = Has(r.Choice(n, "has", string(HasAny), string(HasAll), string(HasNone), string(HasCount)))
	if where := r.Need(n, "where"); where != nil {
		c.Where = r.condition(where, event.Line, false)
	}
	if c.Has == HasCount {
		r.comparison(c, n, Field{Path: "the count", Type: Number})
		if c.Operator == ContainsData || c.Operator == ContainsNoData {
			r.At(n.Get("operator"), OperatorMismatch, "a count always has a value")
		}
		return
	}
	for _, key := range []string{"operator", "value"} {
		if v := n.Get(key); v != nil {
			r.At(v, AmbiguousForm, "only has = count has %q", key)
		}
	}
}

func (r reader) row(c *Condition, n *jsondoc.Node, of event.Entity) {
	r.Known(n, "field", "operator", "value")
	c.Field = r.NeedText(n, "field")
	if c.Field == "" {
		return
	}
	f, ok := LookupField(c.Field)
	if !ok {
		r.At(n.Get("field"), UnknownPath, "there is no field %q | See the list of fields in statemachines/README.md", c.Field)
		return
	}
	if !slices.Contains(reachable(of), f.Of) {
		r.At(n.Get("field"), UnreachablePath, "a condition on %s cannot use %q, a field of %s | Use a relation, or a policy on %s", of, c.Field, f.Of, f.Of)
		return
	}
	r.comparison(c, n, f)
}

// comparison reads operator and value for a field.
func (r reader) comparison(c *Condition, n *jsondoc.Node, f Field) {
	names := make([]string, 0, 12)
	for _, o := range operatorsOf("") {
		names = append(names, string(o))
	}
	names = append(names, string(ContainsText), string(StartsWith))
	c.Operator = Operator(r.Choice(n, "operator", names...))
	if c.Operator == "" {
		return
	}
	if !slices.Contains(operatorsOf(f.Type), c.Operator) {
		r.At(n.Get("operator"), OperatorMismatch, "%s is a %s and cannot be compared with %q | Possible operators: %v", f.Path, f.Type, c.Operator, operatorsOf(f.Type))
		return
	}
	c.want.kind = f.Type
	if c.Operator == ContainsData || c.Operator == ContainsNoData {
		if v := n.Get("value"); v != nil {
			r.At(v, AmbiguousForm, "%q takes no value", c.Operator)
		}
		return
	}
	v := r.Need(n, "value")
	if v == nil {
		return
	}
	r.values(c, v, f)
	c.Value, _ = json.Marshal(v.Value()) // what was decoded from JSON always encodes
}

// values reads one value, for between two in ascending order, for in a list.
func (r reader) values(c *Condition, v *jsondoc.Node, f Field) {
	if c.Operator != In && c.Operator != Between {
		r.value(c, v, f)
		return
	}
	if v.Kind != jsondoc.Array || len(v.Items) == 0 || c.Operator == Between && len(v.Items) != 2 {
		r.At(v, ValueMismatch, "%q needs a list of values | between: two values; in: at least one", c.Operator)
		return
	}
	for _, item := range v.Items {
		r.value(c, item, f)
	}
	if c.Operator != Between {
		return
	}
	w := c.want
	if len(w.numbers) == 2 && w.numbers[0].GreaterThan(w.numbers[1]) || len(w.texts) == 2 && w.texts[0] > w.texts[1] {
		r.At(v, ValueMismatch, "the first value is greater than the second")
	}
}

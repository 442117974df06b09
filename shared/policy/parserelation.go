package policy

import (
	"slices"

	"github.com/orderloom/orderloom/shared/event"
	"github.com/orderloom/orderloom/shared/policy/jsondoc"
)

// relation reads a condition about related records.
func (r reader) relation(c *Condition, n *jsondoc.Node, of event.Entity, allowed bool) {
	r.Known(n, "relation", "has", "of", "where", "operator", "value", "valueField")
	if !allowed {
		r.At(n, UnreachablePath, "inside a relation there cannot be another one")
		return
	}
	rel, ok := r.leads(c, n, of)
	if !ok && c.Relation != "" {
		return
	}
	c.Has = Has(r.Choice(n, "has", string(HasAny), string(HasAll), string(HasNone), string(HasCount), string(HasSum)))
	compares := c.Has == HasCount || c.Has == HasSum
	if where := n.Get("where"); ok && where != nil {
		c.Where = r.condition(where, rel.To, false)
	} else if ok && !compares {
		r.Need(n, "where")
	}
	if ok && compares {
		r.quantity(c, n, rel, of)
	}
	r.onlyFor(n, c.Has == HasSum || c.Has == "", "of", "sum")
	for _, key := range []string{"operator", "value", "valueField"} {
		r.onlyFor(n, compares || c.Has == "", key, "count or sum")
	}
}

// leads reads the relation.
func (r reader) leads(c *Condition, n *jsondoc.Node, of event.Entity) (relation, bool) {
	var names []string
	all := r.relations()
	for _, rel := range all {
		names = append(names, rel.Path)
	}
	c.Relation = r.Choice(n, "relation", names...)
	i := slices.IndexFunc(all, func(rel relation) bool { return rel.Path == c.Relation })
	if i < 0 {
		return relation{}, false
	}
	rel := all[i]
	c.leads = rel
	if !slices.Contains(r.reachable(of), rel.From) {
		r.At(n.Get("relation"), UnreachablePath, "a condition on %s cannot use %q, a relation of %s", of, rel.Path, rel.From)
		return rel, false
	}
	return rel, true
}

func (r reader) onlyFor(n *jsondoc.Node, possible bool, key, has string) {
	if v := n.Get(key); v != nil && !possible {
		r.At(v, AmbiguousForm, "only has = %s has %q", has, key)
	}
}

// quantity reads how a count or sum compares.
func (r reader) quantity(c *Condition, n *jsondoc.Node, rel relation, of event.Entity) {
	what := Field{Path: "the count", Type: Number}
	if c.Has == HasSum {
		f, ok := r.summed(c, n, rel)
		if !ok {
			return
		}
		what = Field{Path: "the sum", Type: f.Type}
	}
	if c.Operator = r.operator(n, what); c.Operator == "" {
		return
	}
	if c.Operator.takesNothing() {
		r.At(n.Get("operator"), OperatorMismatch, "%s always has a value", what.Path)
		return
	}
	r.operand(c, n, what, of)
}

// summed reads the field of the related records that is added up.
func (r reader) summed(c *Condition, n *jsondoc.Node, rel relation) (Field, bool) {
	f, ok := r.field(n, "of", rel.To)
	c.Of = f.Path
	if ok && (f.Of != rel.To || f.Type != Number && f.Type != Money) {
		r.At(n.Get("of"), ValueMismatch, "%q is no number or amount of the records of %s", f.Path, rel.Path)
		return f, false
	}
	return f, ok
}

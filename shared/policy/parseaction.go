package policy

import (
	"encoding/json"
	"strconv"

	"github.com/orderloom/orderloom/shared/event"
	"github.com/orderloom/orderloom/shared/policy/jsondoc"
)

// actions reads what a rule does on records of an entity.
func (r reader) actions(n *jsondoc.Node, of event.Entity) (all []Action) {
	for _, item := range r.List(n, "then") {
		if a, ok := r.action(item, of); ok {
			all = append(all, a)
		}
	}
	return all
}

func (r reader) action(n *jsondoc.Node, of event.Entity) (Action, bool) {
	if !r.Is(n, jsondoc.Object) {
		return Action{}, false
	}
	r.Known(n, "set", "value", "compute", "addTag", "hold")
	a := Action{}
	forms := 0
	for key, to := range map[string]*string{"set": &a.Set, "addTag": &a.AddTag, "hold": &a.Hold} {
		if n.Get(key) != nil {
			forms++
			*to = r.NeedText(n, key)
		}
	}
	if forms != 1 {
		r.At(n, AmbiguousForm, "an action has exactly one of set, addTag and hold")
		return a, false
	}
	if tag := n.Get("addTag"); tag != nil && r.isCustom(of) {
		r.At(tag, NotSettable, "only orders have tags | Set a field of %s", of)
		return a, false
	}
	if n.Get("set") == nil {
		for _, key := range []string{"value", "compute"} {
			if v := n.Get(key); v != nil {
				r.At(v, AmbiguousForm, "only set has %q", key)
			}
		}
		return a, true
	}
	f, to, ok, possible := r.lookupSettable(of, a.Set)
	if a.Set == "" {
		return a, false
	}
	if !ok {
		r.At(n.Get("set"), NotSettable, "a policy on %s cannot set %q | %s", of, a.Set, possible)
		return a, false
	}
	return a, r.setValue(&a, n, f, to, of)
}

// setValue reads what a field is set to: a value, or how to compute it.
func (r reader) setValue(a *Action, n *jsondoc.Node, f Field, to Target, of event.Entity) bool {
	compute, v := n.Get("compute"), n.Get("value")
	switch {
	case compute != nil && v != nil:
		r.At(compute, AmbiguousForm, "set has a value or a way to compute it, not both")
		return false
	case compute != nil:
		e := expressionReader{r, of, new(int)}
		a.Compute = e.expression(compute)
		if a.Compute != nil && f.Type == Number && a.Compute.kind() == Text {
			r.At(compute, ValueMismatch, "%s is a %s; this computes a text", f.Path, f.Type)
		}
		if a.Compute != nil {
			a.Compute.sets, a.Compute.to = f, to
			a.Compute.source, _ = json.Marshal(compute.Value()) // what was decoded from JSON always encodes
		}
		return a.Compute != nil
	}
	if v = r.Need(n, "value"); v == nil {
		return false
	}
	if f.Type == Number && v.Kind == jsondoc.Number || v.Kind == jsondoc.String {
		a.Value = v.Text
	}
	if !to.takes(f, a.Value) {
		r.At(v, ValueMismatch, "%s is a %s; it cannot be set to this", f.Path, f.Type)
		return false
	}
	return true
}

// settableTo reports whether a field can have a value.
func settableTo(f Field, value string) bool {
	if f.Type == Number {
		n, err := strconv.Atoi(value)
		return err == nil && n >= 0 && n <= MaxPriority
	}
	return value != "" && len(value) <= maxText
}

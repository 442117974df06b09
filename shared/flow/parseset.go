package flow

import (
	"encoding/json"

	"github.com/orderloom/orderloom/shared/event"
	"github.com/orderloom/orderloom/shared/policy"
	"github.com/orderloom/orderloom/shared/policy/jsondoc"
)

// setFields reads what a step sets, in the words of policies.
func (r *reader) setFields(s *Step, n *jsondoc.Node) {
	s.Entity = r.doc.Record()
	if r.place == InEachLine { // it says so, because elsewhere it would be each line
		s.Entity = event.Entity(r.Choice(n, "entity", string(event.Line)))
	} else if n.Get("entity") != nil {
		s.Entity = event.Entity(r.Choice(n, "entity", r.doc.records()...))
	}
	v := r.Need(n, "set")
	if v == nil || !r.Is(v, jsondoc.Array) || s.Entity == "" {
		return
	}
	if len(v.Items) == 0 {
		r.At(v, jsondoc.InvalidValue, "the step sets nothing | Add an action, or remove the step")
	}
	policy.ParseActions(r.Parser, n, "set", s.Entity, r.customs...)
	for _, item := range v.Items {
		switch {
		case item.Kind != jsondoc.Object: // reported
		case item.Get("hold") != nil:
			r.At(item, policy.NotSettable, "a step that sets fields does not hold the order | Use a step of type %s", HoldStep)
		case item.Get("set") != nil && item.Get("set").Text == policy.LinePath:
			r.At(item.Get("set"), policy.NotSettable, "%s is for a step of type %s", policy.LinePath, AssignSource)
		}
	}
	s.Set, _ = json.Marshal(v.Value()) // what was decoded from JSON always encodes
}

// raiseEvent reads the event of a step and the values of its payload by name.
func (r *reader) raiseEvent(s *Step, n *jsondoc.Node) {
	s.Event = r.NeedText(n, "event")
	of := r.doc.Record()
	if r.place == InEachLine {
		of = event.Line
	}
	v := n.Get("payload")
	if v == nil || !r.Is(v, jsondoc.Object) {
		return
	}
	for _, m := range v.Members {
		if m.Key == "" || len(m.Key) > maxStepID {
			r.Add(jsondoc.InvalidValue, m.Value.Pointer, m.Pos, "the name of a value has 1 to %d characters", maxStepID)
		}
		policy.ParseExpression(r.Parser, m.Value, of, r.customs...)
	}
	s.Payload, _ = json.Marshal(v.Value()) // what was decoded from JSON always encodes
}

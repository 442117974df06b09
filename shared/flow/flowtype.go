package flow

import (
	"slices"
	"strings"

	"github.com/orderloom/orderloom/shared/entity"
	"github.com/orderloom/orderloom/shared/event"
	"github.com/orderloom/orderloom/shared/policy"
	"github.com/orderloom/orderloom/shared/policy/jsondoc"
)

// This file says what depends on the type of a flow: what flows through it, and
// which steps it can have.

// announced are types that come together with their functions.
var announced = []string{"inventory", "return"}

// recordTypes are the steps of a flow of a declared entity.
var recordTypes = []StepType{ValidateHeader, Splitter, ConditionStep, WaitStep, HoldStep, ApprovalStep, SetFields, RaiseEvent, End}

// Record is the entity of what flows through the flow.
func (d *Document) Record() event.Entity {
	if d.Entity != nil {
		return d.Entity.ID
	}
	return event.Order
}

// Offers reports whether a flow of this type can have a step of that one.
func (d *Document) Offers(t StepType) bool { return d.Entity == nil || slices.Contains(recordTypes, t) }

// CanceledState is the name of the state to which a cancellation leads.
func (d *Document) CanceledState() string {
	if d.Entity != nil {
		return d.Entity.Title + " Canceled"
	}
	return CanceledState
}

// profiles lists how a flow can be compiled.
func (d *Document) profiles() []string {
	if d.Entity != nil {
		return []string{Standard}
	}
	return []string{Standard, Compact}
}

// records lists the entities whose fields a step can set.
func (d *Document) records() []string {
	if d.Entity != nil {
		return []string{string(d.Entity.ID)}
	}
	return []string{string(event.Order), string(event.Line)}
}

// dates lists the dates that a step can wait for.
func (d *Document) dates() string {
	if d.Entity == nil {
		return "order.requestedAt, order.promisedAt, order.shipBy, order.placedAt, order.updatedAt"
	}
	var all []string
	for _, f := range d.Entity.Custom().Fields {
		if f.Type == policy.Time && f.Of == d.Entity.ID {
			all = append(all, f.Path)
		}
	}
	return strings.Join(all, ", ")
}

func (r *reader) flowType(n *jsondoc.Node) {
	if v := n.Get("type"); v != nil && v.Kind == jsondoc.String && slices.Contains(announced, v.Text) {
		r.At(v, TypeNotOffered, "flows of type %q come together with their functions; this Orderloom does not have them yet | Use the type order, or declare an entity", v.Text)
		r.doc.Type = v.Text
		return
	}
	types := []string{string(event.Order)}
	for _, e := range r.entities {
		types = append(types, string(e.ID))
	}
	r.doc.Type = r.Choice(n, "type", types...)
	r.doc.Entity, _ = entity.Find(r.entities, event.Entity(r.doc.Type))
}

// maxLines reads for how many lines a flow of orders is made. For a declared
// entity its longest list says so.
func (r *reader) maxLines(n *jsondoc.Node) {
	if r.doc.Entity == nil {
		r.doc.MaxLines = r.Int(n, "maxLines", DefaultLines, 1, MaxLinesLimit)
		return
	}
	r.doc.MaxLines = r.doc.Entity.MaxItems()
	if v := n.Get("maxLines"); v != nil {
		r.At(v, MisplacedField, "a flow of type %s has no maxLines | The entity says how long its lists are", r.doc.Type)
	}
}

// entryEvents lists the events that bring a record to a flow of this type.
func (r *reader) entryEvents() []string {
	if r.doc.Entity == nil {
		return []string{event.OrderReceived, SubFlowEntry}
	}
	var all []string
	for _, d := range r.doc.Entity.Definitions() {
		all = append(all, d.Name)
	}
	return all
}

// lookup finds a field of orders or of what flows through the flow.
func (r *reader) lookup(path string) (policy.Field, bool) {
	if r.doc.Entity != nil {
		for _, f := range r.doc.Entity.Custom().Fields {
			if f.Path == path {
				return f, true
			}
		}
	}
	return policy.LookupField(path)
}

package compile

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"

	"github.com/orderloom/orderloom/shared/entity"
	"github.com/orderloom/orderloom/shared/event"
	"github.com/orderloom/orderloom/shared/fault"
	"github.com/orderloom/orderloom/shared/flow"
)

// This file says what is different in a flow of a declared entity: the functions
// that write its records, and the names of its events. The contract with them is
// that of orders; "order" is the id of the record.

const (
	orderWriters  = "orders/"
	recordWriters = "entities/"
)

// writer is the function that does for the flow's records what one does for orders.
func (c *compiler) writer(function string) string {
	if own, ok := strings.CutPrefix(function, orderWriters); ok && c.doc.Entity != nil {
		return recordWriters + own
	}
	return function
}

// needed lists the functions of the platform that flows of this type call.
func (c *compiler) needed() []string {
	all := []string{applyEvent, applyPolicies, raiseException, expireHold, setFields, raiseEvent}
	if c.doc.Entity == nil {
		return append(all, createOrders, assignSource, reserveStock, releaseStock, runSubFlow)
	}
	for i := range all {
		all[i] = c.writer(all[i])
	}
	return all
}

// named is the name of the event by which a step tells what became of it.
func (c *compiler) named(name string) string {
	if c.doc.Entity == nil {
		return name
	}
	switch name {
	case event.OrderHeaderValidated:
		return c.doc.Entity.Event(entity.Validated)
	case event.OrderHeaderValidateFailed:
		return c.doc.Entity.Event(entity.ValidationFailed)
	case event.OrderHoldPlaced:
		return c.doc.Entity.Event(entity.HoldPlaced)
	case event.OrderApprovalRequested:
		return c.doc.Entity.Event(entity.ApprovalRequested)
	case event.OrderStepAbandoned:
		return c.doc.Entity.Event(entity.StepAbandoned)
	}
	return name
}

// cancelable reports whether what flows can be canceled at all.
func (c *compiler) cancelable() bool { return c.doc.Entity == nil || c.doc.Entity.Cancelable() }

// withoutPast leaves out what leads on when a record turns out to be beyond a step.
// What a declared transition that is not possible means only its author knows, so
// a person looks at it.
func (c *compiler) withoutPast(all []catcher) []catcher {
	return slices.DeleteFunc(slices.Clone(all), func(k catcher) bool { return k.code == fault.NotTransitable })
}

// checkOwnEvent reports an event that the flow's entity does not declare, and
// values that the event does not have.
func (c *compiler) checkOwnEvent(s *flow.Step) {
	d, ok := c.doc.Entity.Declared(s.Event)
	if !ok {
		c.report.Add(EventNotRaisable, s.ID, s.At+"/event", "%s does not declare an event %q that a step can raise | Declare it in its entity document, or choose one that is declared", c.doc.Entity.Title, s.Event)
		return
	}
	var given map[string]json.RawMessage
	_ = json.Unmarshal(s.Payload, &given) // the reader wrote it; without any there is none
	for _, name := range slices.Sorted(maps.Keys(given)) {
		if !slices.ContainsFunc(d.Payload, func(v entity.Value) bool { return v.ID == name }) {
			c.report.Add(EventNotRaisable, s.ID, s.At+"/payload/"+name, "%s does not have a value %q | Declare it with the event, or leave it out", d.Name, name)
		}
	}
}

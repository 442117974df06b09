package entity

import "github.com/orderloom/orderloom/shared/event"

// Source is where the events of declared entities come from.
const Source = "orderloom.entities"

// Happening is what can happen to a record of any entity; with the entity's word
// before it, it is the name of an event: RepairJobReceived.
type Happening string

// The happenings. Those of steps are the same as for orders.
const (
	Received          Happening = "Received"
	Changed           Happening = "Changed"      // by its sender
	ChangeFailed      Happening = "ChangeFailed" // a newer version came after the end
	Validated         Happening = "Validated"
	ValidationFailed  Happening = "ValidationFailed"
	Enriched          Happening = "Enriched"
	ExceptionRaised   Happening = "ExceptionRaised"
	ExceptionResolved Happening = "ExceptionResolved"
	StepAbandoned     Happening = "StepAbandoned"
	HoldPlaced        Happening = "HoldPlaced"
	HoldReleased      Happening = "HoldReleased"
	HoldExpired       Happening = "HoldExpired"
	ApprovalRequested Happening = "ApprovalRequested"
	Approved          Happening = "Approved"
	Rejected          Happening = "Rejected"
	Canceled          Happening = "Canceled"
)

// happenings never changes.
var happenings = []struct {
	Happening
	title string
}{
	{Received, "received"},
	{Changed, "changed by its sender"},
	{ChangeFailed, "change by its sender refused"},
	{Validated, "validated"},
	{ValidationFailed, "validation failed"},
	{Enriched, "fields set by the flow"},
	{ExceptionRaised, "exception raised"},
	{ExceptionResolved, "exception resolved"},
	{StepAbandoned, "a step failed and the flow went on"},
	{HoldPlaced, "put on hold by its flow"},
	{HoldReleased, "hold released"},
	{HoldExpired, "hold expired"},
	{ApprovalRequested, "approval requested"},
	{Approved, "approved"},
	{Rejected, "approval refused"},
	{Canceled, "canceled"},
}

// Event is the name of the event by which something happens to the entity.
func (e *Entity) Event(h Happening) string { return e.Word() + string(h) }

// Declared finds an event that flows raise.
func (e *Entity) Declared(name string) (Event, bool) {
	for _, d := range e.Events {
		if d.Name == name {
			return d, true
		}
	}
	return Event{}, false
}

// Definitions lists the events of the entity, those that every entity has first.
func (e *Entity) Definitions() []event.Definition {
	var all []event.Definition
	for _, h := range happenings {
		all = append(all, event.Definition{Name: e.Event(h.Happening), Title: e.Title + " " + h.title, Entity: e.ID, Source: Source})
	}
	for _, d := range e.Events {
		all = append(all, event.Definition{Name: d.Name, Title: d.Title, Entity: e.ID, Source: Source})
	}
	return all
}

// knows reports whether an event of that name can happen to the entity.
func (e *Entity) knows(name string) bool {
	for _, d := range e.Definitions() {
		if d.Name == name {
			return true
		}
	}
	return false
}

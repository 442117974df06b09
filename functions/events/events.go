// Package events holds the functions through which events of outside systems
// come in: accept keeps what was put on the bus once, as a message of the inbox,
// and check makes a report of it that orders/record-event can apply. What is
// wrong is settled in the inbound error list with the reason, like any message.
package events

import (
	"strings"

	"github.com/orderloom/orderloom/shared/event"
	"github.com/orderloom/orderloom/shared/fault"
	"github.com/orderloom/orderloom/shared/fn"
	"github.com/orderloom/orderloom/shared/inbox"
	"github.com/orderloom/orderloom/shared/policy/jsondoc"
)

func boxOf(d fn.Deps) inbox.Box {
	return inbox.Box{Table: d.Table, Blobs: d.Blobs, Now: d.Clock.Now}
}

// NotAccepted is the failure of an event that is not, or not so, taken from
// outside.
const NotAccepted = "Event.NotAccepted"

// reportOf checks the body of a message, an event as an outside system put it on
// the bus, against what is declared.
func reportOf(name string, body []byte, declared []event.Definition) (event.Report, error) {
	d, err := accepted(name, declared)
	if err != nil {
		return event.Report{}, err
	}
	if n := len(body); n > event.MaxReportBytes {
		return event.Report{}, fault.New(fault.TooLarge, "an event of %d bytes; at most %d are taken", n, event.MaxReportBytes).On(name, "detail").Do("Put in what identifies the data, not the data")
	}
	doc := jsondoc.Parse(body)
	if problems := doc.Problems(); len(problems) > 0 {
		return event.Report{}, fault.Wrap(problems, fault.Invalid, "reading the detail").On(name, "detail")
	}
	if err := tame(doc.Root, 1); err != nil {
		return event.Report{}, err
	}
	doc.Known(doc.Root, "id", "order", "channel", "externalId", "orderName", "entityId", "payload")
	if problems := doc.Problems(); len(problems) > 0 {
		return event.Report{}, fault.Wrap(problems, fault.Invalid, "reading the detail").On(name, "detail")
	}
	r, err := fn.Decode[event.Report](body)
	if err != nil {
		return event.Report{}, err
	}
	r.Name, r.Entity = d.Name, d.Entity
	if err := addressed(r); err != nil {
		return event.Report{}, err
	}
	return r, fits(d, doc.Root.Get("payload"))
}

// accepted finds the declaration of an event that outside systems may put in.
func accepted(name string, declared []event.Definition) (event.Definition, error) {
	var known []string
	for _, d := range declared {
		switch {
		case !d.External:
		case d.Name == name:
			return d, nil
		default:
			known = append(known, d.Name)
		}
	}
	hint := "No event is declared as external in statemachines/events"
	if len(known) > 0 {
		hint = "Accepted are " + strings.Join(known, ", ") + "; others are declared as external in statemachines/events"
	}
	return event.Definition{}, fault.New(NotAccepted, "an event of this name is not taken from outside").On("", "detail-type").Got(name).Do(hint)
}

// addressed reports whether the order is named in exactly one way, and the record
// of it that the event happened to.
func addressed(r event.Report) error {
	byOrder, byID, byName := r.Order != "", r.ExternalID != "", r.OrderName != ""
	ways := 0
	for _, way := range []bool{byOrder, byID, byName} {
		if way {
			ways++
		}
	}
	switch {
	case ways != 1 || byOrder == (r.Channel != ""):
		return fault.New(fault.Invalid, "the order is named by order, or by channel and either externalId or orderName").On(r.Name, "order")
	case r.Entity == event.Order && r.EntityID != "":
		return fault.New(fault.Invalid, "the event happens to the order itself").On(r.Name, "entityId").Got(r.EntityID).Do("Leave entityId out")
	case r.Entity != event.Order && r.EntityID == "":
		return fault.New(fault.Invalid, "the event happens to a %s of the order, which is not named", r.Entity).On(r.Name, "entityId")
	}
	return nil
}

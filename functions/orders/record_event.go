package orders

import (
	"context"
	"strings"
	"time"

	"github.com/orderloom/orderloom/shared/event"
	"github.com/orderloom/orderloom/shared/fault"
	"github.com/orderloom/orderloom/shared/fn"
	"github.com/orderloom/orderloom/shared/inbox"
	"github.com/orderloom/orderloom/shared/order/store"
)

// EventResult says which order the event was about.
type EventResult struct {
	Order string `json:"order"`
}

// RecordEvent applies an event that was reported from outside. It happened,
// whatever the order's state: one that is complete or canceled takes it, too.
var RecordEvent = fn.Function{
	ID:       "orders/record-event",
	Summary:  "Record an event that an outside system or a provider reported on its order",
	Input:    RecordInput{},
	Result:   EventResult{},
	Failures: changing,
	Example:  RecordInput{Message: "msg_example"},
	Timeout:  15 * time.Second,
	New: func(d fn.Deps) fn.Handler {
		r := recorder{store: storeOf(d), box: boxOf(d)}
		return fn.Task(r.recordEvent)
	},
}

func (r recorder) recordEvent(ctx context.Context, in RecordInput) (EventResult, error) {
	data, err := r.box.Document(ctx, in.Message)
	if err != nil {
		return EventResult{}, err
	}
	report, err := fn.Decode[event.Report](data)
	if err != nil {
		return EventResult{}, err
	}
	if _, taken := event.Lookup(report.Name); taken || report.Name == "" || report.Entity == "" {
		return EventResult{}, fault.New(fault.Invalid, "%q is not an event that is reported from outside", report.Name).On(in.Message, "name")
	}
	id, err := r.orderOf(ctx, report)
	if err != nil {
		return EventResult{}, err
	}
	// The message's id is derived from the sender's id of the event: however often
	// it comes, and however often it is replayed, it happened once.
	_, err = r.store.Change(ctx, id, "event/"+in.Message, "", func(*store.Record) (store.Change, error) {
		e := event.Event{Name: report.Name, Entity: report.Entity, EntityID: report.EntityID, Source: report.Source, Payload: report.Payload}
		return store.Change{Events: []event.Event{e}}, nil
	})
	if err != nil {
		return EventResult{}, err
	}
	return EventResult{Order: id}, r.box.Settle(ctx, in.Message, inbox.Recorded, id, nil)
}

// orderOf finds the order that a report names. An order that is not here may still
// come: then the message is replayed.
func (r recorder) orderOf(ctx context.Context, in event.Report) (string, error) {
	if in.Order != "" {
		return in.Order, nil
	}
	missing := fault.New(fault.NotFound, "channel %q has no order %q", in.Channel, in.ExternalID+in.OrderName).Do("Replay the message when the order is here")
	if in.ExternalID != "" {
		id, err := r.store.Find(ctx, in.Channel, in.ExternalID)
		if err == nil && id == "" {
			err = missing
		}
		return id, err
	}
	named, err := r.store.Resolve(ctx, "#"+strings.TrimPrefix(in.OrderName, "#"))
	if err != nil && !fault.Is(err, fault.NotFound) {
		return "", err
	}
	found := ""
	for _, rec := range named {
		switch {
		case rec.Document.Channel != in.Channel:
		case found != "":
			return "", fault.New(fault.Invalid, "channel %q has several orders %q", in.Channel, in.OrderName).On(found, "name").Do("Name the order by its externalId")
		default:
			found = rec.Status.Order
		}
	}
	if found == "" {
		return "", missing
	}
	return found, nil
}

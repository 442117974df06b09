package events

import (
	"context"
	"encoding/json"
	"time"

	"github.com/orderloom/orderloom/shared/event"
	"github.com/orderloom/orderloom/shared/fault"
	"github.com/orderloom/orderloom/shared/flow"
	"github.com/orderloom/orderloom/shared/fn"
	"github.com/orderloom/orderloom/shared/inbox"
)

// CheckInput names the message that holds the event.
type CheckInput struct {
	Message string `json:"message"`
}

// Checked tells the intake machine what the message is.
type Checked struct {
	Kind  string `json:"kind"` // "event"
	Event string `json:"event"`
}

// Check is the transformation of events from outside: it holds them against the
// catalog as it is now, so that a replay judges anew.
var Check = fn.Function{
	ID:      "events/check",
	Summary: "Check an event of an outside system against its declaration and schema",
	Input:   CheckInput{},
	Result:  Checked{},
	Failures: []fn.Failure{
		{Code: NotAccepted, Meaning: "no event of that name is declared as external"},
		{Code: fault.Invalid, Meaning: "the detail or the payload is not as declared"},
		{Code: fault.TooLarge, Meaning: "the detail is too large, or nested too deeply"},
		{Code: fault.NotFound, Meaning: "no such message, or its retention ended"},
	},
	Example: CheckInput{Message: "msg_example"},
	Timeout: 10 * time.Second,
	New: func(d fn.Deps) fn.Handler {
		catalog, err := flow.LoadCatalog()
		if err != nil {
			return func(context.Context, json.RawMessage) (json.RawMessage, error) { return nil, err }
		}
		box := boxOf(d)
		return fn.Task(func(ctx context.Context, in CheckInput) (Checked, error) {
			return check(ctx, box, in.Message, catalog.Events)
		})
	},
}

func check(ctx context.Context, box inbox.Box, message string, declared []event.Definition) (Checked, error) {
	m, err := box.Get(ctx, message)
	if err != nil {
		return Checked{}, err
	}
	body, err := box.Body(ctx, message)
	if err != nil {
		return Checked{}, err
	}
	r, err := reportOf(m.Topic, body, declared)
	if err != nil {
		return Checked{}, err
	}
	doc, err := json.Marshal(r)
	if err != nil {
		return Checked{}, fault.Wrap(err, fault.Internal, "encoding the report of %s", message)
	}
	return Checked{Kind: "event", Event: r.Name}, box.SetDocument(ctx, message, doc)
}

package events

import (
	"context"
	"encoding/json"
	"time"

	"github.com/orderloom/orderloom/shared/event"
	"github.com/orderloom/orderloom/shared/fault"
	"github.com/orderloom/orderloom/shared/fn"
	"github.com/orderloom/orderloom/shared/inbox"
)

// put is an event as the bus delivers it.
type put struct {
	ID         string          `json:"id"`
	DetailType string          `json:"detail-type"`
	Source     string          `json:"source"`
	Detail     json.RawMessage `json:"detail"`
}

// Accepted is what became of an event.
type Accepted struct {
	Message   string `json:"message"`
	Duplicate bool   `json:"duplicate,omitempty"` // it was here already; nothing was stored
}

// Accept keeps what an outside system put on the bus. It looks at nothing but the
// sender's id: whatever is wrong with an event must be seen by somebody, so it is
// kept first and judged by events/check.
var Accept = fn.Function{
	ID:       "events/accept",
	Summary:  "Keep an event that an outside system put on the bus once, and announce it",
	Trigger:  fn.Trigger{Source: event.ExternalSource},
	Result:   Accepted{},
	Failures: []fn.Failure{{Code: fault.Invalid, Meaning: "it is no event of an outside system"}},
	Example:  json.RawMessage(`{"id":"6a7e8feb-b491-4cf7-a9f1-bf3703467718","detail-type":"ReturnReceived","source":"orderloom.external","detail":{"id":"rma-1","channel":"demo-shop","orderName":"#1001","payload":{"rma":"rma-1","lines":[{"line":"1","quantity":1}]}}}`),
	Timeout:  10 * time.Second,
	New: func(d fn.Deps) fn.Handler {
		box := boxOf(d)
		return fn.Task(func(ctx context.Context, in put) (Accepted, error) { return accept(ctx, box, in) })
	},
}

func accept(ctx context.Context, box inbox.Box, in put) (Accepted, error) {
	if in.Source != event.ExternalSource || in.DetailType == "" || in.ID == "" {
		return Accepted{}, fault.New(fault.Invalid, "an event of an outside system has a name, an id and the source %s", event.ExternalSource).On(in.ID, "source").Got(in.Source)
	}
	id := senderID(in.Detail)
	if id == "" {
		id = "bus:" + in.ID // never the id that some sender gave
	}
	m := inbox.Message{
		ID: inbox.ID(event.ExternalSource, in.DetailType, id), Instance: event.ExternalSource, Topic: in.DetailType,
		EventID: id, Transformation: Check.ID,
	}
	stored, err := box.Receive(ctx, m, in.Detail)
	return Accepted{Message: m.ID, Duplicate: !stored}, err
}

// senderID is the sender's own id of the event, by which a repeated one is known,
// "" when there is none that serves.
func senderID(detail json.RawMessage) string {
	var head struct {
		ID any `json:"id"`
	}
	if json.Unmarshal(detail, &head) != nil {
		return ""
	}
	id, _ := head.ID.(string)
	if len(id) > event.MaxReportID {
		return ""
	}
	return id
}

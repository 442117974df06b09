package flows

import (
	"context"
	"encoding/json"
	"time"

	"github.com/orderloom/orderloom/shared/fn"
	"github.com/orderloom/orderloom/shared/rendezvous"
	"github.com/orderloom/orderloom/shared/table/stream"
)

// Resume answers the task token of a rendezvous whose second half has just been
// written.
var Resume = fn.Function{
	ID:      "flows/resume",
	Summary: "Wake an execution when its waiter and its event have met in the table",
	Trigger: fn.Trigger{Stream: true},
	Example: json.RawMessage(`{"Records":[]}`),
	Timeout: 60 * time.Second,
	New: func(d fn.Deps) fn.Handler {
		return func(ctx context.Context, in json.RawMessage) (json.RawMessage, error) {
			changes, err := stream.Decode(in)
			if err != nil {
				return nil, err
			}
			for _, c := range changes {
				m, ok := rendezvous.Met(c.New)
				if !ok {
					continue
				}
				if err := answer(ctx, d.States, m); err != nil {
					d.Log.Warn("execution not woken; the stream delivers it again", "order", m.Order, "signal", m.Signal, "error", err)
					return stream.Failures(in, c)
				}
			}
			return stream.Failures(in)
		}
	},
}

func answer(ctx context.Context, states fn.States, m rendezvous.Meeting) error {
	if m.Code != "" {
		return states.Fail(ctx, m.Token, m.Code, m.Cause)
	}
	return states.Succeed(ctx, m.Token, m.Output)
}

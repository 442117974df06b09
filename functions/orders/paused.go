package orders

import (
	"context"
	"encoding/json"
	"slices"

	"github.com/orderloom/orderloom/shared/event"
	"github.com/orderloom/orderloom/shared/exception"
	"github.com/orderloom/orderloom/shared/fault"
	"github.com/orderloom/orderloom/shared/flow"
	"github.com/orderloom/orderloom/shared/flow/steer"
	"github.com/orderloom/orderloom/shared/fn"
	"github.com/orderloom/orderloom/shared/order/store"
	"github.com/orderloom/orderloom/shared/rendezvous"
	"github.com/orderloom/orderloom/shared/table"
)

// stepping is what a function may report with which a step begins.
var stepping = append(changing[:len(changing):len(changing)], steer.Failure())

// beginning are the events with which a step begins; "" only waits or looks at
// the order. All others are the outcome of a step: what was done is noted, pause
// or not.
var beginning = []string{"", event.FulfillmentOrderReleased, event.OrderHoldPlaced, event.OrderApprovalRequested}

func begins(input json.RawMessage) bool {
	var in flow.ApplyInput
	return json.Unmarshal(input, &in) == nil && slices.Contains(beginning, in.Event)
}

// abandonedByPause refuses to note a step as failed that did not begin: a step
// whose failure leads on in the flow waits like any other, in its exception's
// state, and is no failure.
func abandonedByPause(in flow.ApplyInput) error {
	var f flow.StepFailure
	_ = json.Unmarshal(in.Payload, &f) // of other events it is something else
	if in.Event != event.OrderStepAbandoned || f.Error != steer.Code {
		return nil
	}
	return fault.New(steer.Code, "step %q did not begin: its flow was paused", in.Step).On(in.Order, "run")
}

// holdStep lets the execution wait until its flow goes on. A flow that goes on
// already answers at once.
func holdStep(ctx context.Context, s store.Store, in flow.ExceptionInput) error {
	h := steer.Held{Order: in.Order, Step: in.Step, Signal: steer.Signal(in.Key), Since: s.Now()}
	res, err := s.Change(ctx, in.Order, h.Signal, in.Step, func(r *store.Record) (store.Change, error) {
		if err := alive(r); err != nil {
			return store.Change{}, err
		}
		if over, err := s.Done(ctx, in.Order, exception.EndedKey(in.Run)); err != nil || over {
			return store.Change{}, err // a late attempt of a run that has ended
		}
		c, err := steer.Load(ctx, s.Table, flow.OfRun(in.Run))
		if err != nil {
			return store.Change{}, err
		}
		ops, waits, err := c.Hold(h)
		if err != nil {
			return store.Change{}, err
		}
		if in.FulfillmentOrder == "" { // the flow stands here, and waits for no stock
			r.Status.Waits = slices.DeleteFunc(r.Status.Waits, flow.IsStockSignal)
		}
		r.Status.Waits = append(r.Status.Waits, h.Signal)
		return store.Change{Outcome: waits, Ops: append([]table.Op{rendezvous.Wait(in.Order, h.Signal, in.Token, s.Now())}, ops...)}, nil
	})
	if err != nil || res.Outcome == nil {
		return err
	}
	if !res.Applied { // the caller was tried again and waits on a new token now
		if err := alive(&res.Record); err != nil {
			return err
		}
		if _, err := s.Table.Write(ctx, rendezvous.Wait(in.Order, h.Signal, in.Token, s.Now())); err != nil {
			return err
		}
	}
	if string(res.Outcome) == "false" {
		return steer.Begin(ctx, s, h)
	}
	return nil
}

// guarded puts the gate of paused flows before a function.
func guarded(d fn.Deps, h fn.Handler) fn.Handler { return steer.NewGate(d).Guard(h, nil) }

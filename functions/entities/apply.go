package entities

import (
	"context"
	"encoding/json"
	"slices"
	"time"

	"github.com/orderloom/orderloom/shared/entity"
	"github.com/orderloom/orderloom/shared/entity/store"
	"github.com/orderloom/orderloom/shared/event"
	"github.com/orderloom/orderloom/shared/exception"
	"github.com/orderloom/orderloom/shared/flow"
	"github.com/orderloom/orderloom/shared/fn"
	"github.com/orderloom/orderloom/shared/rendezvous"
	"github.com/orderloom/orderloom/shared/table"
)

// ApplyEvent applies the outcome of a step to the record and, when asked, waits
// for a signal: outcome and wait are one state of the machine.
var ApplyEvent = fn.Function{
	ID:       "entities/apply-event",
	Summary:  "Apply a business event to a record through its entity's transitions; optionally wait for a signal",
	Input:    flow.ApplyInput{},
	Result:   flow.StepResult{},
	Failures: changing,
	Example:  flow.ApplyInput{StepInput: exampleStep("check")},
	Timeout:  15 * time.Second,
	New: func(d fn.Deps) fn.Handler {
		s := storeOf(d)
		return fn.Task(func(ctx context.Context, in flow.ApplyInput) (flow.StepResult, error) { return apply(ctx, s, in) })
	},
}

func apply(ctx context.Context, s opened, in flow.ApplyInput) (flow.StepResult, error) {
	if s.err != nil {
		return flow.StepResult{}, s.err
	}
	res, err := s.Change(ctx, in.Order, in.Key+"/"+in.Event, in.Step, func(r *store.Record) (store.Change, error) {
		if err := store.Alive(r); err != nil {
			return store.Change{}, err
		}
		var c store.Change
		if in.Event != "" {
			c.Events = []event.Event{{Name: in.Event, Payload: payloadOf(r, in)}}
		}
		if in.Await != nil {
			if !slices.Contains(r.Status.Waits, in.Await.Signal) {
				r.Status.Waits = append(r.Status.Waits, in.Await.Signal)
			}
			c.Ops = []table.Op{rendezvous.Wait(in.Order, in.Await.Signal, in.Await.Token, s.Now())}
		}
		return c, nil
	})
	if err != nil {
		return flow.StepResult{}, err
	}
	if !res.Applied && in.Await != nil { // the caller was tried again and waits on a new token now
		if err := store.Alive(&res.Record); err != nil {
			return flow.StepResult{}, err
		}
		if _, err := s.Table.Write(ctx, rendezvous.Wait(in.Order, in.Await.Signal, in.Await.Token, s.Now())); err != nil {
			return flow.StepResult{}, err
		}
	}
	return stepResult(res.Record, in.StepInput, s.Now()), nil
}

// payloadOf is the payload of the event. Of a failure that the flow goes on from
// the machine only has the cause as Step Functions gives it.
func payloadOf(r *store.Record, in flow.ApplyInput) json.RawMessage {
	var f flow.StepFailure
	if in.Event != r.Entity.Event(entity.StepAbandoned) || json.Unmarshal(in.Payload, &f) != nil {
		return in.Payload
	}
	f.Cause, f.Data = exception.Explained(f.Cause)
	return encode(f)
}

package entities

import (
	"context"
	"encoding/json"
	"time"

	"github.com/orderloom/orderloom/shared/entity"
	"github.com/orderloom/orderloom/shared/entity/store"
	"github.com/orderloom/orderloom/shared/event"
	"github.com/orderloom/orderloom/shared/exception"
	"github.com/orderloom/orderloom/shared/fault"
	"github.com/orderloom/orderloom/shared/flow"
	"github.com/orderloom/orderloom/shared/fn"
	"github.com/orderloom/orderloom/shared/rendezvous"
	"github.com/orderloom/orderloom/shared/table"
)

// RaiseException records what failed; the state that called it waits on its task
// token until a person answers. The list and its answers are those of orders.
var RaiseException = fn.Function{
	ID:       "entities/raise-exception",
	Summary:  "Put a failed step of a record on the exception list, where the execution waits for an answer",
	Input:    flow.ExceptionInput{},
	Result:   exception.Exception{},
	Failures: changing,
	Example: flow.ExceptionInput{
		StepInput: exampleStep("check"), Error: fault.PolicyNotMet, Cause: "it is too old", Answers: []flow.Answer{flow.Reprocess, flow.Cancel},
	},
	Timeout: 15 * time.Second,
	New: func(d fn.Deps) fn.Handler {
		s := storeOf(d)
		return fn.Task(func(ctx context.Context, in flow.ExceptionInput) (exception.Exception, error) {
			return raise(ctx, s, in)
		})
	},
}

func raise(ctx context.Context, s opened, in flow.ExceptionInput) (exception.Exception, error) {
	e := exception.Of(in, s.Now())
	if s.err != nil {
		return e, s.err
	}
	res, err := s.Change(ctx, in.Order, exception.Signal(in.Key), in.Step, func(r *store.Record) (store.Change, error) {
		if err := store.Alive(r); err != nil {
			return store.Change{}, err
		}
		if over, err := s.Done(ctx, in.Order, exception.EndedKey(in.Run)); err != nil || over {
			return store.Change{}, err // a late attempt of a run that has ended: nobody waits for an answer
		}
		c, err := listed(r, e)
		if err != nil {
			return store.Change{}, err
		}
		// A step that failed holds the record no longer: the answer is to the exception.
		r.Status.EndHold(flow.HoldSignalName(in.Key))
		if in.Token != "" {
			r.Status.Waits = append(r.Status.Waits, e.Signal)
			c.Ops = append(c.Ops, rendezvous.Wait(in.Order, e.Signal, in.Token, s.Now()))
		}
		return c, nil
	})
	if err != nil {
		return e, err
	}
	e.Entity, e.Name = res.Record.Entity.ID, res.Record.Name()
	if res.Applied || res.Outcome == nil {
		return e, nil
	}
	if err := json.Unmarshal(res.Outcome, &e); err != nil {
		return e, fault.Wrap(err, fault.Internal, "reading exception %s as it was raised", e.ID)
	}
	if in.Token != "" { // the caller was tried again and waits on a new token now
		if err := store.Alive(&res.Record); err != nil {
			return e, err
		}
		_, err = s.Table.Write(ctx, rendezvous.Wait(in.Order, e.Signal, in.Token, s.Now()))
	}
	return e, err
}

// listed puts an exception of a record on the list.
func listed(r *store.Record, e exception.Exception) (store.Change, error) {
	e.Entity, e.Name = r.Entity.ID, r.Name()
	put, err := exception.Put(e)
	if err != nil {
		return store.Change{}, err
	}
	r.Status.OpenExceptions = append(r.Status.OpenExceptions, e.ID)
	payload := encode(map[string]string{"exception": e.ID, "error": e.Error, "cause": e.Cause})
	return store.Change{
		Outcome: e, Ops: []table.Op{put},
		Events: []event.Event{{Name: r.Entity.Event(entity.ExceptionRaised), Payload: payload}},
	}, nil
}

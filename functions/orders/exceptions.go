package orders

import (
	"context"
	"encoding/json"
	"slices"
	"time"

	"github.com/orderloom/orderloom/shared/event"
	"github.com/orderloom/orderloom/shared/exception"
	"github.com/orderloom/orderloom/shared/fault"
	"github.com/orderloom/orderloom/shared/flow"
	"github.com/orderloom/orderloom/shared/flow/steer"
	"github.com/orderloom/orderloom/shared/fn"
	"github.com/orderloom/orderloom/shared/order"
	"github.com/orderloom/orderloom/shared/order/store"
	"github.com/orderloom/orderloom/shared/rendezvous"
	"github.com/orderloom/orderloom/shared/table"
)

// RaiseException records what failed; the state that called it waits on its
// task token until a person answers.
var RaiseException = fn.Function{
	ID:       "orders/raise-exception",
	Summary:  "Put a failed step on the exception list, where the execution waits for an answer",
	Input:    flow.ExceptionInput{},
	Result:   exception.Exception{},
	Failures: changing,
	Raises:   []string{event.OrderExceptionRaised, event.FulfillmentOrderSendFail},
	Example: flow.ExceptionInput{
		StepInput: flow.StepInput{Order: exampleOrder, Run: exampleOrder + "-lab-1", Step: "validate-lines", Key: "validate-lines#0"},
		Error:     fault.PolicyNotMet, Cause: "a line has fewer than 5 pieces", Answers: []flow.Answer{flow.Reprocess, flow.Cancel},
	},
	Timeout: 15 * time.Second,
	New: func(d fn.Deps) fn.Handler {
		s := storeOf(d)
		return fn.Task(func(ctx context.Context, in flow.ExceptionInput) (exception.Exception, error) {
			return raise(ctx, s, in)
		})
	},
}

func raise(ctx context.Context, s store.Store, in flow.ExceptionInput) (exception.Exception, error) {
	if in.Error == steer.Code {
		return exception.Exception{Order: in.Order, Run: in.Run, Step: in.Step, Error: in.Error}, holdStep(ctx, s, in)
	}
	e := exception.Of(in, s.Now())
	res, err := s.Change(ctx, in.Order, exception.Signal(in.Key), in.Step, func(r *store.Record) (store.Change, error) {
		if err := answerable(r, in.Step); err != nil {
			return store.Change{}, err
		}
		if over, err := s.Done(ctx, in.Order, exception.EndedKey(in.Run)); err != nil || over {
			return store.Change{}, err // a late attempt of a run that has ended: nobody waits for an answer
		}
		e.Name = r.Document.Name
		put, err := exception.Put(e)
		if err != nil {
			return store.Change{}, err
		}
		r.Status.OpenExceptions = append(r.Status.OpenExceptions, e.ID)
		c := store.Change{Outcome: e, Events: raisedEvents(r, e), Ops: []table.Op{put}}
		if in.Token != "" {
			c.Ops = append(c.Ops, rendezvous.Wait(in.Order, e.Signal, in.Token, s.Now()))
		}
		if !flow.IsBindingStep(in.Step) {
			stopped(r, in, e)
		}
		return c, nil
	})
	if err != nil || res.Applied || res.Outcome == nil {
		return e, err
	}
	if err := json.Unmarshal(res.Outcome, &e); err != nil {
		return e, fault.Wrap(err, fault.Internal, "reading exception %s as it was raised", e.ID)
	}
	if in.Token != "" { // the caller was tried again and waits on a new token now
		if err := answerable(&res.Record, in.Step); err != nil {
			return e, err
		}
		_, err = s.Table.Write(ctx, rendezvous.Wait(in.Order, e.Signal, in.Token, s.Now()))
	}
	return e, err
}

// answerable refuses exceptions of steps of a canceled order, which do nothing any
// more. A binding goes on: what it was to do has nothing to do with fulfillment.
func answerable(r *store.Record, step string) error {
	if flow.IsBindingStep(step) {
		return nil
	}
	return alive(r)
}

// stopped notes that a flow of the order stands at the exception. It holds the
// order no longer, for the answer is to the exception, and waits for no stock; a
// cancellation answers it.
func stopped(r *store.Record, in flow.ExceptionInput, e exception.Exception) {
	r.Status.EndHold(flow.HoldSignalName(in.Key))
	noLongerAwaits(r, in.Key)
	if e.FulfillmentOrder == "" {
		r.Status.Waits = slices.DeleteFunc(r.Status.Waits, flow.IsStockSignal)
	}
	if in.Token != "" {
		r.Status.Waits = append(r.Status.Waits, e.Signal)
	}
}

// raisedEvents: a fulfillment order whose sending failed goes on hold.
func raisedEvents(r *store.Record, e exception.Exception) []event.Event {
	payload := encode(order.ExceptionRaised{Exception: e.ID, Error: e.Error, Cause: e.Cause})
	all := []event.Event{{Name: event.OrderExceptionRaised, Payload: payload}}
	if f := r.Status.FulfillmentOrder(e.FulfillmentOrder); f != nil && f.Reason == order.ReasonSending && !flow.IsBindingStep(e.Step) {
		all = append(all, event.Event{Name: event.FulfillmentOrderSendFail, EntityID: f.ID, Payload: payload})
	}
	return all
}

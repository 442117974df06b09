package orders

import (
	"context"
	"encoding/json"
	"slices"
	"strings"
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
)

// statusChange is the detail of "Step Functions Execution Status Change".
type statusChange struct {
	Detail struct {
		Name   string `json:"name"`
		Status string `json:"status"`
		Error  string `json:"error"`
		Cause  string `json:"cause"`
	} `json:"detail"`
}

// FlowEnded puts an order whose execution failed, timed out or was aborted on
// the exception list. Reprocess starts the flow's next run.
var FlowEnded = fn.Function{
	ID:       "orders/flow-ended",
	Summary:  "Raise an exception when an order's execution ends without success",
	Trigger:  fn.Trigger{Rule: "Step Functions Execution Status Change"},
	Failures: changing,
	Raises:   []string{event.OrderExceptionRaised},
	Example:  json.RawMessage(`{"detail-type":"Step Functions Execution Status Change","detail":{"name":"` + exampleOrder + `-lab-1","status":"TIMED_OUT"}}`),
	Timeout:  15 * time.Second,
	New: func(d fn.Deps) fn.Handler {
		s := storeOf(d)
		return fn.Task(func(ctx context.Context, in statusChange) (struct{}, error) { return struct{}{}, flowEnded(ctx, s, in) })
	},
}

func flowEnded(ctx context.Context, s store.Store, in statusChange) error {
	id, _, ok := strings.Cut(in.Detail.Name, "-")
	if !slices.Contains([]string{"FAILED", "TIMED_OUT", "ABORTED"}, in.Detail.Status) {
		return nil // it goes on, or all is well
	}
	if !ok || !strings.HasPrefix(id, "ord_") {
		return nil // an execution that is not an order's
	}
	code, cause := in.Detail.Error, in.Detail.Cause
	if code == "" {
		code = "States." + in.Detail.Status
	}
	if cause == "" {
		cause = "the execution ended as " + in.Detail.Status
	}
	run := in.Detail.Name
	_, err := s.Change(ctx, id, exception.EndedKey(run), endedStep(run), func(r *store.Record) (store.Change, error) {
		c, err := abandon(ctx, s, r, run)
		step, answers := "(whole flow)", possible(r.Status)
		binding, _, bound := flow.BoundTo(flow.OfRun(run))
		if bound {
			step, answers = flow.BindingStep(binding), []flow.Answer{flow.Reprocess}
		}
		if err != nil {
			return c, err
		}
		if op := runFailed(r, run, code, cause, s.Now()); op != nil { // a person is asked about the step that runs it
			c.Ops = append(c.Ops, *op)
			return c, nil
		}
		if done(r.Status) && !bound {
			return c, nil
		}
		e := exception.Of(flow.ExceptionInput{
			StepInput: flow.StepInput{Order: id, Run: run, Step: step, Key: exception.EndedKey(run)},
			Error:     code, Cause: cause, Answers: answers,
		}, s.Now())
		e.Category, e.Signal, e.Name = exception.Platform, "", r.Document.Name // nobody waits any more
		put, err := exception.Put(e)
		r.Status.OpenExceptions = append(r.Status.OpenExceptions, e.ID)
		c.Events = []event.Event{{Name: event.OrderExceptionRaised, Payload: encode(order.ExceptionRaised{Exception: e.ID, Error: code, Cause: e.Cause})}}
		c.Ops = append(c.Ops, put)
		return c, err
	})
	if fault.Is(err, fault.NotFound) {
		return nil // not one of our orders after all
	}
	return err
}

// endedStep is the step of the change that notes the end of a run: a binding's own,
// so that nothing is bound to what comes of it.
func endedStep(run string) string {
	if binding, _, ok := flow.BoundTo(flow.OfRun(run)); ok {
		return flow.BindingStep(binding)
	}
	return ""
}

// abandon takes the exceptions of an ended run off the list: the execution that
// waited for their answers is gone, and the one that is raised instead covers
// them. Nor does the run wait for stock or events or hold the order any more.
func abandon(ctx context.Context, s store.Store, r *store.Record, run string) (store.Change, error) {
	var c store.Change
	r.Status.Waits = slices.DeleteFunc(r.Status.Waits, func(w string) bool {
		return strings.HasPrefix(w, flow.StockSignalName(run+"#")) || strings.HasPrefix(w, steer.Signal(run+"#")) || rendezvous.IsEventSignalIn(w, run)
	})
	for _, h := range slices.Clone(r.Status.Holds) {
		if strings.HasPrefix(h.Signal, flow.HoldSignalName(run+"#")) {
			r.Status.EndHold(h.Signal)
		}
	}
	ended, ops, err := exception.EndedWith(ctx, s.Table, r.Status.OpenExceptions, run)
	c.Ops = ops
	for _, e := range ended {
		r.Status.OpenExceptions = slices.DeleteFunc(r.Status.OpenExceptions, func(o string) bool { return o == e.ID })
		r.Status.Waits = slices.DeleteFunc(r.Status.Waits, func(w string) bool { return w == e.Signal })
	}
	return c, err
}

// done reports whether the order needs no flow any more: it was canceled, or
// everything left and its channel was told.
func done(s order.Status) bool {
	if s.State != order.Completed {
		return s.State == order.Canceled
	}
	for _, f := range s.FulfillmentOrders {
		for _, sh := range f.Shipments {
			if !sh.Reported {
				return false
			}
		}
	}
	return true
}

func possible(s order.Status) []flow.Answer {
	if s.Cancelable() != nil {
		return []flow.Answer{flow.Reprocess}
	}
	return []flow.Answer{flow.Reprocess, flow.Cancel}
}

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
	"github.com/orderloom/orderloom/shared/fn"
	"github.com/orderloom/orderloom/shared/order"
	"github.com/orderloom/orderloom/shared/order/store"
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
	e := exceptionOf(flow.ExceptionInput{
		StepInput: flow.StepInput{Order: id, Run: in.Detail.Name, Step: "(whole flow)", Key: "ended/" + in.Detail.Name},
		Error:     code, Cause: cause, Answers: []flow.Answer{flow.Reprocess, flow.Cancel},
	}, s.Now())
	e.Category, e.Signal = exception.Platform, "" // nobody waits any more
	_, err := s.Change(ctx, id, "ended/"+in.Detail.Name, "", func(r *store.Record) (store.Change, error) {
		if r.Status.State == order.Canceled || r.Status.State == order.Completed {
			return store.Change{}, nil
		}
		e.Name = r.Document.Name
		put, err := exception.Put(e)
		r.Status.OpenExceptions = append(r.Status.OpenExceptions, e.ID)
		c := store.Change{Events: []event.Event{{Name: event.OrderExceptionRaised, Payload: encode(map[string]string{"exception": e.ID, "error": code, "cause": e.Cause})}}}
		c.Ops = append(c.Ops, put)
		return c, err
	})
	if fault.Is(err, fault.NotFound) {
		return nil // not one of our orders after all
	}
	return err
}

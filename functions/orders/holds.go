package orders

import (
	"context"
	"encoding/json"
	"slices"
	"strings"
	"time"

	"github.com/orderloom/orderloom/shared/event"
	"github.com/orderloom/orderloom/shared/fault"
	"github.com/orderloom/orderloom/shared/flow"
	"github.com/orderloom/orderloom/shared/fn"
	"github.com/orderloom/orderloom/shared/order"
	"github.com/orderloom/orderloom/shared/order/store"
	"github.com/orderloom/orderloom/shared/rendezvous"
)

// HoldAnswered is what a person answers to a hold or an approval.
type HoldAnswered struct {
	Step   string `json:"step,omitempty"` // id of the step that waits; needed when several do
	By     string `json:"by,omitempty"`
	Reason string `json:"reason,omitempty"`
}

// ResolveHold answers a hold or an approval; the execution that waits for it
// goes on.
var ResolveHold = fn.Function{
	ID:      "orders/resolve-hold",
	Summary: "Answer a step that waits for a person: release a hold, approve or reject an order",
	Trigger: fn.Trigger{Routes: []fn.Route{
		{Method: "POST", Path: "/api/orders/{id}/release"},
		{Method: "POST", Path: "/api/orders/{id}/approve"},
		{Method: "POST", Path: "/api/orders/{id}/reject"},
	}},
	Failures: changing,
	Raises:   []string{event.OrderHoldReleased, event.OrderApproved, event.OrderRejected},
	Example:  fn.ExampleRequest("POST", "/api/orders/"+exampleOrder+"/release", map[string]string{"id": exampleOrder}, `{"by":"ann","reason":"credit checked"}`),
	Timeout:  15 * time.Second,
	New: func(d fn.Deps) fn.Handler {
		s := storeOf(d)
		return fn.HTTP(d.Log, func(ctx context.Context, req fn.Request) (fn.Response, error) {
			var body HoldAnswered
			if err := fn.DecodeBody(req, &body); err != nil {
				return fn.Response{}, err
			}
			if body.Step == "" { // a button of a page has no body
				body.Step = req.Query["step"]
			}
			verb := flow.HoldAnswer(req.Path[strings.LastIndex(req.Path, "/")+1:])
			status, err := resolveHold(ctx, s, req.Params["id"], verb, body)
			if err != nil {
				return fn.Response{}, err
			}
			return fn.Done(req, 200, status, "/orders/"+status.Order)
		})
	},
}

func resolveHold(ctx context.Context, s store.Store, id string, answer flow.HoldAnswer, said HoldAnswered) (order.Status, error) {
	r, err := s.Load(ctx, id)
	if err != nil {
		return order.Status{}, err
	}
	h, err := holdOf(r.Status, answer, said.Step)
	if err != nil {
		return order.Status{}, err
	}
	if said.By == "" {
		said.By = "operator"
	}
	res, won, err := endHold(ctx, s, id, h.Step, answer, order.HoldEnd{Signal: h.Signal, By: said.By, Reason: said.Reason})
	if err == nil && won != answer {
		err = fault.New(fault.Conflict, "step %q was answered already: %s", h.Step, won).On(id, "holds")
	}
	return res.Record.Status, err
}

// holdOf finds the one hold that an answer is meant for.
func holdOf(s order.Status, answer flow.HoldAnswer, step string) (order.Hold, error) {
	kind, what := order.Approval, "an approval"
	if answer == flow.ReleaseHold {
		kind, what = order.Held, "a release"
	}
	var found []order.Hold
	var steps []string
	for _, h := range s.Holds {
		if h.Kind == kind && (step == "" || step == h.Step) {
			found, steps = append(found, h), append(steps, h.Step)
		}
	}
	switch {
	case len(found) == 1:
		return found[0], nil
	case len(found) > 1:
		return order.Hold{}, fault.New(fault.Invalid, "several steps wait for %s", what).On(s.Order, "step").Do("Name one: " + strings.Join(steps, ", "))
	case s.State == order.Canceled:
		return order.Hold{}, fault.New(fault.OrderCanceled, "the order is canceled").On(s.Order, "state")
	}
	return order.Hold{}, fault.New(fault.NotTransitable, "no step waits for %s; the order is %s / %s", what, s.State, s.Reason).On(s.Order, "holds").Got(step)
}

// endHold commits the answer to a hold once and returns the one that stands: a
// person and the hold's timer may answer at the same time.
func endHold(ctx context.Context, s store.Store, id, step string, answer flow.HoldAnswer, end order.HoldEnd) (store.Result, flow.HoldAnswer, error) {
	res, err := s.Change(ctx, id, "resolve/"+end.Signal, step, func(r *store.Record) (store.Change, error) {
		if err := alive(r); err != nil {
			return store.Change{}, err
		}
		op, err := rendezvous.Answer(id, end.Signal, flow.HoldResult{Answer: answer}, s.Now())
		if err != nil {
			return store.Change{}, err
		}
		c := store.Change{Outcome: answer}
		for _, name := range holdEvents(answer, end) {
			c.Events = append(c.Events, event.Event{Name: name, Payload: encode(end)})
		}
		if end.By != order.HoldTimer { // else nobody waits any more
			c.Ops = append(c.Ops, op)
		}
		return c, nil
	})
	if err != nil {
		return res, answer, err
	}
	won := answer
	if err := json.Unmarshal(res.Outcome, &won); err != nil {
		return res, won, fault.Wrap(err, fault.Internal, "reading the answer to %s", end.Signal)
	}
	return res, won, nil
}

func holdEvents(answer flow.HoldAnswer, end order.HoldEnd) []string {
	switch answer {
	case flow.Approve:
		return []string{event.OrderApproved}
	case flow.Reject:
		return []string{event.OrderRejected}
	case flow.ExpireHold:
		return []string{event.OrderHoldExpired}
	}
	if end.By == order.HoldTimer {
		return []string{event.OrderHoldExpired, event.OrderHoldReleased}
	}
	return []string{event.OrderHoldReleased}
}

// HoldExpired is the failure of a hold that nobody released in time.
const HoldExpired = "Order.HoldExpired"

// ExpireHold ends a hold whose time is over.
var ExpireHold = fn.Function{
	ID:       "orders/expire-hold",
	Summary:  "End a hold or an approval whose time is over, unless a person was faster",
	Input:    flow.ExpireInput{},
	Result:   flow.ExpireResult{},
	Failures: append([]fn.Failure{{Code: HoldExpired, Meaning: "nobody released the hold in time"}}, changing...),
	Raises:   []string{event.OrderHoldExpired, event.OrderHoldReleased, event.OrderApproved, event.OrderRejected},
	Example: flow.ExpireInput{
		StepInput: flow.StepInput{Order: exampleOrder, Run: exampleOrder + "-wholesale-1", Step: "credit", Key: "credit#0"},
		Signal:    "hold/credit#0", Answer: flow.ReleaseHold,
	},
	Timeout: 15 * time.Second,
	New: func(d fn.Deps) fn.Handler {
		s := storeOf(d)
		return fn.Task(func(ctx context.Context, in flow.ExpireInput) (flow.ExpireResult, error) {
			return expireHold(ctx, s, in)
		})
	},
}

func expireHold(ctx context.Context, s store.Store, in flow.ExpireInput) (flow.ExpireResult, error) {
	if !slices.Contains([]flow.HoldAnswer{flow.ReleaseHold, flow.ExpireHold, flow.Approve, flow.Reject}, in.Answer) {
		return flow.ExpireResult{}, fault.New(fault.Invalid, "a hold does not end with %q", in.Answer).On(in.Order, "answer")
	}
	res, won, err := endHold(ctx, s, in.Order, in.Step, in.Answer, order.HoldEnd{Signal: in.Signal, By: order.HoldTimer})
	if err != nil {
		return flow.ExpireResult{}, err
	}
	if won == flow.ExpireHold {
		return flow.ExpireResult{}, fault.New(HoldExpired, "nobody released the hold in time").On(in.Order, "holds").Do("Reprocess to hold it once more, or skip to let it go on")
	}
	return flow.ExpireResult{StepResult: stepResult(res.Record, in.StepInput, s.Now()), HoldResult: flow.HoldResult{Answer: won}}, nil
}

package entities

import (
	"context"
	"encoding/json"
	"slices"
	"strings"
	"time"

	"github.com/orderloom/orderloom/shared/entity"
	"github.com/orderloom/orderloom/shared/entity/store"
	"github.com/orderloom/orderloom/shared/event"
	"github.com/orderloom/orderloom/shared/fault"
	"github.com/orderloom/orderloom/shared/flow"
	"github.com/orderloom/orderloom/shared/fn"
	"github.com/orderloom/orderloom/shared/order"
	"github.com/orderloom/orderloom/shared/rendezvous"
)

// HoldAnswered is what a person answers to a hold or an approval.
type HoldAnswered struct {
	Step   string `json:"step,omitempty"` // id of the step that waits; needed when several do
	By     string `json:"by,omitempty"`
	Reason string `json:"reason,omitempty"`
}

// ResolveHold answers a hold or an approval; the execution that waits for it goes on.
var ResolveHold = fn.Function{
	ID:      "entities/resolve-hold",
	Summary: "Answer a step that waits for a person: release a hold, approve or reject a record",
	Trigger: fn.Trigger{Routes: []fn.Route{
		{Method: "POST", Path: "/api/records/{id}/release"},
		{Method: "POST", Path: "/api/records/{id}/approve"},
		{Method: "POST", Path: "/api/records/{id}/reject"},
	}},
	Failures: changing,
	Example:  fn.ExampleRequest("POST", "/api/records/"+exampleRecord+"/approve", map[string]string{"id": exampleRecord}, `{"by":"ann","reason":"looked at"}`),
	Timeout:  15 * time.Second,
	New: func(d fn.Deps) fn.Handler {
		s := storeOf(d)
		return fn.HTTP(d.Log, func(ctx context.Context, req fn.Request) (fn.Response, error) {
			var body HoldAnswered
			if err := fn.DecodeBody(req, &body); err != nil {
				return fn.Response{}, err
			}
			verb := flow.HoldAnswer(req.Path[strings.LastIndex(req.Path, "/")+1:])
			status, err := resolveHold(ctx, s, req.Params["id"], verb, body)
			if err != nil {
				return fn.Response{}, err
			}
			return fn.JSON(200, status)
		})
	},
}

func resolveHold(ctx context.Context, s opened, id string, answer flow.HoldAnswer, said HoldAnswered) (entity.Status, error) {
	if s.err != nil {
		return entity.Status{}, s.err
	}
	r, err := s.Load(ctx, id)
	if err != nil {
		return entity.Status{}, err
	}
	h, err := holdOf(&r, answer, said.Step)
	if err != nil {
		return entity.Status{}, err
	}
	if said.By == "" {
		said.By = "operator"
	}
	res, won, err := endHold(ctx, s.Store, id, h.Step, answer, order.HoldEnd{Signal: h.Signal, By: said.By, Reason: said.Reason})
	if err == nil && won != answer {
		err = fault.New(fault.Conflict, "step %q was answered already: %s", h.Step, won).On(id, "holds")
	}
	return res.Record.Status, err
}

// holdOf finds the one hold that an answer is meant for.
func holdOf(r *store.Record, answer flow.HoldAnswer, step string) (order.Hold, error) {
	kind, what := order.Approval, "an approval"
	if answer == flow.ReleaseHold {
		kind, what = order.Held, "a release"
	}
	var found []order.Hold
	var steps []string
	for _, h := range r.Status.Holds {
		if h.Kind == kind && (step == "" || step == h.Step) {
			found, steps = append(found, h), append(steps, h.Step)
		}
	}
	if len(found) == 1 {
		return found[0], nil
	}
	if len(found) > 1 {
		return order.Hold{}, fault.New(fault.Invalid, "several steps wait for %s", what).On(r.Status.ID, "step").Do("Name one: " + strings.Join(steps, ", "))
	}
	if err := store.Alive(r); err != nil {
		return order.Hold{}, err
	}
	return order.Hold{}, fault.New(fault.NotTransitable, "no step waits for %s; the record is %s / %s", what, r.Status.State, r.Status.Reason).On(r.Status.ID, "holds").Got(step)
}

// endHold commits the answer to a hold once and returns the one that stands: a
// person and the hold's timer may answer at the same time.
func endHold(ctx context.Context, s store.Store, id, step string, answer flow.HoldAnswer, end order.HoldEnd) (store.Result, flow.HoldAnswer, error) {
	res, err := s.Change(ctx, id, "resolve/"+end.Signal, step, func(r *store.Record) (store.Change, error) {
		if err := store.Alive(r); err != nil {
			return store.Change{}, err
		}
		op, err := rendezvous.Answer(id, end.Signal, flow.HoldResult{Answer: answer}, s.Now())
		if err != nil {
			return store.Change{}, err
		}
		c := store.Change{Outcome: answer}
		for _, h := range holdEvents(answer, end) {
			c.Events = append(c.Events, event.Event{Name: r.Entity.Event(h), Payload: encode(end)})
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

func holdEvents(answer flow.HoldAnswer, end order.HoldEnd) []entity.Happening {
	switch answer {
	case flow.Approve:
		return []entity.Happening{entity.Approved}
	case flow.Reject:
		return []entity.Happening{entity.Rejected}
	case flow.ExpireHold:
		return []entity.Happening{entity.HoldExpired}
	}
	if end.By == order.HoldTimer {
		return []entity.Happening{entity.HoldExpired, entity.HoldReleased}
	}
	return []entity.Happening{entity.HoldReleased}
}

// HoldExpired is the failure of a hold that nobody released in time, as of orders.
const HoldExpired = "Order.HoldExpired"

// ExpireHold ends a hold whose time is over.
var ExpireHold = fn.Function{
	ID:       "entities/expire-hold",
	Summary:  "End a hold or an approval of a record whose time is over, unless a person was faster",
	Input:    flow.ExpireInput{},
	Result:   flow.ExpireResult{},
	Failures: append([]fn.Failure{{Code: HoldExpired, Meaning: "nobody released the hold in time"}}, changing...),
	Example:  flow.ExpireInput{StepInput: exampleStep("desk"), Signal: "hold/desk#0", Answer: flow.ReleaseHold},
	Timeout:  15 * time.Second,
	New: func(d fn.Deps) fn.Handler {
		s := storeOf(d)
		return fn.Task(func(ctx context.Context, in flow.ExpireInput) (flow.ExpireResult, error) {
			return expireHold(ctx, s, in)
		})
	},
}

func expireHold(ctx context.Context, s opened, in flow.ExpireInput) (flow.ExpireResult, error) {
	if s.err != nil {
		return flow.ExpireResult{}, s.err
	}
	if !slices.Contains([]flow.HoldAnswer{flow.ReleaseHold, flow.ExpireHold, flow.Approve, flow.Reject}, in.Answer) {
		return flow.ExpireResult{}, fault.New(fault.Invalid, "a hold does not end with %q", in.Answer).On(in.Order, "answer")
	}
	res, won, err := endHold(ctx, s.Store, in.Order, in.Step, in.Answer, order.HoldEnd{Signal: in.Signal, By: order.HoldTimer})
	if err != nil {
		return flow.ExpireResult{}, err
	}
	if won == flow.ExpireHold {
		return flow.ExpireResult{}, fault.New(HoldExpired, "nobody released the hold in time").On(in.Order, "holds").Do("Reprocess to hold it once more, or skip to let it go on")
	}
	return flow.ExpireResult{StepResult: stepResult(res.Record, in.StepInput, s.Now()), HoldResult: flow.HoldResult{Answer: won}}, nil
}

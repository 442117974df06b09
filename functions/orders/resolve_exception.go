package orders

import (
	"context"
	"encoding/json"
	"slices"
	"strings"
	"time"

	records "github.com/orderloom/orderloom/shared/entity/store"
	"github.com/orderloom/orderloom/shared/event"
	"github.com/orderloom/orderloom/shared/exception"
	"github.com/orderloom/orderloom/shared/fault"
	"github.com/orderloom/orderloom/shared/flow"
	"github.com/orderloom/orderloom/shared/flow/registry"
	"github.com/orderloom/orderloom/shared/fn"
	"github.com/orderloom/orderloom/shared/order"
	"github.com/orderloom/orderloom/shared/order/store"
	"github.com/orderloom/orderloom/shared/rendezvous"
	"github.com/orderloom/orderloom/shared/table"
)

// ResolveException answers an exception.
var ResolveException = fn.Function{
	ID:      "orders/resolve-exception",
	Summary: "Answer an exception: reprocess its step on the current data, skip the step, or cancel the order",
	Trigger: fn.Trigger{Routes: []fn.Route{
		{Method: "POST", Path: "/api/exceptions/{id}/retry"},
		{Method: "POST", Path: "/api/exceptions/{id}/skip"},
		{Method: "POST", Path: "/api/exceptions/{id}/cancel"},
	}},
	Failures: changing,
	Raises:   []string{event.OrderExceptionResolved, event.OrderCanceled},
	Example:  fn.ExampleRequest("POST", "/api/exceptions/exc_example/retry", map[string]string{"id": "exc_example"}, ""),
	Timeout:  15 * time.Second,
	New: func(d fn.Deps) fn.Handler {
		r := resolver{storeOf(d), registry.New(d.Table), d.States}
		return fn.HTTP(d.Log, func(ctx context.Context, req fn.Request) (fn.Response, error) {
			verb := req.Path[strings.LastIndex(req.Path, "/")+1:]
			e, err := r.resolve(ctx, req.Params["id"], verb)
			if err != nil {
				return fn.Response{}, err
			}
			if e.Entity != "" {
				return fn.Done(req, 200, e, "/exceptions")
			}
			return fn.Done(req, 200, e, "/orders/"+e.Order)
		})
	},
}

type resolver struct {
	store  store.Store
	flows  registry.Registry
	states fn.States
}

var answers = map[string]flow.Answer{"retry": flow.Reprocess, "skip": flow.Skip, "cancel": flow.Cancel}

func (r resolver) resolve(ctx context.Context, id, verb string) (exception.Exception, error) {
	e, err := exception.Load(ctx, r.store.Table, id)
	if err != nil {
		return e, err
	}
	answer, ok := answers[verb]
	if !ok || !slices.Contains(e.Answers, answer) {
		return e, fault.New(fault.Invalid, "answer %q is not possible for step %q", verb, e.Step).On(id, "answer").Do("Possible: " + listed(e.Answers))
	}
	if e.State != exception.Open && e.Answer != string(answer) {
		return e, answered(id, e.Answer)
	}
	if e.Entity != "" {
		return r.answerRecord(ctx, e, answer)
	}
	if answer != flow.Cancel {
		return r.answer(ctx, e, answer)
	}
	if e.State == exception.Open {
		_, err = cancelOrder(ctx, r.store, e.Order, "cancel/"+id, "exception "+id)
	}
	e.State, e.Answer = exception.Closed, string(answer)
	return e, err
}

// answerRecord answers an exception of a record of a declared entity, which is on
// the same list.
func (r resolver) answerRecord(ctx context.Context, e exception.Exception, answer flow.Answer) (exception.Exception, error) {
	entities, err := registry.Entities()
	if err != nil {
		return e, err
	}
	s := records.Store{Table: r.store.Table, Blobs: r.store.Blobs, Now: r.store.Now, Entities: entities}
	won, err := s.Answer(ctx, e, answer, r.flows, r.states)
	if err != nil {
		return e, err
	}
	e.State, e.Answer = exception.Closed, string(won)
	if won != answer {
		return e, answered(e.ID, e.Answer)
	}
	return e, nil
}

func answered(id, answer string) error {
	return fault.New(fault.Conflict, "exception was answered already: %s", answer).On(id, "state")
}

// answer commits the answer once: asking again with the same one is no harm, a
// person who was faster with another one wins.
func (r resolver) answer(ctx context.Context, e exception.Exception, answer flow.Answer) (exception.Exception, error) {
	res, err := r.store.Change(ctx, e.Order, "resolve/"+e.ID, e.Step, func(rec *store.Record) (store.Change, error) {
		if err := answerable(rec, e.Step); err != nil {
			return store.Change{}, err
		}
		done, err := exception.Close(e, string(answer))
		if err != nil {
			return store.Change{}, err
		}
		payload := encode(order.ExceptionResolved{Exception: e.ID, Answer: string(answer)})
		c := store.Change{Outcome: answer, Ops: []table.Op{done}, Events: []event.Event{{Name: event.OrderExceptionResolved, Payload: payload}}}
		rec.Status.OpenExceptions = slices.DeleteFunc(rec.Status.OpenExceptions, func(id string) bool { return id == e.ID })
		if e.Signal == "" {
			return c, r.restart(ctx, rec, e)
		}
		rec.Status.Waits = slices.DeleteFunc(rec.Status.Waits, func(s string) bool { return s == e.Signal })
		op, err := rendezvous.Answer(e.Order, e.Signal, flow.ExceptionAnswer{Answer: answer}, r.store.Now())
		c.Ops = append(c.Ops, op)
		return c, err
	})
	if err != nil {
		return e, err
	}
	won := answer
	if err := json.Unmarshal(res.Outcome, &won); err != nil {
		return e, fault.Wrap(err, fault.Internal, "reading the answer to %s", e.ID)
	}
	e.State, e.Answer = exception.Closed, string(won)
	if won != answer {
		return e, answered(e.ID, e.Answer)
	}
	return e, nil
}

// restart starts the next run of a flow whose run has ended. It starts before
// the answer is committed: after a crash in between the exception is still on
// the list, and answering it starts the same run.
func (r resolver) restart(ctx context.Context, rec *store.Record, e exception.Exception) error {
	id := flow.OfRun(e.Run)
	run := rec.Status.Runs[id] + 1
	if _, _, bound := flow.BoundTo(id); bound {
		run = max(run, 2) // its first run is not numbered here: it changed nothing of the order
	}
	if err := r.start(ctx, e.Order, id, run); err != nil {
		return err
	}
	if rec.Status.Runs == nil {
		rec.Status.Runs = map[string]int{}
	}
	rec.Status.Runs[id] = run
	return nil
}

// start starts a run of a flow, or of a binding for the event that it was about.
func (r resolver) start(ctx context.Context, id, flowID string, run int) error {
	binding, seq, bound := flow.BoundTo(flowID)
	if !bound {
		machine, err := r.flows.Machine(ctx, flowID)
		if err != nil {
			return err
		}
		return flow.Start(ctx, r.states, machine, id, flowID, run)
	}
	entries, err := r.store.Journal(ctx, id)
	if err != nil {
		return err
	}
	for _, entry := range entries {
		for _, e := range entry.Events {
			if e.Seq == seq {
				return flow.StartBinding(ctx, r.states, binding, e, run)
			}
		}
	}
	return fault.New(fault.NotFound, "the order has no event number %d", seq).On(id, "seq")
}

func listed(all []flow.Answer) string {
	var names []string
	for verb, a := range answers {
		if slices.Contains(all, a) {
			names = append(names, verb)
		}
	}
	slices.Sort(names)
	return strings.Join(names, ", ")
}

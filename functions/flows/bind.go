package flows

import (
	"context"
	"encoding/json"
	"strconv"
	"time"

	"github.com/orderloom/orderloom/shared/event"
	"github.com/orderloom/orderloom/shared/fault"
	"github.com/orderloom/orderloom/shared/flow"
	"github.com/orderloom/orderloom/shared/flow/registry"
	"github.com/orderloom/orderloom/shared/fn"
	"github.com/orderloom/orderloom/shared/order/store"
	"github.com/orderloom/orderloom/shared/policy"
)

// BindResult lists the bindings that do something about the event.
type BindResult struct {
	Bindings []string `json:"bindings"`
}

// Bind starts what is bound to an event, whether the order is complete or not: the
// machine of a binding that calls an action, or the flow that it names. The event
// comes at least once; by order, number and binding it is one run.
var Bind = fn.Function{
	ID:      "flows/bind",
	Summary: "Start the actions and flows that are bound to an event and whose filters the order passes",
	Trigger: fn.Trigger{Bindings: true},
	Result:  BindResult{},
	Failures: []fn.Failure{
		{Code: fault.NotFound, Meaning: "no such order, flow or policy"},
		{Code: fault.Conflict, Meaning: "others kept changing the order", Retry: true},
	},
	Example: json.RawMessage(`{"detail":{"name":"ReturnReceived","entity":"order","entityId":"ord_01JZZZZZZZZZZZZZZZZZZZZZZZ","orderId":"ord_01JZZZZZZZZZZZZZZZZZZZZZZZ","seq":17}}`),
	Timeout: 30 * time.Second,
	New: func(d fn.Deps) fn.Handler {
		flows := registry.New(d.Table)
		b := binder{store.Store{Table: d.Table, Blobs: d.Blobs, Now: d.Clock.Now, Cache: d.Orders}, flows, flows.Bindings, d.States}
		return fn.Task(func(ctx context.Context, in receivedEvent) (BindResult, error) { return b.bind(ctx, in.Detail) })
	},
}

type binder struct {
	orders   store.Store
	flows    registry.Registry
	bindings func(event string) ([]flow.Binding, error)
	states   fn.States
}

func (b binder) bind(ctx context.Context, e event.Event) (BindResult, error) {
	out := BindResult{Bindings: []string{}}
	all, err := b.bindings(e.Name)
	if err != nil || len(all) == 0 || flow.IsBindingStep(e.Step) {
		return out, err // what a binding did leads to nothing further
	}
	r, err := b.orders.Load(ctx, e.OrderID)
	if err != nil {
		return out, err
	}
	for _, one := range all {
		filters, err := b.flows.Policies(ctx, one.Filter)
		if err != nil {
			return out, err
		}
		record, passes := policy.OrderRecord(&r.Document, &r.Status, b.orders.Now()), true
		for _, p := range filters {
			passes = passes && policy.Evaluate(p, record).Holds
		}
		if !passes {
			continue
		}
		if err := b.start(ctx, one, e); err != nil {
			return out, err
		}
		out.Bindings = append(out.Bindings, one.ID)
	}
	return out, nil
}

func (b binder) start(ctx context.Context, one flow.Binding, e event.Event) error {
	if one.Flow == "" {
		return flow.StartBinding(ctx, b.states, one.ID, e, 1)
	}
	machine, err := b.flows.Machine(ctx, one.Flow)
	if err != nil {
		return err
	}
	n, err := b.claim(ctx, one, e)
	if err != nil {
		return err
	}
	return flow.Start(ctx, b.states, machine, e.OrderID, one.Flow, n)
}

// claim numbers the run of a flow that an event leads to, once: each event is a run
// of its own.
func (b binder) claim(ctx context.Context, one flow.Binding, e event.Event) (int, error) {
	key := "bind/" + one.ID + "/" + strconv.FormatInt(e.Seq, 10)
	res, err := b.orders.Change(ctx, e.OrderID, key, "", func(r *store.Record) (store.Change, error) {
		if r.Status.Runs == nil {
			r.Status.Runs = map[string]int{}
		}
		r.Status.Runs[one.Flow]++
		return store.Change{Outcome: r.Status.Runs[one.Flow]}, nil
	})
	if err != nil {
		return 0, err
	}
	n := 0
	if err := json.Unmarshal(res.Outcome, &n); err != nil {
		return 0, fault.Wrap(err, fault.Internal, "reading the run that %s led to", key)
	}
	return n, nil
}

// Package flows starts, resumes and publishes flows.
package flows

import (
	"context"
	"encoding/json"
	"time"

	"github.com/orderloom/orderloom/shared/event"
	"github.com/orderloom/orderloom/shared/fault"
	"github.com/orderloom/orderloom/shared/flow"
	"github.com/orderloom/orderloom/shared/flow/registry"
	"github.com/orderloom/orderloom/shared/fn"
	"github.com/orderloom/orderloom/shared/order"
	"github.com/orderloom/orderloom/shared/order/store"
	"github.com/orderloom/orderloom/shared/policy"
)

// receivedEvent is OrderReceived as the bus delivers it.
type receivedEvent struct {
	Detail event.Event `json:"detail"`
}

// StartResult lists the flows whose run was started, or exists.
type StartResult struct {
	Flows []string `json:"flows"`
}

// Start decides which live flows an order enters and starts one run of each. It
// is invoked by the event, which the outbox publishes until it has arrived, so a
// recorded order never stays without its flow.
var Start = fn.Function{
	ID:      "flows/start",
	Summary: "Start the live flows whose entry criteria an order meets, each once",
	Trigger: fn.Trigger{Rule: event.OrderReceived},
	Result:  StartResult{},
	Failures: []fn.Failure{
		{Code: fault.NotFound, Meaning: "no such order"},
		{Code: fault.Conflict, Meaning: "others kept changing the order", Retry: true},
	},
	Example: json.RawMessage(`{"detail":{"name":"OrderReceived","entity":"order","entityId":"ord_01JZZZZZZZZZZZZZZZZZZZZZZZ","orderId":"ord_01JZZZZZZZZZZZZZZZZZZZZZZZ","seq":1}}`),
	Timeout: 30 * time.Second,
	New: func(d fn.Deps) fn.Handler {
		s := starter{store.Store{Table: d.Table, Blobs: d.Blobs, Now: d.Clock.Now, Cache: d.Orders}, registry.New(d.Table), d.States}
		return fn.Task(func(ctx context.Context, in receivedEvent) (StartResult, error) {
			return s.start(ctx, in.Detail.OrderID)
		})
	},
}

type starter struct {
	orders store.Store
	flows  registry.Registry
	states fn.States
}

func (s starter) start(ctx context.Context, id string) (StartResult, error) {
	out := StartResult{Flows: []string{}}
	r, err := s.orders.Load(ctx, id)
	if err != nil {
		return out, err
	}
	entered, err := s.entered(ctx, r)
	if err != nil {
		return out, err
	}
	for _, l := range entered {
		r, err := s.claim(ctx, id, l.ID)
		if err != nil {
			return out, err
		}
		n := r.Status.Runs[l.ID]
		if n == 0 {
			continue // canceled before it began
		}
		if !over(r.Status) {
			// A run that was claimed but whose start may have been lost is
			// started again: by its name it is the same run.
			if err := flow.Start(ctx, s.states, l.Machine, id, l.ID, n); err != nil {
				return out, err
			}
		}
		out.Flows = append(out.Flows, l.ID)
	}
	return out, nil
}

// entered lists the live flows whose entry filters the order passes.
func (s starter) entered(ctx context.Context, r store.Record) ([]registry.Live, error) {
	live, err := s.flows.Live(ctx)
	if err != nil {
		return nil, err
	}
	var all []registry.Live
	record := policy.OrderRecord(&r.Document, &r.Status, s.orders.Now())
	for _, l := range live {
		filters, err := s.flows.Policies(ctx, l.Filters)
		if err != nil {
			return nil, err
		}
		passes := l.Event == event.OrderReceived
		for _, p := range filters {
			passes = passes && policy.Evaluate(p, record).Holds
		}
		if passes {
			all = append(all, l)
		}
	}
	return all, nil
}

// claim numbers the run in the table: one live run per order and flow.
func (s starter) claim(ctx context.Context, id, flowID string) (store.Record, error) {
	res, err := s.orders.Change(ctx, id, "start/"+flowID, "", func(r *store.Record) (store.Change, error) {
		if over(r.Status) {
			return store.Change{}, nil
		}
		if r.Status.Runs == nil {
			r.Status.Runs = map[string]int{}
		}
		r.Status.Runs[flowID] = 1
		return store.Change{Outcome: 1}, nil
	})
	return res.Record, err
}

func over(s order.Status) bool { return s.State == order.Canceled || s.State == order.Completed }

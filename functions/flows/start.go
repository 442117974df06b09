package flows

import (
	"context"
	"encoding/json"
	"slices"
	"time"

	"github.com/orderloom/orderloom/shared/event"
	"github.com/orderloom/orderloom/shared/fault"
	"github.com/orderloom/orderloom/shared/flow"
	"github.com/orderloom/orderloom/shared/flow/registry"
	"github.com/orderloom/orderloom/shared/flow/steer"
	"github.com/orderloom/orderloom/shared/fn"
	"github.com/orderloom/orderloom/shared/order"
	"github.com/orderloom/orderloom/shared/order/store"
	"github.com/orderloom/orderloom/shared/policy"
)

// receivedEvent is OrderReceived as the bus delivers it.
type receivedEvent struct {
	Detail event.Event `json:"detail"`
}

// StartResult lists the flows whose run was started, or exists, those that the
// order waits for because they are paused, and those that it did not enter
// because they are stopped.
type StartResult struct {
	Flows   []string `json:"flows"`
	Queued  []string `json:"queued,omitempty"`
	LeftOut []string `json:"leftOut,omitempty"`
}

// Start decides which live flows an order enters and starts one run of each. It
// is invoked by the event, which the outbox publishes until it has arrived, so a
// recorded order never stays without its flow.
var Start = fn.Function{
	ID:      "flows/start",
	Summary: "Start the live flows whose entry criteria an order meets, each once; queue it where one is paused",
	Trigger: fn.Trigger{Rule: event.OrderReceived},
	Result:  StartResult{},
	Failures: []fn.Failure{
		{Code: fault.NotFound, Meaning: "no such order"},
		{Code: fault.Conflict, Meaning: "others kept changing the order", Retry: true},
	},
	Example: json.RawMessage(`{"detail":{"name":"OrderReceived","entity":"order","entityId":"ord_01JZZZZZZZZZZZZZZZZZZZZZZZ","orderId":"ord_01JZZZZZZZZZZZZZZZZZZZZZZZ","seq":1}}`),
	Timeout: 30 * time.Second,
	New: func(d fn.Deps) fn.Handler {
		s := starterOf(d)
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

func starterOf(d fn.Deps) starter {
	return starter{store.Store{Table: d.Table, Blobs: d.Blobs, Now: d.Clock.Now, Cache: d.Orders}, registry.New(d.Table), d.States}
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
	told, err := steer.All(ctx, s.orders.Table)
	if err != nil {
		return out, err
	}
	var stopped []steer.Control
	for _, l := range entered {
		waits, c, err := s.waits(ctx, r, l.ID, told[l.ID])
		switch {
		case err != nil:
			return out, err
		case waits:
			out.Queued = append(out.Queued, l.ID)
			continue
		case c.State == steer.Stopped:
			stopped = append(stopped, c)
			continue
		}
		runs, err := s.run(ctx, l, id)
		if err != nil {
			return out, err
		}
		if runs {
			out.Flows = append(out.Flows, l.ID)
		}
	}
	out.LeftOut, err = s.leaveOut(ctx, r, stopped, slices.Concat(out.Flows, out.Queued))
	return out, err
}

// run claims the order's run and starts it; false: the order was canceled before
// it began.
func (s starter) run(ctx context.Context, l registry.Live, id string) (bool, error) {
	r, err := s.claim(ctx, id, l.ID)
	if err != nil {
		return false, err
	}
	n := r.Status.Runs[l.ID]
	if n == 0 {
		return false, nil
	}
	if over(r.Status) {
		return true, nil
	}
	// A run that was claimed but whose start may have been lost is started again:
	// by its name it is the same run.
	return true, flow.Start(ctx, s.states, l.Machine, id, l.ID, n)
}

// steerAttempts bounds how often a flow may be told something else meanwhile.
const steerAttempts = 5

// waits queues an order before a flow that is paused or drains, and returns what
// the flow was told last. An order that has a run is in, whatever the flow was
// told since.
func (s starter) waits(ctx context.Context, r store.Record, flowID string, c steer.Control) (bool, steer.Control, error) {
	if over(r.Status) || r.Status.Runs[flowID] > 0 {
		return false, steer.Control{Flow: flowID, State: steer.Running}, nil
	}
	for range steerAttempts {
		if c.State != steer.Paused && c.State != steer.Draining {
			return false, c, nil
		}
		ok, err := steer.Enqueue(ctx, s.orders.Table, c, steer.Entry{Order: r.Status.Order, At: r.Status.ReceivedAt})
		if err != nil || ok {
			return ok, c, err
		}
		if c, err = steer.Load(ctx, s.orders.Table, flowID); err != nil {
			return false, c, err
		}
	}
	return false, c, fault.New(fault.Conflict, "flow %q was told something else %d times meanwhile", flowID, steerAttempts).On(r.Status.Order, "flows")
}

// leaveOut notes for stopped flows that the order did not enter them, and which
// others took it.
func (s starter) leaveOut(ctx context.Context, r store.Record, stopped []steer.Control, took []string) ([]string, error) {
	var all []string
	for _, c := range stopped {
		ok, err := steer.Enqueue(ctx, s.orders.Table, c, steer.Entry{Order: r.Status.Order, At: r.Status.ReceivedAt, Took: took})
		if err == nil && !ok {
			err = fault.New(fault.Conflict, "flow %q was told something else meanwhile", c.Flow).On(r.Status.Order, "flows")
		}
		if err != nil {
			return all, err
		}
		all = append(all, c.Flow)
	}
	return all, nil
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
		if l.Type != "" {
			continue // flows/start-record looks after records
		}
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

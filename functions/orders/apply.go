package orders

import (
	"context"
	"encoding/json"
	"slices"
	"time"

	"github.com/orderloom/orderloom/shared/event"
	"github.com/orderloom/orderloom/shared/exception"
	"github.com/orderloom/orderloom/shared/flow"
	"github.com/orderloom/orderloom/shared/flow/steer"
	"github.com/orderloom/orderloom/shared/fn"
	"github.com/orderloom/orderloom/shared/order"
	"github.com/orderloom/orderloom/shared/order/store"
	"github.com/orderloom/orderloom/shared/rendezvous"
	"github.com/orderloom/orderloom/shared/table"
)

// ApplyEvent applies the outcome of a step to the order and, when asked, waits
// for a signal: outcome and wait are one state of the machine.
var ApplyEvent = fn.Function{
	ID:       "orders/apply-event",
	Summary:  "Apply a business event to an order through the transition table; optionally wait for a signal",
	Input:    flow.ApplyInput{},
	Result:   flow.ApplyResult{},
	Failures: stepping,
	Example: flow.ApplyInput{
		StepInput: flow.StepInput{Order: exampleOrder, Run: exampleOrder + "-lab-1", Step: "reserve", Key: "reserve#0"},
		Event:     event.OrderReserved,
	},
	Timeout: 15 * time.Second,
	New: func(d fn.Deps) fn.Handler {
		s := storeOf(d)
		task := fn.Task(func(ctx context.Context, in flow.ApplyInput) (flow.ApplyResult, error) { return apply(ctx, s, in) })
		return steer.NewGate(d).Guard(task, begins)
	},
}

func apply(ctx context.Context, s store.Store, in flow.ApplyInput) (flow.ApplyResult, error) {
	if err := abandonedByPause(in); err != nil {
		return flow.ApplyResult{}, err
	}
	res, err := s.Change(ctx, in.Order, in.Key+"/"+in.Event, in.Step, func(r *store.Record) (store.Change, error) {
		if in.Event != event.OrderReleased { // giving stock back is part of canceling
			if err := alive(r); err != nil {
				return store.Change{}, err
			}
		}
		var c store.Change
		if reportedBefore(r, in) {
			return c, nil
		}
		if in.Event != "" {
			c.Events = []event.Event{{Name: in.Event, EntityID: entityOf(in), Payload: payloadOf(in)}}
		}
		if in.Event == event.OrderReserved { // the wait for stock is over
			r.Status.Waits = slices.DeleteFunc(r.Status.Waits, flow.IsStockSignal)
		}
		if in.Event == event.OrderStepAbandoned {
			noLongerAwaits(r, in.Key)
		}
		if in.Ends {
			ops, err := runEnded(r, in.Run, s.Now())
			c.Ops = append(c.Ops, ops...)
			return c, err
		}
		if in.Await != nil {
			op, err := await(ctx, s, r, in)
			if err != nil {
				return c, err
			}
			c.Ops = []table.Op{op}
		}
		return c, nil
	})
	if err != nil {
		return flow.ApplyResult{}, err
	}
	if !res.Applied && in.Await != nil { // the caller was tried again and waits on a new token now
		if err := alive(&res.Record); err != nil {
			return flow.ApplyResult{}, err
		}
		if _, err := s.Table.Write(ctx, rendezvous.Wait(in.Order, in.Await.Signal, in.Await.Token, s.Now())); err != nil {
			return flow.ApplyResult{}, err
		}
	}
	out := flow.ApplyResult{StepResult: stepResult(res.Record, in.StepInput, s.Now())}
	if in.Lines {
		out.Lines = openLines(res.Record.Status)
	}
	return out, nil
}

// openLines lists the lines that are not canceled.
func openLines(s order.Status) []string {
	var ids []string
	for _, l := range s.Lines {
		if l.State != order.Canceled {
			ids = append(ids, l.ID)
		}
	}
	return ids
}

// reportedBefore: a flow that was started again reports what the shop knows
// already; that did not happen twice.
func reportedBefore(r *store.Record, in flow.ApplyInput) bool {
	f := r.Status.FulfillmentOrder(in.FulfillmentOrder)
	var p order.Reported
	if in.Event != event.FulfillmentOrderReported || f == nil || json.Unmarshal(in.Payload, &p) != nil {
		return false
	}
	sh := f.Shipment(p.Shipment)
	return sh != nil && sh.Reported
}

// payloadOf is the payload of the event. Of a failure that the flow goes on from
// the machine only has the cause as Step Functions gives it.
func payloadOf(in flow.ApplyInput) json.RawMessage {
	var f flow.StepFailure
	if in.Event != event.OrderStepAbandoned && !flow.IsNegative(in.Event) || json.Unmarshal(in.Payload, &f) != nil {
		return in.Payload
	}
	f.FulfillmentOrder, f.Line = in.FulfillmentOrder, in.Line
	f.Cause, f.Data = exception.Explained(f.Cause)
	return encode(f)
}

func entityOf(in flow.ApplyInput) string {
	if d, ok := event.Lookup(in.Event); ok && d.Entity == event.FulfillmentOrder {
		return in.FulfillmentOrder
	}
	return ""
}

// CreateFulfillmentOrders turns assigned lines into one fulfillment order per
// location.
var CreateFulfillmentOrders = fn.Function{
	ID:       "orders/create-fulfillment-orders",
	Summary:  "Create one fulfillment order per assigned location",
	Input:    flow.PlanInput{},
	Result:   flow.PlanResult{},
	Failures: stepping,
	Raises:   []string{event.FulfillmentOrderCreated, event.OrderFulfilled},
	Example:  flow.PlanInput{StepInput: flow.StepInput{Order: exampleOrder, Run: exampleOrder + "-lab-1", Step: "create", Key: "create#0"}},
	Timeout:  15 * time.Second,
	New: func(d fn.Deps) fn.Handler {
		s := storeOf(d)
		return guarded(d, fn.Task(func(ctx context.Context, in flow.PlanInput) (flow.PlanResult, error) { return plan(ctx, s, in) }))
	},
}

func plan(ctx context.Context, s store.Store, in flow.PlanInput) (flow.PlanResult, error) {
	res, err := s.Change(ctx, in.Order, in.Key, in.Step, func(r *store.Record) (store.Change, error) {
		if err := alive(r); err != nil {
			return store.Change{}, err
		}
		var c store.Change
		for _, f := range planned(&r.Status) {
			c.Events = append(c.Events, event.Event{Name: event.FulfillmentOrderCreated, EntityID: f.ID, Payload: encode(f)})
		}
		if nothingShips(&r.Status, c.Events) {
			c.Events = happened(event.OrderFulfilled)
		}
		return c, nil
	})
	if err != nil {
		return flow.PlanResult{}, err
	}
	out := flow.PlanResult{StepResult: stepResult(res.Record, in.StepInput, s.Now()), FulfillmentOrders: []flow.PlannedOrder{}}
	for _, f := range res.Record.Status.FulfillmentOrders {
		out.FulfillmentOrders = append(out.FulfillmentOrders, flow.PlannedOrder{ID: f.ID, Location: f.Location})
	}
	return out, nil
}

// nothingShips: an order of digital goods and services alone is done when there
// is nothing to ask a location for; no shipment will ever complete it.
func nothingShips(s *order.Status, created []event.Event) bool {
	return len(created) == 0 && len(s.FulfillmentOrders) == 0 && s.State != order.Completed && !slices.ContainsFunc(s.Lines, func(l order.LineStatus) bool {
		return l.Kind == order.Physical && l.Shipped+l.Canceled < l.Ordered
	})
}

// planned groups what is left to ship by location, in the order of the lines.
// Lines that a fulfillment order covers already are left out, so planning again
// adds nothing.
func planned(s *order.Status) []order.FulfillmentOrder {
	covered := map[string]int{}
	for _, f := range s.FulfillmentOrders {
		for _, l := range f.Lines {
			covered[l.Line] += l.Quantity
		}
	}
	var all []order.FulfillmentOrder
	at := map[string]int{}
	for _, l := range s.Lines {
		quantity := l.Ordered - l.Canceled - covered[l.ID]
		if l.Location == "" || l.Kind != order.Physical || quantity <= 0 {
			continue
		}
		i, ok := at[l.Location]
		if !ok {
			i = len(all)
			at[l.Location] = i
			all = append(all, order.FulfillmentOrder{ID: order.FulfillmentOrderID(s.Order, len(s.FulfillmentOrders)+i+1), Location: l.Location})
		}
		all[i].Lines = append(all[i].Lines, order.FulfillmentLine{Line: l.ID, Quantity: quantity})
	}
	return all
}

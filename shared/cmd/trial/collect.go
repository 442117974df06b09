package trial

import (
	"cmp"
	"context"
	"slices"

	"github.com/orderloom/orderloom/shared/engine"
	"github.com/orderloom/orderloom/shared/event"
	"github.com/orderloom/orderloom/shared/flow/compile/cost"
	"github.com/orderloom/orderloom/shared/order/store"
)

// collect reads what became of an order.
func (s *sandbox) collect(ctx context.Context, r *run) error {
	if r.err != nil {
		return r.err
	}
	rec, err := s.orders.Load(ctx, r.id)
	if err != nil {
		return err
	}
	journal, err := s.orders.Journal(ctx, r.id)
	if err != nil {
		return err
	}
	var history []engine.HistoryEvent
	status := engine.Status("")
	if r.arn != "" {
		if history, err = s.history(ctx, r.arn); err != nil {
			return err
		}
		x, err := s.engine.DescribeExecution(ctx, r.arn)
		if err != nil {
			return err
		}
		status = x.Status
	}
	r.outcome, err = r.tell(ctx, s, rec, journal, history, status)
	return err
}

// history reads all of an execution's.
func (s *sandbox) history(ctx context.Context, arn string) ([]engine.HistoryEvent, error) {
	var all []engine.HistoryEvent
	page := engine.HistoryPage{Page: engine.Page{Max: 1000}}
	for {
		part, next, err := s.engine.GetExecutionHistory(ctx, arn, page)
		if err != nil {
			return nil, err
		}
		all = append(all, part...)
		if page.Token = next; next == "" {
			return all, nil
		}
	}
}

// tell puts together what became of an order.
func (r *run) tell(ctx context.Context, s *sandbox, rec store.Record, journal []store.Entry, history []engine.HistoryEvent, status engine.Status) (Outcome, error) {
	w := walked(r.steps, r.byName, history)
	o := Outcome{
		Record: r.place, Order: r.id, Name: rec.Document.Name, Enters: r.arn != "", Entry: r.entry, Run: string(status), Notes: r.notes,
		State: rec.Status.State, Reason: rec.Status.Reason, Events: happened(journal, r.id),
		Use: cost.Use{Transitions: w.transitions, Requests: w.requests, WriteUnits: int(r.units.Load())},
	}
	calls := byCall(journal)
	for _, v := range w.root.all() {
		if v.step == nil && v.Name == startState {
			continue
		}
		v.At = v.At.Add(r.shift)
		v.told(calls)
		r.explain(v, r.seen)
		o.Path = append(o.Path, v.Visit)
	}
	if o.Enters {
		o.Use.Events = len(o.Events) - 1 // all but OrderReceived are the flow's
	}
	o.Amount = r.prices.Of(o.Use)
	o.compare(r.recorded, rec.Status)
	var err error
	o.Waits, err = s.waiting(ctx, rec.Status)
	return o, err
}

// happened lists what happened in an order that is the same each time although
// fulfillment orders run at the same time: record by record, the order first.
func happened(journal []store.Entry, id string) []Happened {
	all := []Happened{}
	for _, entry := range journal {
		for _, e := range entry.Events {
			h := Happened{Event: e.Name, Entity: e.Entity}
			if e.EntityID != id && e.Entity != event.Order {
				h.Record = e.EntityID
			}
			all = append(all, h)
		}
	}
	rank := map[event.Entity]int{event.Order: 0, event.Line: 1, event.FulfillmentOrder: 2}
	slices.SortStableFunc(all, func(a, b Happened) int {
		return cmp.Or(cmp.Compare(rank[a.Entity], rank[b.Entity]), cmp.Compare(len(a.Record), len(b.Record)), cmp.Compare(a.Record, b.Record))
	})
	return all
}

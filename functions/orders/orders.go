// Package orders holds the functions that change orders; no other function
// does. Each decides a change on the record as it stands and commits it, its
// events and its idempotency key in one transaction (package order/store).
package orders

import (
	"time"

	"github.com/orderloom/orderloom/shared/event"
	"github.com/orderloom/orderloom/shared/fault"
	"github.com/orderloom/orderloom/shared/flow"
	"github.com/orderloom/orderloom/shared/fn"
	"github.com/orderloom/orderloom/shared/inbox"
	"github.com/orderloom/orderloom/shared/order"
	"github.com/orderloom/orderloom/shared/order/store"
	"github.com/orderloom/orderloom/shared/policy"
)

// exampleOrder stands in the examples: on a fresh system there is no such
// order, so they show the answer to an unknown id.
const exampleOrder = "ord_01JZZZZZZZZZZZZZZZZZZZZZZZ"

// changing lists what every function that changes an order may report.
var changing = []fn.Failure{
	{Code: fault.Conflict, Meaning: "others kept changing the order", Retry: true},
	{Code: fault.NotFound, Meaning: "no such order"},
	{Code: fault.NotTransitable, Meaning: "the order's state does not allow it"},
	{Code: fault.OrderCanceled, Meaning: "the order was canceled meanwhile"},
	{Code: fault.OrderChanged, Meaning: "what is ordered changed since the step looked at it"},
}

func storeOf(d fn.Deps) store.Store {
	return store.Store{Table: d.Table, Blobs: d.Blobs, Now: d.Clock.Now, Cache: d.Orders}
}

func boxOf(d fn.Deps) inbox.Box {
	return inbox.Box{Table: d.Table, Blobs: d.Blobs, Now: d.Clock.Now}
}

// alive refuses to go on with a canceled order; the machine catches the code
// and takes its cancellation path.
func alive(r *store.Record) error {
	if r.Status.State == order.Canceled {
		return fault.New(fault.OrderCanceled, "the order is canceled").On(r.Status.Order, "state")
	}
	return nil
}

// stepResult answers with the facts of the order and, where the step is about
// one, of its fulfillment order or its line.
func stepResult(r store.Record, in flow.StepInput, now time.Time) flow.StepResult {
	record := policy.FulfillmentOrderRecord(&r.Document, &r.Status, in.FulfillmentOrder, now)
	if in.Line != "" {
		record = policy.LineRecord(&r.Document, &r.Status, in.Line, now)
	}
	return flow.StepResult{Version: r.Status.Version, Facts: policy.FactsOf(record, in.Want)}
}

func happened(names ...string) []event.Event {
	all := make([]event.Event, len(names))
	for i, n := range names {
		all[i] = event.Event{Name: n}
	}
	return all
}

package inventory

import (
	"context"
	"time"

	"github.com/orderloom/orderloom/shared/fault"
	"github.com/orderloom/orderloom/shared/flow"
	"github.com/orderloom/orderloom/shared/fn"
	"github.com/orderloom/orderloom/shared/order"
	"github.com/orderloom/orderloom/shared/order/store"
	"github.com/orderloom/orderloom/shared/policy"
	"github.com/orderloom/orderloom/shared/stock"
)

// Check looks whether there is stock for an order and changes nothing: what it
// finds may be taken by another order before this one reserves it.
var Check = fn.Function{
	ID:      "inventory/check",
	Summary: "Look whether there is enough stock for every line of an order; take nothing",
	Input:   flow.StepInput{},
	Result:  flow.StepResult{},
	Failures: []fn.Failure{
		{Code: flow.OutOfStock, Meaning: "there is too little stock for the order"},
		{Code: fault.NotFound, Meaning: "no such order"},
		{Code: fault.OrderCanceled, Meaning: "the order was canceled meanwhile"},
	},
	Example: example.StepInput,
	Timeout: 30 * time.Second,
	New: func(d fn.Deps) fn.Handler {
		k := keeper{d.Table, store.Store{Table: d.Table, Blobs: d.Blobs, Now: d.Clock.Now, Cache: d.Orders}, d.Clock.Now}
		return fn.Task(k.check)
	},
	Implements: []fn.Capability{fn.StockCheck},
}

// maxMissing bounds what a failure carries: it travels through the machine.
const maxMissing = 50

// short is what a failed check finds.
type short struct {
	Missing []flow.Shortage `json:"missing"`
}

func (k keeper) check(ctx context.Context, in flow.StepInput) (flow.StepResult, error) {
	r, err := k.orders.Load(ctx, in.Order)
	if err != nil {
		return flow.StepResult{}, err
	}
	if r.Status.State == order.Canceled {
		return flow.StepResult{}, fault.New(fault.OrderCanceled, "the order is canceled").On(in.Order, "state")
	}
	missing, err := k.missing(ctx, r)
	if err != nil {
		return flow.StepResult{}, err
	}
	if len(missing) > 0 {
		return flow.StepResult{}, fault.New(flow.OutOfStock, "there is too little stock of %s and %d other products", missing[0].SKU, len(missing)-1).On(in.Order, "lines").
			Do("Receive the stock, then reprocess").With(short{missing[:min(len(missing), maxMissing)]})
	}
	record := policy.OrderRecord(&r.Document, &r.Status, k.now())
	return flow.StepResult{Version: r.Status.Version, Facts: policy.FactsOf(record, in.Want)}, nil
}

// missing lists what there is too little of. A line that no location was chosen
// for may ship from anywhere; one that is reserved needs nothing more, and an
// order that locations were asked to ship neither.
func (k keeper) missing(ctx context.Context, r store.Record) ([]flow.Shortage, error) {
	if len(r.Status.FulfillmentOrders) > 0 {
		return nil, nil
	}
	var all []flow.Shortage
	for _, d := range wantedOf(r) {
		free, err := k.freeOf(ctx, d.SKU, d.Location)
		if err != nil {
			return nil, err
		}
		if free < int64(d.Quantity) {
			all = append(all, flow.Shortage{SKU: d.SKU, Location: d.Location, Wanted: d.Quantity, OnHand: int(free)})
		}
	}
	return all, nil
}

func (k keeper) freeOf(ctx context.Context, sku, location string) (int64, error) {
	if location != "" {
		item, err := k.table.Get(ctx, stock.Key(sku, location))
		return item.Int(stock.Free), err
	}
	levels, err := stock.Levels(ctx, k.table, sku)
	var free int64
	for _, l := range levels {
		free += l.Free
	}
	return free, err
}

// wantedOf sums what the lines that ship still need and have not reserved, in
// line order.
func wantedOf(r store.Record) []demand {
	var all []demand
	at := map[demand]int{}
	for _, l := range r.Document.Lines {
		s := r.Status.Line(l.ID)
		if s == nil || s.Kind != order.Physical {
			continue
		}
		quantity := s.Ordered - s.Canceled - s.Shipped - s.Reserved
		if quantity <= 0 {
			continue
		}
		key := demand{SKU: l.SKU, Location: s.Location}
		i, ok := at[key]
		if !ok {
			i = len(all)
			at[key], all = i, append(all, key)
		}
		all[i].Quantity += quantity
	}
	return all
}

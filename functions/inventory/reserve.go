package inventory

import (
	"bytes"
	"context"
	"encoding/json"
	"time"

	"github.com/orderloom/orderloom/shared/fault"
	"github.com/orderloom/orderloom/shared/flow"
	"github.com/orderloom/orderloom/shared/flow/steer"
	"github.com/orderloom/orderloom/shared/fn"
	"github.com/orderloom/orderloom/shared/order"
	"github.com/orderloom/orderloom/shared/order/store"
	"github.com/orderloom/orderloom/shared/stock"
	"github.com/orderloom/orderloom/shared/table"
)

var failures = []fn.Failure{
	{Code: fault.Conflict, Meaning: "others kept changing the stock", Retry: true},
	{Code: fault.NotFound, Meaning: "no such order"},
	{Code: fault.OrderCanceled, Meaning: "the order was canceled meanwhile"},
	{Code: fault.OrderChanged, Meaning: "what is ordered changed since locations were chosen"},
}

var example = flow.ReserveInput{StepInput: flow.StepInput{
	Order: "ord_01JZZZZZZZZZZZZZZZZZZZZZZZ", Run: "ord_01JZZZZZZZZZZZZZZZZZZZZZZZ-lab-1", Step: "reserve", Key: "reserve#0",
}}

// Reserve takes stock for all assigned lines of an order, or for none.
var Reserve = fn.Function{
	ID:       "inventory/reserve",
	Summary:  "Reserve stock for every assigned line, all or nothing; queue the order for what is missing",
	Input:    flow.ReserveInput{},
	Result:   flow.ReserveResult{},
	Failures: append(failures[:len(failures):len(failures)], steer.Failure()),
	Example:  example,
	Timeout:  30 * time.Second,
	New: func(d fn.Deps) fn.Handler {
		k := keeper{d.Table, store.Store{Table: d.Table, Blobs: d.Blobs, Now: d.Clock.Now, Cache: d.Orders}, d.Clock.Now}
		return steer.NewGate(d).Guard(fn.Task(k.reserve), nil)
	},
}

type keeper struct {
	table  table.Table
	orders store.Store
	now    func() time.Time
}

const maxAttempts = 50

func (k keeper) reserve(ctx context.Context, in flow.ReserveInput) (flow.ReserveResult, error) {
	r, err := k.orders.Load(ctx, in.Order)
	if err != nil {
		return flow.ReserveResult{}, err
	}
	if r.Status.State == order.Canceled {
		return flow.ReserveResult{}, fault.New(fault.OrderCanceled, "the order is canceled").On(in.Order, "state")
	}
	out := flow.ReserveResult{Goods: r.Status.Goods}
	if len(r.Status.FulfillmentOrders) > 0 { // a flow that was started again: what they ask for is reserved
		out.Reserved = true
		return out, nil
	}
	if r.Status.Goods != r.Status.Sourced {
		return out, fault.New(fault.OrderChanged, "the order changed after locations were chosen").On(in.Order, "lines")
	}
	parts := chunks(demandsOf(r))
	if err := k.dropOutdated(ctx, r, parts); err != nil {
		return out, err
	}
	for range maxAttempts {
		missing, err := k.take(ctx, r, parts)
		if err != nil {
			return flow.ReserveResult{}, err
		}
		if missing == nil {
			out.Reserved = true
			return out, nil
		}
		if _, err := k.giveBack(ctx, in.Order); err != nil {
			return flow.ReserveResult{}, err
		}
		queued, err := k.queue(ctx, r, in.Signal, missing)
		if err != nil {
			return flow.ReserveResult{}, err
		}
		if queued {
			// What this order was woken for but cannot use is for the next one;
			// what is too little for this order may be enough for another.
			out.Missing = shortages(missing)
			return out, k.offer(ctx, demandsOf(r))
		}
		// Stock changed between looking and queueing: look again.
	}
	return flow.ReserveResult{}, fault.New(fault.Conflict, "stock changed %d times while the order tried to reserve it", maxAttempts).On(in.Order, "lines")
}

// level is a stock record as it was seen when it did not suffice.
type level struct {
	demand
	free, version int64
	exists        bool
}

// take reserves chunk by chunk. It returns what is short, or nil when
// everything is reserved, by this call or by an earlier one.
func (k keeper) take(ctx context.Context, r store.Record, parts [][]demand) ([]level, error) {
	for n, part := range parts {
		missing, err := k.takeChunk(ctx, r, n, part)
		if err != nil || missing != nil {
			return missing, err
		}
	}
	return nil, nil
}

func (k keeper) takeChunk(ctx context.Context, r store.Record, n int, part []demand) ([]level, error) {
	id := r.Status.Order
	if len(part) == 0 {
		return nil, nil
	}
	held, err := json.Marshal(part)
	if err != nil {
		return nil, err
	}
	key := reservationKey(id, n)
	guard := table.Item{table.PK: key.PK, table.SK: key.SK, heldAttr: held, goodsAttr: r.Status.Goods}
	ops := []table.Op{table.Put(guard, table.ItemAbsent())}
	for _, d := range part {
		q := int64(d.Quantity)
		ops = append(ops, table.Set(stock.Key(d.SKU, d.Location), nil, table.AtLeast(stock.Free, q)).
			Adding(map[string]int64{stock.Free: -q, stock.Reserved: q, stock.Version: 1}))
	}
	for range maxAttempts {
		err := k.table.Transact(ctx, ops...)
		if err == nil {
			return nil, nil
		}
		if !table.IsConditionFailed(err) {
			return nil, err
		}
		if have, err := k.table.Get(ctx, key); err != nil || have != nil {
			return nil, err // reserved by an earlier try
		}
		missing, err := k.short(ctx, part)
		if err != nil || missing != nil {
			return missing, err
		}
	}
	return nil, fault.New(fault.Conflict, "stock changed %d times while the order tried to reserve it", maxAttempts).On(id, "lines")
}

// What an order holds: the demands as JSON, and the edition of its goods.
const heldAttr, goodsAttr = "held", "goods"

// dropOutdated gives back what the order took for goods or locations that are
// no longer its own: it changed after the stock was taken and before anybody
// was told.
func (k keeper) dropOutdated(ctx context.Context, r store.Record, parts [][]demand) error {
	holds, err := k.holds(ctx, r.Status.Order)
	if err != nil {
		return err
	}
	for _, h := range holds {
		var want []byte
		if h.chunk < len(parts) {
			if want, err = json.Marshal(parts[h.chunk]); err != nil {
				return err
			}
		}
		if bytes.Equal(h.item.Bytes(heldAttr), want) {
			continue
		}
		if h.item.Int(goodsAttr) > r.Status.Goods { // this call is the outdated one
			return fault.New(fault.OrderChanged, "the order changed while its stock was reserved").On(r.Status.Order, "lines")
		}
		returned, err := k.giveBack(ctx, r.Status.Order)
		if err != nil {
			return err
		}
		return k.offer(ctx, returned)
	}
	return nil
}

// short reads the stock of the demands and returns those it does not cover.
func (k keeper) short(ctx context.Context, part []demand) ([]level, error) {
	keys := make([]table.Key, len(part))
	for i, d := range part {
		keys[i] = stock.Key(d.SKU, d.Location)
	}
	items, err := k.table.GetMany(ctx, keys)
	if err != nil {
		return nil, err
	}
	var missing []level
	for i, d := range part {
		l := level{demand: d, free: items[i].Int(stock.Free), version: items[i].Int(stock.Version), exists: items[i] != nil}
		if l.free < int64(d.Quantity) {
			missing = append(missing, l)
		}
	}
	return missing, nil
}

// queue makes the order wait for the missing stock, provided that it is still
// as it was seen. It reports false when it has changed.
func (k keeper) queue(ctx context.Context, r store.Record, signal string, missing []level) (bool, error) {
	if signal == "" {
		return true, nil // the flow does not wait
	}
	var ops []table.Op
	for _, l := range missing {
		unchanged := table.ItemAbsent()
		if l.exists {
			unchanged = table.Equal(stock.Version, l.version)
		}
		key := waiterKey(l.SKU, l.Location, sortable(r.Status.ReceivedAt)+"#"+r.Status.Order)
		ops = append(ops, table.Check(stock.Key(l.SKU, l.Location), unchanged),
			table.Put(table.Item{table.PK: key.PK, table.SK: key.SK, "order": r.Status.Order, "signal": signal, "quantity": int64(l.Quantity), goodsAttr: r.Status.Goods}))
	}
	err := k.table.Transact(ctx, ops...)
	if table.IsConditionFailed(err) {
		return false, nil
	}
	return err == nil, err
}

func waiterKey(sku, location, place string) table.Key {
	return table.Key{PK: "STOCKWAIT#" + sku + "#" + location, SK: place}
}

func shortages(missing []level) []flow.Shortage {
	all := make([]flow.Shortage, len(missing))
	for i, l := range missing {
		all[i] = flow.Shortage{SKU: l.SKU, Location: l.Location, Wanted: l.Quantity, OnHand: int(l.free)}
	}
	return all
}

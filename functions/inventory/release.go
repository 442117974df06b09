package inventory

import (
	"context"
	"encoding/json"
	"slices"
	"time"

	"github.com/orderloom/orderloom/shared/fault"
	"github.com/orderloom/orderloom/shared/flow"
	"github.com/orderloom/orderloom/shared/fn"
	"github.com/orderloom/orderloom/shared/order"
	"github.com/orderloom/orderloom/shared/order/store"
	"github.com/orderloom/orderloom/shared/rendezvous"
	"github.com/orderloom/orderloom/shared/stock"
	"github.com/orderloom/orderloom/shared/table"
)

// ReleaseResult is the payload of OrderReleased.
type ReleaseResult struct {
	Released []demand `json:"released"`
}

// Release gives back all stock that an order holds.
var Release = fn.Function{
	ID:       "inventory/release",
	Summary:  "Give back all stock an order holds and offer it to the orders that wait",
	Input:    flow.ReserveInput{},
	Result:   ReleaseResult{},
	Failures: failures,
	Example:  example,
	Timeout:  30 * time.Second,
	New: func(d fn.Deps) fn.Handler {
		k := keeper{d.Table, store.Store{Table: d.Table, Blobs: d.Blobs, Now: d.Clock.Now}, d.Clock.Now}
		return fn.Task(k.release)
	},
}

func (k keeper) release(ctx context.Context, in flow.ReserveInput) (ReleaseResult, error) {
	released, err := k.giveBack(ctx, in.Order)
	if err != nil {
		return ReleaseResult{}, err
	}
	r, err := k.orders.Load(ctx, in.Order)
	if err != nil {
		return ReleaseResult{}, err
	}
	// Not only what was released now: an earlier try may have given stock back
	// and ended before it offered it.
	return ReleaseResult{Released: released}, k.offer(ctx, placesOf(r))
}

// placesOf lists the stock that an order's lines were assigned, without quantities.
func placesOf(r store.Record) []demand {
	var all []demand
	for _, l := range r.Document.Lines {
		s := r.Status.Line(l.ID)
		if s == nil || s.Location == "" {
			continue
		}
		if d := (demand{SKU: l.SKU, Location: s.Location}); !slices.Contains(all, d) {
			all = append(all, d)
		}
	}
	return all
}

// giveBack returns every chunk the order holds; each exactly once.
func (k keeper) giveBack(ctx context.Context, id string) ([]demand, error) {
	if id == "" {
		return nil, fault.New(fault.Invalid, "an order id is missing")
	}
	page, err := k.table.Query(ctx, table.Query{PK: store.Partition(id), Prefix: "RES#"})
	if err != nil {
		return nil, err
	}
	released := []demand{}
	for _, item := range page.Items {
		var held []demand
		if err := json.Unmarshal(item.Bytes("held"), &held); err != nil {
			return nil, fault.Wrap(err, fault.Internal, "reading reservation %s", item.Key())
		}
		ops := []table.Op{table.Delete(item.Key(), table.ItemExists())}
		for _, d := range held {
			q := int64(d.Quantity)
			ops = append(ops, table.Set(stock.Key(d.SKU, d.Location), nil).
				Adding(map[string]int64{stock.Free: q, stock.Reserved: -q, stock.Version: 1}))
		}
		err := k.table.Transact(ctx, ops...)
		if table.IsConditionFailed(err) {
			if have, getErr := k.table.Get(ctx, item.Key()); getErr != nil || have != nil {
				return nil, fault.New(fault.Conflict, "reservation is being changed by another step").On(id, "")
			}
			continue // released by an earlier try
		}
		if err != nil {
			return nil, err
		}
		released = append(released, held...)
	}
	return released, nil
}

// offer wakes the orders that wait for stock, oldest first, as far as what is
// free now reaches. One that finds it taken after all waits again.
func (k keeper) offer(ctx context.Context, arrived []demand) error {
	for _, d := range arrived {
		item, err := k.table.Get(ctx, stock.Key(d.SKU, d.Location))
		if err != nil {
			return err
		}
		if err := k.wake(ctx, d, item.Int(stock.Free)); err != nil {
			return err
		}
	}
	return nil
}

func (k keeper) wake(ctx context.Context, d demand, free int64) error {
	q := table.Query{PK: waiterKey(d.SKU, d.Location, "").PK, Limit: 100}
	for free > 0 {
		page, err := k.table.Query(ctx, q)
		if err != nil {
			return err
		}
		for _, waiter := range page.Items {
			if waiter.Int("quantity") > free {
				continue // a smaller, later order may fit
			}
			waits, err := k.stillWaits(ctx, waiter.Str("order"))
			if err != nil {
				return err
			}
			if waits { // a canceled order takes no share of what arrived
				free -= waiter.Int("quantity")
			}
			op, err := rendezvous.Answer(waiter.Str("order"), waiter.Str("signal"), map[string]bool{"stock": true}, k.now())
			if err != nil {
				return err
			}
			// Answer before delete: a crash in between wakes the order twice,
			// which is harmless; the other way round it would sleep for ever.
			if _, err := k.table.Write(ctx, op); err != nil {
				return err
			}
			if _, err := k.table.Write(ctx, table.Delete(waiter.Key())); err != nil {
				return err
			}
		}
		if page.Next == "" {
			return nil
		}
		q.After = page.Next
	}
	return nil
}

func (k keeper) stillWaits(ctx context.Context, id string) (bool, error) {
	r, err := k.orders.Load(ctx, id)
	if fault.Is(err, fault.NotFound) {
		return false, nil
	}
	return r.Status.State != order.Canceled, err
}

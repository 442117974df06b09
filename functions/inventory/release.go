package inventory

import (
	"cmp"
	"context"
	"encoding/json"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/orderloom/orderloom/shared/event"
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

// ReleaseInput is what a machine's cancellation path sends, or OrderCanceled as
// the bus delivers it: an order whose execution has ended has no such path.
type ReleaseInput struct {
	flow.ReserveInput
	Detail event.Event `json:"detail,omitzero"`
}

// Release gives back all stock that an order holds.
var Release = fn.Function{
	ID:       "inventory/release",
	Summary:  "Give back all stock an order holds and offer it to the orders that wait",
	Trigger:  fn.Trigger{Rule: event.OrderCanceled},
	Input:    ReleaseInput{},
	Result:   ReleaseResult{},
	Failures: append(failures[:len(failures):len(failures)], fn.Failure{Code: fault.NotTransitable, Meaning: "locations were asked to ship the order"}),
	Example:  example,
	Timeout:  30 * time.Second,

	Implements: []fn.Capability{fn.StockRelease},
	New: func(d fn.Deps) fn.Handler {
		k := keeper{d.Table, store.Store{Table: d.Table, Blobs: d.Blobs, Now: d.Clock.Now, Cache: d.Orders}, d.Clock.Now}
		return fn.Task(func(ctx context.Context, in ReleaseInput) (ReleaseResult, error) {
			return k.release(ctx, cmp.Or(in.Order, in.Detail.OrderID))
		})
	},
}

func (k keeper) release(ctx context.Context, id string) (ReleaseResult, error) {
	if id == "" {
		return ReleaseResult{}, fault.New(fault.Invalid, "an order id is missing")
	}
	r, err := k.orders.Load(ctx, id)
	if err != nil {
		return ReleaseResult{}, err
	}
	if len(r.Status.FulfillmentOrders) > 0 && r.Status.State != order.Canceled { // a flow that was started again
		return ReleaseResult{}, fault.New(fault.NotTransitable, "locations were asked to ship the order; its stock is theirs").On(id, "fulfillmentOrders")
	}
	released, err := k.giveBack(ctx, id)
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

// hold is what an order holds of one chunk of its demands.
type hold struct {
	chunk int
	item  table.Item
}

func (k keeper) holds(ctx context.Context, id string) ([]hold, error) {
	var all []hold
	q := table.Query{PK: store.Partition(id), Prefix: reservationPrefix}
	for {
		page, err := k.table.Query(ctx, q)
		if err != nil {
			return nil, err
		}
		for _, item := range page.Items {
			n, err := strconv.Atoi(strings.TrimPrefix(item.Str(table.SK), reservationPrefix))
			if err != nil {
				return nil, fault.Wrap(err, fault.Internal, "reading reservation %s", item.Key())
			}
			all = append(all, hold{n, item})
		}
		if q.After = page.Next; page.Next == "" {
			return all, nil
		}
	}
}

// giveBack returns every chunk the order holds; each exactly once.
func (k keeper) giveBack(ctx context.Context, id string) ([]demand, error) {
	holds, err := k.holds(ctx, id)
	if err != nil {
		return nil, err
	}
	released := []demand{}
	for _, h := range holds {
		item := h.item
		var held []demand
		if err := json.Unmarshal(item.Bytes(heldAttr), &held); err != nil {
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
			waits, err := k.stillWaits(ctx, waiter)
			if err != nil {
				return err
			}
			if waits { // who waits no more takes no share of what arrived
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
			// It may have looked and queued again already: that entry stays.
			gone := table.Delete(waiter.Key(), table.Equal("signal", waiter.Str("signal")))
			if _, err := k.table.Write(ctx, gone); err != nil && !table.IsConditionFailed(err) {
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

// stillWaits reports whether the order still waits by this entry: it may have
// been canceled, changed or served since, or its wait ended as an exception.
func (k keeper) stillWaits(ctx context.Context, waiter table.Item) (bool, error) {
	r, err := k.orders.Load(ctx, waiter.Str("order"))
	if fault.Is(err, fault.NotFound) {
		return false, nil
	}
	s := r.Status
	over := s.State == order.Canceled || s.Goods != waiter.Int(goodsAttr) || len(s.FulfillmentOrders) > 0 ||
		slices.ContainsFunc(s.Lines, func(l order.LineStatus) bool { return l.Reserved > 0 })
	stopped := len(s.OpenExceptions) > 0 && !slices.Contains(s.Waits, waiter.Str("signal"))
	return !over && !stopped, err
}

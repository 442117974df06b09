package inventory

import (
	"context"
	"encoding/json"
	"strconv"
	"time"

	"github.com/orderloom/orderloom/shared/event"
	"github.com/orderloom/orderloom/shared/fault"
	"github.com/orderloom/orderloom/shared/fn"
	"github.com/orderloom/orderloom/shared/order"
	"github.com/orderloom/orderloom/shared/order/store"
	"github.com/orderloom/orderloom/shared/stock"
	"github.com/orderloom/orderloom/shared/table"
)

// shippedEvent is FulfillmentOrderShipped as the bus delivers it.
type shippedEvent struct {
	Detail event.Event `json:"detail"`
}

// Ship takes shipped goods off the books: they are neither on hand nor
// reserved any more.
var Ship = fn.Function{
	ID:       "inventory/ship",
	Summary:  "Take shipped goods off stock and reservation, once per shipment",
	Trigger:  fn.Trigger{Rule: event.FulfillmentOrderShipped},
	Failures: failures,
	Example:  json.RawMessage(`{"detail":{"name":"FulfillmentOrderShipped","entity":"fulfillmentOrder","entityId":"fo_example-1","orderId":"ord_example","seq":1,"payload":{"externalId":"1","lines":[]}}}`),
	Timeout:  30 * time.Second,
	New: func(d fn.Deps) fn.Handler {
		k := keeper{d.Table, store.Store{Table: d.Table, Blobs: d.Blobs, Now: d.Clock.Now, Cache: d.Orders}, d.Clock.Now}
		return fn.Task(func(ctx context.Context, in shippedEvent) (struct{}, error) {
			return struct{}{}, k.ship(ctx, in.Detail)
		})
	},
}

func (k keeper) ship(ctx context.Context, e event.Event) error {
	e, err := k.orders.Complete(ctx, e)
	if err != nil {
		return err
	}
	var sh order.Shipment
	if err := json.Unmarshal(e.Payload, &sh); err != nil {
		return fault.Wrap(err, fault.Invalid, "payload of %s", e.Name).On(e.OrderID, "payload")
	}
	if len(sh.Lines) == 0 {
		return nil
	}
	r, err := k.orders.Load(ctx, e.OrderID)
	if err != nil {
		return err
	}
	f := r.Status.FulfillmentOrder(e.EntityID)
	if f == nil {
		return fault.New(fault.NotFound, "order has no such fulfillment order").On(e.OrderID, "fulfillmentOrder").Got(e.EntityID)
	}
	for n, part := range chunks(shippedDemands(r, f.Location, sh)) {
		if err := k.shipChunk(ctx, e, sh.ExternalID, n, part); err != nil {
			return err
		}
	}
	return nil
}

func (k keeper) shipChunk(ctx context.Context, e event.Event, shipment string, n int, part []demand) error {
	guard := table.Item{table.PK: store.Partition(e.OrderID), table.SK: "SHIPPED#" + e.EntityID + "#" + shipment + "#" + strconv.Itoa(n)}
	ops := []table.Op{table.Put(guard, table.ItemAbsent())}
	for _, d := range part {
		q := int64(d.Quantity)
		ops = append(ops, table.Set(stock.Key(d.SKU, d.Location), nil).
			Adding(map[string]int64{stock.OnHand: -q, stock.Reserved: -q, stock.Version: 1}))
	}
	for range maxAttempts {
		err := k.table.Transact(ctx, ops...)
		if !table.IsConditionFailed(err) {
			return err
		}
		if have, err := k.table.Get(ctx, guard.Key()); err != nil || have != nil {
			return err // booked before
		}
	}
	return fault.New(fault.Conflict, "stock changed %d times while a shipment was booked", maxAttempts).On(e.OrderID, e.EntityID)
}

func shippedDemands(r store.Record, location string, sh order.Shipment) []demand {
	sku := make(map[string]string, len(r.Document.Lines))
	for _, l := range r.Document.Lines {
		sku[l.ID] = l.SKU
	}
	var all []demand
	at := map[string]int{}
	for _, l := range sh.Lines {
		i, ok := at[sku[l.Line]]
		if !ok {
			i = len(all)
			at[sku[l.Line]] = i
			all = append(all, demand{SKU: sku[l.Line], Location: location})
		}
		all[i].Quantity += l.Quantity
	}
	return all
}

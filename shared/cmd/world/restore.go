package world

import (
	"context"
	"fmt"

	"github.com/orderloom/orderloom/functions/providers/shipstation/shipstationtest"
	"github.com/orderloom/orderloom/functions/providers/shopify/shopifytest"
	"github.com/orderloom/orderloom/shared/order"
	"github.com/orderloom/orderloom/shared/order/store"
)

// restoreOrders bounds how many of the newest orders the fakes are reminded of.
const restoreOrders = 5000

// restore reminds the fake services, which keep everything in memory, of the
// orders that were under way when Orderloom stopped. One that a fake does not
// take keeps nobody from starting.
func (w *World) restore(ctx context.Context) error {
	d := w.Host.Deps()
	orders := store.Store{Table: d.Table, Blobs: d.Blobs, Now: d.Clock.Now}
	after := ""
	for seen := 0; seen < restoreOrders; {
		records, next, err := orders.List(ctx, 200, after)
		if err != nil {
			return err
		}
		for _, r := range records {
			if r.Status.State == order.Completed || r.Status.State == order.Canceled {
				continue
			}
			if err := w.remind(r); err != nil {
				w.opts.Log.Warn("the fake services do not remember an order", "order", r.Document.Name, "error", err)
			}
		}
		seen += len(records)
		if after = next; next == "" {
			return nil
		}
	}
	return nil
}

func (w *World) remind(r store.Record) error {
	shop := w.Fakes.Shops[r.Document.Instance]
	if shop == nil {
		return nil
	}
	spec := shopifytest.OrderSpec{Name: r.Document.Name, ExternalID: r.Document.ExternalID, CreatedAt: r.Document.PlacedAt, UpdatedAt: r.Document.UpdatedAt}
	if r.Document.ShipTo != nil {
		spec.Country = r.Document.ShipTo.Country
	}
	for _, l := range r.Document.Lines {
		spec.Lines = append(spec.Lines, shopifytest.LineSpec{ID: l.ID, SKU: l.SKU, Title: l.Title, Quantity: l.Quantity, Digital: l.Kind != order.Physical})
	}
	if err := shop.Remember(spec); err != nil {
		return fmt.Errorf("an order: %w", err)
	}
	for _, f := range r.Status.FulfillmentOrders {
		for _, sh := range f.Shipments {
			if sh.Reported {
				if err := shop.Restore(r.Document.ExternalID, tracking(sh), shopLines(sh)...); err != nil {
					return fmt.Errorf("a shipment: %w", err)
				}
			}
		}
		if f.Remote != "" {
			w.Fakes.Warehouse.Restore(open(r, f))
		}
	}
	return nil
}

func tracking(sh order.ShipmentRecord) string {
	if len(sh.Trackings) == 0 {
		return ""
	}
	return sh.Trackings[0].Number
}

func shopLines(sh order.ShipmentRecord) []shopifytest.Line {
	var all []shopifytest.Line
	for _, l := range sh.Lines {
		all = append(all, shopifytest.Line{ID: l.Line, Quantity: l.Quantity})
	}
	return all
}

// open is what a warehouse has still to ship of a fulfillment order.
func open(r store.Record, f order.FulfillmentOrder) shipstationtest.Order {
	out := shipstationtest.Order{Key: f.ID, Number: r.Document.Name}
	for _, l := range f.Lines {
		if left := l.Quantity - l.Shipped; left > 0 {
			out.Items = append(out.Items, shipstationtest.Item{LineItemKey: l.Line, Quantity: left})
		}
	}
	return out
}

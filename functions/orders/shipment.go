package orders

import (
	"context"
	"encoding/json"
	"slices"
	"time"

	"github.com/orderloom/orderloom/shared/event"
	"github.com/orderloom/orderloom/shared/fault"
	"github.com/orderloom/orderloom/shared/flow"
	"github.com/orderloom/orderloom/shared/fn"
	"github.com/orderloom/orderloom/shared/inbox"
	"github.com/orderloom/orderloom/shared/order"
	"github.com/orderloom/orderloom/shared/order/store"
	"github.com/orderloom/orderloom/shared/rendezvous"
)

// ShipmentResult lists the orders that the shipments belong to.
type ShipmentResult struct {
	Orders []string `json:"orders"`
}

// RecordShipment books shipments that a location reported and tells the
// machines that wait for them.
var RecordShipment = fn.Function{
	ID:       "orders/record-shipment",
	Summary:  "Record shipments on their fulfillment orders and wake the waiting executions",
	Input:    RecordInput{},
	Result:   ShipmentResult{},
	Failures: changing,
	Raises:   []string{event.FulfillmentOrderShipped},
	Example:  RecordInput{Message: "msg_example"},
	Timeout:  30 * time.Second,
	New: func(d fn.Deps) fn.Handler {
		r := recorder{store: storeOf(d), box: boxOf(d)}
		return fn.Task(r.recordShipments)
	},
}

func (r recorder) recordShipments(ctx context.Context, in RecordInput) (ShipmentResult, error) {
	out := ShipmentResult{Orders: []string{}}
	data, err := r.box.Document(ctx, in.Message)
	if err != nil {
		return out, err
	}
	doc, err := fn.Decode[order.Shipments](data)
	if err != nil {
		return out, err
	}
	for _, sh := range doc.Shipments {
		id := order.OrderOfFulfillmentOrder(sh.FulfillmentOrder)
		if id == "" {
			return out, fault.New(fault.Invalid, "shipment names no fulfillment order of ours").On(sh.ExternalID, "fulfillmentOrder").Got(sh.FulfillmentOrder)
		}
		if sh.ExternalID == "" { // without it, two shipments look like one
			return out, fault.New(fault.Invalid, "shipment has no id").On(sh.FulfillmentOrder, "externalId")
		}
		if err := r.recordShipment(ctx, id, sh); err != nil {
			return out, err
		}
		if !slices.Contains(out.Orders, id) {
			out.Orders = append(out.Orders, id)
		}
	}
	first := ""
	if len(out.Orders) > 0 {
		first = out.Orders[0]
	}
	return out, r.box.Settle(ctx, in.Message, inbox.Recorded, first, nil)
}

// recordShipment counts a shipment once per remote shipment id, however many
// messages report it.
func (r recorder) recordShipment(ctx context.Context, id string, sh order.Shipment) error {
	key := "shipment/" + sh.FulfillmentOrder + "/" + sh.ExternalID
	_, err := r.store.Change(ctx, id, key, "", func(rec *store.Record) (store.Change, error) {
		f := rec.Status.FulfillmentOrder(sh.FulfillmentOrder)
		if f == nil {
			return store.Change{}, fault.New(fault.NotFound, "order has no such fulfillment order").On(id, "fulfillmentOrder").Got(sh.FulfillmentOrder)
		}
		number := len(f.Shipments) + 1
		signal := flow.ShipmentSignalName(f.ID, number)
		answer, err := rendezvous.Answer(id, signal, flow.ShipmentSignal{Shipment: number, Complete: completes(*f, sh)}, r.store.Now())
		if err != nil {
			return store.Change{}, err
		}
		rec.Status.Waits = slices.DeleteFunc(rec.Status.Waits, func(w string) bool { return w == signal })
		c := store.Change{Events: []event.Event{{Name: event.FulfillmentOrderShipped, EntityID: f.ID, Payload: encode(sh)}}}
		c.Ops = append(c.Ops, answer)
		return c, nil
	})
	return err
}

// completes reports whether nothing is left of f once sh has left.
func completes(f order.FulfillmentOrder, sh order.Shipment) bool {
	f.Lines = slices.Clone(f.Lines)
	for i := range f.Lines {
		for _, l := range sh.Lines {
			if l.Line == f.Lines[i].Line {
				f.Lines[i].Shipped += l.Quantity
			}
		}
	}
	return f.Shipped()
}

// encode is for our own structs of strings, numbers and times, which always encode.
func encode(v any) json.RawMessage {
	data, _ := json.Marshal(v)
	return data
}

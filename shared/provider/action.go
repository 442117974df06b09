package provider

import (
	"context"
	"encoding/json"

	"github.com/orderloom/orderloom/shared/event"
	"github.com/orderloom/orderloom/shared/fault"
	"github.com/orderloom/orderloom/shared/flow"
	"github.com/orderloom/orderloom/shared/flow/steer"
	"github.com/orderloom/orderloom/shared/fn"
	"github.com/orderloom/orderloom/shared/order"
	"github.com/orderloom/orderloom/shared/order/store"
)

// Call is everything an action needs: the records it is about and a client for
// the instance's own host. Key is stable over retries: send it as the service's
// idempotency key.
type Call struct {
	Key              string
	Instance         Instance
	Order            order.Document
	Status           order.Status
	FulfillmentOrder *order.FulfillmentOrder // nil when the step is about the order
	Shipment         *order.ShipmentRecord   // nil when the step is about no shipment
	Parameters       json.RawMessage         // the step's parameters
	Event            *event.Event            // of a binding: what happened; otherwise nil
	Client           *Client
	Deps             fn.Deps
}

// Action adapts a provider action to a handler: it loads the records and the
// instance, and hands over a client. It writes nothing: the outcome is applied
// by the machine's next state. While the step's flow is paused it does nothing.
func Action[Out any](d fn.Deps, act func(context.Context, Call) (Out, error)) fn.Handler {
	orders := store.Store{Table: d.Table, Blobs: d.Blobs, Now: d.Clock.Now, Cache: d.Orders}
	task := fn.Task(func(ctx context.Context, in flow.ActionInput) (Out, error) {
		var none Out
		call, err := load(ctx, d, orders, in)
		if err != nil {
			return none, err
		}
		return act(ctx, call)
	})
	return steer.NewGate(d).Guard(task, nil)
}

func load(ctx context.Context, d fn.Deps, orders store.Store, in flow.ActionInput) (Call, error) {
	r, err := orders.Load(ctx, in.Order)
	if err != nil {
		return Call{}, err
	}
	id := in.Instance
	if id == "channel" {
		id = r.Document.Instance
	}
	instance, err := Load(ctx, d.Table, id)
	if fault.Is(err, fault.NotFound) {
		return Call{}, fault.Wrap(err, fault.Misconfigured, "step %q needs a provider instance", in.Step).On(in.Order, "instance").Do("Install the instance, then reprocess")
	}
	if err != nil {
		return Call{}, err
	}
	if !instance.Active {
		return Call{}, fault.New(fault.Misconfigured, "provider instance %q is not active", id).On(in.Order, "instance").Do("Activate it, then reprocess")
	}
	c := Call{Key: in.Key, Instance: instance, Order: r.Document, Status: r.Status, Parameters: in.Parameters, Event: in.Event, Deps: d}
	if in.FulfillmentOrder != "" {
		if c.FulfillmentOrder = c.Status.FulfillmentOrder(in.FulfillmentOrder); c.FulfillmentOrder == nil {
			return Call{}, fault.New(fault.NotFound, "order has no fulfillment order %q", in.FulfillmentOrder).On(in.Order, "fulfillmentOrder")
		}
	}
	if in.Shipment != 0 && c.FulfillmentOrder != nil {
		if c.Shipment = c.FulfillmentOrder.Shipment(in.Shipment); c.Shipment == nil {
			return Call{}, fault.New(fault.NotFound, "fulfillment order has no shipment %d", in.Shipment).On(in.FulfillmentOrder, "shipment")
		}
	}
	c.Client, err = NewClient(d, instance)
	return c, err
}

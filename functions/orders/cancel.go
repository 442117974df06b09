package orders

import (
	"context"
	"time"

	"github.com/orderloom/orderloom/shared/event"
	"github.com/orderloom/orderloom/shared/exception"
	"github.com/orderloom/orderloom/shared/fault"
	"github.com/orderloom/orderloom/shared/flow"
	"github.com/orderloom/orderloom/shared/fn"
	"github.com/orderloom/orderloom/shared/order"
	"github.com/orderloom/orderloom/shared/order/store"
	"github.com/orderloom/orderloom/shared/rendezvous"
)

// Cancel cancels an order that was not handed to a location yet.
var Cancel = fn.Function{
	ID:       "orders/cancel",
	Summary:  "Cancel an order that no location has been asked to ship, and release its stock",
	Trigger:  fn.Trigger{Routes: []fn.Route{{Method: "POST", Path: "/api/orders/{id}/cancel"}}},
	Failures: changing,
	Raises:   []string{event.OrderCanceled},
	Example:  fn.ExampleRequest("POST", "/api/orders/"+exampleOrder+"/cancel", map[string]string{"id": exampleOrder}, `{"reason":"customer"}`),
	Timeout:  15 * time.Second,
	New: func(d fn.Deps) fn.Handler {
		s := storeOf(d)
		return fn.HTTP(d.Log, func(ctx context.Context, req fn.Request) (fn.Response, error) {
			var body struct {
				Reason string `json:"reason"`
			}
			if err := fn.DecodeBody(req, &body); err != nil {
				return fn.Response{}, err
			}
			rec, err := cancelOrder(ctx, s, req.Params["id"], "cancel", body.Reason)
			if err != nil {
				return fn.Response{}, err
			}
			return fn.Done(req, 200, rec.Status, "/orders/"+rec.Status.Order)
		})
	},
}

func cancelOrder(ctx context.Context, s store.Store, id, key, reason string) (store.Record, error) {
	res, err := s.Change(ctx, id, key, "", func(rec *store.Record) (store.Change, error) {
		if err := rec.Status.Cancelable(); err != nil {
			return store.Change{}, err
		}
		return cancellation(ctx, s, rec, reason)
	})
	return res.Record, err
}

func cancelEvent(reason string) event.Event {
	return event.Event{Name: event.OrderCanceled, Payload: encode(order.CanceledFor{Reason: reason})}
}

// cancellation cancels the record and answers everything that waits for it, so
// that a machine that holds takes its cancellation path at once. One that runs
// meets Order.Canceled at its next step. The exceptions of its flows leave the list.
func cancellation(ctx context.Context, s store.Store, rec *store.Record, reason string) (store.Change, error) {
	c := store.Change{Events: []event.Event{cancelEvent(reason)}}
	for _, signal := range rec.Status.Waits {
		c.Ops = append(c.Ops, rendezvous.Refuse(rec.Status.Order, signal, fault.OrderCanceled, "the order was canceled: "+reason, s.Now()))
	}
	var stay []string
	for _, id := range rec.Status.OpenExceptions {
		e, err := exception.Load(ctx, s.Table, id)
		if err != nil {
			return c, err
		}
		if flow.IsBindingStep(e.Step) { // it is not about fulfillment
			stay = append(stay, id)
			continue
		}
		op, err := exception.Close(e, string(flow.Cancel))
		if err != nil {
			return c, err
		}
		c.Ops = append(c.Ops, op)
	}
	rec.Status.Waits, rec.Status.OpenExceptions = nil, stay
	return c, nil
}

// canceledByChannel follows the channel's cancellation or, when goods are on
// their way, records why it was refused.
func canceledByChannel(ctx context.Context, s store.Store, rec *store.Record, doc order.Document, out RecordResult) (store.Change, error) {
	if err := rec.Status.Cancelable(); err != nil {
		keepPromised(&rec.Document, doc)
		return store.Change{Document: true, Outcome: out, Events: []event.Event{failedEvent(event.OrderCancellationFailed, err)}}, nil
	}
	rec.Document = doc
	rec.Status.SetLines(&rec.Document)
	c, err := cancellation(ctx, s, rec, doc.Canceled.Reason)
	c.Document, c.Outcome = true, out
	return c, err
}

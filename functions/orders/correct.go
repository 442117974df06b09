package orders

import (
	"context"
	"time"

	"github.com/orderloom/orderloom/shared/event"
	"github.com/orderloom/orderloom/shared/fault"
	"github.com/orderloom/orderloom/shared/fn"
	"github.com/orderloom/orderloom/shared/order"
	"github.com/orderloom/orderloom/shared/order/store"
)

// Correction is what a person may correct before the goods are promised.
type Correction struct {
	Lines []struct {
		ID       string `json:"id"`
		Quantity int    `json:"quantity"`
	} `json:"lines,omitempty"`
	ShipTo *order.Address `json:"shipTo,omitempty"`
}

// Correct changes quantities or the address of an order by hand. An exception
// that is then reprocessed runs its step on the corrected order.
var Correct = fn.Function{
	ID:       "orders/correct",
	Summary:  "Correct line quantities or the ship-to address of an order that nothing was promised for yet",
	Trigger:  fn.Trigger{Routes: []fn.Route{{Method: "POST", Path: "/api/orders/{id}/correct"}}},
	Failures: changing,
	Raises:   []string{event.OrderCorrected},
	Example:  fn.ExampleRequest("POST", "/api/orders/"+exampleOrder+"/correct", map[string]string{"id": exampleOrder}, `{"lines":[{"id":"1","quantity":10}]}`),
	Timeout:  15 * time.Second,
	New: func(d fn.Deps) fn.Handler {
		s, newID := storeOf(d), d.NewID
		return fn.HTTP(d.Log, func(ctx context.Context, req fn.Request) (fn.Response, error) {
			var body Correction
			if err := fn.DecodeBody(req, &body); err != nil {
				return fn.Response{}, err
			}
			// Each request is its own change: the same correction twice is no harm.
			res, err := s.Change(ctx, req.Params["id"], "correct/"+newID("cor"), "", func(r *store.Record) (store.Change, error) {
				return body.change(r, s.Now())
			})
			if err != nil {
				return fn.Response{}, err
			}
			return fn.JSON(200, res.Record.Status)
		})
	},
}

func (c Correction) change(r *store.Record, now time.Time) (store.Change, error) {
	doc := r.Document
	doc.Lines = append([]order.Line(nil), doc.Lines...)
	for _, want := range c.Lines {
		if want.Quantity <= 0 {
			return store.Change{}, fault.New(fault.Invalid, "quantity must be at least 1").On(r.Status.Order, "lines."+want.ID+".quantity").Got(want.Quantity)
		}
		found := false
		for i := range doc.Lines {
			if doc.Lines[i].ID == want.ID {
				doc.Lines[i].Quantity, found = want.Quantity, true
			}
		}
		if !found {
			return store.Change{}, fault.New(fault.NotFound, "order has no line with that id").On(r.Status.Order, "lines").Got(want.ID)
		}
	}
	if c.ShipTo != nil {
		doc.ShipTo = c.ShipTo
	}
	if sameGoods(doc, r.Document) {
		return store.Change{}, nil
	}
	if err := replaceable(r, doc); err != nil {
		return store.Change{}, err
	}
	ops, err := replace(r, doc, now)
	return store.Change{Document: true, Ops: ops, Events: []event.Event{{Name: event.OrderCorrected, Payload: encode(c)}}}, err
}

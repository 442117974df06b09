package trial

import (
	"context"
	"encoding/json"
	"strconv"
	"strings"
	"time"

	"github.com/orderloom/orderloom/shared/exception"
	"github.com/orderloom/orderloom/shared/flow"
	"github.com/orderloom/orderloom/shared/fn"
	"github.com/orderloom/orderloom/shared/inbox"
	"github.com/orderloom/orderloom/shared/order"
	"github.com/orderloom/orderloom/shared/stock"
	"github.com/orderloom/orderloom/shared/table"
)

// How long, in the time of the trial, the world outside takes. No two things that
// happen to an order happen at the same time, so that they come in one order.
const (
	answering = 50 * time.Minute // a person
	shipping  = 2 * time.Hour    // a location; each of an order's a minute later
)

// shipsAfter is how long a location takes for a fulfillment order.
func shipsAfter(fulfillmentOrder string) time.Duration {
	n, err := strconv.Atoi(fulfillmentOrder[strings.LastIndexByte(fulfillmentOrder, '-')+1:])
	if err != nil {
		n = 0
	}
	return shipping + time.Duration(n)*time.Minute
}

// plenty is what there is of everything.
const plenty = int64(1) << 40

// follow lets the world outside do what a call leads to.
func (s *sandbox) follow(r *run, function string, c call) {
	step := s.steps[c.Step]
	if step == nil {
		return
	}
	a := s.answers[c.Step]
	switch {
	case function == fn.PhysicalName(stack, step.Action) && step.Type == flow.SendToFulfillment && (a.Ships == nil || *a.Ships):
		s.clock.AfterFunc(shipsAfter(c.FulfillmentOrder), func() { r.noted(s.ship(r, c.FulfillmentOrder)) })
	case function == fn.PhysicalName(stack, "orders/raise-exception") && a.Exception != "" && r.first(c.Step+c.FulfillmentOrder):
		verb := map[flow.Answer]string{flow.Reprocess: "retry", flow.Skip: "skip", flow.Cancel: "cancel"}[a.Exception]
		id := exception.ID(r.id, c.Key)
		s.clock.AfterFunc(answering, func() { r.noted(s.post(r, "orders/resolve-exception", "/api/exceptions/"+id+"/"+verb, id, c.Step)) })
	case c.Await != nil && a.Answer != "":
		s.clock.AfterFunc(answering, func() {
			r.noted(s.post(r, "orders/resolve-hold", "/api/orders/"+r.id+"/"+string(a.Answer), r.id, c.Step))
		})
	}
}

// stockUp sees to it that there is stock where an order is to ship from.
func (s *sandbox) stockUp(ctx context.Context, id string) error {
	r, err := s.orders.Load(ctx, id)
	if err != nil {
		return err
	}
	for _, l := range r.Document.Lines {
		at := r.Status.Line(l.ID)
		if at == nil || at.Location == "" || l.SKU == "" {
			continue
		}
		key := stock.Key(l.SKU, at.Location)
		item := table.Item{table.PK: key.PK, table.SK: key.SK, stock.OnHand: plenty, stock.Free: plenty, stock.Reserved: int64(0), stock.Version: int64(1)}
		// Not with the order's context, whose meter counts what the flow costs.
		if _, err := s.orders.Table.Write(context.Background(), table.Put(item, table.ItemAbsent())); err != nil && !table.IsConditionFailed(err) {
			return err
		}
	}
	return nil
}

// ship reports that a location has shipped all of a fulfillment order, unless it
// was not sent after all.
func (s *sandbox) ship(r *run, fulfillmentOrder string) error {
	ctx := context.Background()
	rec, err := s.orders.Load(ctx, r.id)
	if err != nil {
		return err
	}
	f := rec.Status.FulfillmentOrder(fulfillmentOrder)
	if f == nil || f.State != order.FulfillmentInProcess || f.Shipped() {
		return nil
	}
	sh := order.Shipment{Instance: "trial", ExternalID: "trial-" + f.ID, FulfillmentOrder: f.ID, ShippedAt: s.clock.Now(), Carrier: "trial", Trackings: []order.Tracking{{Number: "trial"}}}
	for _, l := range f.Lines {
		sh.Lines = append(sh.Lines, order.ShipmentLine{Line: l.Line, Quantity: l.Quantity - l.Shipped})
	}
	doc, err := json.Marshal(order.Shipments{Shipments: []order.Shipment{sh}})
	if err != nil {
		return err
	}
	m := inbox.Message{ID: inbox.ID("trial", "shipped", f.ID), Instance: "trial", Topic: "shipped", EventID: f.ID}
	box := inbox.Box{Table: s.orders.Table, Blobs: s.orders.Blobs, Now: s.clock.Now}
	if _, err := box.Receive(ctx, m, nil); err != nil {
		return err
	}
	if err := box.SetDocument(ctx, m.ID, doc); err != nil {
		return err
	}
	_, failed := s.one(ctx, r, "orders/record-shipment", []byte(`{"message":"`+m.ID+`"}`))
	return failedError(failed)
}

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
	"github.com/orderloom/orderloom/shared/order"
	"github.com/orderloom/orderloom/shared/order/store"
	"github.com/orderloom/orderloom/shared/rendezvous"
	"github.com/orderloom/orderloom/shared/table"
)

// This file decides what a further version of an order changes: a channel's, or
// a person's correction.

// newer decides what a further version of the document changes.
func newer(ctx context.Context, s store.Store, rec *store.Record, doc order.Document) (_ store.Change, err error) {
	have := &rec.Document
	out := RecordResult{Order: rec.Status.Order}
	if !after(doc, *have) {
		return store.Change{}, nil
	}
	if doc.ChannelHash == have.ChannelHash {
		have.UpdatedAt = doc.UpdatedAt
		return store.Change{Document: true, Outcome: out}, nil
	}
	out.Changed = true
	if rec.Status.State == order.Canceled { // nothing is promised any more: the document follows
		*have = doc
		rec.Status.SetLines(have)
		return store.Change{Document: true, Outcome: out, Events: happened(event.OrderChanged)}, nil
	}
	if rec.Status.State == order.Completed && paidBack(*have, doc) {
		doc.Canceled = have.Canceled
		keepPromised(have, doc) // money went back; what was shipped was shipped
		return store.Change{Document: true, Outcome: out, Events: happened(event.OrderChanged)}, nil
	}
	if doc.Canceled != nil && have.Canceled == nil {
		return canceledByChannel(ctx, s, rec, doc, out)
	}
	c := store.Change{Document: true, Outcome: out, Events: happened(event.OrderChanged)}
	if doc.ChannelGoods == have.ChannelGoods { // what a person corrected, or what was refused before, stays
		keepPromised(have, doc)
		return c, nil
	}
	if err := replaceable(rec, doc); err != nil {
		keepPromised(have, doc)
		c.Events = []event.Event{failedEvent(event.OrderChangeFailed, err)}
		return c, nil
	}
	c.Ops, err = replace(rec, doc, s.Now())
	return c, err
}

// replace makes the record follow a document. An order that waits for stock
// looks again: it may need other stock now, or none.
func replace(rec *store.Record, doc order.Document, now time.Time) ([]table.Op, error) {
	changed := !sameGoods(rec.Document, doc)
	rec.Document = doc
	rec.Status.SetLines(&rec.Document)
	if !changed {
		return nil, nil
	}
	rec.Status.Goods++
	var ops []table.Op
	for _, signal := range rec.Status.Waits {
		if flow.IsStockSignal(signal) {
			op, err := rendezvous.Answer(rec.Status.Order, signal, map[string]bool{"changed": true}, now)
			if err != nil {
				return nil, err
			}
			ops = append(ops, op)
		}
	}
	rec.Status.Waits = slices.DeleteFunc(rec.Status.Waits, flow.IsStockSignal)
	return ops, nil
}

// paidBack reports whether a version states less than was ordered, or nothing,
// because it was refunded.
func paidBack(have, doc order.Document) bool {
	if doc.Canceled != nil {
		return doc.Canceled.Refunded
	}
	ordered := map[string]int{}
	for _, l := range have.Lines {
		ordered[l.ID] = l.Quantity
	}
	more := slices.ContainsFunc(doc.Lines, func(l order.Line) bool { return l.Quantity > ordered[l.ID] })
	return !more && !sameLines(have, doc)
}

// replaceable returns why what is being fulfilled may no longer change.
func replaceable(rec *store.Record, doc order.Document) error {
	if sameGoods(rec.Document, doc) {
		return nil
	}
	if rec.Status.State == order.Canceled || rec.Status.State == order.Completed {
		return fault.New(fault.NotTransitable, "the order is %s", rec.Status.State).On(rec.Status.Order, "lines")
	}
	if unsent(rec.Status) && sameLines(rec.Document, doc) {
		return nil // the location takes another address with the next attempt
	}
	if len(rec.Status.FulfillmentOrders) > 0 {
		return fault.New(fault.NotTransitable, "lines or address changed after the order was handed to %s", rec.Status.FulfillmentOrders[0].Location).On(rec.Status.Order, "lines").Do("Agree the change with the location or cancel the rest")
	}
	for _, l := range rec.Status.Lines {
		if l.Reserved > 0 {
			return fault.New(fault.NotTransitable, "lines or address changed after stock was reserved").On(rec.Status.Order, "lines")
		}
	}
	return nil
}

// unsent reports whether there are fulfillment orders and no location has taken
// one or is just being asked to.
func unsent(s order.Status) bool {
	return len(s.FulfillmentOrders) > 0 && !slices.ContainsFunc(s.FulfillmentOrders, func(f order.FulfillmentOrder) bool {
		return f.State != order.OnHold && (f.State != order.New || f.Reason == order.ReasonSending)
	})
}

// sameGoods reports whether two versions ask for the same goods at the same place.
func sameGoods(a, b order.Document) bool {
	return (a.ShipTo == nil) == (b.ShipTo == nil) && (a.ShipTo == nil || *a.ShipTo == *b.ShipTo) && sameLines(a, b)
}

func sameLines(a, b order.Document) bool {
	if len(a.Lines) != len(b.Lines) {
		return false
	}
	for i := range a.Lines {
		x, y := a.Lines[i], b.Lines[i]
		if x.ID != y.ID || x.SKU != y.SKU || x.Quantity != y.Quantity || x.Kind != y.Kind {
			return false
		}
	}
	return true
}

// keepPromised takes over everything but goods that differ.
func keepPromised(have *order.Document, doc order.Document) {
	if !sameGoods(*have, doc) {
		doc.Lines, doc.ShipTo, doc.Totals = have.Lines, have.ShipTo, have.Totals
	}
	*have = doc
}

func failedEvent(name string, err error) event.Event {
	payload, _ := json.Marshal(fn.Failed(err)) // two strings always encode
	return event.Event{Name: name, Payload: payload}
}

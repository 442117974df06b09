package orders

import (
	"testing"
	"time"

	"github.com/orderloom/orderloom/shared/event"
	"github.com/orderloom/orderloom/shared/fault"
	"github.com/orderloom/orderloom/shared/flow"
	"github.com/orderloom/orderloom/shared/order"
)

func later(doc order.Document, note string) order.Document {
	doc.UpdatedAt, doc.Note = doc.UpdatedAt.Add(time.Hour), note
	return doc
}

// The shop goes on stating the quantity that a person corrected. Only when it
// states another one than before does its word count again.
func TestWhatAPersonCorrectedStaysUntilTheShopChangesIt(t *testing.T) {
	w := testWorld(t)
	id := w.received()
	if status, body := correct(w, id, `{"lines":[{"id":"1","quantity":4}]}`); status != 200 {
		t.Fatalf("%d %s", status, body)
	}
	doc := later(document(1), "paid meanwhile")
	w.record("paid", doc)
	if r := w.load(id); r.Document.Lines[0].Quantity != 4 || r.Status.Lines[0].Ordered != 4 || r.Document.Note != doc.Note {
		t.Errorf("%+v", r.Document)
	}
	doc = later(doc, "edited")
	doc.Lines = []order.Line{{ID: "1", SKU: "A", Kind: order.Physical, Quantity: 7, Price: "1.00"}}
	w.record("edited", doc)
	if r := w.load(id); r.Document.Lines[0].Quantity != 7 || r.Status.Lines[0].Ordered != 7 {
		t.Errorf("%+v", r.Document)
	}
}

// A warehouse that refuses an address would refuse it for ever if nobody could
// correct it. The goods it was asked for stay.
func TestTheAddressCanBeCorrectedWhenNoLocationTookTheOrder(t *testing.T) {
	w := testWorld(t)
	id := w.received()
	fo := w.planned(id, "Seattle")[0].ID
	w.happen(id, event.FulfillmentOrderReleased, fo, nil)
	address := `{"shipTo":{"line1":"Chestnut Street 92","country":"US"}}`
	if status, body := correct(w, id, address); status != 409 {
		t.Errorf("while it is being sent: %d %s", status, body)
	}
	in := exceptionInput(id, "send")
	in.FulfillmentOrder, in.Error = fo, fault.Refused
	if _, err := raise(ctx, w.store, in); err != nil {
		t.Fatal(err)
	}
	if status, body := correct(w, id, `{"lines":[{"id":"1","quantity":4}]}`); status != 409 {
		t.Errorf("quantity: %d %s", status, body)
	}
	if status, body := correct(w, id, address); status != 200 || w.load(id).Document.ShipTo.Line1 == "" {
		t.Errorf("%d %s", status, body)
	}
}

// A change that was refused is refused once, not with every further update.
func TestARefusedChangeIsRefusedOnce(t *testing.T) {
	w := testWorld(t)
	id := w.received()
	w.planned(id, "Seattle")
	doc := later(document(1), "more")
	doc.Lines = []order.Line{{ID: "1", SKU: "A", Kind: order.Physical, Quantity: 12, Price: "1.00"}}
	w.record("more", doc)
	w.record("note", later(doc, "call first"))
	if r := w.load(id); w.count(id, event.OrderChangeFailed) != 1 || r.Document.Lines[0].Quantity != 10 || r.Document.Note != "call first" {
		t.Errorf("%v %+v", w.journal(id), r.Document)
	}
}

// What a step decided about goods that have changed meanwhile does not count.
func TestAnOutcomeAboutOutdatedGoodsIsRefused(t *testing.T) {
	w := testWorld(t)
	id := w.received()
	w.happen(id, event.OrderHeaderValidated, "", nil)
	sourced := order.Sourced{Assignments: []order.Assignment{{Line: "1", SKU: "A", Quantity: 10, Location: "Seattle"}}}
	w.happen(id, event.OrderSourced, "", sourced)
	w.waiting(id, flow.StockSignalName("reserve#0"))
	doc := later(document(1), "more")
	doc.Lines = []order.Line{{ID: "1", SKU: "A", Kind: order.Physical, Quantity: 12, Price: "1.00"}}
	w.record("more", doc)
	if m, ok := w.met(id, flow.StockSignalName("reserve#0")); !ok || m.Code != "" {
		t.Errorf("the wait for stock must end: %+v", m)
	}
	for name, payload := range map[string]any{
		event.OrderSourced: sourced, event.OrderReserved: flow.ReserveResult{Reserved: true}, event.OrderReservationFailed: order.Short{},
	} {
		_, err := apply(ctx, w.store, flow.ApplyInput{StepInput: step(id, "outdated"), Event: name, Payload: encode(payload)})
		if !fault.Is(err, fault.OrderChanged) {
			t.Errorf("%s: %v", name, err)
		}
	}
	sourced.Goods = 1
	w.happen(id, event.OrderSourced, "again", sourced)
	_, err := apply(ctx, w.store, flow.ApplyInput{StepInput: step(id, "current"), Event: event.OrderReserved, Payload: encode(flow.ReserveResult{Reserved: true, Goods: 1})})
	if r := w.load(id); err != nil || r.Status.Lines[0].Reserved != 12 {
		t.Errorf("%v %+v", err, r.Status)
	}
}

// refunded is the version in which nothing is left because all was paid back.
func refunded() order.Document {
	doc := later(document(1), "")
	doc.PaymentStatus, doc.Canceled = "refunded", &order.Cancellation{At: doc.UpdatedAt, Refunded: true}
	return doc
}

func (w *world) shipped(id, fo string) {
	w.t.Helper()
	w.happen(id, event.FulfillmentOrderShipped, fo, order.Shipment{ExternalID: "a", FulfillmentOrder: fo, Lines: []order.ShipmentLine{{Line: "1", Quantity: 10}}})
}

// Goods that left are paid back, all or some: that is no wish to cancel, and no
// change of the goods that comes too late.
func TestARefundAfterShippingIsNoCancellation(t *testing.T) {
	t.Parallel()
	some := later(document(1), "")
	some.PaymentStatus, some.Lines = "partiallyRefunded", []order.Line{{ID: "1", SKU: "A", Kind: order.Physical, Quantity: 7, Price: "1.00"}}
	for name, doc := range map[string]order.Document{"all": refunded(), "some": some} {
		t.Run(name, func(t *testing.T) {
			w := testWorld(t)
			id := w.received()
			w.shipped(id, w.sent(id))
			w.record("refunded", doc)
			r := w.load(id)
			if r.Status.State != order.Completed || r.Document.Canceled != nil || r.Document.PaymentStatus != doc.PaymentStatus || r.Document.Lines[0].Quantity != 10 ||
				w.count(id, event.OrderCancellationFailed)+w.count(id, event.OrderChangeFailed) != 0 || w.count(id, event.OrderChanged) != 1 {
				t.Errorf("%v %+v", w.journal(id), r.Document)
			}
		})
	}
}

func TestARefundOfWhatIsOnItsWayIsACancellationThatComesTooLate(t *testing.T) {
	w := testWorld(t)
	id := w.received()
	w.sent(id)
	w.record("refunded", refunded())
	if w.count(id, event.OrderCancellationFailed) != 1 {
		t.Errorf("%v", w.journal(id))
	}
}

func TestAnOrderThatNeedsNoShippingIsDoneWhenThereIsNothingToPlan(t *testing.T) {
	w := testWorld(t)
	id := w.received(order.Line{ID: "1", SKU: "EBOOK", Kind: order.Digital, Quantity: 1})
	w.happen(id, event.OrderReserved, "", nil)
	out, err := plan(ctx, w.store, flow.PlanInput{StepInput: step(id, "create#0")})
	if err != nil || len(out.FulfillmentOrders) != 0 {
		t.Fatalf("%+v %v", out, err)
	}
	s := w.load(id).Status
	if s.State != order.Completed || s.Lines[0].Reason != order.ReasonNoShipping || w.count(id, event.OrderFulfilled) != 1 {
		t.Errorf("%+v", s)
	}
}

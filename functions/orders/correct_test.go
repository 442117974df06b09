package orders

import (
	"strings"
	"testing"

	"github.com/orderloom/orderloom/shared/event"
	"github.com/orderloom/orderloom/shared/order"
)

func correct(w *world, id, body string) (int, string) {
	status, text, _ := w.post(Correct, "/api/orders/"+id+"/correct", id, body)
	return status, text
}

func TestACorrectionChangesQuantityAndAddress(t *testing.T) {
	w := testWorld(t)
	id := w.received()
	for range 2 { // the same correction again changes nothing
		if status, body := correct(w, id, `{"lines":[{"id":"1","quantity":4}],"shipTo":{"country":"CA"}}`); status != 200 {
			t.Fatalf("%d %s", status, body)
		}
	}
	r := w.load(id)
	if r.Document.Lines[0].Quantity != 4 || r.Status.Lines[0].Ordered != 4 || r.Document.ShipTo.Country != "CA" {
		t.Errorf("%+v", r)
	}
	if n := w.count(id, event.OrderCorrected); n != 1 {
		t.Errorf("corrected %d times: %v", n, w.journal(id))
	}
}

func TestACorrectionSaysWhatIsWrongAndChangesNothing(t *testing.T) {
	w := testWorld(t)
	id := w.received()
	for body, want := range map[string]struct {
		status int
		says   string
	}{
		`{"lines":[{"id":"1","quantity":0}]}`:                           {400, "lines.1.quantity"},
		`{"lines":[{"id":"1","quantity":3},{"id":"1","quantity":-1}]}`:  {400, "at least 1"},
		`{"lines":[{"id":"1","quantity":3},{"id":"nil","quantity":1}]}`: {404, `"value":"nil"`},
		`{"lines":[{"id":"1","quantity":"3"}]}`:                         {400, "not valid"},
		`[]`:                                                            {400, "not valid"},
	} {
		if status, text := correct(w, id, body); status != want.status || !strings.Contains(text, want.says) {
			t.Errorf("%s: %d %s", body, status, text)
		}
	}
	if status, _ := correct(w, "ord_x", `{}`); status != 404 {
		t.Errorf("unknown order: %d", status)
	}
	if r := w.load(id); r.Status.Version != 1 || r.Document.Lines[0].Quantity != 10 {
		t.Errorf("%+v", r)
	}
}

func TestWhatIsPromisedOrOverIsNotCorrected(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		until func(*world, string)
		says  string
	}{
		"reserved": {func(w *world, id string) { w.reserved(id, "Seattle") }, "after stock was reserved"},
		"planned":  {func(w *world, id string) { w.planned(id, "Seattle") }, "handed to Seattle"},
		"canceled": {func(w *world, id string) {
			if _, err := cancelOrder(ctx, w.store, id, "cancel", ""); err != nil {
				w.t.Fatalf("%v", err)
			}
		}, "the order is Canceled"},
		"completed": {func(w *world, id string) {
			w.happen(id, event.FulfillmentOrderShipped, w.sent(id), order.Shipment{ExternalID: "s", Lines: []order.ShipmentLine{{Line: "1", Quantity: 10}}})
		}, "the order is Completed"},
	} {
		t.Run(name, func(t *testing.T) {
			w := testWorld(t)
			id := w.received()
			c.until(w, id)
			if status, body := correct(w, id, `{"lines":[{"id":"1","quantity":4}]}`); status != 409 || !strings.Contains(body, c.says) {
				t.Errorf("%d %s", status, body)
			}
			if q := w.load(id).Document.Lines[0].Quantity; q != 10 {
				t.Errorf("quantity is %d", q)
			}
		})
	}
}

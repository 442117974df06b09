package orders

import (
	"encoding/json"
	"fmt"
	"testing"

	"github.com/orderloom/orderloom/shared/event"
	"github.com/orderloom/orderloom/shared/fault"
	"github.com/orderloom/orderloom/shared/flow"
	"github.com/orderloom/orderloom/shared/inbox"
	"github.com/orderloom/orderloom/shared/order"
)

func shipment(fo, remote string, quantity int) order.Shipment {
	return order.Shipment{
		Instance: "warehouse", ExternalID: remote, FulfillmentOrder: fo, ShippedAt: start, Carrier: "ups",
		Trackings: []order.Tracking{{Number: "1Z" + remote}}, Lines: []order.ShipmentLine{{Line: "1", Quantity: quantity}},
	}
}

func (w *world) ship(event string, all ...order.Shipment) (ShipmentResult, error) {
	w.t.Helper()
	return w.recorder().recordShipments(ctx, RecordInput{w.message(event, order.Shipments{Shipments: all})})
}

func (w *world) signal(id, fo string, number int) (flow.ShipmentSignal, bool) {
	w.t.Helper()
	m, ok := w.met(id, flow.ShipmentSignalName(fo, number))
	var out flow.ShipmentSignal
	if ok {
		if err := json.Unmarshal(m.Output, &out); err != nil {
			w.t.Fatalf("%v", err)
		}
	}
	return out, ok
}

// Scenario 5: one fulfillment order ships as 60 + 50.
func TestEachShipmentWakesItsWaiterAndTheLastCompletesTheOrder(t *testing.T) {
	w := testWorld(t)
	id := w.received(order.Line{ID: "1", SKU: "A", Kind: order.Physical, Quantity: 110})
	fo := w.sent(id)
	w.waiting(id, flow.ShipmentSignalName(fo, 1))
	res, err := w.ship("first", shipment(fo, "s1", 60))
	if err != nil || len(res.Orders) != 1 || res.Orders[0] != id {
		t.Fatalf("%+v %v", res, err)
	}
	if out, ok := w.signal(id, fo, 1); !ok || out != (flow.ShipmentSignal{Shipment: 1}) {
		t.Errorf("%+v %v", out, ok)
	}
	if r := w.load(id); r.Status.Reason != order.ReasonPartiallyShipped || len(r.Status.Waits) != 0 {
		t.Errorf("%+v", r.Status)
	}
	if _, err := w.ship("second", shipment(fo, "s2", 50)); err != nil { // before anybody waits for it
		t.Fatal(err)
	}
	w.waiting(id, flow.ShipmentSignalName(fo, 2))
	if out, ok := w.signal(id, fo, 2); !ok || out != (flow.ShipmentSignal{Shipment: 2, Complete: true}) {
		t.Errorf("%+v %v", out, ok)
	}
	if r := w.load(id); r.Status.State != order.Completed || r.Status.Lines[0].Shipped != 110 {
		t.Errorf("%+v", r.Status)
	}
	m, err := w.box.Get(ctx, inbox.ID("shop", "orders", "second"))
	if err != nil || m.State != inbox.Recorded || m.Order != id {
		t.Errorf("%+v %v", m, err)
	}
}

func TestAShipmentCountsOnceHoweverManyMessagesReportIt(t *testing.T) {
	w := testWorld(t)
	id := w.received()
	fo := w.sent(id)
	one, two := shipment(fo, "s1", 3), shipment(fo, "s2", 4)
	var messages []string
	for i := range 6 {
		messages = append(messages, w.message(fmt.Sprint(i), order.Shipments{Shipments: []order.Shipment{one, two}}))
	}
	for _, err := range together(12, func(i int) error {
		return second(w.recorder().recordShipments(ctx, RecordInput{messages[i%6]}))
	}) {
		if err != nil {
			t.Error(err)
		}
	}
	f := w.fulfillmentOrder(id, fo)
	if len(f.Shipments) != 2 || f.Lines[0].Shipped != 7 || w.count(id, event.FulfillmentOrderShipped) != 2 {
		t.Errorf("%+v", f)
	}
}

func TestAShipmentThatCannotBeIsRefusedAndBooksNothing(t *testing.T) {
	w := testWorld(t)
	id := w.received()
	fo := w.sent(id)
	unknown := order.FulfillmentOrderID(id, 7)
	line := shipment(fo, "s", 1)
	line.Lines[0].Line = "9"
	for name, c := range map[string]struct {
		shipment order.Shipment
		code     string
	}{
		"more than is left":           {shipment(fo, "s", 11), fault.Invalid},
		"nothing":                     {shipment(fo, "s", 0), fault.Invalid},
		"a line it does not have":     {line, fault.Invalid},
		"without an id":               {shipment(fo, "", 1), fault.Invalid},
		"not ours":                    {shipment("4711", "s", 1), fault.Invalid},
		"unknown fulfillment order":   {shipment(unknown, "s", 1), fault.NotFound},
		"fulfillment order of nobody": {shipment("fo_X-1", "s", 1), fault.NotFound},
	} {
		if _, err := w.ship(name, c.shipment); !fault.Is(err, c.code) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if f := w.fulfillmentOrder(id, fo); len(f.Shipments) != 0 || f.Lines[0].Shipped != 0 {
		t.Errorf("%+v", f)
	}
	if m, err := w.box.Get(ctx, inbox.ID("shop", "orders", "not ours")); err != nil || m.State != inbox.Received {
		t.Errorf("a refused message stays open for the machine to settle: %+v %v", m, err)
	}
}

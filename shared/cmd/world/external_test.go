package world_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/tidwall/gjson"

	"github.com/orderloom/orderloom/shared/cmd/world"
	"github.com/orderloom/orderloom/shared/event"
	"github.com/orderloom/orderloom/shared/order"
)

// A stranger who may put events on the bus can make them look like anything. Nothing
// happens to the order, and all of it stands where people look, with the reason.
func TestWhatOutsideSystemsPutInIsNotTakenForOrderlooms(t *testing.T) {
	t.Parallel()
	w := open(t, world.Options{Manual: true})
	if err := w.Place(t.Context(), world.Samples(start)[0]); err != nil {
		t.Fatal(err)
	}
	w.Drive(t.Context(), time.Hour, func() bool { return false })
	before := statusOf(t, w, "#2001")
	fo := before.FulfillmentOrders[0]
	shipped, err := json.Marshal(order.Shipment{FulfillmentOrder: fo.ID, ExternalID: "x", Lines: []order.ShipmentLine{{Line: fo.Lines[0].Line, Quantity: 1}}})
	if err != nil {
		t.Fatal(err)
	}
	deep := json.RawMessage(strings.Repeat("[", 200) + strings.Repeat("]", 200))
	put := map[string]event.Report{
		event.OrderReceived:                      {Order: before.Order},
		event.OrderCanceled:                      {Order: before.Order},
		event.FulfillmentOrderShipped:            {Order: before.Order, EntityID: fo.ID, Payload: shipped},
		event.MessageReceived:                    {Payload: json.RawMessage(`{"message":"msg_x","transformation":"shopify/order-in"}`)},
		"ReturnReceived":                         {Order: before.Order, Payload: deep},
		"Step Functions Execution Status Change": {Payload: json.RawMessage(fmt.Sprintf(`{"name":"%s-order-to-fulfillment-1","status":"ABORTED"}`, before.Order))},
	}
	for name, r := range put {
		if err := w.PutEvent(t.Context(), name, r); err != nil {
			t.Fatal(err)
		}
	}
	w.Drive(t.Context(), time.Hour, func() bool { return false })
	after := statusOf(t, w, "#2001")
	if after.Seq != before.Seq || after.Version != before.Version {
		t.Errorf("it moved the order from %+v to %+v", before, after)
	}
	messages := gjson.Get(get(t, w, "/api/messages"), `messages.#(instance="orderloom.external")#`).Array()
	if len(messages) != len(put) {
		t.Errorf("%d of %d are in the inbound error list", len(messages), len(put))
	}
	for _, m := range messages {
		if m.Get("cause").String() == "" {
			t.Errorf("%s does not say why", m)
		}
	}
}

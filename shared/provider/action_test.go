package provider_test

import (
	"context"
	"encoding/json"
	"testing"

	"github.com/orderloom/orderloom/shared/clock"
	"github.com/orderloom/orderloom/shared/event"
	"github.com/orderloom/orderloom/shared/fault"
	"github.com/orderloom/orderloom/shared/flow"
	"github.com/orderloom/orderloom/shared/fn"
	"github.com/orderloom/orderloom/shared/order"
	"github.com/orderloom/orderloom/shared/order/store"
	"github.com/orderloom/orderloom/shared/provider"
	"github.com/orderloom/orderloom/shared/table/sqlite"
)

const (
	orderID = "ord_01JTEST0000000000000000000"
	foID    = "fo_01JTEST0000000000000000000-1"
)

// seed stores one order with a fulfillment order that has shipped once.
func seed(t *testing.T, s *sqlite.Store) fn.Deps {
	t.Helper()
	d := fn.Deps{Table: s, Clock: clock.NewManual(start)}
	orders := store.Store{Table: s, Now: d.Clock.Now}
	doc := order.Document{
		Channel: "demo-shop", Instance: "demo-shop", ExternalID: "1", Name: "#1001", Currency: "USD",
		Lines: []order.Line{{ID: "l1", Kind: order.Physical, SKU: "A", Quantity: 3, Price: "1.00"}},
	}
	if _, _, err := orders.Create(t.Context(), orderID, "create", doc, event.Event{Name: event.OrderReceived}); err != nil {
		t.Fatal(err)
	}
	encode := func(v any) json.RawMessage { data, _ := json.Marshal(v); return data }
	_, err := orders.Change(t.Context(), orderID, "ship", "", func(*store.Record) (store.Change, error) {
		return store.Change{Events: []event.Event{
			{Name: event.OrderHeaderValidated},
			{Name: event.FulfillmentOrderCreated, EntityID: foID, Payload: encode(order.FulfillmentOrder{
				ID: foID, Location: "Seattle", Lines: []order.FulfillmentLine{{Line: "l1", Quantity: 3}},
			})},
			{Name: event.FulfillmentOrderReleased, EntityID: foID},
			{Name: event.FulfillmentOrderSent, EntityID: foID, Payload: encode(order.Sent{Remote: "77"})},
			{Name: event.FulfillmentOrderShipped, EntityID: foID, Payload: encode(order.Shipment{
				ExternalID: "s1", Lines: []order.ShipmentLine{{Line: "l1", Quantity: 1}}})},
		}}, nil
	})
	if err != nil {
		t.Fatal(err)
	}
	base := map[string]string{"baseUrl": "https://service.example"}
	save(t, s, provider.Instance{ID: "demo-shop", Provider: "shopify", Parameters: base, Active: true})
	save(t, s, provider.Instance{ID: "warehouse", Provider: "shipstation", Parameters: base, Active: true})
	save(t, s, provider.Instance{ID: "asleep", Provider: "shipstation", Parameters: base})
	save(t, s, provider.Instance{ID: "homeless", Provider: "shipstation", Active: true})
	return d
}

func call(t *testing.T, d fn.Deps, in flow.ActionInput) (provider.Call, error) {
	t.Helper()
	var got provider.Call
	h := provider.Action(d, func(_ context.Context, c provider.Call) (order.Sent, error) {
		got = c
		return order.Sent{Remote: c.Instance.ID}, nil
	})
	data, err := json.Marshal(in)
	if err != nil {
		t.Fatal(err)
	}
	out, err := h(t.Context(), data)
	if err == nil && string(out) != `{"remote":"`+got.Instance.ID+`"}` {
		t.Errorf("result = %s", out)
	}
	return got, err
}

func step(fulfillmentOrder string) flow.StepInput {
	return flow.StepInput{Order: orderID, Run: "run", Step: "send", Key: "run/send#0", FulfillmentOrder: fulfillmentOrder}
}

func TestAnActionGetsTheRecordsItIsAbout(t *testing.T) {
	t.Parallel()
	d := seed(t, newTable(t))
	c, err := call(t, d, flow.ActionInput{StepInput: step(foID), Instance: "warehouse", Shipment: 1, Parameters: json.RawMessage(`{"a":1}`)})
	if err != nil {
		t.Fatal(err)
	}
	if c.Key != "run/send#0" || c.Order.Name != "#1001" || c.Status.Order != orderID || c.FulfillmentOrder.Location != "Seattle" ||
		c.Shipment.Remote != "s1" || string(c.Parameters) != `{"a":1}` || c.Client == nil {
		t.Errorf("call = %+v", c)
	}
	c, err = call(t, d, flow.ActionInput{StepInput: step(""), Instance: "channel"})
	if err != nil || c.Instance.ID != "demo-shop" || c.FulfillmentOrder != nil || c.Shipment != nil {
		t.Errorf("an action on the order's own channel: %+v, %v", c, err)
	}
}

func TestAnActionSaysWhatIsMissing(t *testing.T) {
	t.Parallel()
	d := seed(t, newTable(t))
	unknown := step("")
	unknown.Order = "ord_unknown"
	for name, c := range map[string]struct {
		in   flow.ActionInput
		want string
	}{
		"unknown order":             {flow.ActionInput{StepInput: unknown, Instance: "warehouse"}, fault.NotFound},
		"no order":                  {flow.ActionInput{Instance: "warehouse"}, fault.Invalid},
		"unknown instance":          {flow.ActionInput{StepInput: step(""), Instance: "nobody"}, fault.Misconfigured},
		"inactive instance":         {flow.ActionInput{StepInput: step(""), Instance: "asleep"}, fault.Misconfigured},
		"instance without address":  {flow.ActionInput{StepInput: step(""), Instance: "homeless"}, fault.Misconfigured},
		"unknown fulfillment order": {flow.ActionInput{StepInput: step("fo_x-1"), Instance: "warehouse"}, fault.NotFound},
		"unknown shipment":          {flow.ActionInput{StepInput: step(foID), Instance: "warehouse", Shipment: 2}, fault.NotFound},
	} {
		if _, err := call(t, d, c.in); fault.Code(err) != c.want {
			t.Errorf("%s: %v, want %s", name, err, c.want)
		}
	}
}

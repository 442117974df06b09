package orders

import (
	"encoding/json"
	"slices"
	"testing"

	"github.com/orderloom/orderloom/shared/event"
	"github.com/orderloom/orderloom/shared/fault"
	"github.com/orderloom/orderloom/shared/flow"
)

func (w *world) raises(id, name, values string) (flow.StepResult, error) {
	in := flow.RaiseInput{StepInput: flow.StepInput{Order: id, Step: "tell", Key: "tell#0", Want: []string{"order.name"}}, Event: name}
	if err := json.Unmarshal([]byte(values), &in.Values); err != nil {
		w.t.Fatalf("%v", err)
	}
	return raiseEvent(ctx, w.store, in)
}

func TestAnEventOfTheBusinessReachesTheBus(t *testing.T) {
	w := testWorld(t)
	id := w.received()
	for range 2 { // the second is a repeated attempt
		res, err := w.raises(id, "ResellerOrderAccepted", `{"total":{"join":[{"field":"order.totals.total"}," ",{"field":"order.currency"}]},"lines":{"field":"order.lineCount"},"who":"us","city":{"field":"order.billTo.city"}}`)
		if err != nil || res.Facts["order.name"] != "#1001" {
			t.Fatalf("%v %v", res, err)
		}
	}
	entries, err := w.store.Journal(ctx, id)
	if err != nil || len(entries) != 2 {
		t.Fatalf("%+v %v", entries, err)
	}
	last := entries[1].Events[0]
	if last.Entity != event.Order || last.EntityID != id || last.Seq != 2 || string(last.Payload) != `{"lines":"1","total":"10.00 USD","who":"us"}` {
		t.Errorf("%+v %s", last, last.Payload)
	}
	w.stream(0)
	if got := w.bus.names(); !slices.Contains(got, "ResellerOrderAccepted") {
		t.Errorf("%v", got)
	}
}

func TestAStepClaimsNothingOfOrderloom(t *testing.T) {
	w := testWorld(t)
	id := w.received()
	for name, values := range map[string]string{event.OrderCanceled: `{}`, "": `{}`, "ResellerOrderAccepted": `{"x":{"field":"order.nam"}}`} {
		if _, err := w.raises(id, name, values); !fault.Is(err, fault.Invalid) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if status, body, _ := w.post(Cancel, "/api/orders/"+id+"/cancel", id, ""); status != 200 {
		t.Fatal(body)
	}
	if _, err := w.raises(id, "ResellerOrderAccepted", `{}`); !fault.Is(err, fault.OrderCanceled) {
		t.Errorf("%v", err)
	}
}

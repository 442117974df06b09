package orders

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/orderloom/orderloom/shared/event"
	"github.com/orderloom/orderloom/shared/fault"
	"github.com/orderloom/orderloom/shared/flow"
	"github.com/orderloom/orderloom/shared/order"
)

func (w *world) sets(id, entity, set string) (flow.StepResult, error) {
	return setFields(ctx, w.store, flow.SetInput{
		StepInput: flow.StepInput{Order: id, Step: "mark", Key: "mark/" + entity, Want: []string{"order.priority"}}, Entity: entity, Set: json.RawMessage(set),
	})
}

func TestFieldsOfAnOrderAreSet(t *testing.T) {
	w := testWorld(t)
	id := w.received()
	for range 2 { // the second is a repeated attempt
		res, err := w.sets(id, "order", `[{"addTag":"wholesale"},{"set":"order.priority","value":10},
			{"set":"order.attributes.country","compute":{"field":"order.shipTo.country"}},{"set":"order.attributes.note","compute":{"field":"order.billTo.city"}}]`)
		if err != nil || res.Facts["order.priority"] != int64(10) {
			t.Fatalf("%v %v", res.Facts, err)
		}
	}
	s := w.load(id).Status
	if diff := cmp.Diff(map[string]string{"country": "US"}, s.Attributes); diff != "" || s.Priority != 10 || len(s.Tags) != 1 || s.State != order.New {
		t.Errorf("%s %+v", diff, s)
	}
	if n := w.count(id, event.OrderEnriched); n != 1 {
		t.Errorf("%d events", n)
	}
	entries, err := w.store.Journal(ctx, id)
	said := string(entries[len(entries)-1].Events[0].Payload)
	if err != nil || !strings.Contains(said, `"addTag":"wholesale"`) || !strings.Contains(said, `"value":"US"`) || !strings.Contains(said, "set order.attributes.note: ") {
		t.Errorf("%s %v", said, err)
	}
}

func TestFieldsOfEachLineAreSet(t *testing.T) {
	w := testWorld(t)
	id := w.received(order.Line{ID: "1", SKU: "A", Quantity: 1, Kind: order.Physical}, order.Line{ID: "2", SKU: "B", Quantity: 1, Kind: order.Physical})
	if _, err := w.sets(id, "line", `[{"set":"line.attributes.article","compute":{"join":[{"field":"line.sku"},"/",{"field":"order.name"}]}}]`); err != nil {
		t.Fatal(err)
	}
	for i, want := range []string{"A/#1001", "B/#1001"} {
		if got := w.load(id).Status.Lines[i].Attributes["article"]; got != want {
			t.Errorf("line %d: %q", i+1, got)
		}
	}
}

func TestOnlyWhatExistsIsSet(t *testing.T) {
	w := testWorld(t)
	id := w.received()
	for _, set := range []string{`[{"set":"order.name","value":"x"}]`, `[{"set":"order.priority","value":"much"}]`, `7`, `[`} {
		if _, err := w.sets(id, "order", set); !fault.Is(err, fault.Invalid) {
			t.Errorf("%s: %v", set, err)
		}
	}
	if status, body, _ := w.post(Cancel, "/api/orders/"+id+"/cancel", id, ""); status != 200 {
		t.Fatal(body)
	}
	if _, err := w.sets(id, "order", `[{"addTag":"x"}]`); !fault.Is(err, fault.OrderCanceled) {
		t.Errorf("%v", err)
	}
}

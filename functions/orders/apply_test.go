package orders

import (
	"fmt"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/orderloom/orderloom/shared/event"
	"github.com/orderloom/orderloom/shared/fault"
	"github.com/orderloom/orderloom/shared/flow"
	"github.com/orderloom/orderloom/shared/order"
	"github.com/orderloom/orderloom/shared/rendezvous"
)

func step(id, key string) flow.StepInput {
	return flow.StepInput{Order: id, Run: id + "-lab-1", Step: "step", Key: key}
}

func TestAnEventIsAppliedOncePerKey(t *testing.T) {
	w := testWorld(t)
	id := w.received()
	in := flow.ApplyInput{StepInput: step(id, "k"), Event: event.OrderHeaderValidated}
	in.Want = []string{"order.shipTo.country", "order.name"}
	got := together(6, func(int) string {
		res, err := apply(ctx, w.store, in)
		return fmt.Sprint(res.Version, res.Facts["order.shipTo.country"], err)
	})
	for _, g := range got {
		if g != "2US<nil>" {
			t.Errorf("%v", got)
		}
	}
	if r := w.load(id); w.count(id, event.OrderHeaderValidated) != 1 || r.Status.State != order.InProgress || r.Status.Reason != order.ReasonValidated {
		t.Errorf("%+v", r.Status)
	}
}

func TestAnIllegalEventChangesNothing(t *testing.T) {
	w := testWorld(t)
	id := w.received()
	for name, c := range map[string]struct{ event, code string }{
		"not possible yet": {event.OrderFulfilled, fault.NotTransitable},
		"unknown":          {"OrderDanced", fault.Invalid},
	} {
		if _, err := apply(ctx, w.store, flow.ApplyInput{StepInput: step(id, name), Event: c.event}); !fault.Is(err, c.code) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := apply(ctx, w.store, flow.ApplyInput{StepInput: step(id, ""), Event: ""}); err != nil {
		t.Errorf("no event and no wait is no change: %v", err)
	}
	if r := w.load(id); r.Status.Version != 1 {
		t.Errorf("%+v", r.Status)
	}
}

func TestAnEventBeforeItsWaiterCounts(t *testing.T) {
	w := testWorld(t)
	id := w.received()
	answer, err := rendezvous.Answer(id, "s", map[string]int{"n": 1}, w.clock.Now())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.table.Write(ctx, answer); err != nil {
		t.Fatal(err)
	}
	w.waiting(id, "s")
	if m, ok := w.met(id, "s"); !ok || string(m.Output) != `{"n":1}` {
		t.Errorf("%+v %v", m, ok)
	}
}

func TestAWaiterThatIsTriedAgainWaitsOnItsNewToken(t *testing.T) {
	w := testWorld(t)
	id := w.received()
	in := flow.ApplyInput{StepInput: step(id, "k"), Event: event.OrderHeaderValidated, Await: &flow.Await{Signal: "s", Token: "old"}}
	for _, token := range []string{"old", "new"} {
		in.Await.Token = token
		if _, err := apply(ctx, w.store, in); err != nil {
			t.Fatal(err)
		}
	}
	answer, _ := rendezvous.Answer(id, "s", 1, w.clock.Now())
	if _, err := w.table.Write(ctx, answer); err != nil {
		t.Fatal(err)
	}
	if m, ok := w.met(id, "s"); !ok || m.Token != "new" {
		t.Errorf("%+v %v", m, ok)
	}
	if r := w.load(id); !slices.Equal(r.Status.Waits, []string{"s"}) || w.count(id, event.OrderHeaderValidated) != 1 {
		t.Errorf("%+v", r.Status)
	}
}

func TestReservedStockEndsTheWaitForStock(t *testing.T) {
	w := testWorld(t)
	id := w.received()
	w.waiting(id, flow.StockSignalName("reserve#0"))
	w.waiting(id, "other")
	w.reserved(id, "Seattle")
	if r := w.load(id); !slices.Equal(r.Status.Waits, []string{"other"}) {
		t.Errorf("%v", r.Status.Waits)
	}
}

func TestOneFulfillmentOrderPerLocation(t *testing.T) {
	w := testWorld(t)
	id := w.received(
		order.Line{ID: "1", SKU: "A", Kind: order.Physical, Quantity: 110},
		order.Line{ID: "2", SKU: "B", Kind: order.Physical, Quantity: 10},
		order.Line{ID: "3", SKU: "C", Kind: order.Physical, Quantity: 5},
		order.Line{ID: "4", SKU: "D", Kind: order.Digital, Quantity: 1},
	)
	first := w.planned(id, "Seattle", "Chicago")
	plans := together(3, func(int) []flow.PlannedOrder {
		out, err := plan(ctx, w.store, flow.PlanInput{StepInput: step(id, "create#0")})
		if err != nil {
			t.Error(err)
		}
		return out.FulfillmentOrders
	})
	want := []flow.PlannedOrder{{ID: order.FulfillmentOrderID(id, 1), Location: "Seattle"}, {ID: order.FulfillmentOrderID(id, 2), Location: "Chicago"}}
	for _, p := range append(plans, first) {
		if diff := cmp.Diff(want, p); diff != "" {
			t.Fatal(diff)
		}
	}
	var lines [][]order.FulfillmentLine
	for _, f := range w.load(id).Status.FulfillmentOrders {
		lines = append(lines, f.Lines)
	}
	if diff := cmp.Diff([][]order.FulfillmentLine{{{Line: "1", Quantity: 110}, {Line: "3", Quantity: 5}}, {{Line: "2", Quantity: 10}}}, lines); diff != "" {
		t.Error(diff)
	}
	// A further round finds every line covered.
	if out, err := plan(ctx, w.store, flow.PlanInput{StepInput: step(id, "create#1")}); err != nil || len(out.FulfillmentOrders) != 2 {
		t.Errorf("%+v %v", out, err)
	}
	if n := w.count(id, event.FulfillmentOrderCreated); n != 2 {
		t.Errorf("created %d", n)
	}
}

package flows

import (
	"context"
	"encoding/json"
	"errors"
	"maps"
	"slices"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/orderloom/orderloom/shared/event"
	"github.com/orderloom/orderloom/shared/fault"
	"github.com/orderloom/orderloom/shared/flow"
	"github.com/orderloom/orderloom/shared/order/store"
)

// binder has these bindings, whatever the event.
func (w world) binder(all ...flow.Binding) binder {
	return binder{w.orders, w.flows, func(name string) ([]flow.Binding, error) {
		return slices.DeleteFunc(slices.Clone(all), func(b flow.Binding) bool { return b.Event != name }), nil
	}, w.machines}
}

func happened(name string, seq int64) event.Event {
	return event.Event{Name: name, Entity: event.Order, EntityID: id, OrderID: id, Seq: seq}
}

var tell = flow.Binding{ID: "tell", Event: "ReturnReceived", Action: "shopify/add-tags", Instance: "channel"}

func TestABindingRunsOnceForAnEvent(t *testing.T) {
	w := newWorld(t)
	w.received(t, "lab")
	w.happen(t, event.OrderCanceled) // it does not matter
	b := w.binder(tell)
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			if out, err := b.bind(ctx, happened("ReturnReceived", 7)); err != nil || !slices.Equal(out.Bindings, []string{"tell"}) {
				t.Errorf("%v %v", out, err)
			}
		})
	}
	wg.Wait()
	if _, err := b.bind(ctx, happened("ReturnReceived", 9)); err != nil { // it happened again
		t.Fatal(err)
	}
	if _, err := b.bind(ctx, happened("ReturnLost", 8)); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"binding-tell ord_1-binding-tell-7-1", "binding-tell ord_1-binding-tell-9-1"}, w.machines.names()); diff != "" {
		t.Error(diff)
	}
}

func TestOnlyWhatPassesTheFilters(t *testing.T) {
	w := newWorld(t)
	w.received(t, "lab")
	labs, others := tell, tell
	labs.ID, labs.Filter = "labs", []string{"lab-channel@1"}
	others.ID, others.Filter = "others", []string{"lab-channel@1", "not-lab@1"}
	out, err := w.binder(labs, others).bind(ctx, happened("ReturnReceived", 2))
	if err != nil || !slices.Equal(out.Bindings, []string{"labs"}) {
		t.Errorf("%v %v", out, err)
	}
	unknown := tell
	unknown.Filter = []string{"nobody-knows@1"}
	if _, err := w.binder(unknown).bind(ctx, happened("ReturnReceived", 2)); !fault.Is(err, fault.NotFound) {
		t.Errorf("%v", err)
	}
}

// Otherwise a binding of OrderExceptionRaised that fails would never end.
func TestNothingIsBoundToWhatABindingDid(t *testing.T) {
	w := newWorld(t)
	w.received(t, "lab")
	own := tell
	own.Event = event.OrderExceptionRaised
	e := happened(event.OrderExceptionRaised, 2)
	e.Step = flow.BindingStep("tell")
	if out, err := w.binder(own).bind(ctx, e); err != nil || len(out.Bindings) > 0 {
		t.Errorf("%v %v", out, err)
	}
	e.Step = "reserve"
	if out, err := w.binder(own).bind(ctx, e); err != nil || len(out.Bindings) != 1 {
		t.Errorf("%v %v", out, err)
	}
}

// Each event is a run of its own, numbered once however often it comes.
func TestABindingThatRunsAFlow(t *testing.T) {
	w := newWorld(t)
	w.received(t, "lab")
	if _, err := w.start(ctx, id); err != nil { // run 1 is the order's own
		t.Fatal(err)
	}
	b := w.binder(flow.Binding{ID: "again", Event: "ReturnReceived", Flow: "lab"})
	w.machines.down = func(string) error { return errors.New("throttled") }
	if _, err := b.bind(ctx, happened("ReturnReceived", 7)); err == nil {
		t.Fatal("a start that failed must be tried again")
	}
	w.machines.down = nil
	for _, seq := range []int64{7, 7, 9} {
		if _, err := b.bind(ctx, happened("ReturnReceived", seq)); err != nil {
			t.Fatal(err)
		}
	}
	if diff := cmp.Diff([]string{"lab ord_1-lab-1", "lab ord_1-lab-2", "lab ord_1-lab-3"}, w.machines.names()); diff != "" {
		t.Error(diff)
	}
	if runs := w.runs(t); !maps.Equal(runs, map[string]int{"lab": 3}) {
		t.Errorf("%v", runs)
	}
	if _, err := w.binder(flow.Binding{ID: "gone", Event: "ReturnReceived", Flow: "gone"}).bind(ctx, happened("ReturnReceived", 7)); !fault.Is(err, fault.NotFound) {
		t.Errorf("%v", err)
	}
}

// The function that runs knows the bindings that it was built with.
func TestTheDeclaredFunctionKnowsTheBindings(t *testing.T) {
	w := newWorld(t)
	w.received(t, "lab")
	if _, err := w.orders.Change(ctx, id, "ship", "", func(r *store.Record) (store.Change, error) {
		r.Status.Lines[0].Shipped = 1
		return store.Change{Outcome: 1}, nil
	}); err != nil {
		t.Fatal(err)
	}
	in, err := json.Marshal(map[string]any{"detail": happened("ReturnReceived", 7)})
	if err != nil {
		t.Fatal(err)
	}
	out, err := Bind.New(w.deps)(context.Background(), in)
	if err != nil || string(out) != `{"bindings":["return-received"]}` {
		t.Errorf("%s %v", out, err)
	}
}

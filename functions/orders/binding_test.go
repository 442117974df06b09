package orders

import (
	"slices"
	"testing"

	"github.com/orderloom/orderloom/shared/event"
	"github.com/orderloom/orderloom/shared/exception"
	"github.com/orderloom/orderloom/shared/fault"
	"github.com/orderloom/orderloom/shared/flow"
	"github.com/orderloom/orderloom/shared/order"
)

// unbound is a binding's action that failed, about event 1 of the order.
func (w *world) unbound(id string) exception.Exception {
	w.t.Helper()
	in := flow.ExceptionInput{
		StepInput: flow.StepInput{Order: id, Run: id + "-binding-tell-1-1", Step: flow.BindingStep("tell"), Key: id + "-binding-tell-1-1#binding:tell#0"},
		Error:     fault.Unavailable, Cause: `{"code":"Provider.Unavailable","message":"down"}`, Answers: []flow.Answer{flow.Reprocess, flow.Skip}, Token: "token",
	}
	e, err := raise(ctx, w.store, in)
	if err != nil {
		w.t.Fatalf("raise: %v", err)
	}
	return e
}

// What is bound to events of an order goes on when the order is over: its exception
// is listed, stays when the order is canceled, and is answered.
func TestTheExceptionOfABindingOutlivesTheOrder(t *testing.T) {
	for name, over := range map[string]func(w *world, id string){
		"canceled before": func(w *world, id string) { w.post(Cancel, "/api/orders/"+id+"/cancel", id, "") },
		"canceled after":  nil,
	} {
		t.Run(name, func(t *testing.T) {
			w := testWorld(t)
			id := w.received()
			if over != nil {
				over(w, id)
			}
			e := w.unbound(id)
			if over == nil {
				w.post(Cancel, "/api/orders/"+id+"/cancel", id, "")
			}
			s := w.load(id).Status
			if s.State != order.Canceled || !slices.Equal(s.OpenExceptions, []string{e.ID}) || len(w.open()) != 1 {
				t.Fatalf("%+v, open %v", s, w.open())
			}
			if m, ok := w.met(id, e.Signal); ok {
				t.Fatalf("the cancellation answered it: %+v", m)
			}
			if _, err := w.resolver().resolve(ctx, e.ID, "retry"); err != nil {
				t.Fatal(err)
			}
			if m, ok := w.met(id, e.Signal); !ok || m.Code != "" || m.Token != "token" || len(w.open()) != 0 {
				t.Errorf("%+v %v", m, ok)
			}
		})
	}
}

// A flow that waits for stock or holds the order knows nothing of a binding.
func TestTheExceptionOfABindingMovesNoFlow(t *testing.T) {
	w := testWorld(t)
	id := w.received()
	waits := []string{flow.StockSignalName(id + "-lab-1#reserve#0")}
	w.waiting(id, waits[0])
	before := w.load(id).Status
	w.unbound(id)
	after := w.load(id).Status
	if !slices.Equal(after.Waits, waits) || after.State != before.State || after.Reason != before.Reason {
		t.Errorf("%+v", after)
	}
}

// A run of a binding that ended without an answer is started again for the same
// event, also when everything has left and was reported.
func TestAnEndedRunOfABindingIsStartedAgain(t *testing.T) {
	w := testWorld(t)
	id := w.received()
	fo := w.sent(id)
	w.shipped(id, fo)
	w.happen(id, event.FulfillmentOrderReported, fo, order.Reported{Shipment: 1})
	for run := 1; run <= 2; run++ {
		name := flow.RunName(id, "binding-tell-1", run)
		if err := flowEnded(ctx, w.store, ended(name, "FAILED")); err != nil {
			t.Fatal(err)
		}
		all := w.open()
		if len(all) != 1 || all[0].Step != flow.BindingStep("tell") || !slices.Equal(all[0].Answers, []flow.Answer{flow.Reprocess}) {
			t.Fatalf("%+v", all)
		}
		if _, err := w.resolver().resolve(ctx, all[0].ID, "retry"); err != nil {
			t.Fatal(err)
		}
	}
	for run, want := range map[int]int{1: 0, 2: 1, 3: 1} {
		if got := w.runs.started["binding-tell "+flow.RunName(id, "binding-tell-1", run)]; got != want {
			t.Errorf("run %d was started %d times: %v", run, got, w.runs.started)
		}
	}
	// Nothing is bound to what becomes of a binding.
	entries, err := w.store.Journal(ctx, id)
	if err != nil {
		t.Fatal(err)
	}
	for _, entry := range entries {
		for _, e := range entry.Events {
			if e.Name == event.OrderExceptionRaised && !flow.IsBindingStep(e.Step) {
				t.Errorf("%+v", e)
			}
		}
	}
}

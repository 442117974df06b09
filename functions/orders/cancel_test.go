package orders

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/orderloom/orderloom/shared/event"
	"github.com/orderloom/orderloom/shared/fault"
	"github.com/orderloom/orderloom/shared/flow"
	"github.com/orderloom/orderloom/shared/order"
)

// waiting makes a step of the order wait for a signal.
func (w *world) waiting(id, signal string) {
	w.t.Helper()
	in := flow.ApplyInput{StepInput: flow.StepInput{Order: id, Step: "wait", Key: "wait/" + signal}, Await: &flow.Await{Signal: signal, Token: "token of " + signal}}
	if _, err := apply(ctx, w.store, in); err != nil {
		w.t.Fatalf("wait: %v", err)
	}
}

// failed puts the order on the exception list and returns the exception's id.
func (w *world) failed(id, step string) string {
	w.t.Helper()
	e, err := raise(ctx, w.store, exceptionInput(id, step))
	if err != nil {
		w.t.Fatalf("raise: %v", err)
	}
	return e.ID
}

func exceptionInput(id, step string) flow.ExceptionInput {
	return flow.ExceptionInput{
		StepInput: flow.StepInput{Order: id, Run: id + "-lab-1", Step: step, Key: step + "#0"}, Error: fault.Unavailable,
		Cause: "the warehouse is down", Answers: []flow.Answer{flow.Reprocess, flow.Skip, flow.Cancel}, Token: "token of " + step,
	}
}

func TestCancelingAnswersEveryWaitAndClosesTheExceptions(t *testing.T) {
	t.Parallel()
	for name, cancel := range map[string]func(*world, string) string{
		"by the channel": func(w *world, id string) string {
			w.record("cancelled", canceled(document(2)))
			return "customer"
		},
		"by a person": func(w *world, id string) string {
			if status, body, _ := w.post(Cancel, "/api/orders/"+id+"/cancel", id, `{"reason":"fraud"}`); status != 200 || !strings.Contains(body, `"Canceled"`) {
				w.t.Fatalf("%d %s", status, body)
			}
			return "fraud"
		},
	} {
		t.Run(name, func(t *testing.T) {
			w := testWorld(t)
			id := w.received()
			w.reserved(id, "Seattle")
			w.failed(id, "send")
			w.waiting(id, flow.StockSignalName("reserve#0"))
			reason := cancel(w, id)
			r := w.load(id)
			if r.Status.State != order.Canceled || r.Status.Lines[0].Canceled != 10 || r.Status.Waits != nil || r.Status.OpenExceptions != nil {
				t.Errorf("%+v", r.Status)
			}
			for _, signal := range []string{flow.StockSignalName("reserve#0"), "exception/send#0"} {
				m, ok := w.met(id, signal)
				if !ok || m.Code != fault.OrderCanceled || !strings.Contains(m.Cause, reason) || !strings.HasPrefix(m.Token, "token of ") {
					t.Errorf("%s: %+v %v", signal, m, ok)
				}
			}
			if all := w.open(); len(all) != 0 {
				t.Errorf("still on the list: %+v", all)
			}
		})
	}
}

func TestCancelingTwiceIsCancelingOnce(t *testing.T) {
	w := testWorld(t)
	id := w.received()
	got := together(6, func(int) string {
		rec, err := cancelOrder(ctx, w.store, id, "cancel", "customer")
		return fmt.Sprint(rec.Status.State, err)
	})
	for _, g := range got {
		if g != "Canceled<nil>" {
			t.Errorf("%v", got)
		}
	}
	if n := w.count(id, event.OrderCanceled); n != 1 {
		t.Errorf("canceled %d times", n)
	}
}

// A person cancels here and in the shop: the shop's message is no refusal.
func TestTheChannelsCancellationOfACanceledOrderIsNotRefused(t *testing.T) {
	w := testWorld(t)
	id := w.received()
	if _, err := cancelOrder(ctx, w.store, id, "cancel", "fraud"); err != nil {
		t.Fatal(err)
	}
	w.record("cancelled", canceled(document(2)))
	if w.count(id, event.OrderCanceled) != 1 || w.count(id, event.OrderCancellationFailed) != 0 || w.load(id).Document.Canceled == nil {
		t.Errorf("events %v", w.journal(id))
	}
}

func TestARefusedCancellationKeepsItsReason(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		until  func(*world, string)
		reason string
	}{
		"being sent": {func(w *world, id string) {
			w.happen(id, event.FulfillmentOrderReleased, w.planned(id, "Seattle")[0].ID, nil)
		}, "was already sent to Seattle"},
		"sent": {func(w *world, id string) { w.sent(id) }, "was already sent to Seattle"},
		"shipped": {func(w *world, id string) {
			w.happen(id, event.FulfillmentOrderShipped, w.sent(id), order.Shipment{ExternalID: "s", Lines: []order.ShipmentLine{{Line: "1", Quantity: 3}}})
		}, "has shipped from Seattle"},
	} {
		t.Run(name, func(t *testing.T) {
			w := testWorld(t)
			id := w.received()
			c.until(w, id)
			before := w.load(id).Status
			if status, body, _ := w.post(Cancel, "/api/orders/"+id+"/cancel", id, `{}`); status != 409 || !strings.Contains(body, c.reason) {
				t.Errorf("by a person: %d %s", status, body)
			}
			doc := canceled(document(2))
			doc.Lines[0].Quantity = 99
			w.record("cancelled", doc)
			w.record("cancelled", doc)
			after := w.load(id)
			if after.Status.State != before.State || after.Status.Lines[0].Canceled != 0 || after.Document.Lines[0].Quantity != 10 || after.Document.Canceled == nil {
				t.Errorf("%+v", after)
			}
			entries, err := w.store.Journal(ctx, id)
			last := entries[len(entries)-1].Events
			if err != nil || len(last) != 1 || last[0].Name != event.OrderCancellationFailed || !strings.Contains(string(last[0].Payload), c.reason) {
				t.Errorf("%+v %v", last, err)
			}
		})
	}
}

// The steps of a machine that did not wait learn of the cancellation from the
// next function they call; only giving stock back is still allowed.
func TestStepsOfACanceledOrderAreRefused(t *testing.T) {
	w := testWorld(t)
	id := w.received()
	w.reserved(id, "Seattle")
	if _, err := cancelOrder(ctx, w.store, id, "cancel", ""); err != nil {
		t.Fatal(err)
	}
	step := flow.StepInput{Order: id, Step: "late", Key: "late#0"}
	for name, err := range map[string]error{
		"apply": second(apply(ctx, w.store, flow.ApplyInput{StepInput: step, Event: event.OrderHeaderValidated})),
		"wait":  second(apply(ctx, w.store, flow.ApplyInput{StepInput: step, Await: &flow.Await{Signal: "s", Token: "t"}})),
		"plan":  second(plan(ctx, w.store, flow.PlanInput{StepInput: step})),
		"raise": second(raise(ctx, w.store, exceptionInput(id, "late"))),
	} {
		if !fault.Is(err, fault.OrderCanceled) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := apply(ctx, w.store, flow.ApplyInput{StepInput: step, Event: event.OrderReleased}); err != nil {
		t.Error(err)
	}
	if r := w.load(id); r.Status.Lines[0].Reserved != 0 || !slices.Contains(w.journal(id), event.OrderReleased) {
		t.Errorf("%+v", r.Status)
	}
}

func second[T any](_ T, err error) error { return err }

func TestCancelSaysWhatIsWrong(t *testing.T) {
	w := testWorld(t)
	id := w.received()
	if status, body, _ := w.post(Cancel, "/api/orders/"+id+"/cancel", id, `{`); status != 400 || !strings.Contains(body, "not valid") {
		t.Errorf("%d %s", status, body)
	}
	if status, _, _ := w.post(Cancel, "/api/orders/ord_x/cancel", "ord_x", ``); status != 404 {
		t.Errorf("unknown order: %d", status)
	}
}

package compile_test

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/orderloom/orderloom/shared/engine"
	"github.com/orderloom/orderloom/shared/event"
	"github.com/orderloom/orderloom/shared/flow"
	"github.com/orderloom/orderloom/shared/rendezvous"
)

// hears is a flow that waits for an event, again when it came.
func hears(onDeadline string) []byte {
	return waiting(`{"id":"w","name":"W","type":"wait-for-event","event":"OrderChanged","deadline":"P2D",`+onDeadline+`"next":"did"}`,
		`{"id":"did","name":"Did it come?","type":"condition","outcome":{"step":"w","is":"succeeded"},"yes":{"to":"w","again":{"maximum":1}},"no":"after"}`)
}

func TestAnEventEndsAWaitAndTheNextRoundWaitsForALaterOne(t *testing.T) {
	t.Parallel()
	r := start(t, hears(`"onDeadline":"continue",`), nil)
	r.settle()
	calls := r.expect("apply-policies check 0", "apply-event w 0")
	want := &flow.AwaitEvent{Name: "OrderChanged"}
	signal := rendezvous.EventSignalName("OrderChanged", "", "run#w#0")
	if diff := cmp.Diff(want, calls[1].Await.Event); diff != "" || calls[1].Await.Signal != signal {
		t.Errorf("%s %s", calls[1].Await.Signal, diff)
	}
	r.answer(signal, `{"event":"OrderChanged","seq":7}`)
	calls = r.expect("apply-event w 1")
	if calls[0].Await.Event.After != 7 || calls[0].Await.Signal != rendezvous.EventSignalName("OrderChanged", "", "run#w#1") {
		t.Errorf("%+v", calls[0].Await)
	}
	r.advance(50 * time.Hour)
	noted := r.expect("apply-event w OrderStepAbandoned 1", "apply-policies after 1")
	var f flow.StepFailure
	if err := json.Unmarshal(noted[0].Payload, &f); err != nil || f.Error != "Flow.DeadlinePassed" {
		t.Errorf("%s %v", noted[0].Payload, err)
	}
	r.expectStatus(engine.Succeeded)
}

func TestAnEventThatDoesNotCome(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		onDeadline, answer string
		want               []string
	}{
		"it goes on":                      {`"onDeadline":"continue",`, "", []string{"apply-event w OrderStepAbandoned 0", "apply-policies after 0"}},
		"it goes elsewhere":               {`"onDeadline":"end",`, "", []string{"apply-event w OrderStepAbandoned 0"}},
		"a person goes on without it":     {``, "skip", []string{"raise-exception w Flow.DeadlinePassed 0", "apply-policies after 1"}},
		"a person has it wait once more":  {`"onDeadline":"exception",`, "reprocess", []string{"raise-exception w Flow.DeadlinePassed 0", "apply-event w 1"}},
		"the order is canceled meanwhile": {``, "canceled", []string{"release canceled", "apply-event canceled OrderReleased"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := start(t, hears(c.onDeadline), nil)
			r.settle()
			r.expect("apply-policies check 0", "apply-event w 0")
			if c.answer == "canceled" {
				r.refuse(rendezvous.EventSignalName("OrderChanged", "", "run#w#0"), "Order.Canceled")
				r.expect(c.want...)
				return
			}
			r.advance(50 * time.Hour)
			if c.answer != "" {
				r.answer("exception/w", `{"answer":"`+c.answer+`"}`)
			}
			r.expect(c.want...)
		})
	}
}

// Inside a for-each a step waits for what happens to its own fulfillment order.
func TestInsideAForEachAnEventIsOfItsFulfillmentOrder(t *testing.T) {
	t.Parallel()
	document := lab(t, `"start": "location"`, `"start": "gone"`, `"steps": [
        {`, `"steps": [{"id": "gone", "name": "Gone", "type": "wait-for-event", "event": "FulfillmentOrderSent", "deadline": "P9D", "next": "location"}, {`)
	r := start(t, document, func(c call) (string, *engine.TaskError) {
		if c.Function == "orders/create-fulfillment-orders" {
			return twoOrders, nil
		}
		return "", nil
	})
	r.settle()
	entities := map[string]bool{}
	for _, c := range r.did() {
		if c.Await == nil {
			continue
		}
		entities[c.Await.Event.Entity] = true
		if c.Await.Signal != rendezvous.EventSignalName(event.FulfillmentOrderSent, c.FulfillmentOrder, c.Key) || c.Await.Event.Entity != c.FulfillmentOrder {
			t.Errorf("%+v", c.Await)
		}
	}
	if !entities["fo_1"] || !entities["fo_2"] {
		t.Errorf("waits: %v", entities)
	}
}

package compile_test

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/orderloom/orderloom/shared/engine"
	"github.com/orderloom/orderloom/shared/flow"
)

// up to the first wait of the lab's simple order
var toSending = []string{
	"apply-policies validate-header 0", "apply-policies validate-lines 0",
	"assign assign 0", "apply-event assign OrderSourced 0",
	"reserve reserve 0", "apply-event reserve OrderReserved 0",
	"create-fulfillment-orders create 0",
	"apply-event send-seattle FulfillmentOrderReleased 0.0", "create-order send-seattle 0.0", "apply-event send-seattle FulfillmentOrderSent 0.0",
}

func TestOrderShipsInTwoShipments(t *testing.T) {
	t.Parallel()
	r := start(t, lab(t), nil)
	r.settle()
	calls := r.expect(toSending...)
	sent := calls[len(calls)-1]
	if string(sent.Payload) != `{"remote":"77"}` || sent.FulfillmentOrder != "fo_1" || sent.Key != "run#send-seattle#0.0#fo_1" {
		t.Errorf("sent: %+v", sent)
	}
	r.answer(flow.ShipmentSignalName("fo_1", 1), `{"shipment":1,"complete":false}`)
	reported := r.expect("create-fulfillment report 0.0", "apply-event report FulfillmentOrderReported 0.0", "apply-event wait 0.1")
	if reported[0].Shipment != 1 || string(reported[1].Payload) != `{"shipment":1,"reportId":"r"}` {
		t.Errorf("reported: %+v", reported)
	}
	r.answer(flow.ShipmentSignalName("fo_1", 2), `{"shipment":2,"complete":true}`)
	r.expect("create-fulfillment report 0.1", "apply-event report FulfillmentOrderReported 0.1")
	r.expectStatus(engine.Succeeded)
}

func TestReprocessRunsTheStepAgainInANewRound(t *testing.T) {
	t.Parallel()
	down := true
	r := start(t, lab(t), func(c call) (string, *engine.TaskError) {
		if c.Function == "shipstation/create-order" && down {
			return "", c.failing("Provider.Refused")
		}
		return "", nil
	})
	r.settle()
	calls := r.expect(append(toSending[:9:9], "raise-exception send-seattle Provider.Refused 0.0")...)
	raised := calls[len(calls)-1]
	if !slices.Equal(raised.Answers, []flow.Answer{flow.Reprocess}) || !strings.Contains(raised.Cause, "scripted") {
		t.Errorf("raised: %+v", raised)
	}
	r.mu.Lock()
	down = false
	r.mu.Unlock()
	r.answer("exception/send-seattle", `{"answer":"reprocess"}`)
	r.expect("apply-event send-seattle FulfillmentOrderReleased 0.1", "create-order send-seattle 0.1", "apply-event send-seattle FulfillmentOrderSent 0.1")
}

func TestReprocessDoesNotRepeatAnActionThatWasDone(t *testing.T) {
	t.Parallel()
	refusals := 1
	r := start(t, lab(t), func(c call) (string, *engine.TaskError) {
		if c.Event == "FulfillmentOrderSent" && refusals > 0 {
			refusals--
			return "", c.failing("Record.NotFound")
		}
		return "", nil
	})
	r.settle()
	r.expect(append(toSending[:10:10], "raise-exception send-seattle Record.NotFound 0.0")...)
	r.answer("exception/send-seattle", `{"answer":"reprocess"}`)
	again := r.expect("apply-event send-seattle FulfillmentOrderSent 0.1")
	if string(again[0].Payload) != `{"remote":"77"}` {
		t.Errorf("again: %+v", again[0])
	}
}

func TestPassingFailuresAreRetriedWithTheSameKey(t *testing.T) {
	t.Parallel()
	failures := 3
	r := start(t, lab(t), func(c call) (string, *engine.TaskError) {
		if c.Function == "shipstation/create-order" && failures > 0 {
			failures--
			return "", c.failing("Provider.Unavailable")
		}
		return "", nil
	})
	r.settle()
	want := slices.Concat(toSending[:8], slices.Repeat(toSending[8:9], 4), toSending[9:])
	r.expect(want...)
}

func TestValidationCanBeSkipped(t *testing.T) {
	t.Parallel()
	r := start(t, lab(t), func(c call) (string, *engine.TaskError) {
		if c.Step == "validate-lines" && c.Function == "orders/apply-policies" {
			return "", c.failing("Policy.NotMet")
		}
		return "", nil
	})
	r.settle()
	calls := r.expect("apply-policies validate-header 0", "apply-policies validate-lines 0", "raise-exception validate-lines Policy.NotMet 0")
	if want := []flow.Answer{flow.Reprocess, flow.Skip, flow.Cancel}; !slices.Equal(calls[2].Answers, want) {
		t.Errorf("answers: %v", calls[2].Answers)
	}
	r.answer("exception/validate-lines", `{"answer":"skip"}`)
	if next := r.did(); len(next) == 0 || next[0].String() != "assign assign 1" {
		t.Errorf("went on with %v", next)
	}
}

func TestNoLocationShowsOnTheOrder(t *testing.T) {
	t.Parallel()
	r := start(t, lab(t), func(c call) (string, *engine.TaskError) {
		if c.Function == "sourcing/assign" {
			return "", c.failing("Sourcing.NoLocation")
		}
		return "", nil
	})
	r.settle()
	r.expect("apply-policies validate-header 0", "apply-policies validate-lines 0", "assign assign 0", "apply-event assign OrderSourcingFailed 0", "raise-exception assign Sourcing.NoLocation 0")
}

// short scripts stock that is short a number of times.
func short(times int) func(c call) (string, *engine.TaskError) {
	return func(c call) (string, *engine.TaskError) {
		if c.Function == "inventory/reserve" && times > 0 {
			times--
			return `{"reserved":false,"missing":[{"sku":"A","location":"Seattle","wanted":2,"onHand":1}]}`, nil
		}
		return "", nil
	}
}

func TestStockIsWaitedForAndReservedInANewRound(t *testing.T) {
	t.Parallel()
	r := start(t, lab(t), short(1))
	r.settle()
	calls := r.expect(append(toSending[:5:5], "apply-event reserve OrderReservationFailed 0")...)
	signal := flow.StockSignalName("run#reserve#0")
	held := calls[5]
	if calls[4].Signal != signal || held.Await.Signal != signal || !strings.Contains(string(held.Payload), `"missing":[{"sku":"A"`) {
		t.Errorf("held: %+v", held)
	}
	r.answer(signal, `{"stock":true}`)
	if next := r.did(); len(next) < 2 || next[0].String() != "reserve reserve 1" || next[1].String() != "apply-event reserve OrderReserved 1" {
		t.Errorf("went on with %v", next)
	}
}

func TestStockIsWaitedForAsOftenAsTheStepSays(t *testing.T) {
	t.Parallel()
	r := start(t, lab(t, `"deadline": "P90D", "again": {"maximum": 50}`, `"deadline": "P90D", "again": {"maximum": 1}`), short(2))
	r.settle()
	r.answer(flow.StockSignalName("run#reserve#0"), `{}`)
	calls := r.did()
	if last := calls[len(calls)-1].String(); last != "raise-exception reserve Flow.TooManyRounds 1" {
		t.Errorf("ended with %s", last)
	}
}

func TestDeadlineBecomesAnExceptionOfTheWait(t *testing.T) {
	t.Parallel()
	r := start(t, lab(t), nil)
	r.settle()
	r.did()
	r.clock.Advance(31 * 24 * time.Hour)
	r.settle()
	calls := r.expect("raise-exception wait Flow.DeadlinePassed 0.0")
	if !json.Valid([]byte(calls[0].Cause)) {
		t.Errorf("cause: %s", calls[0].Cause)
	}
	r.answer("exception/wait", `{"answer":"reprocess"}`)
	again := r.expect("apply-event wait 0.1") // it is not sent again
	if again[0].Await.Signal != flow.ShipmentSignalName("fo_1", 1) {
		t.Errorf("again: %+v", again[0])
	}
}

func TestCancellationGivesTheStockBack(t *testing.T) {
	t.Parallel()
	released := []string{"release canceled", "apply-event canceled OrderReleased"}
	t.Run("while it waits for stock", func(t *testing.T) {
		t.Parallel()
		r := start(t, lab(t), short(1))
		r.settle()
		r.did()
		r.refuse(flow.StockSignalName("run#reserve#0"), "Order.Canceled")
		r.expect(released...)
		r.expectStatus(engine.Succeeded)
	})
	t.Run("before it is sent", func(t *testing.T) {
		t.Parallel()
		r := start(t, lab(t), func(c call) (string, *engine.TaskError) {
			if c.Event == "FulfillmentOrderReleased" {
				return "", c.failing("Order.Canceled")
			}
			return "", nil
		})
		r.settle()
		r.expect(append(toSending[:8:8], released...)...)
		r.expectStatus(engine.Succeeded)
	})
}

const twoOrders = `{"version":1,"facts":{},"fulfillmentOrders":[{"id":"fo_1","location":"Seattle"},{"id":"fo_2","location":"Chicago"}]}`

func TestFailureOfOneFulfillmentOrderDoesNotHoldItsSibling(t *testing.T) {
	t.Parallel()
	r := start(t, lab(t), func(c call) (string, *engine.TaskError) {
		switch {
		case c.Function == "orders/create-fulfillment-orders":
			return twoOrders, nil
		case c.Function == "shipstation/create-order" && c.FulfillmentOrder == "fo_1":
			return "", c.failing("Provider.Refused")
		}
		return "", nil
	})
	r.settle()
	r.did()
	r.answer(flow.ShipmentSignalName("fo_2", 1), `{"shipment":1,"complete":true}`)
	r.expect("create-fulfillment report 0.0", "apply-event report FulfillmentOrderReported 0.0")
	r.expectStatus(engine.Running)
}

func TestFulfillmentOrderThatShippedAlreadyIsNotSentAgain(t *testing.T) {
	t.Parallel()
	r := start(t, lab(t), func(c call) (string, *engine.TaskError) {
		if c.Event == "FulfillmentOrderReleased" {
			return "", c.failing("Order.IllegalTransition")
		}
		return "", nil
	})
	r.settle()
	r.expect(append(toSending[:8:8], "apply-event wait 0.0")...)
}

func TestSplitterWithoutABranchAsksAPerson(t *testing.T) {
	t.Parallel()
	r := start(t, lab(t), func(c call) (string, *engine.TaskError) {
		if c.Function == "orders/create-fulfillment-orders" {
			return `{"version":1,"facts":{},"fulfillmentOrders":[{"id":"fo_1","location":"Paris"}]}`, nil
		}
		return "", nil
	})
	r.settle()
	r.expect(append(toSending[:7:7], "raise-exception location Flow.NoBranch 0.0")...)
	r.answer("exception/location", `{"answer":"reprocess"}`)
	r.expect("raise-exception location Flow.NoBranch 0.1")
}

func TestEdgeGoesBackAsOftenAsItMay(t *testing.T) {
	t.Parallel()
	r := start(t, lab(t, `"no": {"to": "wait", "again": {"maximum": 50}}`, `"no": {"to": "wait", "again": {"maximum": 1}}`), nil)
	r.settle()
	r.answer(flow.ShipmentSignalName("fo_1", 1), `{"shipment":1,"complete":false}`)
	r.did()
	r.answer(flow.ShipmentSignalName("fo_1", 2), `{"shipment":2,"complete":false}`)
	r.expect("create-fulfillment report 0.1", "apply-event report FulfillmentOrderReported 0.1", "raise-exception complete Flow.TooManyRounds 0.1")
	r.answer("exception/complete", `{"answer":"reprocess"}`)
	r.expect("apply-event wait 0.3") // counted from the start again
}

// decided is a flow whose conditions need facts of the order: one after a step
// that can give them, one after a for-each, which cannot.
const decided = `{"format":"1.0","id":"m","title":"M","type":"order","entry":{"event":"OrderReceived"},"start":"header","steps":[
	{"id":"header","name":"Header","type":"validate-header","policies":["lab-header@1"],"next":"which"},
	{"id":"which","name":"Which?","type":"splitter","branches":[{"name":"US","filter":["domestic@1"],"next":"big"}],"otherwise":"abroad"},
	{"id":"big","name":"Big?","type":"condition","when":{"field":"order.lineCount","operator":"greater","value":3},"yes":"lines","no":"assign"},
	{"id":"lines","name":"Lines","type":"validate-lines","policies":["lab-line@1"],"next":"assign"},
	{"id":"assign","name":"Assign","type":"assign-source","policies":["lab-assignment@1"],"next":"create"},
	{"id":"create","name":"Create","type":"create-fulfillment-orders","next":"each"},
	{"id":"each","name":"Each one","type":"for-each","each":"fulfillmentOrder","next":"paid","start":"done","steps":[{"id":"done","name":"Done","type":"end"}]},
	{"id":"paid","name":"Paid?","type":"condition","when":{"field":"order.paymentStatus","operator":"equals","value":"paid"},"yes":"end","no":{"to":"paid","again":{"maximum":2}}},
	{"id":"abroad","name":"Abroad","type":"end"},
	{"id":"end","name":"End","type":"end"}]}`

func TestConditionsLookAtTheOrderAsItStands(t *testing.T) {
	t.Parallel()
	paid := "pending"
	r := start(t, []byte(decided), func(c call) (string, *engine.TaskError) {
		if len(c.Want) == 0 {
			return "", nil
		}
		out := `{"version":1,"facts":{"order.shipTo.country":"US","order.lineCount":2,"order.paymentStatus":"` + paid + `"}}`
		if c.Step == "paid" {
			paid = "paid" // before it is looked at once more
		}
		return out, nil
	})
	r.settle()
	calls := r.expect("apply-policies header 0", "assign assign 0", "apply-event assign OrderSourced 0", "create-fulfillment-orders create 0", "apply-event paid 0", "apply-event paid 1")
	if diff := cmp.Diff([]string{"order.lineCount", "order.shipTo.country"}, calls[0].Want); diff != "" {
		t.Errorf("the header asks for %s", diff)
	}
	if diff := cmp.Diff([]string{"order.paymentStatus"}, calls[4].Want); diff != "" {
		t.Errorf("the condition asks for %s", diff)
	}
	r.expectStatus(engine.Succeeded)
}

func TestParametersAreNoExpressions(t *testing.T) {
	t.Parallel()
	const given = `{"a": "{% $order %}", "b": ["${Stack}", 1.5, true, null, {}], "c": {"d": "plain"}}`
	r := start(t, lab(t, `"action": "shipstation/create-order", "instance": "warehouse", "next"`, `"action": "webhook/post", "instance": "warehouse", "parameters": {"body": `+given+`}, "next"`), nil)
	r.settle()
	for _, c := range r.did() {
		if c.Function != "webhook/post" {
			continue
		}
		var got, want any
		if json.Unmarshal(c.Parameters, &got) != nil || json.Unmarshal([]byte(`{"body": `+given+`}`), &want) != nil {
			t.Fatalf("parameters: %s", c.Parameters)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Error(diff)
		}
		return
	}
	t.Error("nothing was sent")
}

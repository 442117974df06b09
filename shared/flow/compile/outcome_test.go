package compile_test

import (
	"slices"
	"testing"

	"github.com/orderloom/orderloom/shared/engine"
)

// outcomes is a flow that asks how a step ended, and looks at data on both ways.
const outcomes = `{"id":"w","name":"W","type":"provider-action","action":"shipstation/create-order","instance":"warehouse","onFailure":"continue","next":"did"},
	{"id":"did","name":"Did it?","type":"condition","outcome":{"step":"w","is":"failed"},"yes":"big","no":"all"},
	{"id":"big","name":"Big?","type":"condition","when":{"field":"order.lineCount","operator":"greater","value":3},"yes":{"to":"w","again":{"maximum":1}},"no":"all"},
	{"id":"all","name":"All ways","type":"merge","next":"after"}`

func TestAConditionAsksHowAStepEnded(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		failures int
		want     []string
	}{
		"it succeeded":       {0, []string{"create-order w 0", "apply-event did 0", "apply-policies after 0"}},
		"it failed once":     {1, []string{"create-order w 0", "apply-event w OrderStepAbandoned 0", "create-order w 1", "apply-event did 1", "apply-policies after 1"}},
		"it failed for good": {2, []string{"create-order w 0", "apply-event w OrderStepAbandoned 0", "create-order w 1", "apply-event w OrderStepAbandoned 1", "raise-exception big Flow.TooManyRounds 1"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			failures := c.failures
			r := start(t, waiting(outcomes), func(c call) (string, *engine.TaskError) {
				if c.Function == "shipstation/create-order" && failures > 0 {
					failures--
					return "", c.failing("Provider.Refused")
				}
				if slices.Contains(c.Want, "order.lineCount") {
					return `{"version":1,"facts":{"order.lineCount":7}}`, nil
				}
				return "", nil
			})
			r.settle()
			r.expect(append([]string{"apply-policies check 0"}, c.want...)...)
		})
	}
}

// A step that a person skips has not succeeded, one that is reprocessed has.
func TestASkippedStepHasNotSucceeded(t *testing.T) {
	t.Parallel()
	const asks = `{"id":"w","name":"W","type":"provider-action","action":"shipstation/create-order","instance":"warehouse","next":"did"},
		{"id":"did","name":"Did it?","type":"condition","outcome":{"step":"w","is":"succeeded"},"yes":"after","no":"end"}`
	for answer, next := range map[string][]string{"skip": nil, "reprocess": {"create-order w 1", "apply-policies after 1"}} {
		t.Run(answer, func(t *testing.T) {
			t.Parallel()
			refusals := 1
			r := start(t, waiting(asks), func(c call) (string, *engine.TaskError) {
				if c.Function == "shipstation/create-order" && refusals > 0 {
					refusals--
					return "", c.failing("Provider.Refused")
				}
				return "", nil
			})
			r.settle()
			r.did()
			r.answer("exception/w", `{"answer":"`+answer+`"}`)
			r.expect(next...)
			r.expectStatus(engine.Succeeded)
		})
	}
}

// An outcome of a step around a for-each is known inside it.
func TestAnOutcomeIsKnownInside(t *testing.T) {
	t.Parallel()
	document := waiting(`{"id":"w","name":"W","type":"set-fields","set":[{"addTag":"x"}],"onFailure":"continue","next":"assign"},
		{"id":"assign","name":"Assign","type":"assign-source","policies":["lab-assignment@1"],"next":"create"},
		{"id":"create","name":"Create","type":"create-fulfillment-orders","next":"each"},
		{"id":"each","name":"Each","type":"for-each","each":"fulfillmentOrder","next":"after","start":"did","steps":[
			{"id":"did","name":"Did it?","type":"condition","outcome":{"step":"w","is":"failed"},"yes":"send","no":"sent"},
			{"id":"send","name":"Send","type":"provider-action","action":"shipstation/create-order","instance":"warehouse","next":"sent"},
			{"id":"sent","name":"Sent","type":"end"}]}`)
	r := start(t, document, func(c call) (string, *engine.TaskError) {
		if c.Function == "orders/set-fields" {
			return "", c.failing("Record.NotFound")
		}
		return "", nil
	})
	r.settle()
	calls := r.did()
	if !slices.ContainsFunc(calls, func(c call) bool { return c.String() == "create-order send 0.0" && c.FulfillmentOrder == "fo_1" }) {
		t.Errorf("called were\n%s", lines(calls))
	}
	r.expectStatus(engine.Succeeded)
}

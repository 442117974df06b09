package compile_test

import (
	"strings"
	"testing"

	"github.com/orderloom/orderloom/shared/engine"
)

func TestAFailureGoesOnOrElsewhere(t *testing.T) {
	t.Parallel()
	for onFailure, want := range map[string][]string{
		"continue":  {"set-fields w 0", "apply-event w OrderStepAbandoned 0", "apply-policies after 0"},
		"end":       {"set-fields w 0", "apply-event w OrderStepAbandoned 0"},
		"exception": {"set-fields w 0", "raise-exception w Policy.NotMet 0"},
	} {
		t.Run(onFailure, func(t *testing.T) {
			t.Parallel()
			r := start(t, waiting(`{"id":"w","name":"W","type":"set-fields","set":[{"addTag":"x"}],"onFailure":"`+onFailure+`","next":"after"}`), func(c call) (string, *engine.TaskError) {
				if c.Function == "orders/set-fields" {
					return "", c.failing("Policy.NotMet")
				}
				return "", nil
			})
			r.settle()
			calls := r.expect(append([]string{"apply-policies check 0"}, want...)...)
			if noted := string(calls[2].Payload); onFailure != "exception" && (!strings.Contains(noted, `"error":"Policy.NotMet"`) || !strings.Contains(noted, "scripted")) {
				t.Errorf("%s", noted)
			}
		})
	}
}

// What cannot be noted is not lost, and a step without a location shows it.
func TestAFailureThatCannotBeNotedAsksAPerson(t *testing.T) {
	t.Parallel()
	document := waiting(`{"id":"w","name":"W","type":"assign-source","policies":["lab-assignment@1"],"onFailure":"continue","next":"after"}`)
	r := start(t, document, func(c call) (string, *engine.TaskError) {
		switch {
		case c.Function == "sourcing/assign":
			return "", c.failing("Sourcing.NoLocation")
		case c.Event == "OrderStepAbandoned":
			return "", c.failing("Record.NotFound")
		}
		return "", nil
	})
	r.settle()
	r.expect("apply-policies check 0", "assign w 0", "apply-event w OrderSourcingFailed 0", "apply-event w OrderStepAbandoned 0", "raise-exception w Record.NotFound 0")
}

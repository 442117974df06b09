package compile_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/orderloom/orderloom/shared/engine"
	"github.com/orderloom/orderloom/shared/flow"
)

// runsAnother is a flow that runs another one and asks how it ended.
const runsAnother = `{"id":"w","name":"W","type":"sub-flow","flow":"credit-check","onFailure":"continue","next":"did"},
	{"id":"did","name":"Did it?","type":"condition","outcome":{"step":"w","is":"succeeded"},"yes":"after","no":"end"}`

func TestAFlowWaitsForTheEndOfAnother(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		code string // with which the other one fails
		want []string
	}{
		"it succeeded":           {"", []string{"apply-policies after 0"}},
		"it failed":              {"States.Aborted", []string{"apply-event w OrderStepAbandoned 0"}},
		"the order was canceled": {"Order.Canceled", []string{"release canceled", "apply-event canceled OrderReleased"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := start(t, waiting(runsAnother), nil)
			r.settle()
			calls := r.expect("apply-policies check 0", "run-sub-flow w 0")
			if calls[1].Flow != "credit-check" || calls[1].Token == "" {
				t.Errorf("%+v", calls[1])
			}
			r.expectStatus(engine.Running)
			if c.code == "" {
				r.answer("exception/w", `{}`) // the rig keeps every token of a step there
			} else {
				r.refuse("exception/w", c.code)
			}
			r.expect(c.want...)
			r.expectStatus(engine.Succeeded)
		})
	}
}

// Every end of a sub-flow tells, those of its branches and lines do not.
func TestTheEndOfASubFlowTells(t *testing.T) {
	t.Parallel()
	document := strings.Replace(string(waiting(both)), `"OrderReceived"`, `"`+flow.SubFlowEntry+`"`, 1)
	r := start(t, []byte(document), nil)
	r.settle()
	r.expectSorted("apply-policies check 0", "create-order ask 0.0", "set-fields tag 0.0", "apply-policies after 0", "apply-event end 0")
	r.expectStatus(engine.Succeeded)
	var machine struct {
		States map[string]struct {
			Arguments struct{ Payload struct{ Ends bool } }
			End       bool
		}
	}
	if err := json.Unmarshal(compiled(t, []byte(document)).Machine, &machine); err != nil || !machine.States["End"].Arguments.Payload.Ends || !machine.States["End"].End {
		t.Errorf("%+v %v", machine.States["End"], err)
	}
}

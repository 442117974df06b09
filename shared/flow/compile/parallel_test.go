package compile_test

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"github.com/orderloom/orderloom/shared/engine"
	"github.com/orderloom/orderloom/shared/flow"
	"github.com/orderloom/orderloom/shared/order"
)

// both is a flow whose middle is a parallel: one branch asks a provider, the
// other one tags the order; behind it a condition asks how the first one went.
const both = `{"id":"w","name":"W","type":"parallel","next":"asked","branches":[
	{"name":"Ask","start":"ask","steps":[
		{"id":"ask","name":"Ask","type":"provider-action","action":"shipstation/create-order","instance":"warehouse","onFailure":"continue","next":"ask-end"},
		{"id":"ask-end","name":"Ask end","type":"end"}]},
	{"name":"Tag","start":"tag","steps":[
		{"id":"tag","name":"Tag","type":"set-fields","set":[{"addTag":"x"}],"next":"tag-end"},
		{"id":"tag-end","name":"Tag end","type":"end"}]}]},
	{"id":"asked","name":"Asked?","type":"condition","outcome":{"step":"ask","is":"succeeded"},"yes":"after","no":"end"}`

// sorted calls: branches have no order among each other.
func (r *rig) sorted() []string {
	var all []string
	for _, c := range r.did() {
		all = append(all, c.String())
	}
	slices.Sort(all)
	return all
}

func (r *rig) expectSorted(want ...string) {
	r.t.Helper()
	slices.Sort(want)
	if got := r.sorted(); !slices.Equal(got, want) {
		r.t.Fatalf("called were\n%s\nnot\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

func TestBranchesRunAtTheSameTimeAndComeTogether(t *testing.T) {
	t.Parallel()
	r := start(t, waiting(both), nil)
	r.settle()
	r.expectSorted("apply-policies check 0", "create-order ask 0.0", "set-fields tag 0.0", "apply-policies after 0")
	r.expectStatus(engine.Succeeded)
}

func TestTheOutcomeOfABranchIsKnownBehindIt(t *testing.T) {
	t.Parallel()
	r := start(t, waiting(both), func(c call) (string, *engine.TaskError) {
		if c.Step == "ask" && c.Event == "" {
			return "", c.failing("Provider.Refused")
		}
		return "", nil
	})
	r.settle()
	r.expectSorted("apply-policies check 0", "create-order ask 0.0", "apply-event ask OrderStepAbandoned 0.0", "set-fields tag 0.0")
	r.expectStatus(engine.Succeeded)
}

// A failure waits for its answer in its own branch, in rounds of its own; the
// step goes on when all branches have ended.
func TestAFailureInOneBranchDoesNotHoldTheOther(t *testing.T) {
	t.Parallel()
	for answer, next := range map[string][]string{
		"reprocess": {"set-fields tag 0.1", "apply-policies after 0"},
		"cancel":    {"release canceled", "apply-event canceled OrderReleased"},
	} {
		t.Run(answer, func(t *testing.T) {
			t.Parallel()
			refusals := 1
			r := start(t, waiting(both), func(c call) (string, *engine.TaskError) {
				if c.Function == "orders/set-fields" && refusals > 0 {
					refusals--
					return "", c.failing("Record.NotFound")
				}
				return "", nil
			})
			r.settle()
			r.expectSorted("apply-policies check 0", "create-order ask 0.0", "set-fields tag 0.0", "raise-exception tag Record.NotFound 0.0")
			r.expectStatus(engine.Running)
			if answer == "cancel" {
				r.refuse("exception/tag", "Order.Canceled")
			} else {
				r.answer("exception/tag", `{"answer":"reprocess"}`)
			}
			r.expect(next...)
			r.expectStatus(engine.Succeeded)
		})
	}
}

// An order that is canceled while one branch waits and another one works ends
// both of them.
func TestACancellationEndsAllBranches(t *testing.T) {
	t.Parallel()
	document := strings.Replace(string(waiting(both)), `"start":"tag","steps":[`, `"start":"hear","steps":[
		{"id":"hear","name":"Hear","type":"wait-for-event","event":"OrderChanged","deadline":"P3D","next":"tag"},`, 1)
	r := start(t, []byte(document), func(c call) (string, *engine.TaskError) {
		if c.Step == "ask" {
			return "", c.failing("Order.Canceled")
		}
		return "", nil
	})
	r.settle()
	calls := r.did()
	if last := calls[len(calls)-1].String(); last != "apply-event canceled OrderReleased" {
		t.Errorf("ended with %s", last)
	}
	r.expectStatus(engine.Succeeded)
}

// No step of a branch raises an event that moves the order: an order has one
// state, and the later of two would hide what the other one says.
func TestNoStepOfABranchMovesTheOrder(t *testing.T) {
	t.Parallel()
	moves := map[string]bool{}
	for _, m := range order.Transitions() {
		moves[m.Event] = true
	}
	own := map[flow.StepType]string{
		flow.Splitter:       `"branches":[{"name":"US","filter":["domestic@1"],"next":"x-end"}],"otherwise":"exception"`,
		flow.ConditionStep:  `"when":{"field":"order.lineCount","operator":"greater","value":1},"yes":"x-end","no":"x-end"`,
		flow.ProviderAction: `"action":"shipstation/create-order","instance":"warehouse","onFailure":"continue","next":"x-end"`,
		flow.WaitStep:       `"for":"PT1H","next":"x-end"`,
		flow.SetFields:      `"set":[{"addTag":"x"}],"onFailure":"continue","next":"x-end"`,
		flow.RaiseEvent:     `"event":"ResellerOrderAccepted","onFailure":"continue","next":"x-end"`,
		flow.WaitForEvent:   `"event":"OrderChanged","deadline":"P1D","onDeadline":"continue","next":"x-end"`,
		flow.CheckStock:     `"onFailure":"continue","next":"x-end"`,
		flow.Predict:        `"score":"risk","most":1,"policies":["order-risk@1"],"onFailure":"continue","next":"x-end"`,
		flow.Notify:         `"action":"webhook/post","instance":"desk","parameters":{"path":"/","body":{}},"onFailure":"continue","next":"x-end"`,
		flow.CallFunction:   `"arn":"arn:aws:lambda:us-east-1:000000000000:function:own","onFailure":"continue","next":"x-end"`,
		flow.Merge:          `"next":"x-end"`,
		flow.End:            ``,
	}
	catalog, _ := world(t)
	for _, kind := range catalog.Offered(flow.InBranch) {
		fields, ok := own[kind]
		if !ok {
			t.Errorf("%s: say here how it stands in a branch, and see that it moves no order", kind)
			continue
		}
		if kind == flow.End || kind == flow.Merge {
			continue // they call nothing
		}
		document := waiting(`{"id":"w","name":"W","type":"parallel","next":"after","branches":[
			{"name":"X","start":"x","steps":[{"id":"x","name":"X","type":"` + string(kind) + `",` + fields + `},{"id":"x-end","name":"X end","type":"end"}]},
			{"name":"Y","start":"y","steps":[{"id":"y","name":"Y","type":"end"}]}]}`)
		var machine struct {
			States map[string]struct {
				Branches []struct {
					States map[string]struct {
						Arguments struct{ Payload struct{ Event string } }
					}
				}
			}
		}
		if err := json.Unmarshal(compiled(t, document).Machine, &machine); err != nil {
			t.Fatal(err)
		}
		for _, b := range machine.States["W"].Branches {
			for name, s := range b.States {
				if moves[s.Arguments.Payload.Event] {
					t.Errorf("%s: %q raises %s", kind, name, s.Arguments.Payload.Event)
				}
			}
		}
	}
}

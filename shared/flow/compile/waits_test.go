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
	"github.com/orderloom/orderloom/shared/order"
)

// waiting is a flow with the given steps between a check and its end.
func waiting(steps ...string) []byte {
	return []byte(`{"format":"1.0","id":"m","title":"M","type":"order","entry":{"event":"OrderReceived"},"start":"check","steps":[
	{"id":"check","name":"Check","type":"validate-header","policies":["lab-header@1"],"next":"w"},` + strings.Join(steps, ",") + `,
	{"id":"after","name":"After","type":"validate-lines","policies":["lab-line@1"],"next":"end"},
	{"id":"end","name":"End","type":"end"}]}`)
}

const (
	untilShipBy = `{"id":"w","name":"W","type":"wait","until":{"field":"order.shipBy","offset":"-PT2H"},"next":"after"}`
	heldTwoDays = `{"id":"w","name":"W","type":"hold","reason":"Credit","expiry":"P2D","onExpiry":"continue","next":"after"}`
	heldForAll  = `{"id":"w","name":"W","type":"hold","reason":"Credit","expiry":"P2D","onExpiry":"exception","next":"after"}`
	asked       = `{"id":"w","name":"W","type":"approval","who":"Sales","question":"Discount?","deadline":"P2D","default":"reject","yes":"after","no":"refused"},
		{"id":"refused","name":"Refused","type":"end"}`
)

// advance lets virtual time pass.
func (r *rig) advance(d time.Duration) {
	r.t.Helper()
	r.clock.Advance(d)
	r.settle()
}

func TestAWaitTakesItsTime(t *testing.T) {
	t.Parallel()
	r := start(t, waiting(`{"id":"w","name":"W","type":"wait","for":"P30D","next":"after"}`), nil)
	r.settle()
	r.expect("apply-policies check 0")
	r.advance(28 * 24 * time.Hour)
	r.expect()
	r.advance(24 * time.Hour)
	r.expect("apply-policies after 0")
	r.expectStatus(engine.Succeeded)
}

func TestAWaitEndsAtADateOfTheOrder(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		facts string
		wait  time.Duration
	}{
		"in ten days":     {`{"order.shipBy":"2026-01-12T05:04:05Z"}`, 10 * 24 * time.Hour},
		"in the past":     {`{"order.shipBy":"2026-01-02T04:00:00Z"}`, 0},
		"there is none":   {`{}`, 0},
		"it is ill-typed": {`{"order.shipBy":7}`, 0},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := start(t, waiting(untilShipBy), func(made call) (string, *engine.TaskError) {
				if slices.Contains(made.Want, "order.shipBy") {
					return `{"version":1,"facts":` + c.facts + `}`, nil
				}
				return "", nil
			})
			r.settle()
			if c.wait > 0 {
				r.expect("apply-policies check 0")
				r.advance(c.wait - 25*time.Hour) // settle runs a day
				r.expect()
				r.advance(2 * time.Hour)
				r.expect("apply-policies after 0")
			} else {
				r.expect("apply-policies check 0", "apply-policies after 0")
			}
			r.expectStatus(engine.Succeeded)
		})
	}
}

func TestTheDateOfAWaitIsAsked(t *testing.T) {
	t.Parallel()
	doc := strings.Replace(string(waiting(untilShipBy)), `"start":"check"`, `"start":"w"`, 1)
	doc = strings.Replace(doc, `"policies":["lab-line@1"],"next":"end"`, `"policies":["lab-line@1"],"next":"more"`, 1)
	doc = strings.Replace(doc, `{"id":"end"`, `{"id":"more","name":"More?","type":"condition","when":{"field":"order.lineCount","operator":"greater","value":1},"yes":{"to":"check","again":{"maximum":1}},"no":"end"},{"id":"end"`, 1)
	r := start(t, []byte(doc), func(c call) (string, *engine.TaskError) {
		return `{"version":1,"facts":{"order.lineCount":2}}`, nil
	})
	r.settle()
	calls := r.expect("apply-event w 0", "apply-policies after 0", "apply-policies check 1", "apply-policies after 1", "raise-exception more Flow.TooManyRounds 1")
	for i, asks := range []bool{true, false, true} {
		if got := slices.Contains(calls[i].Want, "order.shipBy"); got != asks {
			t.Errorf("%s asks for the date: %v", calls[i], got)
		}
	}
}

func TestAHoldWaitsForAPerson(t *testing.T) {
	t.Parallel()
	r := start(t, waiting(heldTwoDays), nil)
	r.settle()
	calls := r.expect("apply-policies check 0", "apply-event w OrderHoldPlaced 0")
	signal := flow.HoldSignalName("run#w#0")
	var h order.Hold
	if err := json.Unmarshal(calls[1].Payload, &h); err != nil || calls[1].Await.Signal != signal {
		t.Fatalf("%v %+v", err, calls[1])
	}
	if want := (order.Hold{Signal: signal, Reason: "Credit", Seconds: 2 * 86400, Then: "continue"}); h != want {
		t.Errorf("%+v", h)
	}
	r.answer(signal, `{"answer":"release"}`)
	r.expect("apply-policies after 0")
	r.expectStatus(engine.Succeeded)
}

func TestAHoldExpires(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		step, decides string
		calls         []string
		asked         flow.HoldAnswer
	}{
		"and goes on":            {heldTwoDays, "", []string{"expire-hold w 0", "apply-policies after 0"}, flow.ReleaseHold},
		"and becomes known":      {heldForAll, "Order.HoldExpired", []string{"expire-hold w 0", "raise-exception w Order.HoldExpired 0"}, flow.ExpireHold},
		"when a person released": {heldForAll, "", []string{"expire-hold w 0", "apply-policies after 0"}, flow.ExpireHold},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := start(t, waiting(c.step), func(made call) (string, *engine.TaskError) {
				if made.Function == "orders/expire-hold" && c.decides != "" {
					return "", made.failing(c.decides)
				}
				return "", nil
			})
			r.settle()
			r.did()
			r.advance(49 * time.Hour)
			calls := r.expect(c.calls...)
			if calls[0].Answer != c.asked || calls[0].Signal != flow.HoldSignalName("run#w#0") {
				t.Errorf("%+v", calls[0])
			}
		})
	}
}

func TestAnExpiredHoldIsPlacedAgainOrSkipped(t *testing.T) {
	t.Parallel()
	for answer, next := range map[string]string{"reprocess": "apply-event w OrderHoldPlaced 1", "skip": "apply-policies after 1"} {
		t.Run(answer, func(t *testing.T) {
			t.Parallel()
			r := start(t, waiting(heldForAll), func(c call) (string, *engine.TaskError) {
				if c.Function == "orders/expire-hold" {
					return "", c.failing("Order.HoldExpired")
				}
				return "", nil
			})
			r.settle()
			r.advance(49 * time.Hour)
			calls := r.did()
			if want := []flow.Answer{flow.Reprocess, flow.Skip, flow.Cancel}; !slices.Equal(calls[len(calls)-1].Answers, want) {
				t.Errorf("answers: %v", calls[len(calls)-1].Answers)
			}
			r.answer("exception/w", `{"answer":"`+answer+`"}`)
			r.expect(next)
		})
	}
}

func TestAnApprovalGoesTwoWays(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		answer string // "": nobody answers
		after  []string
	}{
		"approved":        {"approve", []string{"apply-policies after 0"}},
		"rejected":        {"reject", nil},
		"nobody answered": {"", []string{"expire-hold w 0"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := start(t, waiting(asked), nil)
			r.settle()
			calls := r.expect("apply-policies check 0", "apply-event w OrderApprovalRequested 0")
			if !strings.Contains(string(calls[1].Payload), `"who":"Sales","question":"Discount?","seconds":172800,"then":"reject"`) {
				t.Errorf("%s", calls[1].Payload)
			}
			if c.answer == "" {
				r.advance(49 * time.Hour)
			} else {
				r.answer(flow.HoldSignalName("run#w#0"), `{"answer":"`+c.answer+`"}`)
			}
			for _, late := range r.expect(c.after...) {
				if late.Function == "orders/expire-hold" && late.Answer != flow.Reject {
					t.Errorf("%+v", late)
				}
			}
			r.expectStatus(engine.Succeeded)
		})
	}
}

func TestAnApprovalBeforeTheDeadlineStands(t *testing.T) {
	t.Parallel()
	r := start(t, waiting(asked), func(c call) (string, *engine.TaskError) {
		if c.Function == "orders/expire-hold" {
			return `{"version":1,"facts":{},"answer":"approve"}`, nil // a person was faster
		}
		return "", nil
	})
	r.settle()
	r.did()
	r.advance(49 * time.Hour)
	r.expect("expire-hold w 0", "apply-policies after 0")
}

func TestACanceledOrderIsHeldNoLonger(t *testing.T) {
	t.Parallel()
	for _, step := range []string{heldTwoDays, asked} {
		r := start(t, waiting(step), nil)
		r.settle()
		r.did()
		r.refuse(flow.HoldSignalName("run#w#0"), "Order.Canceled")
		r.expect("release canceled", "apply-event canceled OrderReleased")
		r.expectStatus(engine.Succeeded)
	}
}

// A flow that was started again does not hold what is on its way, and an order
// that came further than an approval was approved.
func TestAnOrderThatIsBeyondIsNotHeld(t *testing.T) {
	t.Parallel()
	for _, step := range []string{heldTwoDays, asked} {
		r := start(t, waiting(step), func(c call) (string, *engine.TaskError) {
			if c.Await != nil {
				return "", c.failing("Order.IllegalTransition")
			}
			return "", nil
		})
		r.settle()
		if calls := r.did(); calls[len(calls)-1].String() != "apply-policies after 0" {
			t.Errorf("went on with %v", calls)
		}
	}
}

func TestFieldsAreSetAsTheyAreDrawn(t *testing.T) {
	t.Parallel()
	const set = `[{"addTag":"{% $order %}"},{"set":"line.attributes.x","compute":{"join":["${Stack}",{"field":"order.name"}]}}]`
	r := start(t, waiting(`{"id":"w","name":"W","type":"set-fields","entity":"line","set":`+set+`,"next":"after"}`), nil)
	r.settle()
	calls := r.expect("apply-policies check 0", "set-fields w 0", "apply-policies after 0")
	var got, want any
	if json.Unmarshal(calls[1].Set, &got) != nil || json.Unmarshal([]byte(set), &want) != nil || calls[1].Entity != "line" {
		t.Fatalf("%s", calls[1].Set)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

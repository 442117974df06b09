package compile

import (
	"time"

	"github.com/orderloom/orderloom/shared/event"
	"github.com/orderloom/orderloom/shared/fault"
	"github.com/orderloom/orderloom/shared/flow"
)

// holdSignal begins what flow.HoldSignalName makes; a test compares.
const holdSignal = "hold/"

// hold puts the order on hold and waits for a person to release it. When its
// time is over, orders/expire-hold decides: a person may have been faster.
func (b *builder) hold(s *flow.Step) {
	w := b.onward(s, b.atHand())
	placed := b.asks(s, event.OrderHoldPlaced, object{{"reason", text(s.Reason)}})
	placed.catch = b.caught(s, b.past(s), catcher{code: timeoutError, next: also(s, "Expired")})
	placed.assign, placed.next = w.assign, w.next
	b.add(s, s.Name, b.c.state(placed))

	answer := flow.ExpireHold
	if s.Default == flow.LateContinue {
		answer = flow.ReleaseHold
	}
	w = b.onward(s, b.asking())
	expired := b.expires(s, answer, w.want)
	expired.catch = b.caught(s, b.past(s))
	expired.assign, expired.next = w.assign, w.next
	b.add(s, also(s, "Expired"), b.c.state(expired))
}

// asks is the task that places a hold, or asks for an approval, and waits.
func (b *builder) asks(s *flow.Step, name string, about object) task {
	t := b.applies(s, name, nil)
	t.wait = patience(s)
	signal := b.holdSignal(s)
	payload := object{{"signal", expr(signal)}}.with(about...).with(field{"seconds", int(t.wait.Seconds())}, field{"then", string(lateOf(s))})
	t.payload = t.payload.with(field{"payload", payload}, await(signal))
	return t
}

// expires is the task that ends a hold whose time is over.
func (b *builder) expires(s *flow.Step, answer flow.HoldAnswer, want []string) task {
	payload := b.input(s, want).with(field{"signal", expr(b.holdSignal(s))}, field{"answer", answer})
	return task{function: expireHold, payload: payload, retry: flow.DefaultRetry()}
}

// holdSignal is flow.HoldSignalName of the step's key.
func (b *builder) holdSignal(s *flow.Step) string { return `"` + holdSignal + `" & ` + b.key(s) }

// patience is how long a step waits for a person: without an expiry as long as
// an exception does.
func patience(s *flow.Step) time.Duration {
	if s.Deadline > 0 {
		return s.Deadline
	}
	return exceptionWait
}

// lateOf is what becomes of a step that nobody answers in time.
func lateOf(s *flow.Step) flow.Late {
	if s.Default == "" {
		return flow.LateException
	}
	return s.Default
}

// waitsForPerson reports whether a step waits for a person by design.
func waitsForPerson(s *flow.Step) bool {
	return s.Type == flow.HoldStep || s.Type == flow.ApprovalStep
}

// beyond leads an order that is past an approval where an approved one goes:
// only what was approved comes that far.
func (b *builder) beyond(s *flow.Step) catcher {
	return catcher{code: fault.NotTransitable, assign: object{{testName(s), true}}, next: also(s, "Answer")}
}

package compile

import (
	"encoding/json"
	"time"

	"github.com/orderloom/orderloom/shared/event"
	"github.com/orderloom/orderloom/shared/fault"
	"github.com/orderloom/orderloom/shared/flow"
)

// exceptionWait is how long an exception waits for an answer: almost as long as
// an execution lives. Then the run fails, and is listed for that.
const exceptionWait = 350 * 24 * time.Hour

// caught leads the failures of a step's state to the exception list, or where
// the step's onFailure leads.
func (b *builder) caught(s *flow.Step, special ...catcher) []catcher {
	return b.caughtBy(b.failing(s), special...)
}

func (b *builder) caughtBy(exception string, special ...catcher) []catcher {
	if b.c.doc.Entity != nil {
		special = b.c.withoutPast(special)
	}
	all := append([]catcher{{code: fault.OrderCanceled, next: b.cancelState()}}, special...)
	return append(all, catcher{code: everyError, next: exception})
}

// past leads on when the order turns out to be beyond the step: a flow that was
// started again walks to where the order stands.
func (b *builder) past(s *flow.Step) catcher {
	w := b.onward(s, b.atHand())
	return catcher{code: fault.NotTransitable, next: w.next, assign: w.assign}
}

// anew leads back to the flow's beginning when the order changed after the flow
// looked at it: what was checked and decided was about other goods. Each time
// takes another change of the order, so it comes to an end.
func (b *builder) anew() catcher {
	w := b.to(b.sc.Start, source{})
	return catcher{code: fault.OrderChanged, next: w.next, assign: append(object{plusOne(b.roundVar())}, w.assign...)}
}

// again leads back to where a step begins.
func (b *builder) again(s *flow.Step) way {
	if isPrepared(s) {
		return b.to(s.ID, b.atHand())
	}
	return way{next: first(s)}
}

// exception returns the state in which a failed step waits for a person. Its
// input is the error.
func (b *builder) exception(s *flow.Step, what string, retry way) string {
	name := also(s, what)
	if b.written[name] {
		return name
	}
	b.written[name], b.seldom[name] = true, true
	assign := append(append(object{plusOne(b.roundVar())}, b.counters(s)...), b.outcome(s, false)...) // until it succeeds after all
	next := retry.next
	var choice object
	if skippable(s) {
		onward := b.leads(s, b.atHand())
		skip := "skip_" + identifier(s.ID)
		assign = append(assign.with(field{skip, expr(`$states.result.answer = "` + string(flow.Skip) + `"`)}), onward.assign...)
		next = also(s, "Answer")
		choice = object{{"Type", "Choice"}, {"Choices", []object{{{"Condition", expr("$" + skip)}, {"Next", onward.next}}}}, {"Default", retry.next}}
		if what != "Exception" {
			next = also(s, what+" answer")
		}
	}
	payload := b.input(s, nil).with(
		field{"error", expr("$states.input.Error")},
		field{"cause", expr(`$exists($states.input.Cause) ? $states.input.Cause : ""`)},
		field{"answers", b.answers(s)}, field{"token", expr(taskToken)})
	state := b.c.state(task{
		name: name, function: raiseException, wait: exceptionWait, payload: payload, retry: patient(),
		catch: []catcher{{code: fault.OrderCanceled, next: b.cancelState()}}, assign: append(assign, retry.assign...), next: next,
	})
	b.extra[s.ID] = append(b.extra[s.ID], field{name, state})
	if choice != nil {
		b.extra[s.ID] = append(b.extra[s.ID], field{next, choice})
	}
	return name
}

// answers lists what a person may answer. An order can be canceled until the
// first fulfillment order is on its way to a location.
func (b *builder) answers(s *flow.Step) []flow.Answer {
	all := []flow.Answer{flow.Reprocess}
	if skippable(s) {
		all = append(all, flow.Skip)
	}
	if !b.mayHaveSent(s) && b.c.cancelable() {
		all = append(all, flow.Cancel)
	}
	return all
}

// skippable: without a validation, without telling the shop, with a hold
// released or an event not waited for, nothing wrong or unpaid leaves twice. What
// the later steps build on cannot be skipped.
func skippable(s *flow.Step) bool {
	switch s.Type {
	case flow.ValidateHeader, flow.ValidateLines, flow.ProviderAction, flow.HoldStep, flow.WaitForEvent, flow.CallFunction:
		return true
	}
	a, _ := flow.ActionStepOf(s.Type)
	return a.Skippable
}

func (b *builder) mayHaveSent(s *flow.Step) bool {
	if b.outer != nil && b.outer.passed[b.sc.around().ID].sent {
		return true
	}
	return b.passed[s.ID].sent || s.Type == flow.SendToFulfillment || s.Type == flow.ForEach && b.c.sends(s)
}

// raised is the input of an exception that the machine itself raises. Its cause
// is a fault, as a function's would be.
func raised(code, hint, format string, args ...any) object {
	cause, _ := json.Marshal(fault.New(code, format, args...).Do(hint)) // texts always encode
	return object{{"Error", code}, {"Cause", string(cause)}}
}

func overdue(s *flow.Step) object {
	return raised(DeadlinePassed, "Find out what became of it, then reprocess to wait once more", "%s: what the step waits for did not come in time", s.Name)
}

// cancelState is where a canceled order goes on.
func (b *builder) cancelState() string {
	b.canceled = true
	switch {
	case b.sc.each != nil:
		return flow.CanceledState + flow.StateSeparator + b.sc.each.Name
	case b.sc.split != nil:
		return flow.CanceledState + flow.StateSeparator + b.startState()
	}
	return b.c.doc.CanceledState()
}

// cancellation gives the stock back. Inside for-each and parallel it ends the
// whole step: an order can only be canceled while none of its fulfillment orders
// was sent, so no iteration and no branch has anything left to do.
func (b *builder) cancellation() object {
	if b.sc.around() != nil {
		return object{{b.cancelState(), object{{"Type", "Fail"}, {"Error", fault.OrderCanceled}, {"Cause", "the order was canceled"}}}}
	}
	if b.c.doc.Entity != nil { // holds no stock
		return object{{b.cancelState(), object{{"Type", "Succeed"}, {"Output", object{}}}}}
	}
	released, end := flow.CanceledState+flow.StateSeparator+"Released", flow.CanceledState+flow.StateSeparator+"End"
	input := object{{"order", expr("$order")}, {"run", expr("$run")}, {"step", "canceled"}, {"key", expr(`$run & "#canceled"`)}}
	return object{
		{flow.CanceledState, b.c.state(task{function: releaseStock, payload: input, retry: patient(), output: expr(resultPayload), next: released})},
		{released, b.c.state(task{function: applyEvent, payload: input.with(field{"event", event.OrderReleased}, field{"payload", expr("$states.input")}), retry: patient(), next: end})},
		{end, object{{"Type", "Succeed"}, {"Output", object{}}}},
	}
}

package compile

import (
	"maps"

	"github.com/orderloom/orderloom/shared/event"
	"github.com/orderloom/orderloom/shared/flow"
	"github.com/orderloom/orderloom/shared/policy"
)

// send releases the fulfillment order, after which it cannot be canceled for
// free, asks the location to ship it, and applies the outcome. When the flow
// then waits for the shipment, outcome and wait are one state. A fulfillment
// order that turns out to be sent or shipped already is not sent again.
func (b *builder) send(s *flow.Step) {
	sent := b.past(s)
	exception := b.exception(s, "Exception", b.again(s))

	release := b.applies(s, event.FulfillmentOrderReleased, nil)
	release.catch, release.next = b.caughtBy(exception, sent), s.Name
	b.add(s, also(s, "Release"), b.c.state(release))
	b.call(s, also(s, "Sent"))

	// Reprocess does not go back behind the action: it was done.
	applyAgain := b.exception(s, "Sent exception", way{next: also(s, "Sent")})
	var done task
	if next, ok := b.sc.merged(s); ok {
		done = b.waiting(next, b.applies(s, event.FulfillmentOrderSent, nil))
		late := catcher{code: timeoutError, next: b.exception(next, "Exception", b.again(next)), output: overdue(next)}
		done.catch = b.caughtBy(applyAgain, sent, late)
	} else {
		w := b.onward(s, b.asking())
		done = b.applies(s, event.FulfillmentOrderSent, w.want)
		done.assign, done.next, done.catch = w.assign, w.next, b.caughtBy(applyAgain, sent)
	}
	done.payload = done.payload.with(field{"payload", expr("$" + b.resultVar())})
	b.add(s, also(s, "Sent"), b.c.state(done))
}

// merged returns the wait that a send step goes over to.
func (sc *scope) merged(s *flow.Step) (*flow.Step, bool) {
	next := sc.byID[s.Next.To]
	return next, s.Type == flow.SendToFulfillment && next.Type == flow.WaitForShipment && s.Next.Again == 0
}

// wait holds until the next shipment leaves.
func (b *builder) wait(s *flow.Step) {
	t := b.waiting(s, task{function: applyEvent, payload: b.input(s, nil), retry: flow.DefaultRetry()})
	exception := b.exception(s, "Exception", b.again(s))
	t.catch = b.caughtBy(exception, catcher{code: timeoutError, next: exception, output: overdue(s)})
	b.add(s, s.Name, b.c.state(t))
}

// waiting makes a task wait for the shipment that a wait step is about and go
// on from there. The result is a flow.ShipmentSignal.
func (b *builder) waiting(s *flow.Step, t task) task {
	src := b.atHand()
	src.known = maps.Clone(src.known)
	src.known[policy.ShipmentNumber], src.known[policy.ShipmentComplete] = "$states.result.shipment", "$states.result.complete"
	w := b.onward(s, src)
	t.wait = s.Deadline
	t.payload = t.payload.with(await(`"` + shipmentSignal + `" & $fulfillmentOrder & "/" & ($shipment + 1)`))
	t.assign = append(object{{"shipment", expr("$states.result.shipment")}, {"complete", expr("$states.result.complete")}}, w.assign...)
	t.next = w.next
	return t
}

// shipmentSignal begins what flow.ShipmentSignalName makes; a test compares.
const shipmentSignal = "shipment/"

// act calls an action and, when the step raises an event, applies it with the
// action's result.
func (b *builder) act(s *flow.Step) {
	if s.Raises == "" {
		b.call(s, "")
		return
	}
	b.call(s, also(s, "Outcome"))
	b.applied(s, s.Raises, expr("$"+b.resultVar()), b.caughtBy(b.exception(s, "Outcome exception", way{next: also(s, "Outcome")})))
}

// applied applies the event of an action that was done.
func (b *builder) applied(s *flow.Step, name string, payload any, catch []catcher) {
	w := b.onward(s, b.asking())
	done := b.applies(s, name, w.want)
	done.payload = done.payload.with(field{"payload", payload})
	done.catch, done.assign, done.next = catch, w.assign, w.next
	b.add(s, also(s, "Outcome"), b.c.state(done))
}

// call writes the state that calls a step's action. Its result is kept for the
// state that applies the outcome; without one it goes on itself.
func (b *builder) call(s *flow.Step, outcome string, special ...catcher) {
	w := way{next: outcome, assign: object{{b.resultVar(), expr(resultPayload)}}}
	if outcome == "" {
		w = b.onward(s, b.atHand())
	}
	b.add(s, s.Name, b.c.state(own(s, task{function: s.Action, payload: b.asked(s), catch: b.caught(s, special...), assign: w.assign, next: w.next})))
}

// asked is the input of a step's action.
func (b *builder) asked(s *flow.Step) object {
	payload := b.input(s, nil)
	if s.Instance != "" {
		payload = payload.with(field{"instance", s.Instance})
	}
	if s.Type == flow.ProviderAction && b.sc.item() == flow.FulfillmentOrderItems {
		payload = payload.with(field{"shipment", expr("$shipment")})
	}
	if s.Mode != "" {
		payload = payload.with(field{"mode", s.Mode})
	}
	if s.Parameters != nil {
		payload = payload.with(field{"parameters", parameters(s.Parameters)})
	}
	return payload
}

package compile

import (
	"strconv"

	"github.com/orderloom/orderloom/shared/event"
	"github.com/orderloom/orderloom/shared/flow"
)

func itoa(n int) string { return strconv.Itoa(n) }

// step writes the states of one step.
func (b *builder) step(s *flow.Step) {
	switch s.Type {
	case flow.ValidateHeader:
		b.validate(s, string(b.c.doc.Record()), event.OrderHeaderValidated, event.OrderHeaderValidateFailed)
	case flow.ValidateLines:
		b.validate(s, "line", event.OrderLineValidated, event.OrderLineValidateFailed)
	case flow.AssignSource:
		b.assign(s)
	case flow.Reserve:
		b.reserve(s)
	case flow.CreateFulfillmentOrders:
		b.create(s)
	case flow.ForEach:
		b.forEach(s)
	case flow.Splitter, flow.ConditionStep:
		b.decide(s)
	case flow.SendToFulfillment:
		b.send(s)
	case flow.WaitForShipment:
		b.wait(s)
	case flow.ProviderAction:
		b.act(s)
	case flow.WaitStep:
		b.pause(s)
	case flow.HoldStep:
		b.hold(s)
	case flow.ApprovalStep:
		b.approval(s)
	case flow.RaiseEvent:
		b.raise(s)
	case flow.SetFields:
		b.setFields(s)
	case flow.Parallel:
		b.parallel(s)
	case flow.WaitForEvent:
		b.waitForEvent(s)
	case flow.SubFlow:
		b.subFlow(s)
	case flow.CallFunction:
		b.callFunction(s)
	case flow.End:
		b.end(s)
	default:
		b.actFor(s)
	}
	if s.Next.Again > 0 {
		b.add(s, also(s, "Again"), b.choice(s, []exit{{edge: b.sc.edges[s.ID][0]}}))
	}
}

// own is the task of a step's main function, to which the step's overrides apply.
func own(s *flow.Step, t task) task {
	t.timeout, t.retry = s.Timeout, flow.DefaultRetry()
	if s.Retry != nil {
		t.retry = *s.Retry
	}
	return t
}

// applies is a task that applies an event to the order.
func (b *builder) applies(s *flow.Step, name string, want []string) task {
	return task{function: applyEvent, payload: b.input(s, want).with(field{"event", b.c.named(name)}), retry: flow.DefaultRetry()}
}

func (b *builder) validate(s *flow.Step, entity, success, failure string) {
	w := b.onward(s, b.asking())
	payload := b.input(s, w.want).with(field{"entity", entity}, field{"policies", s.Policies},
		field{"raises", object{{"success", b.c.named(success)}, {"failure", b.c.named(failure)}}})
	b.add(s, s.Name, b.c.state(own(s, task{function: applyPolicies, payload: payload, catch: b.caught(s, b.past(s)), assign: w.assign, next: w.next})))
}

// noLocation is the failure of sourcing/assign that shows on the order.
const noLocation = "Sourcing.NoLocation"

// assign asks for locations and applies them. Both begin again on reprocess:
// the order may have been corrected meanwhile.
func (b *builder) assign(s *flow.Step) {
	exception := b.failing(s)
	failed := b.applies(s, event.OrderSourcingFailed, nil)
	failed.catch, failed.output, failed.next = b.caughtBy(exception), expr("$states.input"), exception
	b.add(s, s.Name, b.c.state(own(s, task{
		function: assignSource, payload: b.input(s, nil).with(field{"policies", s.Policies}),
		catch:  b.caughtBy(exception, catcher{code: noLocation, next: also(s, "No location")}),
		output: expr(resultPayload), next: also(s, "Assigned"),
	})))
	w := b.onward(s, b.asking())
	done := b.applies(s, event.OrderSourced, w.want)
	done.payload = done.payload.with(field{"payload", expr("$states.input")})
	done.catch, done.assign, done.next = b.caught(s, b.past(s), b.anew()), w.assign, w.next
	b.add(s, also(s, "Assigned"), b.c.state(done))
	b.add(s, also(s, "No location"), b.c.state(failed))
}

// backorder is what the state is called that waits for stock.
const backorder = "Backorder"

// reserve takes stock, or waits for it and tries again.
func (b *builder) reserve(s *flow.Step) {
	exception := b.exception(s, "Exception", b.again(s))
	enough := "if_" + identifier(s.ID)
	payload := b.input(s, nil).with(field{"signal", expr(b.stockSignal(s))})
	b.add(s, s.Name, b.c.state(own(s, task{
		function: reserveStock, payload: payload, catch: b.caught(s, b.anew()),
		assign: object{{enough, expr(resultPayload + ".reserved = true")}}, output: expr(resultPayload), next: also(s, "Enough"),
	})))
	short := raised(TooManyRounds, "Receive the stock or change the location, then reprocess", "%s: stock was short %d times in a row, as often as the flow waits", s.Name, int(s.Wait)+1)
	b.add(s, also(s, "Enough"), object{{"Type", "Choice"}, {"Choices", []object{
		{{"Condition", expr("$" + enough)}, {"Next", also(s, "Reserved")}},
		{{"Condition", expr("$" + waits(s) + " < " + itoa(int(s.Wait)))}, {"Next", also(s, backorder)}},
	}}, {"Output", short}, {"Default", exception}})

	w := b.onward(s, b.asking())
	done := b.applies(s, event.OrderReserved, w.want)
	done.payload = done.payload.with(field{"payload", expr("$states.input")})
	done.catch, done.assign, done.next = b.caught(s, b.past(s), b.anew()), w.assign, w.next
	b.add(s, also(s, "Reserved"), b.c.state(done))

	held := b.applies(s, event.OrderReservationFailed, nil)
	held.wait = s.Deadline
	held.payload = held.payload.with(field{"payload", expr("$states.input")}, await(b.stockSignal(s)))
	held.catch = b.caughtBy(exception, b.anew(), catcher{code: timeoutError, next: exception, output: overdue(s)})
	held.assign, held.next = object{plusOne(waits(s)), plusOne(b.roundVar())}, s.Name
	b.seldom[also(s, backorder)] = true
	b.add(s, also(s, backorder), b.c.state(held))
}

// stockSignal is flow.StockSignalName of the step's key.
func (b *builder) stockSignal(s *flow.Step) string {
	return `"` + flow.StockSignalName("") + `" & ` + b.key(s)
}

// lines writes the state that lists what a for-each over lines goes through, and
// returns the variable that it is in.
func (b *builder) lines(s *flow.Step) string {
	list := "lines_" + identifier(s.ID)
	b.add(s, also(s, "Lines"), b.c.state(task{
		function: applyEvent, payload: b.input(s, nil).with(field{"lines", true}), retry: flow.DefaultRetry(), catch: b.caught(s),
		assign: object{{list, expr("[" + resultPayload + ".lines]")}}, next: s.Name,
	}))
	return list
}

func await(signal string) field {
	return field{"await", object{{"signal", expr(signal)}, {"token", expr(taskToken)}}}
}

// create makes the fulfillment orders that a for-each step goes through.
func (b *builder) create(s *flow.Step) {
	w := b.onward(s, b.asking())
	list := field{"fulfillmentOrders", expr("[" + resultPayload + ".fulfillmentOrders]")}
	b.add(s, s.Name, b.c.state(own(s, task{
		function: createOrders, payload: b.input(s, w.want), catch: b.caught(s), assign: append(object{list}, w.assign...), next: w.next,
	})))
}

// forEach writes a Map. Failures inside wait inside.
func (b *builder) forEach(s *flow.Step) {
	items := "$fulfillmentOrders"
	if s.Each == flow.LineItems {
		items = "$" + b.lines(s)
	}
	inner := b.c.build(b.c.inside(s)[0], b)
	w := b.onward(s, b.atHand())
	state := object{{"Type", "Map"}, {"Items", expr(items)}}
	if s.Concurrency > 0 {
		state = state.with(field{"MaxConcurrency", s.Concurrency})
	}
	state = state.with(field{"ItemProcessor", object{
		{"ProcessorConfig", object{{"Mode", "INLINE"}}}, {"StartAt", inner.startState()}, {"States", b.c.profiled(inner)},
	}})
	b.add(s, s.Name, b.around(s, state, w))
}

// around completes a state that has states inside: what comes out of it as a
// failure is a cancellation, or one of the state itself.
func (b *builder) around(s *flow.Step, state object, w way) object {
	var catch []object
	for _, k := range b.caught(s) {
		catch = append(catch, object{{"ErrorEquals", []string{k.code}}, {"Next", k.next}})
	}
	state = state.with(field{"Catch", catch})
	if len(w.assign) > 0 {
		state = state.with(field{"Assign", w.assign})
	}
	return state.with(field{"Output", object{}}, field{"Next", w.next})
}

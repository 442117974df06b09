package compile

import (
	"slices"

	"github.com/orderloom/orderloom/shared/event"
	"github.com/orderloom/orderloom/shared/flow"
)

// eventSignal begins what rendezvous.EventSignalName makes; a test compares.
const eventSignal = "event/"

// waitForEvent waits for an event of the order; one that happened before counts,
// unless it ended the step's wait in an earlier round.
func (b *builder) waitForEvent(s *flow.Step) {
	signal, about := `"`+eventSignal+s.Event+`//" & `+b.key(s), object{{"name", s.Event}}
	if b.aboutEach(s) {
		signal = `"` + eventSignal + s.Event + `/" & $` + b.sc.item() + ` & "/" & ` + b.key(s)
		about = about.with(field{"entity", expr("$" + b.sc.item())})
	}
	about = about.with(field{"after", expr("$" + seen(s))})
	w := b.onward(s, b.atHand())
	exception := b.exception(s, "Exception", b.again(s))
	b.add(s, s.Name, b.c.state(task{
		function: applyEvent, wait: s.Deadline, retry: flow.DefaultRetry(),
		payload: b.input(s, nil).with(field{"await", object{{"signal", expr(signal)}, {"token", expr(taskToken)}, {"event", about}}}),
		catch:   b.caughtBy(exception, catcher{code: timeoutError, next: b.failing(s), output: overdue(s)}),
		assign:  append(object{{seen(s), expr("$states.result.seq")}}, w.assign...), next: w.next,
	}))
}

// aboutEach reports whether a step inside a for-each waits for what happens to
// its fulfillment order, or its line, alone.
func (b *builder) aboutEach(s *flow.Step) bool {
	d, _ := event.Lookup(s.Event)
	return b.sc.each != nil && b.sc.item() == string(d.Entity)
}

// seen is the variable with the number of the event that a step took last.
func seen(s *flow.Step) string { return "seen_" + identifier(s.ID) }

// checkAwaited reports an event that does not happen to orders.
func (c *compiler) checkAwaited(s *flow.Step) {
	at := s.At + "/event"
	d, known := event.Lookup(s.Event)
	if i := slices.IndexFunc(c.catalog.Events, func(d event.Definition) bool { return d.Name == s.Event }); !known && i >= 0 {
		d, known = c.catalog.Events[i], true
	}
	switch {
	case !known:
		c.report.Add(UnknownEvent, s.ID, at, "there is no event %q | See the list of events, or declare it in statemachines/events", s.Event)
	case d.Name == event.OrderCanceled:
		c.report.Add(UnknownEvent, s.ID, at, "%s ends every run of the order; no step can wait for it | Remove the step", s.Event)
	case d.Entity != event.Order && d.Entity != event.Line && d.Entity != event.FulfillmentOrder:
		c.report.Add(UnknownEvent, s.ID, at, "%s does not happen to an order | Choose an event of an order, a line or a fulfillment order", s.Event)
	}
}

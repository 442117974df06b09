package compile

import (
	"slices"

	"github.com/orderloom/orderloom/shared/event"
	"github.com/orderloom/orderloom/shared/flow"
)

// raise tells the bus of something that only the flow knows.
func (b *builder) raise(s *flow.Step) {
	w := b.onward(s, b.asking())
	payload := b.input(s, w.want).with(field{"event", s.Event})
	if s.Payload != nil {
		payload = payload.with(field{"values", parameters(s.Payload)})
	}
	b.add(s, s.Name, b.c.state(own(s, task{function: raiseEvent, payload: payload, catch: b.caught(s), assign: w.assign, next: w.next})))
}

// checkEvent reports an event that a step cannot raise as it likes.
func (c *compiler) checkEvent(s *flow.Step) {
	if c.doc.Entity != nil {
		c.checkOwnEvent(s)
		return
	}
	if _, own := event.Lookup(s.Event); own {
		c.report.Add(EventNotRaisable, s.ID, s.At+"/event", "%s says what Orderloom itself did; a step cannot claim it | Raise an event of your own", s.Event)
		return
	}
	if !slices.ContainsFunc(c.catalog.Events, func(d event.Definition) bool { return d.Name == s.Event }) {
		c.report.Add(EventNotRaisable, s.ID, s.At+"/event", "there is no event %q | Declare it in statemachines/events, or choose one that is declared", s.Event)
	}
}

package compile

import "github.com/orderloom/orderloom/shared/flow"

// setFields sets fields of the order or of its lines.
func (b *builder) setFields(s *flow.Step) {
	w := b.onward(s, b.asking())
	payload := b.input(s, w.want).with(field{"entity", string(s.Entity)}, field{"set", parameters(s.Set)})
	b.add(s, s.Name, b.c.state(own(s, task{function: setFields, payload: payload, catch: b.caught(s, b.past(s)), assign: w.assign, next: w.next})))
}

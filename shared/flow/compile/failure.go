package compile

import (
	"github.com/orderloom/orderloom/shared/event"
	"github.com/orderloom/orderloom/shared/flow"
)

// failing is where a step goes that failed beyond its retries: to the exception
// list, unless the document names another way.
func (b *builder) failing(s *flow.Step) string {
	if s.OnFailure == "" {
		return b.exception(s, "Exception", b.again(s))
	}
	return b.failed(s)
}

// failed writes the state that notes a failure in the order's journal and goes
// on. Its input is the error.
func (b *builder) failed(s *flow.Step) string {
	name := also(s, "Failed")
	if b.written[name] {
		return name
	}
	b.written[name] = true
	w := b.afterFailure(s)
	note := b.applies(s, event.OrderStepAbandoned, w.want)
	note.payload = note.payload.with(field{"payload", object{
		{"error", expr("$states.input.Error")},
		{"cause", expr(`$exists($states.input.Cause) ? $states.input.Cause : ""`)},
	}})
	note.catch = b.caughtBy(b.exception(s, "Exception", b.again(s)))
	note.assign, note.next = w.assign, w.next
	b.extra[s.ID] = append(b.extra[s.ID], field{name, b.c.state(note)})
	return name
}

func (b *builder) afterFailure(s *flow.Step) way {
	w := way{}
	if s.OnFailure == flow.ToContinue {
		w = b.leads(s, b.asking())
	} else {
		w = b.to(s.OnFailure, b.asking())
	}
	w.assign = append(b.outcome(s, false), w.assign...)
	return w
}

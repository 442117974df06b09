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
func (b *builder) failed(s *flow.Step) string { return b.noted(s, "Failed", event.OrderStepAbandoned) }

// noted writes the state that applies the event of a failure and goes where the
// step's failures lead.
func (b *builder) noted(s *flow.Step, what, name string) string {
	state := also(s, what)
	if b.written[state] {
		return state
	}
	b.written[state] = true
	exception := b.exception(s, "Exception", b.again(s))
	w, output := way{next: exception}, any(expr("$states.input"))
	if s.OnFailure != "" {
		w, output = b.afterFailure(s), nil
	}
	note := b.applies(s, name, w.want)
	note.payload = note.payload.with(field{"payload", object{
		{"error", expr("$states.input.Error")},
		{"cause", expr(`$exists($states.input.Cause) ? $states.input.Cause : ""`)},
	}})
	note.catch = b.caughtBy(exception)
	note.assign, note.next, note.output = w.assign, w.next, output
	b.extra[s.ID] = append(b.extra[s.ID], field{state, b.c.state(note)})
	return state
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

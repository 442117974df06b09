package compile

import (
	"github.com/orderloom/orderloom/shared/flow"
)

// actFor writes a step that stands for a capability: the call of what
// implements it, the event of its success and that of the failure which the
// business expects, as its row says.
func (b *builder) actFor(s *flow.Step) {
	a, ok := flow.ActionStepOf(s.Type)
	switch {
	case !ok: // reported by the parser
	case s.Action == "":
		b.predictByPolicies(s, a)
	case a.Success != "":
		special := b.negative(s, a)
		if a.Function != "" {
			special = append(special, b.past(s))
		}
		b.call(s, also(s, "Outcome"), special...)
		failing := b.failing(s)
		if !a.Harmless {
			failing = b.exception(s, "Outcome exception", way{next: also(s, "Outcome")}) // the action was done
		}
		b.applied(s, a.Success, b.told(s), b.caughtBy(failing, b.past(s)))
	case a.Function != "":
		b.ask(s, a)
	default:
		b.call(s, "", b.negative(s, a)...)
	}
}

// ask calls a function of Orderloom itself that changes nothing: it gives the
// facts that the next decision looks at.
func (b *builder) ask(s *flow.Step, a flow.ActionStep) {
	w := b.onward(s, b.asking())
	b.add(s, s.Name, b.c.state(own(s, task{
		function: s.Action, payload: b.input(s, w.want), catch: b.caught(s, b.negative(s, a)...), assign: w.assign, next: w.next,
	})))
}

// negative leads the failure that is an answer to the state that says so.
func (b *builder) negative(s *flow.Step, a flow.ActionStep) []catcher {
	if a.Negative.Code == "" {
		return nil
	}
	return []catcher{{code: a.Negative.Code, next: b.noted(s, a.Negative.State, a.Negative.Event)}}
}

// told is the payload of the event of success: what the action returned.
func (b *builder) told(s *flow.Step) any {
	result := "$" + b.resultVar()
	if s.Type == flow.Predict {
		return object{{"name", s.Score}, {"most", s.Most}, {"value", expr(result + ".score")}}
	}
	return expr(result)
}

// predictByPolicies has policies write the score.
func (b *builder) predictByPolicies(s *flow.Step, a flow.ActionStep) {
	w := b.onward(s, b.asking())
	payload := b.input(s, w.want).with(field{"entity", "order"}, field{"policies", s.Policies},
		field{"raises", object{{"success", a.Success}}}, field{"score", object{{"name", s.Score}, {"most", s.Most}}})
	b.add(s, s.Name, b.c.state(own(s, task{function: applyPolicies, payload: payload, catch: b.caught(s), assign: w.assign, next: w.next})))
}

// actionTasks counts the Tasks of a step that stands for a capability.
func actionTasks(s *flow.Step) int {
	a, ok := flow.ActionStepOf(s.Type)
	switch {
	case !ok:
		return 0
	case a.Success == "" || s.Action == "":
		return 1
	}
	return 2
}

package compile

import "github.com/orderloom/orderloom/shared/flow"

// A condition on the outcome of a step tests a boolean that the step itself
// assigns: true where it succeeded, false where its failure is gone on from. No
// function is called for it.

const branchPrefix = "branch_" // of an outcome that left the branch of a parallel

func outcomeName(id string) string { return "ok_" + identifier(id) }

// outcome assigns how a step ended, when somebody asks.
func (b *builder) outcome(s *flow.Step, succeeded bool) object {
	if !b.c.asked[s.ID] {
		return nil
	}
	return object{{outcomeName(s.ID), succeeded}}
}

// byOutcome lists the ways out of a condition on an outcome.
func (b *builder) byOutcome(s *flow.Step, edges []edge) []exit {
	variable := b.c.outcomeOf(b.sc, s, s.Outcome.Step).variable
	yes, no := exit{edge: edges[0]}, exit{edge: edges[1]}
	if s.Outcome.Is == flow.OutcomeSucceeded {
		yes.test = variable
		return []exit{yes, no}
	}
	no.test = variable
	return []exit{no, yes}
}

// computes reports whether anything is computed for a decision, or for those
// that follow it at once.
func (b *builder) computes(s *flow.Step) bool {
	for _, d := range b.sc.decisions(s.ID) {
		if len(testsOf(d, b.c.policies)) > 0 {
			return true
		}
	}
	return false
}

// checkOutcomes finds the outcomes that are asked for and reports those that
// cannot be known.
func (c *compiler) checkOutcomes() {
	for sc, s := range c.steps {
		if s.Outcome.Step == "" {
			continue
		}
		at, o := s.At+"/outcome/step", c.outcomeOf(sc, s, s.Outcome.Step)
		switch {
		case o.step == nil:
			c.report.Add(OutcomeUnknown, s.ID, at, "there is no step %q whose outcome is known here | Name one of this drawing, of one around it, or of a branch of a parallel before it", s.Outcome.Step)
		case o.step.OnFailure == "" && !skippable(o.step):
			c.report.Add(OutcomeUnknown, s.ID, at, "where %q goes on it has succeeded: its failure waits for a person, who cannot skip it | Give it an onFailure, or remove the condition", o.step.Name)
		case !o.certain:
			c.report.Add(OutcomeUnknown, s.ID, at, "a path leads to %q on which %q was not done at all | Put it before the condition on every path", s.Name, o.step.Name)
		}
		c.asked[s.Outcome.Step], c.brought[s.Outcome.Step] = true, c.brought[s.Outcome.Step] || o.brought
	}
}

// outcome is where a step's outcome is found.
type outcome struct {
	step     *flow.Step
	variable string
	certain  bool // it was done on every path
	brought  bool // out of the branch of a parallel
}

// outcomeOf looks for a step whose outcome is known at a place: in the same
// drawing, in a branch of a parallel there, or in a drawing around it.
func (c *compiler) outcomeOf(sc *scope, place *flow.Step, id string) outcome {
	if s := sc.byID[id]; s != nil {
		return outcome{s, outcomeName(id), sc.always(id, place.ID), false}
	}
	for _, in := range c.scopes {
		if in.split == nil || sc.byID[in.split.ID] == nil || in.byID[id] == nil {
			continue
		}
		certain := sc.always(in.split.ID, place.ID)
		for i := range in.Steps {
			if s := &in.Steps[i]; s.Type == flow.End {
				certain = certain && in.always(id, s.ID)
			}
		}
		return outcome{in.byID[id], branchPrefix + outcomeName(id), certain, true}
	}
	around := sc.around()
	if around == nil {
		return outcome{}
	}
	return c.outcomeOf(c.holding(around), around, id)
}

// holding is the drawing that a step stands in.
func (c *compiler) holding(s *flow.Step) *scope {
	for _, sc := range c.scopes {
		if sc.byID[s.ID] != nil {
			return sc
		}
	}
	return c.scopes[0]
}

// always reports whether a step is on every path from the start to another one.
func (sc *scope) always(step, to string) bool {
	return step != to && !sc.from(sc.Start, func(e edge) bool { return e.from.ID != step })[to]
}

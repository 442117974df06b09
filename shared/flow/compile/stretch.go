package compile

import (
	"github.com/orderloom/orderloom/shared/flow"
	"github.com/orderloom/orderloom/shared/policy"
)

// What the machine of profile compact has beside the states of standard: a Task
// in the place of its first state, which is the first stretch; a Task that all
// other stretches share; and a Choice that goes on where a child stopped.
const (
	StretchState  = "Stretch"
	OutcomeState  = "Outcome"
	evaluateError = "States.QueryEvaluationError"
)

// profiled lists the states of a scope as its profile has them. What is done for
// each line stays whole, as do the branches of a parallel: they are short, and a
// child for each of them would cost as much.
func (c *compiler) profiled(b *builder) object {
	if !c.cutting || b.sc.item() == flow.LineItems {
		return b.states()
	}
	k := newCut(b)
	c.cuts = append(c.cuts, k)
	return k.machine()
}

func (k *cut) stretch() string { return k.b.prefix() + flow.StateSeparator + StretchState }
func (k *cut) outcome() string { return k.b.prefix() + flow.StateSeparator + OutcomeState }

// at is the variable that says where the order is: where a stretch begins, and
// then where it ended. An iteration has its own.
func (k *cut) at() string {
	if k.b.sc.each != nil {
		return "itemAt"
	}
	return "at"
}

// machine lists the states of the scope in the machine.
func (k *cut) machine() object {
	if len(k.starts) == 0 {
		return k.b.states()
	}
	all := object{{k.b.startState(), k.beginning()}, {k.stretch(), k.later()}, {k.outcome(), k.choose()}}
	for _, name := range k.names {
		all = all.with(field{name, k.state(name)})
	}
	return reachable(all, k.b.startState())
}

// state is a state of standard in the machine. From where it stays a stretch may
// follow; and who comes to the state that the first stretch is expected to end
// at says that it is on purpose.
func (k *cut) state(name string) object {
	state := k.states[name]
	if name == k.guess {
		state = k.guarded(name, state)
	}
	stays := !k.quick[name]
	state = turn(state, func(to string) (string, object) {
		switch {
		case stays && k.worth(to):
			return k.stretch(), object{{k.at(), to}}
		case to == k.guess:
			return to, object{{k.at(), to}}
		}
		return to, nil
	})
	if next, ok := state.get("Next").(string); ok && stays && k.isEnd(next) {
		return state.without("Next").with(field{"End", true})
	}
	return state
}

// isEnd reports whether a state does nothing but end.
func (k *cut) isEnd(name string) bool { return k.states[name].get("Type") == "Succeed" }

// guarded makes a state find out that the first stretch did not come to it: then
// an expression of it fails, and it leads to where the order is. On the usual way
// that saves the Choice.
func (k *cut) guarded(name string, state object) object {
	here := "$" + k.at() + " = " + policy.Quote(name)
	guard := func(value any) string {
		return expr(here + " ? " + unmarked(value.(string)) + ` : $error("the order is elsewhere")`)
	}
	if state.get("Type") == "Map" {
		state = state.set("Items", guard(state.get("Items")))
	} else {
		arguments := state.get("Arguments").(object)
		payload := arguments.get("Payload").(object)
		state = state.set("Arguments", arguments.set("Payload", payload.set("key", guard(payload.get("key")))))
	}
	elsewhere := object{
		{"ErrorEquals", []string{evaluateError}},
		{"Assign", object{{k.at(), expr(here + " ? " + policy.Quote(k.otherwise(name)) + " : $" + k.at())}}},
		{"Output", expr(here + " ? $states.errorOutput : $states.input")}, {"Next", k.outcome()},
	}
	return state.set("Catch", append([]object{elsewhere}, state.list("Catch")...))
}

// otherwise is where a state leads whose own expressions fail.
func (k *cut) otherwise(name string) string {
	catch := k.states[name].list("Catch")
	return catch[len(catch)-1].get("Next").(string)
}

package compile

import (
	"slices"

	"github.com/orderloom/orderloom/shared/flow"
)

// This file counts what the machine of profile compact takes, from its states:
// Standard transitions, and stretches, which are paid for as Express requests.

// toll is what a way through the machine takes.
type toll struct{ transitions, stretches int }

func (t toll) plus(o toll) toll {
	return toll{t.transitions + o.transitions, t.stretches + o.stretches}
}

// dearest returns the greatest toll, by transitions.
func dearest(names []string, of func(string) toll) toll {
	var best toll
	for _, name := range names {
		if t := of(name); t.transitions > best.transitions || t == (toll{best.transitions, t.stretches}) && t.stretches > best.stretches {
			best = t
		}
	}
	return best
}

var (
	aStretch   = toll{2, 1} // the Task and the Choice behind it
	wrongGuess = toll{2, 0} // entered and left again, and the Choice
)

// whole is what the scope takes on its longest way that goes back nowhere.
func (k *cut) whole() toll {
	switch {
	case !k.begins:
		return toll{1, 0}.plus(k.on(k.first))
	case k.guess != "":
		return toll{1, 1}.plus(k.on(k.guess))
	}
	return aStretch.plus(dearest(k.ends(k.first), k.on))
}

// on is what the machine takes from a state on.
func (k *cut) on(name string) toll {
	if t, ok := k.known[name]; ok {
		return t
	}
	k.known[name] = toll{} // of a way that comes back here
	t := toll{k.own(name), 0}.plus(dearest(k.likely(name), func(next string) toll { return k.after(name, next) }))
	k.known[name] = t
	return t
}

// own is what a state takes itself, with the branches inside it.
func (k *cut) own(name string) int {
	for _, s := range k.b.sc.Steps {
		if s.Name == name && s.Type == flow.Parallel {
			return k.b.c.weighBranches(&s).transitions
		}
	}
	return 1
}

// after is what it takes to go from one state to the next, and on.
func (k *cut) after(name, next string) toll {
	switch {
	case !k.quick[name] && k.worth(next):
		return aStretch.plus(dearest(k.ends(next), k.on))
	case !k.quick[name] && k.isEnd(next) && k.states[name].get("Next") == next:
		return toll{}
	}
	return k.on(next)
}

// returned is what it takes to go back from a state, more than to go on.
func (k *cut) returned(name, to string) int {
	reach := func(next string) toll { return k.after(name, next) }
	if k.inside[name] {
		reach = func(next string) toll { return dearest(k.ends(next), k.on) }
	}
	return max(0, reach(to).transitions-dearest(k.likely(name), reach).transitions)
}

// tolls adds up what orders take.
func (c *compiler) tolls() {
	t := &c.result.Transitions
	for _, sc := range c.scopes { // in the order of the document
		i := slices.IndexFunc(c.cuts, func(k *cut) bool { return k.b.sc == sc })
		if i < 0 {
			c.transitions(sc)
			continue
		}
		k := c.cuts[i]
		whole := k.whole()
		if sc.each == nil {
			t.PerOrder, t.Stretches.PerOrder = whole.transitions, whole.stretches
		} else {
			t.PerFulfillmentOrder += whole.transitions
			t.Stretches.PerFulfillmentOrder += whole.stretches
		}
		for i := range sc.Steps {
			t.Returns = append(t.Returns, k.returns(&sc.Steps[i])...)
		}
	}
}

// returns are the ways back from a step.
func (k *cut) returns(s *flow.Step) []Extra {
	var all []Extra
	for _, f := range k.b.main[s.ID] {
		for _, l := range links(k.states[f.key]) {
			if l.back {
				all = append(all, Extra{s.Name, k.returned(f.key, l.to)})
			}
		}
	}
	if s.Type == flow.Reserve {
		all = append(all, Extra{s.Name, k.restocked(s)})
	}
	return all
}

// restocked is what one wait for stock takes: the wait, looking again, and the
// mistake about where the stretch before would end.
func (k *cut) restocked(s *flow.Step) int {
	again := k.after(also(s, backorder), s.Name).transitions - dearest(k.ends(s.Name), k.on).transitions
	if k.guess != "" {
		again += wrongGuess.transitions
	}
	return 1 + again
}

package compile

import (
	"github.com/orderloom/orderloom/shared/flow"
)

// parallel writes the branches as a Parallel state. Failures inside wait inside,
// while the other branches go on; the step goes on when all of them have ended.
// What is assigned in a branch is local to it: outcomes that are asked for behind
// it come back as its output.
func (b *builder) parallel(s *flow.Step) {
	var branches []object
	var results object
	for i, sc := range b.c.inside(s) {
		inner := b.c.build(sc, b)
		branches = append(branches, object{{"StartAt", inner.startState()}, {"States", inner.states()}})
		for _, out := range inner.brought() {
			results = append(results, field{branchPrefix + out.key, expr("$states.result[" + itoa(i) + "]." + out.key)})
		}
	}
	w := b.onward(s, b.atHand())
	w.assign = append(results, w.assign...)
	b.add(s, s.Name, b.around(s, object{{"Type", "Parallel"}, {"Branches", branches}}, w))
}

// brought is what the end of a drawing hands to what is around it.
func (b *builder) brought() object {
	out := object{}
	if b.sc.split == nil {
		return out
	}
	for i := range b.sc.Steps {
		if s := &b.sc.Steps[i]; b.c.brought[s.ID] {
			out = append(out, field{outcomeName(s.ID), expr("$" + outcomeName(s.ID))})
		}
	}
	return out
}

// weighBranches is what a parallel takes: all of its branches run.
func (c *compiler) weighBranches(s *flow.Step) weight {
	w := mapping
	for _, sc := range c.inside(s) {
		w.transitions += plain.plus(c.longest(sc, sc.Start, map[string]weight{})).transitions
		w.events += c.history(sc)
	}
	return w
}

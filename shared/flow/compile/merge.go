package compile

import (
	"slices"

	"github.com/orderloom/orderloom/shared/flow"
)

// checkMerges reports merges that no split comes before. Of two ways to a step
// that both go ahead from the start, some step must have parted them.
func (c *compiler) checkMerges() {
	for _, sc := range c.scopes {
		reached := sc.from(sc.Start, func(edge) bool { return true })
		ways := map[string]int{sc.Start: 1}
		for id, edges := range sc.edges {
			for _, e := range edges {
				if forward(e) && reached[id] {
					ways[e.To]++
				}
			}
		}
		for i := range sc.Steps {
			if s := &sc.Steps[i]; s.Type == flow.Merge && reached[s.ID] && ways[s.ID] < 2 {
				c.report.Add(MergeWithoutSplit, s.ID, s.At, "%q has nothing to merge: ways that go ahead to it: %d | Lead the ways that a splitter or a condition parted to it, or remove it", s.Name, ways[s.ID])
			}
		}
	}
}

// leadThrough makes every edge to a merge one to the step behind it: a merge
// orders the drawing and costs no state. The document stays as it is.
func (c *compiler) leadThrough() {
	for _, sc := range c.scopes {
		if !slices.ContainsFunc(sc.Steps, isMerge) {
			continue
		}
		was := sc.byID
		behind := func(id string) string {
			for was[id] != nil && isMerge(*was[id]) {
				id = was[id].Next.To
			}
			return id
		}
		steps := slices.DeleteFunc(slices.Clone(sc.Steps), isMerge)
		for i := range steps {
			s := &steps[i]
			s.Branches = slices.Clone(s.Branches)
			edges := []*string{&s.Next.To, &s.Yes.To, &s.No.To, &s.Otherwise.To, &s.OnFailure}
			for n := range s.Branches {
				edges = append(edges, &s.Branches[n].To.To)
			}
			for _, to := range edges {
				*to = behind(*to)
			}
		}
		sc.Start, sc.Steps = behind(sc.Start), steps
		sc.index()
	}
}

func isMerge(s flow.Step) bool { return s.Type == flow.Merge }

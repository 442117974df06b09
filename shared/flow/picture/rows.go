package picture

import (
	"cmp"
	"slices"

	"github.com/orderloom/orderloom/shared/flow"
)

// rowsOf lists the steps by the length of the longest path to them; edges that
// close a cycle do not count.
func rowsOf(sc flow.Scope, steps []*flow.Step) [][]*flow.Step {
	v := visit{byID: map[string]*flow.Step{}, open: map[string]bool{}, done: map[string]bool{}, back: map[[2]string]bool{}}
	for _, s := range steps {
		v.byID[s.ID] = s
	}
	v.from(sc.Start)
	for _, s := range steps {
		v.from(s.ID)
	}
	depth := map[string]int{}
	var rows [][]*flow.Step
	for _, id := range slices.Backward(v.left) { // each step after all that lead to it
		for _, w := range waysOf(v.byID[id]) {
			if v.byID[w.to] != nil && !v.back[[2]string{id, w.to}] {
				depth[w.to] = max(depth[w.to], depth[id]+1)
			}
		}
		for len(rows) <= depth[id] {
			rows = append(rows, nil)
		}
		rows[depth[id]] = append(rows[depth[id]], v.byID[id])
	}
	untangle(rows)
	return rows
}

// untangle orders the steps of a row by who leads to them first, so that few
// paths cross.
func untangle(rows [][]*flow.Step) {
	rank := map[string]int{}
	for _, row := range rows {
		slices.SortStableFunc(row, func(a, b *flow.Step) int { return cmp.Compare(rank[a.ID], rank[b.ID]) })
		for _, s := range row {
			for _, w := range waysOf(s) {
				if _, ranked := rank[w.to]; !ranked {
					rank[w.to] = len(rank)
				}
			}
		}
	}
}

// visit walks the steps depth first.
type visit struct {
	byID map[string]*flow.Step
	open map[string]bool // on the path that is walked
	done map[string]bool
	back map[[2]string]bool // edges that close a cycle
	left []string           // steps in the order in which they were left
}

func (v *visit) from(id string) {
	if v.byID[id] == nil || v.done[id] {
		return
	}
	v.done[id], v.open[id] = true, true
	for _, w := range slices.Backward(waysOf(v.byID[id])) {
		if v.open[w.to] {
			v.back[[2]string{id, w.to}] = true
			continue
		}
		v.from(w.to)
	}
	v.open[id] = false
	v.left = append(v.left, id)
}

package compile

import "github.com/orderloom/orderloom/shared/flow"

func (c *compiler) checkTargets() {
	for _, sc := range c.scopes {
		if sc.Start != "" && sc.byID[sc.Start] == nil {
			c.unknown("", sc.at+"/start", sc.Start)
		}
		for i := range sc.Steps {
			for _, e := range sc.edges[sc.Steps[i].ID] {
				if sc.byID[e.To] == nil {
					c.unknown(e.from.ID, e.at, e.To)
				}
			}
		}
	}
}

func (c *compiler) unknown(step, at, to string) {
	for _, s := range c.steps {
		if s.ID == to {
			c.report.Add(UnknownTarget, step, at, "step %q belongs to another drawing | Lead the path to a step of the same drawing; a for-each and a parallel go on at their own next", to)
			return
		}
	}
	c.report.Add(UnknownTarget, step, at, "there is no step %q | Lead the path to a step of this drawing", to)
}

func (c *compiler) checkReachable() {
	for _, sc := range c.scopes {
		if sc.byID[sc.Start] == nil {
			continue // everything would be unreachable
		}
		seen := sc.from(sc.Start, func(edge) bool { return true })
		for i := range sc.Steps {
			if s := &sc.Steps[i]; s.ID != "" && !seen[s.ID] {
				c.report.Add(UnreachableStep, s.ID, s.At, "no path leads to step %q | Lead a path to it, or remove it", s.Name)
			}
		}
	}
}

// from returns the steps that can be reached over certain edges, the start
// included.
func (sc *scope) from(start string, over func(edge) bool) map[string]bool {
	seen := map[string]bool{start: true}
	for queue := []string{start}; len(queue) > 0; queue = queue[1:] {
		for _, e := range sc.edges[queue[0]] {
			if over(e) && !seen[e.To] && sc.byID[e.To] != nil {
				seen[e.To] = true
				queue = append(queue, e.To)
			}
		}
	}
	return seen
}

func forward(e edge) bool { return e.Again == 0 }

// checkCycles reports the edges that close a cycle without being marked.
func (c *compiler) checkCycles() {
	for _, sc := range c.scopes {
		w := &walk{sc: sc, state: map[string]visit{}, back: func(e edge) {
			if e.from.Type == flow.Merge {
				c.report.Add(UnmarkedCycle, e.from.ID, e.at, `from %q the path goes back to %q without an end | Mark the edge that comes from there: {"to": %q, "again": {"maximum": 10}}`, e.from.ID, e.To, e.from.ID)
				return
			}
			if e.name == failureEdge {
				c.report.Add(UnmarkedCycle, e.from.ID, e.at, "the failure of %q leads back to %q without an end | Let it become an exception, which a person reprocesses, or lead it ahead", e.from.ID, e.To)
				return
			}
			c.report.Add(UnmarkedCycle, e.from.ID, e.at, `the edge from %q goes back to %q without an end | Mark it: {"to": %q, "again": {"maximum": 10}}`, e.from.ID, e.To, e.To)
		}}
		w.from(sc.Start)
		for i := range sc.Steps {
			w.from(sc.Steps[i].ID)
		}
	}
}

type visit int

const (
	unseen visit = iota
	open         // on the path that is walked
	done
)

type walk struct {
	sc    *scope
	state map[string]visit
	back  func(edge)
}

func (w *walk) from(id string) {
	if w.state[id] != unseen {
		return
	}
	w.state[id] = open
	for _, e := range w.sc.edges[id] {
		switch {
		case !forward(e):
		case w.state[e.To] == open:
			w.back(e)
		default:
			w.from(e.To)
		}
	}
	w.state[id] = done
}

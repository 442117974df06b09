package asl

import (
	"slices"

	"github.com/orderloom/orderloom/shared/jsontree"
)

// link resolves transitions and finds states that nothing leads to.
func (p *parser) link() {
	for _, s := range p.scopes {
		if s.startAt != nil && s.startAt.Kind == jsontree.String {
			if s.Start = s.names[s.startAt.Text]; s.Start == nil {
				at := place{pointer: pointer(s.pointer, "StartAt")}
				if s.parent != nil {
					at.state = s.parent.Name
				}
				p.broken = true
				p.add(UnknownTarget, at, s.startAt.Pos, "StartAt names %q, which is no state here", s.startAt.Text)
			}
		}
		for _, st := range s.States {
			p.linkState(s, st)
		}
		if s.Start != nil {
			p.reachable(s)
			p.terminal(s)
		}
	}
}

func (p *parser) linkState(s *Scope, st *State) {
	for _, e := range st.edges {
		target := s.names[e.target]
		switch {
		case target != nil:
			*e.state = target
		case p.names[e.target]:
			p.broken = true
			p.add(UnknownTarget, place{st.Name, e.pointer, ""}, e.pos, "state %q is in another branch; a transition cannot cross the border of a Parallel or Map", e.target)
		default:
			p.broken = true
			p.add(UnknownTarget, place{st.Name, e.pointer, ""}, e.pos, "there is no state %q", e.target)
		}
	}
}

func (p *parser) reachable(s *Scope) {
	seen := map[string]bool{s.Start.Name: true}
	queue := []*State{s.Start}
	for len(queue) > 0 {
		st := queue[0]
		queue = queue[1:]
		for _, e := range st.edges {
			if target := s.names[e.target]; target != nil && !seen[target.Name] {
				seen[target.Name] = true
				queue = append(queue, target)
			}
		}
	}
	for _, st := range s.States {
		if !seen[st.Name] {
			p.add(UnreachableState, place{st.Name, st.pointer, ""}, st.pos, "no transition leads to state %q", st.Name)
		}
	}
}

// terminal reports states that lead to each other for ever. A state that leads
// nowhere, or to what does not exist, has a problem of its own.
func (p *parser) terminal(s *Scope) {
	for _, st := range s.States {
		if st.End || len(st.edges) == 0 || slices.ContainsFunc(st.edges, func(e edge) bool { return *e.state == nil }) {
			return
		}
	}
	p.add(NoTerminalState, place{pointer: pointer(s.pointer, "States")}, s.pos, "nothing ends here: no state has \"End\": true or is a Succeed or Fail")
}

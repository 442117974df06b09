package compile

import (
	"strconv"

	"github.com/orderloom/orderloom/shared/flow"
)

// scope is a drawing with its edges resolved.
type scope struct {
	flow.Scope
	at    string     // JSON pointer of the object that has start and steps
	each  *flow.Step // the for-each step around it; nil outside
	byID  map[string]*flow.Step
	edges map[string][]edge // by id of the step they leave
}

// edge is one way out of a step.
type edge struct {
	flow.Edge
	from *flow.Step
	at   string // JSON pointer
	name string // apart from the other edges of its step: "", "yes", "no", number of a branch, "otherwise", failureEdge
}

// failureEdge is the name of the edge that a step takes when it failed.
const failureEdge = "failure"

// resolve finds the scopes and their edges.
func (c *compiler) resolve() {
	c.scope(c.doc.Scope, "", nil)
}

func (c *compiler) scope(drawn flow.Scope, at string, each *flow.Step) {
	sc := &scope{Scope: drawn, at: at, each: each, byID: map[string]*flow.Step{}, edges: map[string][]edge{}}
	c.scopes = append(c.scopes, sc)
	for i := range sc.Steps {
		s := &sc.Steps[i]
		if _, twice := sc.byID[s.ID]; twice || s.ID == "" {
			continue // reported by the parser
		}
		sc.byID[s.ID], sc.edges[s.ID] = s, edgesOf(s)
		if s.Type == flow.ForEach {
			c.scope(s.Inner, s.At, s)
		}
	}
}

// edgesOf lists the ways out of a step that the document gives.
func edgesOf(s *flow.Step) []edge {
	var all []edge
	add := func(e flow.Edge, at, name string) {
		if e.To != "" {
			all = append(all, edge{e, s, s.At + at, name})
		}
	}
	add(s.Next, "/next", "")
	add(s.Yes, "/yes", "yes")
	add(s.No, "/no", "no")
	for i, b := range s.Branches {
		add(b.To, "/branches/"+strconv.Itoa(i)+"/next", strconv.Itoa(i+1))
	}
	if s.Otherwise.To != flow.ToException {
		add(s.Otherwise, "/otherwise", "otherwise")
	}
	if s.OnFailure != flow.ToContinue {
		add(flow.Edge{To: s.OnFailure}, "/onFailure", failureEdge)
	}
	return all
}

// inner returns the scope of a for-each step.
func (c *compiler) inner(s *flow.Step) *scope {
	for _, sc := range c.scopes {
		if sc.each != nil && sc.each.ID == s.ID {
			return sc
		}
	}
	return nil
}

// isPrepared reports whether a step works with what the Task before it has
// computed from facts: a decision, or a wait for a date.
func isPrepared(s *flow.Step) bool {
	return isDecision(s) || s.Type == flow.WaitStep && s.Until.Field != ""
}

// isDecision reports whether a step only chooses a way.
func isDecision(s *flow.Step) bool { return s.Type == flow.Splitter || s.Type == flow.ConditionStep }

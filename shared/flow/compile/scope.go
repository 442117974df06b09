package compile

import (
	"strconv"

	"github.com/orderloom/orderloom/shared/event"
	"github.com/orderloom/orderloom/shared/flow"
)

// scope is a drawing with its edges resolved.
type scope struct {
	flow.Scope
	at    string     // JSON pointer of the object that has start and steps
	each  *flow.Step // the for-each step around it; nil outside and in a branch
	split *flow.Step // the parallel around it; nil but in a branch
	part  int        // number of the branch, from 1
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
	c.scope(&scope{Scope: c.doc.Scope})
}

// scope adds a drawing, and after it those inside its steps.
func (c *compiler) scope(sc *scope) {
	c.scopes = append(c.scopes, sc)
	sc.index()
	for i := range sc.Steps {
		s := &sc.Steps[i]
		if sc.byID[s.ID] != s {
			continue // reported by the parser
		}
		if s.Type == flow.ForEach {
			c.scope(&scope{Scope: s.Inner, at: s.At, each: s})
		}
		for n, b := range s.Parallel {
			c.scope(&scope{Scope: b.Scope, at: s.At + "/branches/" + strconv.Itoa(n), split: s, part: n + 1})
		}
	}
}

// index finds the steps by their ids, and the edges that leave them.
func (sc *scope) index() {
	sc.byID, sc.edges = map[string]*flow.Step{}, map[string][]edge{}
	for i := range sc.Steps {
		s := &sc.Steps[i]
		if _, twice := sc.byID[s.ID]; !twice && s.ID != "" {
			sc.byID[s.ID], sc.edges[s.ID] = s, edgesOf(s)
		}
	}
}

// around is the step that a drawing is inside of, nil for the document's own.
func (sc *scope) around() *flow.Step {
	if sc.split != nil {
		return sc.split
	}
	return sc.each
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
		at := "/onFailure"
		if s.Type == flow.WaitForEvent {
			at = "/onDeadline"
		}
		add(flow.Edge{To: s.OnFailure}, at, failureEdge)
	}
	return all
}

// inside returns the drawings inside a step, in the order of the document.
func (c *compiler) inside(s *flow.Step) []*scope {
	var all []*scope
	for _, sc := range c.scopes {
		if a := sc.around(); a != nil && a.ID == s.ID {
			all = append(all, sc)
		}
	}
	return all
}

// item is the variable of what a drawing is about: a fulfillment order, a line,
// or "" for the whole order.
func (sc *scope) item() string {
	if sc.each == nil {
		return ""
	}
	return sc.each.Each
}

// about is the record whose fields an action can be told: that of a for-each over
// fulfillment orders, otherwise the order.
func (sc *scope) about() event.Entity {
	if sc.item() == flow.FulfillmentOrderItems {
		return event.FulfillmentOrder
	}
	return event.Order
}

// isPrepared reports whether a step works with what the Task before it has
// computed from facts: a decision, or a wait for a date. A decision about the
// outcome of a step is one, too: what is computed is for those behind it.
func isPrepared(s *flow.Step) bool {
	return isDecision(s) || s.Type == flow.WaitStep && s.Until.Field != ""
}

// isDecision reports whether a step only chooses a way.
func isDecision(s *flow.Step) bool { return s.Type == flow.Splitter || s.Type == flow.ConditionStep }

package compile

import (
	"fmt"

	"github.com/orderloom/orderloom/shared/flow"
)

// MaxHistory is how many events Step Functions keeps of one execution; with
// more it fails.
const MaxHistory = 25_000

// weight is what a run through something takes: transitions are paid for,
// events fill the history.
type weight struct{ transitions, events int }

func (w weight) plus(o weight) weight {
	return weight{w.transitions + o.transitions, w.events + o.events}
}
func (w weight) times(n int) weight { return weight{w.transitions * n, w.events * n} }

// Weights of states. Of a Task: entered, scheduled, started, succeeded, exited;
// one that waits for its token is also submitted.
var (
	plain   = weight{1, 2}
	tasking = weight{1, 5}
	holding = weight{1, 6}
	mapping = weight{1, 4}
)

// eventsPerAttempt is what a repeated attempt adds: failed, scheduled, started.
const eventsPerAttempt = 3

// Transitions is what one order costs: Step Functions bills each transition.
type Transitions struct {
	PerOrder            int     `json:"perOrder"`
	PerFulfillmentOrder int     `json:"perFulfillmentOrder"`
	PerLine             int     `json:"perLine,omitempty"`
	Returns             []Extra `json:"returns,omitempty"` // each time an edge goes back

	Stretches Stretches `json:"stretches,omitzero"` // profile compact
}

// Stretches is how often a child runs for one order: each is an Express request.
type Stretches struct {
	PerOrder            int `json:"perOrder"`
	PerFulfillmentOrder int `json:"perFulfillmentOrder"`
}

// Extra is what going on from a step that was left backwards costs.
type Extra struct {
	Step        string `json:"step"` // name of the step that goes back
	Transitions int    `json:"transitions"`
}

// String is the cost as a formula.
func (t Transitions) String() string {
	s := fmt.Sprintf("%d per order", t.PerOrder)
	if t.PerFulfillmentOrder > 0 {
		s += fmt.Sprintf(" + %d per fulfillment order", t.PerFulfillmentOrder)
	}
	if t.PerLine > 0 {
		s += fmt.Sprintf(" + %d per line", t.PerLine)
	}
	for _, r := range t.Returns {
		s += fmt.Sprintf(" + %d each time %q goes back", r.Transitions, r.Step)
	}
	if n := t.Stretches; n != (Stretches{}) {
		s += fmt.Sprintf("; stretches: %d per order + %d per fulfillment order", n.PerOrder, n.PerFulfillmentOrder)
	}
	return s
}

// bound adds up the longest run that is possible: every edge that goes back is
// taken as often as it may be, every state once needs all its attempts, and
// nothing is reprocessed by a person.
func (c *compiler) bound() {
	history := c.history(c.scopes[0])
	c.result.MaxHistory = history + 2 // the execution's own start and end
	if c.result.MaxHistory > MaxHistory {
		c.report.Add(HistoryTooLong, "", "/steps", "a run can have %d events; Step Functions keeps %d | Lower maxLines, the maximum of for-each or of again, or split the flow", c.result.MaxHistory, MaxHistory)
	}
	if c.cutting {
		c.tolls()
		return
	}
	for _, sc := range c.scopes {
		c.transitions(sc)
	}
}

// transitions adds what orders take in a drawing whose states are all the
// machine's own.
func (c *compiler) transitions(sc *scope) {
	t := &c.result.Transitions
	once := c.longest(sc, sc.Start, map[string]weight{}).plus(plain).transitions // with its Start
	switch {
	case sc.split != nil: // its part of the parallel around it
	case sc.each == nil:
		t.PerOrder = once
	case sc.item() == flow.LineItems:
		t.PerLine += once
	default:
		t.PerFulfillmentOrder += once
	}
	for i := range sc.Steps {
		s := &sc.Steps[i]
		for _, e := range sc.edges[s.ID] {
			if e.Again > 0 {
				known := map[string]weight{}
				saved := c.longest(sc, s.ID, known).transitions - c.weigh(sc, s).transitions // of not going on from here
				t.Returns = append(t.Returns, Extra{s.Name, c.longest(sc, e.To, known).transitions - saved})
			}
		}
		if s.Type == flow.Reserve {
			t.Returns = append(t.Returns, Extra{s.Name, restocking.transitions})
		}
	}
}

// restocking is one wait for stock: the wait, and looking again.
var restocking = holding.plus(tasking).plus(plain)

func (c *compiler) history(sc *scope) int {
	events := c.beginning() + c.longest(sc, sc.Start, map[string]weight{}).events
	for i := range sc.Steps {
		s := &sc.Steps[i]
		for _, e := range sc.edges[s.ID] {
			events += int(e.Again) * c.longest(sc, e.To, map[string]weight{}).events
		}
		if s.Type == flow.Reserve {
			events += restocking.times(int(s.Wait)).events
			if c.cutting {
				events += int(s.Wait) * (stretching.events + wrongGuessEvents)
			}
		}
		if s.Type == flow.ForEach {
			events += c.items(s) * (2 + c.history(c.inside(s)[0])) // an iteration starts and succeeds
		}
		if a, _ := flow.ActionStepOf(s.Type); s.OnFailure != "" || a.Negative.Code != "" {
			events += tasking.events // its failure is noted
		}
		events += attempts(s)
		if c.stretches(s) > 0 {
			events += eventsPerAttempt * quickRetries
		}
	}
	return events
}

// items is the largest number of items that a for-each goes through.
func (c *compiler) items(s *flow.Step) int {
	if s.Each == flow.LineItems {
		return c.doc.MaxLines
	}
	return s.Maximum
}

// attempts are the events of a step whose states all need every attempt.
func attempts(s *flow.Step) int {
	perTask, own := flow.DefaultRetry().Attempts, flow.DefaultRetry().Attempts
	if s.Retry != nil {
		own = s.Retry.Attempts
	}
	if n := tasks(s); n > 0 {
		return eventsPerAttempt * (own + (n-1)*perTask)
	}
	return 0
}

// tasks counts the Tasks of a step on its way to success.
func tasks(s *flow.Step) int {
	switch s.Type {
	case flow.ValidateHeader, flow.ValidateLines, flow.CreateFulfillmentOrders, flow.WaitForShipment, flow.SetFields, flow.RaiseEvent, flow.WaitForEvent, flow.SubFlow, flow.CallFunction:
		return 1
	case flow.AssignSource, flow.Reserve, flow.HoldStep, flow.ApprovalStep:
		return 2
	case flow.SendToFulfillment:
		return 3
	case flow.ForEach:
		if s.Each == flow.LineItems {
			return 1
		}
	case flow.ProviderAction:
		if s.Raises == "" {
			return 1
		}
		return 2
	}
	return actionTasks(s)
}

// weigh is what one run through a step takes, without what is inside a for-each.
func (c *compiler) weigh(sc *scope, s *flow.Step) weight {
	w := tasking.times(tasks(s))
	switch s.Type {
	case flow.Reserve, flow.Splitter, flow.ConditionStep, flow.End:
		w = w.plus(plain)
	case flow.ForEach:
		w = w.plus(mapping) // and what lists the lines
	case flow.Parallel:
		w = c.weighBranches(s)
	case flow.WaitStep:
		w = plain
	case flow.HoldStep:
		w = holding.plus(tasking) // when its time is over
	case flow.ApprovalStep:
		w = holding.plus(tasking).plus(plain)
	case flow.WaitForShipment, flow.WaitForEvent, flow.SubFlow:
		w = holding
	case flow.SendToFulfillment:
		if _, merged := sc.merged(s); merged {
			w = tasking.times(2) // the third is the wait's
		}
	}
	if s.Type == flow.End && c.tells(sc) {
		w = tasking
	}
	if c.fetched[s.ID] {
		w = w.plus(tasking)
	}
	if s.Next.Again > 0 {
		w = w.plus(plain)
	}
	w.events += c.stretches(s)
	return w
}

// stretching is what a stretch adds that comes to nothing, so that the states of
// standard do all the work. With profile compact one may follow each wait.
var stretching = tasking.plus(plain)

// stretches are the events of those that may follow the states of a step.
func (c *compiler) stretches(s *flow.Step) int {
	waits := 0
	switch s.Type {
	case flow.ForEach, flow.WaitStep, flow.WaitForShipment, flow.SendToFulfillment:
		waits = 1
	case flow.HoldStep, flow.ApprovalStep:
		waits = 2 // when its time is over
	}
	if !c.cutting {
		waits = 0
	}
	return waits * stretching.events
}

// beginning is the first state of a scope and, with profile compact, the first
// stretch, which may end elsewhere than it was expected to.
func (c *compiler) beginning() int {
	if !c.cutting {
		return plain.events
	}
	return stretching.events + eventsPerAttempt*quickRetries + wrongGuessEvents
}

// wrongGuessEvents: entered, an expression failed, the Map failed, left.
const wrongGuessEvents = 4

// longest is the weight of the longest path on from a step that goes back nowhere.
func (c *compiler) longest(sc *scope, id string, known map[string]weight) weight {
	if w, ok := known[id]; ok {
		return w
	}
	var best weight
	for _, e := range sc.edges[id] {
		if forward(e) {
			if w := c.longest(sc, e.To, known); w.events > best.events {
				best = w
			}
		}
	}
	known[id] = c.weigh(sc, sc.byID[id]).plus(best)
	return known[id]
}

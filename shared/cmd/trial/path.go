package trial

import (
	"encoding/json"
	"strings"
	"time"

	"github.com/orderloom/orderloom/shared/engine"
	"github.com/orderloom/orderloom/shared/flow"
)

// walk reads the way of an order out of the history of its execution: what AWS
// keeps, too. Events of iterations that run at the same time are told apart by
// the events that they follow.
type walk struct {
	byID, byName map[string]*flow.Step
	at           map[int64]place // by the id of an event
	root         *lane
	transitions  int
	requests     int
}

// lane is what runs one after the other: the drawing, one iteration of a
// for-each, one branch.
type lane struct {
	visits           []*visit
	fulfillmentOrder string
	from             place // where it began
}

// visit is a stay at a step: its states that follow each other.
type visit struct {
	Visit
	step  *flow.Step // nil when the state is of none
	keys  []string   // of the calls that were made
	lanes []*lane    // that ran inside
	asked string     // key of the call that a decision follows
}

// place is where the execution stood after an event.
type place struct {
	lane    *lane
	visit   *visit
	key     string // of the latest call
	called  bool   // the state has called its function: once more is a retry
	forks   bool   // the next state begins a branch
	decides *visit // the next state tells what was decided
}

func walked(byID, byName map[string]*flow.Step, history []engine.HistoryEvent) *walk {
	w := &walk{byID: byID, byName: byName, at: map[int64]place{}, root: &lane{}}
	w.at[0] = place{lane: w.root}
	for _, e := range history {
		w.at[e.ID] = w.next(e, w.at[e.PreviousID])
	}
	return w
}

func (w *walk) next(e engine.HistoryEvent, p place) place {
	switch e.Type {
	case "MapIterationStarted":
		return place{lane: p.inside(), key: p.key}
	case "ParallelStateStarted":
		p.forks = true
		return p
	case "MapIterationSucceeded", "MapIterationFailed", "MapIterationAborted", "MapStateSucceeded", "MapStateFailed", "ParallelStateSucceeded", "ParallelStateFailed":
		if from := p.lane.from; from.visit != nil {
			return from
		}
		return p
	case "LambdaFunctionScheduled", "TaskScheduled":
		return w.call(e, p)
	}
	if strings.HasSuffix(e.Type, "StateEntered") && e.Details != nil {
		return w.enter(e, p)
	}
	return p
}

// inside begins a lane in the step that is visited.
func (p place) inside() *lane {
	from := p
	from.forks = false
	l := &lane{from: from}
	if p.visit != nil {
		p.visit.lanes = append(p.visit.lanes, l)
	}
	return l
}

// enter stays at the step, or goes on to another one.
func (w *walk) enter(e engine.HistoryEvent, p place) place {
	w.transitions++
	name, what, _ := strings.Cut(e.Details.Name, flow.StateSeparator)
	step := w.byName[name]
	if p.decides != nil {
		p.decides.taken(name, what, step)
	}
	if p.forks {
		p = place{lane: p.inside(), key: p.key}
	}
	p.called, p.decides = false, nil
	switch around := p.lane.from.visit; {
	case around != nil && around.Name == name: // the lane begins with a state of the step that holds it
		p.visit = nil
		return p
	case p.visit == nil || p.visit.Name != name || p.visit.lanes != nil:
		p.waited(w.byID, step, e.At)
		p.visit = p.lane.stay(name, step, e.At)
	}
	if step != nil && what == "" && e.Type == "ChoiceStateEntered" {
		p.visit.asked, p.decides = p.key, p.visit
	}
	return p
}

// stay begins a visit.
func (l *lane) stay(name string, step *flow.Step, at time.Time) *visit {
	v := &visit{Visit: Visit{Name: name, At: at}, step: step}
	if step != nil {
		v.Step = step.ID
	}
	l.visits = append(l.visits, v)
	return v
}

// waited adds the wait for a shipment that was one state with the sending.
func (p place) waited(byID map[string]*flow.Step, next *flow.Step, at time.Time) {
	if p.visit == nil || p.visit.step == nil || p.visit.step.Type != flow.SendToFulfillment {
		return
	}
	wait := byID[p.visit.step.Next.To]
	if wait != nil && wait.Type == flow.WaitForShipment && next != nil && next != wait && next.ID == wait.Next.To {
		p.lane.stay(wait.Name, wait, at)
	}
}

// call counts an invocation, and a retry as the transition that it costs.
func (w *walk) call(e engine.HistoryEvent, p place) place {
	w.requests++
	if p.called {
		w.transitions++
	}
	p.called = true
	if e.Details == nil || e.Details.Parameters == nil {
		return p
	}
	var in struct{ Payload flow.StepInput }
	if json.Unmarshal([]byte(*e.Details.Parameters), &in) != nil || in.Payload.Key == "" {
		return p
	}
	p.key = in.Payload.Key
	if in.Payload.FulfillmentOrder != "" {
		p.lane.fulfillmentOrder = in.Payload.FulfillmentOrder
	}
	if p.visit != nil && (len(p.visit.keys) == 0 || p.visit.keys[len(p.visit.keys)-1] != p.key) {
		p.visit.keys = append(p.visit.keys, p.key)
	}
	return p
}

// all lists the visits, what runs inside a step behind it, lane by lane.
func (l *lane) all() []*visit {
	var all []*visit
	for _, v := range l.visits {
		v.FulfillmentOrder = l.fulfillmentOrder
		all = append(all, v)
		for _, inner := range v.lanes {
			all = append(all, inner.all()...)
		}
	}
	return all
}

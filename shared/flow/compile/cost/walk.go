package cost

import (
	"slices"
	"strings"

	"github.com/orderloom/orderloom/shared/flow/compile/states"
	"github.com/orderloom/orderloom/shared/policy/jsondoc"
)

// usage is what a run through some states takes.
type usage struct{ transitions, requests, units, events int }

func (u usage) plus(o usage) usage {
	return usage{u.transitions + o.transitions, u.requests + o.requests, u.units + o.units, u.events + o.events}
}

func (u usage) times(n int) usage {
	return usage{u.transitions * n, u.requests * n, u.units * n, u.events * n}
}

// more orders ways: by transitions, then by invocations.
func (u usage) more(o usage) bool {
	if u.transitions != o.transitions {
		return u.transitions > o.transitions
	}
	return u.requests > o.requests
}

// longest returns what the longest way through the machine takes, and what one
// run through its for-each steps does, by what they go through.
func longest(machine []byte, a Assumptions) (perOrder, perItem, perLine usage, err error) {
	root, err := states.Read(machine)
	if err != nil {
		return usage{}, usage{}, usage{}, err
	}
	w := &walk{assumed: a}
	perOrder = w.scope(root)
	return perOrder, w.items, w.lines, nil
}

type walk struct {
	assumed Assumptions
	items   usage // of one fulfillment order
	lines   usage // of one line
}

func (w *walk) scope(sc states.Scope) usage {
	in := &way{walk: w, byName: map[string]states.State{}, known: map[string]result{}, open: map[string]bool{}}
	for _, st := range sc.States {
		in.byName[st.Name] = st
	}
	return in.from(sc.Start).usage
}

// way finds the longest way through one scope. Edges that lead back to a state
// that is being walked are left out, and so are those to exceptions.
type way struct {
	*walk
	byName map[string]states.State
	known  map[string]result
	open   map[string]bool
}

type result struct {
	usage
	ends bool // the way comes to an end
}

func (w *way) from(name string) result {
	if r, ok := w.known[name]; ok {
		return r
	}
	st, ok := w.byName[name]
	if !ok || w.open[name] || st.Payload().Get("answers") != nil {
		return result{}
	}
	w.open[name] = true
	best := result{ends: len(st.Next) == 0}
	for _, next := range st.Next {
		if r := w.from(next); r.ends && (!best.ends || r.more(best.usage)) {
			best = r
		}
	}
	delete(w.open, name)
	best.usage = w.state(st).plus(best.usage)
	w.known[name] = best
	return best
}

// state is what one visit takes. What runs for each fulfillment order or line is
// kept apart, the branches of a Parallel all run.
func (w *way) state(st states.State) usage {
	u := usage{transitions: 1}
	for _, inner := range st.Inner {
		once := w.scope(inner)
		switch {
		case st.Type != "Map":
			u = u.plus(once)
		case strings.Contains(states.Text(st.Node.Get("Items")), "$lines_"):
			w.lines = w.lines.plus(once)
		default:
			w.items = w.items.plus(once)
		}
	}
	if st.Type != "Task" || !strings.Contains(st.Resource, ":lambda:") {
		return u
	}
	u.requests = 1
	payload := st.Payload()
	event := states.Text(payload.Get("event"))
	if raises := payload.Get("raises"); raises != nil {
		event = states.Text(raises.Get("success"))
	}
	if event != "" || st.Function == planFunction {
		u.units, u.events = w.assumed.UnitsPerChange, 1
		if slices.Contains(w.assumed.EventsPerLine, event) {
			u.events += w.assumed.Lines
		}
	}
	if st.Waits() {
		u.units += w.assumed.UnitsPerWait
	}
	if reserves(payload) {
		u.units += w.assumed.UnitsPerStockItem * (1 + w.assumed.Lines)
	}
	return u
}

// planFunction makes the fulfillment orders and announces them, without naming
// an event in its input.
const planFunction = "OrdersCreateFulfillmentOrdersFunction"

// reserves: only a reservation is told the signal by which it is woken.
func reserves(payload *jsondoc.Node) bool {
	return strings.Contains(states.Text(payload.Get("signal")), "stock")
}

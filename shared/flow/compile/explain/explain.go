// Package explain says in words which states each step of a flow became, and
// why. It reads the compiled machine, so it cannot tell another story than what
// runs.
package explain

import (
	"fmt"
	"strings"

	"github.com/orderloom/orderloom/shared/flow"
	"github.com/orderloom/orderloom/shared/flow/compile/states"
)

// Part is a step, or a part of the machine that belongs to none, with its states.
type Part struct {
	Step   string  `json:"step,omitempty"` // id
	Name   string  `json:"name"`
	Type   string  `json:"type,omitempty"` // of the step
	Depth  int     `json:"depth"`          // 1 inside a for-each or a parallel
	States []State `json:"states"`
}

// State is one state and why it is there.
type State struct {
	Name string `json:"name"`
	Why  string `json:"why"`
}

// Of explains a compiled flow: its steps in the order of the document, after the
// machine's beginning and before its end.
func Of(doc flow.Document, machine []byte, catalog *flow.Catalog) ([]Part, error) {
	root, err := states.Read(machine)
	if err != nil {
		return nil, err
	}
	t := teller{catalog: catalog, steps: map[string]*flow.Step{}, byID: map[string]*flow.Step{}, machine: map[string][]states.State{}}
	for st := range root.All {
		t.machine[st.Step] = append(t.machine[st.Step], st)
	}
	t.learn(doc.Scope)
	t.part(nil, flow.StartState, 0)
	t.scope(doc.Scope, 0)
	t.part(nil, doc.CanceledState(), 0)
	return t.parts, nil
}

type teller struct {
	catalog *flow.Catalog
	steps   map[string]*flow.Step // by name
	byID    map[string]*flow.Step
	machine map[string][]states.State // by step name
	parts   []Part
}

func (t *teller) learn(sc flow.Scope) {
	for i := range sc.Steps {
		s := &sc.Steps[i]
		t.steps[s.Name], t.byID[strings.ReplaceAll(s.ID, "-", "_")] = s, s
		for _, inner := range s.Drawings() {
			t.learn(inner)
		}
	}
}

func (t *teller) scope(sc flow.Scope, depth int) {
	for i := range sc.Steps {
		t.part(&sc.Steps[i], sc.Steps[i].Name, depth)
		for _, inner := range sc.Steps[i].Drawings() {
			t.scope(inner, depth+1)
		}
	}
}

func (t *teller) part(s *flow.Step, name string, depth int) {
	all := t.machine[name]
	if len(all) == 0 && s == nil {
		return // nothing is canceled in this machine
	}
	p := Part{Name: name, Depth: depth}
	if s != nil {
		p.Step, p.Type = s.ID, string(s.Type)
	}
	for _, st := range all {
		p.States = append(p.States, State{st.Name, t.why(st)})
	}
	t.parts = append(t.parts, p)
}

// Text is the explanation for people.
func Text(parts []Part) string {
	var b strings.Builder
	for _, p := range parts {
		indent := strings.Repeat("    ", p.Depth)
		kind := ""
		if p.Type != "" {
			kind = fmt.Sprintf(" (%s, id %s)", p.Type, p.Step)
		}
		states := "1 state"
		switch n := len(p.States); {
		case n == 0: // a merge, or the end of what a child runs
			states = "no state: what leads here leads on, or ends, at once"
		case n > 1:
			states = fmt.Sprintf("%d states", n)
		}
		fmt.Fprintf(&b, "%s%s%s: %s\n", indent, p.Name, kind, states)
		for _, st := range p.States {
			fmt.Fprintf(&b, "%s  - %s: %s.\n", indent, st.Name, st.Why)
		}
	}
	return b.String()
}

// Package states reads a compiled machine back, state by state in the order of
// the document: what explains a machine, prices it or grants it its rights looks
// at what was written, not at what was meant.
package states

import (
	"strings"

	"github.com/orderloom/orderloom/shared/fault"
	"github.com/orderloom/orderloom/shared/flow"
	"github.com/orderloom/orderloom/shared/policy/jsondoc"
)

// Scope is a machine, the inside of a Map or a branch of a Parallel.
type Scope struct {
	Start  string
	States []State
}

// State is one state.
type State struct {
	Name     string
	Step     string // name of the step that it belongs to
	What     string // what else its name says, "" for the state of the step's name
	Type     string
	Resource string // of a Task
	Function string // id in the placeholder, e.g. "OrdersApplyEventFunction"; "" when it invokes none
	Next     []string
	Caught   []string // where its Catch leads
	Inner    []Scope
	Node     *jsondoc.Node // all of it
}

// Read reads a machine.
func Read(machine []byte) (Scope, error) {
	p := jsondoc.Parse(machine)
	if err := p.Problems().Err(); err != nil {
		return Scope{}, fault.Wrap(err, fault.Internal, "reading a compiled machine")
	}
	return scope(p.Root), nil
}

func scope(n *jsondoc.Node) Scope {
	sc := Scope{Start: Text(n.Get("StartAt"))}
	for _, m := range members(n.Get("States")) {
		sc.States = append(sc.States, state(m.Key, m.Value))
	}
	return sc
}

func state(name string, n *jsondoc.Node) State {
	st := State{Name: name, Type: Text(n.Get("Type")), Resource: Text(n.Get("Resource")), Node: n}
	st.Step, st.What, _ = strings.Cut(name, flow.StateSeparator)
	st.Function = Placeholder(Text(n.Get("Arguments").Get("FunctionName")))
	for _, rule := range items(n.Get("Choices")) {
		st.lead(rule.Get("Next"))
	}
	st.lead(n.Get("Default"))
	st.lead(n.Get("Next"))
	for _, k := range items(n.Get("Catch")) {
		st.Caught = append(st.Caught, Text(k.Get("Next")))
	}
	for _, branch := range items(n.Get("Branches")) {
		st.Inner = append(st.Inner, scope(branch))
	}
	if inner := n.Get("ItemProcessor"); inner != nil {
		st.Inner = append(st.Inner, scope(inner))
	}
	return st
}

func (st *State) lead(to *jsondoc.Node) {
	if to != nil {
		st.Next = append(st.Next, to.Text)
	}
}

// Payload is what a Task hands its function; nil when it hands it nothing.
func (st *State) Payload() *jsondoc.Node { return st.Node.Get("Arguments").Get("Payload") }

// Waits reports whether a Task waits for its token.
func (st *State) Waits() bool { return strings.HasSuffix(st.Resource, ".waitForTaskToken") }

// Runs reports whether a Task runs another machine to its end.
func (st *State) Runs() bool {
	return strings.HasPrefix(st.Resource, "arn:aws:states:::aws-sdk:sfn:startSyncExecution")
}

// All yields every state, those inside others after them.
func (sc Scope) All(yield func(State) bool) { sc.each(yield) }

func (sc Scope) each(yield func(State) bool) bool {
	for _, st := range sc.States {
		if !yield(st) {
			return false
		}
		for _, inner := range st.Inner {
			if !inner.each(yield) {
				return false
			}
		}
	}
	return true
}

// Text is the text of a node, "" when there is none.
func Text(n *jsondoc.Node) string {
	if n == nil {
		return ""
	}
	return n.Text
}

// Placeholder is the name in a text "${name}", "" when it is none.
func Placeholder(text string) string {
	name, ok := strings.CutPrefix(text, "${")
	if !ok || !strings.HasSuffix(name, "}") {
		return ""
	}
	return strings.TrimSuffix(name, "}")
}

func members(n *jsondoc.Node) []jsondoc.Member {
	if n == nil {
		return nil
	}
	return n.Members
}

func items(n *jsondoc.Node) []*jsondoc.Node {
	if n == nil {
		return nil
	}
	return n.Items
}

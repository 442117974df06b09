package asl

import (
	"fmt"
	"slices"
	"strconv"

	"github.com/orderloom/orderloom/shared/jsonata"
	"github.com/orderloom/orderloom/shared/jsontree"
)

// MaxDefinition is the largest definition in bytes, as on AWS.
const MaxDefinition = 1 << 20

// Parse reads a definition. With problems the machine is nil. The options are
// given to every JSONata expression; without jsonata.WithEnv an expression that asks for
// the time or for chance fails when it is evaluated.
func Parse(data []byte, options ...jsonata.Option) (*Machine, Problems) {
	p := &parser{data: data, options: options, machine: &Machine{}, names: map[string]bool{}, compiled: map[string]*jsonata.Expr{}}
	p.parse()
	slices.SortStableFunc(p.problems, func(a, b Problem) int { return a.Position - b.Position })
	if len(p.problems) > 0 {
		return nil, p.problems
	}
	return p.machine, nil
}

type parser struct {
	data     []byte
	options  []jsonata.Option
	machine  *Machine
	problems Problems
	names    map[string]bool // names of states seen so far
	scopes   []*Scope
	exprs    []*Expr
	compiled map[string]*jsonata.Expr // by source
	language Language                 // of the machine
	broken   bool                     // a transition or name is wrong: who sets a variable cannot be known
	paths    bool                     // the state that is read uses JSONPath
}

// place is where the parser stands, for messages.
type place struct {
	state   string
	pointer string
	field   string // inside the state, slash-separated
}

func (at place) in(key string) place {
	at.pointer = pointer(at.pointer, key)
	if at.field != "" {
		key = at.field + "/" + key
	}
	at.field = key
	return at
}

func itoa(i int) string { return strconv.Itoa(i) }

func (p *parser) add(code string, at place, pos int, format string, args ...any) {
	p.problems = append(p.problems, Problem{code, at.state, at.pointer, pos, fmt.Sprintf(format, args...)})
}

func (p *parser) parse() {
	if len(p.data) > MaxDefinition {
		p.add(InvalidValue, place{}, 0, "the definition has %d bytes, more than %d", len(p.data), MaxDefinition)
		return
	}
	root, pos, err := jsontree.Parse(p.data, maxDepth, func(pos int, _, key string) {
		p.add(InvalidJSON, place{}, pos, "the key %q stands twice in one object", key)
	})
	if err != nil {
		p.add(InvalidJSON, place{}, pos, "not valid JSON: %v", err)
		return
	}
	if root.Kind != jsontree.Object {
		p.add(InvalidJSON, place{}, root.Pos, "a definition is an object, not %s", called(root.Kind))
		return
	}
	at := place{}
	p.known(at, root, "Comment", "QueryLanguage", "StartAt", "States", "TimeoutSeconds", "Version")
	p.machine.Comment = p.text(at, root, "Comment")
	p.machine.TimeoutSeconds = p.whole(at, root, "TimeoutSeconds", 0, 1, maxSeconds)
	if v := p.text(at, root, "Version"); v != "" && v != "1.0" {
		p.add(InvalidValue, at.in("Version"), root.Get("Version").Pos, "Version is %q, only 1.0 exists", v)
	}
	p.machineLanguage(at, root)
	p.machine.Scope = p.scope(at, root, nil)
	p.link()
	if !p.broken {
		p.variables()
	}
}

// scope reads StartAt and States of a machine, branch or processor.
func (p *parser) scope(at place, n *node, parent *State) *Scope {
	s := &Scope{names: map[string]*State{}, parent: parent, pointer: at.pointer}
	p.scopes = append(p.scopes, s)
	if s.startAt = n.Get("StartAt"); s.startAt == nil {
		p.add(MissingField, at, n.Pos, "StartAt is missing")
	} else if s.startAt.Kind != jsontree.String {
		p.wrongKind(at.in("StartAt"), s.startAt, "a string")
	}
	states := n.Get("States")
	if states == nil {
		p.add(MissingField, at, n.Pos, "States is missing")
		s.startAt = nil // it can name nothing
		return s
	}
	here := at.in("States")
	s.pos = states.Pos
	if states.Kind != jsontree.Object || len(states.Members) == 0 {
		p.add(InvalidValue, here, states.Pos, "States is an object with at least one state")
		s.startAt = nil
		return s
	}
	for _, m := range states.Members {
		st := &State{Name: m.Key, scope: s, pos: m.Pos, pointer: pointer(here.pointer, m.Key)}
		if p.names[m.Key] {
			p.broken = true
			p.add(DuplicateState, place{m.Key, st.pointer, ""}, m.Pos, "the name %q is taken; names of states are unique in the whole machine", m.Key)
		}
		p.names[m.Key] = true
		st.Index = len(p.machine.States)
		p.machine.States = append(p.machine.States, st)
		s.States = append(s.States, st)
		s.names[m.Key] = st
		p.state(st, m)
	}
	return s
}

package jsonpath

import (
	"strconv"
	"strings"

	"github.com/orderloom/orderloom/shared/jsonata"
)

// Scope is what an expression can see.
type Scope struct {
	Input   any                    // $
	Context func() *jsonata.Object // $$, asked for only when it is read
	Vars    jsonata.Vars           // $name
	Env     jsonata.Env            // chance for States.MathRandom and States.UUID
}

// Path is a compiled path, safe for concurrent use.
type Path struct {
	src      string
	root     root
	variable string // name, when the root is one
	steps    []step
	definite bool
}

type root byte

const (
	input root = iota
	context
	variable
)

type kind byte

const (
	child    kind = iota // one key
	nth                  // one index
	keys                 // several keys
	indexes              // several indexes
	slice                // a range of indexes
	wildcard             // all values
	descent              // the node and everything inside it
	filter               // the items that a condition holds for
)

// step leads from a node to others.
type step struct {
	kind     kind
	names    []string
	indexes  []int
	from, to int  // slice
	open     bool // slice: to the end
	filter   condition
}

// one reports whether the step leads to at most one node.
func (s *step) one() bool { return s.kind == child || s.kind == nth }

// String is the key or index of a step that leads to one node, else "".
func (s *step) String() string {
	switch s.kind {
	case child:
		return s.names[0]
	case nth:
		return strconv.Itoa(s.indexes[0])
	}
	return ""
}

// Source is the text that was compiled.
func (p *Path) Source() string { return p.src }

// IsReference reports whether the path can name only one node, by keys and
// indexes from the start, so that something can be put there.
func (p *Path) IsReference() bool {
	for i := range p.steps {
		if s := &p.steps[i]; !s.one() || s.kind == nth && s.indexes[0] < 0 {
			return false
		}
	}
	return true
}

// FromInput reports whether the path starts at $.
func (p *Path) FromInput() bool { return p.root == input }

// FromContext reports whether the path starts at $$.
func (p *Path) FromContext() bool { return p.root == context }

// Covers reports whether what the path yields can include the node that the
// keys lead to from its start.
func (p *Path) Covers(keys ...string) bool {
	for i, key := range keys {
		if i == len(p.steps) {
			return true
		}
		switch s := &p.steps[i]; {
		case s.kind != child:
			return true // not worth a closer look
		case s.names[0] != key:
			return false
		}
	}
	return len(p.steps) == len(keys)
}

// Canonical is the path in brackets, as AWS's messages have it.
func (p *Path) Canonical() string {
	var b strings.Builder
	b.WriteByte('$')
	for i := range p.steps {
		switch s := &p.steps[i]; s.kind {
		case child:
			b.WriteString("['" + s.names[0] + "']")
		case nth:
			b.WriteString("[" + strconv.Itoa(s.indexes[0]) + "]")
		default:
			return p.src
		}
	}
	return b.String()
}

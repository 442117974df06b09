package jsonpath

import (
	"slices"
	"strings"
)

// maxCalls is AWS's limit of intrinsic functions in one field.
const maxCalls = 10

// Expr is a compiled value of a payload template: a path or an intrinsic
// function. It is safe for concurrent use.
type Expr struct {
	src   string
	node  node
	paths []*Path
}

// node is a path, a literal or a call.
type node interface {
	Eval(*Scope) (any, error)
}

// Compile compiles a path or an intrinsic function. A failure is an *Error.
func Compile(src string) (*Expr, error) {
	s := &scanner{src: src}
	e := &Expr{src: src}
	var err *Error
	switch {
	case strings.HasPrefix(src, "$"):
		e.node, err = s.argumentPath(e)
	case strings.HasPrefix(src, "States."):
		e.node, err = s.call(e)
	default:
		err = s.fail(0, "a path begins with $ and an intrinsic function with States., not with %s", s.found())
	}
	if s.space(); err == nil && s.pos < len(src) {
		err = s.fail(s.pos, "the expression ends before %s", s.found())
	}
	if err != nil {
		return nil, err
	}
	return e, nil
}

// Source is the text that was compiled.
func (e *Expr) Source() string { return e.src }

// Eval yields the expression's value in the scope. A failure is an *Error.
func (e *Expr) Eval(s *Scope) (any, error) { return e.node.Eval(s) }

// Path is the whole expression as a path, nil when it is a function.
func (e *Expr) Path() *Path {
	p, _ := e.node.(*Path)
	return p
}

// Function is the name of the function that the whole expression is, "" when it
// is a path.
func (e *Expr) Function() string {
	if _, ok := e.node.(*call); !ok {
		return ""
	}
	return e.src[:strings.IndexByte(e.src, '(')]
}

// Paths are all paths in the expression, in the order of the text.
func (e *Expr) Paths() []*Path { return slices.Clone(e.paths) }

// Vars lists the variables that the expression reads, without $, sorted.
func (e *Expr) Vars() []string {
	var names []string
	for _, p := range e.paths {
		if p.root == variable {
			names = append(names, p.variable)
		}
	}
	slices.Sort(names)
	return slices.Compact(names)
}

package jsonata

import (
	"context"
	"time"
)

// checkEvery is how many steps pass between two looks at the context.
const checkEvery = 1024

// run is the state of one evaluation.
type run struct {
	ctx    context.Context
	env    *Env
	limits *Limits
	vars   Vars
	root   any // what $$ means
	steps  int // steps left
	check  int // value of steps at which to look at the context again
	depth  int
	now    time.Time // asked once, then kept
	frame  frame     // outermost scope
}

// tick counts n steps of work.
func (r *run) tick(n int) error {
	if r.steps -= n; r.steps < r.check {
		return r.examine()
	}
	return nil
}

func (r *run) examine() error {
	if r.steps < 0 {
		return failToken(CodeLimit, "steps")
	}
	r.check = r.steps - checkEvery
	if r.ctx != nil {
		if err := r.ctx.Err(); err != nil {
			e := failToken(CodeLimit, "time")
			e.Err = err
			return e
		}
	}
	return nil
}

// enter counts one level of recursion into a value that the evaluation may have
// made arbitrarily deep; leave ends it.
func (r *run) enter() error {
	if r.depth++; r.depth > r.limits.Depth {
		return failToken(CodeLimit, "depth")
	}
	return r.tick(1)
}

func (r *run) leave() { r.depth-- }

// A step is counted for about this many items or bytes that are made, so that
// the limit of steps bounds the memory that an evaluation can hold, too.
const (
	itemsPerStep = 4
	bytesPerStep = 64
)

// room refuses an array of more than the allowed number of items and counts
// the work of making it.
func (r *run) room(items int) error { return r.grow(items, items) }

// grow is room for an array that grew by some items to as many as it has now.
func (r *run) grow(by, items int) error {
	if items > r.limits.Sequence {
		return failToken(CodeTooLarge, "array")
	}
	return r.tick(by / itemsPerStep)
}

// text refuses a string of more than the allowed number of bytes and counts
// the work of making it.
func (r *run) text(bytes int) error { return r.lengthen(bytes, bytes) }

// lengthen is text for a string that grew by some bytes to as many as it has now.
func (r *run) lengthen(by, bytes int) error {
	if bytes > r.limits.Text || bytes < 0 {
		return failToken(CodeTooLarge, "string")
	}
	return r.tick(by / bytesPerStep)
}

// frame is a scope: the variables bound in a block or a function call.
type frame struct {
	run    *run
	parent *frame
	binds  []binding
	shared bool       // binds belongs to a tuple and must be copied before a change
	first  [2]binding // room for the usual few, saves an allocation
}

type binding struct {
	name string
	val  any
}

func (f *frame) child() *frame { return &frame{run: f.run, parent: f} }

func (f *frame) bind(name string, v any) {
	if f.shared {
		f.binds, f.shared = append([]binding(nil), f.binds...), false
	}
	for i := range f.binds {
		if f.binds[i].name == name {
			f.binds[i].val = v
			return
		}
	}
	if f.binds == nil {
		f.binds = f.first[:0]
	}
	f.binds = append(f.binds, binding{name, v})
}

// lookup finds a variable: in the scopes, which may even bind $$, in the given
// ones, among the built-in functions.
func (f *frame) lookup(name string) any {
	r := f.run
	for ; f != nil; f = f.parent {
		for i := range f.binds {
			if f.binds[i].name == name {
				return f.binds[i].val
			}
		}
	}
	if name == "$" {
		return r.root
	}
	if v, ok := r.vars[name]; ok {
		return v
	}
	if b := builtins()[name]; b != nil {
		return b
	}
	return undef
}

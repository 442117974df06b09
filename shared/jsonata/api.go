package jsonata

import (
	"context"
	"sync"
	"time"
)

// Vars gives values to free variables; names are without the $.
type Vars map[string]any

// Env is where an evaluation gets time and chance from. A nil field means the
// function that needs it fails with T1006, so that a program that must be
// reproducible cannot use the wall clock by accident.
type Env struct {
	Now    func() time.Time // $now, $millis: asked once per Eval
	Random func() float64   // in [0, 1): $random, $shuffle
	UUID   func() string    // $uuid
}

// Limits bound one evaluation. A zero field means its default. The context given
// to Eval bounds its time.
type Limits struct {
	Depth    int // nesting of evaluated nodes through function calls; default 20,000
	Steps    int // evaluated nodes, items, and each 64 bytes made or read; default 20,000,000
	Sequence int // items in one array or sequence; default 1,000,000
	Text     int // bytes in one string; default 16 MiB
}

// defaultLimits are used for the fields that WithLimits leaves zero.
var defaultLimits = Limits{Depth: 20_000, Steps: 20_000_000, Sequence: 1_000_000, Text: 16 << 20}

// Option changes how an expression is compiled and evaluated.
type Option func(*Expr)

// WithEnv sets the sources of time and chance.
func WithEnv(env Env) Option { return func(e *Expr) { e.env = env } }

// WithLimits sets the bounds of each evaluation.
func WithLimits(l Limits) Option { return func(e *Expr) { e.limits = l } }

// Expr is a compiled expression, safe for concurrent use.
type Expr struct {
	src    string
	root   evaluator
	vars   []string
	env    Env
	limits Limits
	runs   sync.Pool // of *run: each evaluation needs one, and no longer than it lasts
}

// Source is the text that was compiled.
func (e *Expr) Source() string { return e.src }

// Vars lists the free variables that the expression uses, without $, sorted:
// those that are neither bound in it, before they are used, nor built-in
// functions.
func (e *Expr) Vars() []string { return append([]string{}, e.vars...) }

// Compile parses and checks an expression. A failure is an *Error.
func Compile(src string, opts ...Option) (*Expr, error) {
	e := &Expr{src: src}
	for _, o := range opts {
		o(e)
	}
	e.limits = e.limits.withDefaults()
	tree, err := parse(src)
	if err != nil {
		return nil, err
	}
	if e.root, e.vars, err = compile(tree); err != nil {
		return nil, err
	}
	return e, nil
}

func (l Limits) withDefaults() Limits {
	d := defaultLimits
	if l.Depth > 0 {
		d.Depth = l.Depth
	}
	if l.Steps > 0 {
		d.Steps = l.Steps
	}
	if l.Sequence > 0 {
		d.Sequence = l.Sequence
	}
	if l.Text > 0 {
		d.Text = l.Text
	}
	return d
}

// Eval evaluates the expression on input with the given variables. It returns
// Undefined where the expression yields nothing; a failure is an *Error.
func (e *Expr) Eval(ctx context.Context, input any, vars Vars) (any, error) {
	r, _ := e.runs.Get().(*run)
	if r == nil {
		r = &run{}
	}
	*r = run{ctx: ctx, env: &e.env, limits: &e.limits, vars: vars, root: input, steps: e.limits.Steps, check: e.limits.Steps - checkEvery}
	r.frame.run = r
	if _, ok := input.([]any); ok {
		input = &array{items: []any{input}, flags: flagSeq | flagOuter}
	}
	v, err := e.root.eval(&r.frame, input)
	if err == nil {
		v, err = r.export(v, 0)
	}
	if err != nil {
		return nil, r.outward(err) // which may hold what the frame has bound
	}
	*r = run{}
	e.runs.Put(r)
	return v, nil
}

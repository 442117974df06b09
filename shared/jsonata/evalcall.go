package jsonata

// call invokes a function.
type call struct {
	proc   evaluator
	name   string
	args   []evaluator
	tail   bool
	tailAt place  // of the function's name, for errors of the tail call
	asName string // set if proc is a bare name, to help who forgot the $
	pos    place
}

func (c *compiler) call(n *node) (evaluator, error) {
	out, err := c.callParts(n)
	if err != nil {
		return nil, err
	}
	out.tail, out.tailAt = n.tail, n.lhs.pos
	return out, nil
}

func (c *compiler) callParts(n *node) (*call, error) {
	out := &call{name: n.lhs.text, pos: n.pos}
	var err error
	if out.proc, err = c.node(n.lhs); err != nil {
		return nil, err
	}
	if n.lhs.kind == kindPath {
		out.asName, out.name = n.lhs.list[0].text, n.lhs.list[0].text
	}
	for _, a := range n.list {
		var e evaluator
		if a.kind != kindPlaceholder {
			if e, err = c.node(a); err != nil {
				return nil, err
			}
		}
		out.args = append(out.args, e)
	}
	return out, nil
}

func (n *call) eval(f *frame, in any) (any, error) { return n.invoke(f, in, nil, false) }

// invoke calls with the arguments, and with first before them if hasFirst.
func (n *call) invoke(f *frame, in any, first any, hasFirst bool) (any, error) {
	if err := f.run.tick(1); err != nil {
		return nil, err
	}
	fn, err := n.proc.eval(f, in)
	if err != nil {
		return nil, err
	}
	if err := n.forgotten(f, fn, "T1005"); err != nil {
		return nil, err
	}
	args := make([]any, 0, len(n.args)+1)
	if hasFirst {
		args = append(args, first)
	}
	for _, a := range n.args {
		v, err := a.eval(f, in)
		if err != nil {
			return nil, err
		}
		args = append(args, v)
	}
	if n.tail && !hasFirst {
		return &tailCall{fn, args, n.tailAt, n.name}, nil
	}
	return applyAt(f.run, fn, args, in, n.pos, n.name)
}

// forgotten refuses a bare name that is a function when written with $.
func (n *call) forgotten(f *frame, fn any, code string) error {
	if n.asName == "" || !IsUndefined(fn) || IsUndefined(f.lookup(n.asName)) {
		return nil
	}
	return n.pos.fail(code, n.asName, nil)
}

// partial applies a function to some of its arguments; nil ones stay open.
type partial struct{ *call }

func (c *compiler) partial(n *node) (evaluator, error) {
	p, err := c.callParts(n)
	return &partial{p}, err
}

func (n *partial) eval(f *frame, in any) (any, error) {
	fixed := make([]any, len(n.args))
	for i, a := range n.args {
		if a == nil {
			continue
		}
		v, err := a.eval(f, in)
		if err != nil {
			return nil, err
		}
		fixed[i] = v
	}
	v, err := n.proc.eval(f, in)
	if err != nil {
		return nil, err
	}
	if err := n.forgotten(f, v, "T1007"); err != nil {
		return nil, err
	}
	fn, ok := v.(*function)
	if !ok {
		return nil, n.pos.fail("T1008", n.name, nil)
	}
	return n.bind(fn, fixed), nil
}

func (n *partial) bind(fn *function, fixed []any) *function {
	open := 0
	for _, a := range n.args {
		if a == nil {
			open++
		}
	}
	inner := *fn
	if fn.native == nil {
		inner.sig = nil // the reference does not check a lambda's signature here
	}
	return &function{name: fn.name, arity: open, native: func(r *run, in any, args []any) (any, error) {
		full := append([]any(nil), fixed...)
		next := 0
		for i, a := range n.args {
			if a == nil {
				full[i] = argAt(args, next)
				next++
			}
		}
		return apply(r, &inner, full, in)
	}}
}

package jsonata

type literal struct{ value any }

func (n *literal) eval(*frame, any) (any, error) { return n.value, nil }

// contextNode is $.
type contextNode struct{}

func (contextNode) eval(_ *frame, in any) (any, error) {
	if a, ok := in.(*array); ok && a.flags&flagOuter != 0 {
		return collapse(a.items[0]), nil
	}
	return collapse(in), nil
}

// rootNode is $$.
type rootNode struct{}

func (rootNode) eval(f *frame, _ any) (any, error) { return f.run.root, nil }

// variable is bound somewhere in the expression.
type variable struct{ name string }

func (n *variable) eval(f *frame, _ any) (any, error) { return collapse(f.lookup(n.name)), nil }

// freeVariable is bound nowhere in the expression, so no scope has it.
type freeVariable struct{ name string }

func (n *freeVariable) eval(f *frame, _ any) (any, error) {
	if v, ok := f.run.vars[n.name]; ok {
		return v, nil
	}
	return undef, nil
}

// builtinNode is a built-in function, unless a given variable hides it.
type builtinNode struct {
	name string
	fn   *function
}

func (n *builtinNode) eval(f *frame, _ any) (any, error) {
	if len(f.run.vars) > 0 {
		if v, ok := f.run.vars[n.name]; ok {
			return v, nil
		}
	}
	return n.fn, nil
}

type bind struct {
	name  string
	value evaluator
}

func (n *bind) eval(f *frame, in any) (any, error) {
	v, err := n.value.eval(f, in)
	if err != nil {
		return nil, err
	}
	f.bind(n.name, v)
	return collapse(v), f.run.tick(1 + len(f.binds)/itemsPerStep)
}

type block struct {
	list   []evaluator
	scoped bool // something is bound in it
}

func (n *block) eval(f *frame, in any) (v any, err error) {
	if n.scoped {
		f = f.child()
	}
	v = undef
	for _, e := range n.list {
		if v, err = e.eval(f, in); err != nil {
			return nil, err
		}
	}
	return collapse(v), nil
}

type condition struct{ test, then, otherwise evaluator }

func (n *condition) eval(f *frame, in any) (any, error) {
	v, err := n.test.eval(f, in)
	if err != nil {
		return nil, err
	}
	yes, err := truth(f.run, v)
	if err != nil {
		return nil, err
	}
	branch := n.then
	if !yes {
		branch = n.otherwise
	}
	if branch == nil {
		return undef, nil
	}
	v, err = branch.eval(f, in)
	return collapse(v), err
}

// finish applies filters and grouping to the result of a node and gives a
// sequence its value.
type finish struct {
	inner   evaluator
	filters []filter
	group   *group
	keep    bool
}

func (n *finish) eval(f *frame, in any) (any, error) {
	v, err := n.inner.eval(f, in)
	if err != nil {
		return nil, err
	}
	for i := range n.filters {
		if v, err = n.filters[i].apply(f, v); err != nil {
			return nil, err
		}
	}
	if n.keep && len(n.filters) > 0 && !isArray(v) {
		v = newSeq(v)
	}
	if n.group != nil {
		if v, err = n.group.eval(f, v); err != nil {
			return nil, err
		}
	}
	if a, ok := v.(*array); ok && n.keep && a.flags&(flagSeq|flagKeep) == flagSeq {
		v = &array{items: a.items, flags: a.flags | flagKeep}
	}
	return collapse(v), nil
}

package jsonata

// streamOf compiles a step on tuples: a block of tuples hands its bindings on.
func (c *compiler) streamOf(n *node) (evaluator, error) {
	switch {
	case n.kind == kindBlock && n.tuple:
		return c.streamBlock(n)
	case n.kind == kindPath:
		for _, s := range n.list {
			if s.tuple {
				return c.tuplePath(n, n.tuple)
			}
		}
	}
	return c.node(n)
}

// streamBlock is a block whose last expression yields tuples, with the filters
// and the grouping behind it.
type streamBlock struct {
	block
	filters []filter
	group   *group
}

func (c *compiler) streamBlock(n *node) (_ *streamBlock, err error) {
	out := &streamBlock{block: block{scoped: c.open(n.list...)}}
	last := len(n.list) - 1
	if out.list, err = c.nodes(n.list[:last]); err == nil {
		var e evaluator
		e, err = c.streamOf(n.list[last])
		out.list = append(out.list, e)
	}
	c.close()
	if err != nil {
		return nil, err
	}
	c.scope = &scope{parent: c.scope, names: map[string]bool{}}
	defer c.close()
	n.bindings(func(name string) { c.scope.names[name] = true })
	if out.filters, err = c.filters(n.predicates); err != nil {
		return nil, err
	}
	if n.group != nil {
		out.group, err = c.group(n.group)
	}
	return out, err
}

func (n *streamBlock) eval(f *frame, in any) (any, error) {
	v, err := n.block.eval(f, in)
	for i := 0; err == nil && i < len(n.filters); i++ {
		if s, ok := v.(*stream); ok {
			var list []tuple
			list, err = n.filters[i].applyTuples(f, s.list)
			v = &stream{list}
		} else {
			v, err = n.filters[i].apply(f, v)
		}
	}
	if err != nil {
		return nil, err
	}
	s, ok := v.(*stream)
	switch {
	case n.group == nil:
		return collapse(v), nil
	case ok && len(s.list) > 0:
		return n.group.evalTuples(f, s.list)
	case ok:
		v = nothing
	}
	return n.group.eval(f, v)
}

// contextsOf stands where a block of tuples is no step: only what it yields
// counts, not its bindings.
type contextsOf struct {
	inner evaluator
	keep  bool
}

func (n *contextsOf) eval(f *frame, in any) (any, error) {
	v, err := n.inner.eval(f, in)
	if err != nil {
		return nil, err
	}
	if v, err = plainOf(f.run, v); err != nil {
		return nil, err
	}
	if a, ok := v.(*array); ok && n.keep && a.flags&flagSeq != 0 {
		v = &array{items: a.items, flags: a.flags | flagKeep}
	}
	return collapse(v), nil
}

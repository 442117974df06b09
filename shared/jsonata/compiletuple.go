package jsonata

import "slices"

// tuplePath compiles a path of which some step works on tuples. With stream it
// yields them, else their contexts.
func (c *compiler) tuplePath(n *node, stream bool) (_ *tuplePath, err error) {
	first := slices.IndexFunc(n.list, func(s *node) bool { return s.tuple })
	p := &tuplePath{stream: stream}
	if n.list[0].consArray && first == 0 { // evaluated once; binds nothing, as in the reference
		p.skip, first = n.list[0].focus != "", 1
	} else {
		p.whole = first > 0
	}
	before := &node{kind: kindPath, list: n.list[:first], keepSingles: n.keepSingles, keepArray: n.keepArray}
	if p.prefix, err = c.plainPath(before, n.list[0]); err != nil {
		return nil, err
	}
	p.prefix.prefix = true
	c.scope = &scope{parent: c.scope, names: map[string]bool{}}
	defer c.close()
	for _, s := range n.list[first:] {
		st, err := c.tupleStep(s)
		if err != nil {
			return nil, err
		}
		p.steps = append(p.steps, st)
	}
	if n.group != nil {
		p.prefix.group, err = c.group(n.group)
	}
	return p, err
}

func (c *compiler) tupleStep(n *node) (s tupleStep, err error) {
	s.focus, s.index = n.focus, n.index
	if n.ancestor != nil {
		s.ancestor = n.ancestor.label
	}
	if n.kind == kindSort {
		s.sort, err = c.sorter(n)
	} else {
		s.node, err = c.streamOf(n)
	}
	if err != nil {
		return s, err
	}
	n.bindings(func(name string) { c.scope.names[name] = true })
	for _, st := range n.stages {
		var t tupleStage
		if st.filter == nil {
			t.index = st.index
		} else if t.filter, err = c.filter(st); err != nil {
			return s, err
		}
		s.stages = append(s.stages, t)
	}
	return s, nil
}

// bindings calls add for every variable that the tuples of n carry.
func (n *node) bindings(add func(string)) {
	for _, name := range []string{n.focus, n.index} {
		if name != "" {
			add(name)
		}
	}
	for _, s := range n.stages {
		if s.index != "" {
			add(s.index)
		}
	}
	if (n.kind == kindBlock || n.kind == kindPath) && n.tuple {
		last := n.list
		if n.kind == kindBlock {
			last = n.list[len(n.list)-1:]
		}
		for _, s := range last {
			s.bindings(add)
		}
	}
}

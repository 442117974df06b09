package jsonata

import "slices"

// path evaluates its steps one after the other, each on every item that the
// step before yields.
type path struct {
	steps   []step
	fromVar bool // starts at a variable: does not run over the context's items
	keep    bool // a single result stays an array
	keepSeq bool // the same, but not for an array constructor
	prefix  bool // more steps follow, on tuples
	group   *group
	// names is set if all steps are plain names, after an optional first step
	// that is a variable: then objects are walked without building sequences.
	names []string
	head  evaluator
}

type step struct {
	node   evaluator
	name   string // of a name step without filters
	filter []filter
	sort   *sorter
	cons   bool // array constructor as first step: evaluated once
}

func (c *compiler) path(n *node) (_ evaluator, err error) {
	if slices.ContainsFunc(n.list, func(s *node) bool { return s.tuple }) {
		return c.tuplePath(n, false)
	}
	return c.plainPath(n, n.list[0])
}

// plainPath compiles a path, or the steps before the first one on tuples; start
// is the first step of all.
func (c *compiler) plainPath(n, start *node) (_ *path, err error) {
	p := &path{fromVar: start.kind == kindVariable, keep: n.keepSingles, keepSeq: n.keepArray}
	simple := !n.keepSingles && !n.keepArray && n.group == nil
	for i, s := range n.list {
		st := step{cons: i == 0 && s.consArray}
		if !st.cons { // else they are not applied, as in the reference
			if st.filter, err = c.filters(s.stages); err != nil {
				return nil, err
			}
		}
		if s.kind == kindSort {
			st.sort, err = c.sorter(s)
		} else {
			st.node, err = c.node(s)
		}
		if err != nil {
			return nil, err
		}
		isName := s.kind == kindName && s.stages == nil && s.predicates == nil && s.group == nil
		isHead := i == 0 && s.kind == kindVariable && s.stages == nil && s.predicates == nil && s.group == nil && !s.keepArray
		if isName {
			st.name = s.text
			p.names = append(p.names, s.text)
		} else if isHead {
			p.head = st.node
		}
		simple = simple && (isName || isHead)
		p.steps = append(p.steps, st)
	}
	if !simple {
		p.names, p.head = nil, nil
	}
	if n.group != nil {
		p.group, err = c.group(n.group)
	}
	return p, err
}

func (p *path) eval(f *frame, in any) (any, error) {
	if err := f.run.tick(1); err != nil {
		return nil, err
	}
	if p.names == nil {
		return p.walk(f, in, 0, false)
	}
	at := 0
	if p.head != nil {
		v, err := p.head.eval(f, in)
		if err != nil {
			return nil, err
		}
		in, at = v, 1
	}
	for i, name := range p.names {
		o, ok := in.(*Object)
		if !ok {
			if isArray(in) {
				return p.walk(f, in, at+i, at+i > 0)
			}
			return undef, nil
		}
		if in, ok = o.Get(name); !ok {
			return undef, nil
		}
	}
	if a, ok := in.(*array); ok && a.flags&flagSeq != 0 && len(a.items) == 1 {
		return a.items[0], nil // a step does not hand on that a sequence is to stay an array
	}
	return in, nil
}

// walk evaluates the steps from the given one. inner says that in is what an
// earlier step yielded, as a single value.
func (p *path) walk(f *frame, in any, from int, inner bool) (any, error) {
	res, single, err := p.sequence(f, in, from, inner)
	if err != nil {
		return nil, err
	}
	return p.result(f, res, single)
}

// sequence is what the steps from the given one yield; single as for a step.
func (p *path) sequence(f *frame, in any, from int, inner bool) (res any, single bool, err error) {
	one := [1]any{in}
	items := one[:]
	if a, ok := itemsOf(in); ok && (inner || !p.fromVar) {
		items = a
	}
	res = undef
	for i := from; i < len(p.steps); i++ {
		s := &p.steps[i]
		if s.cons {
			single = false
			if len(items) == 1 { // it may be that of one, and a lambda can keep its context
				items = slices.Clone(items)
			}
			res, err = s.node.eval(f, &array{items: items, flags: flagSeq})
			if err == nil && !isArray(res) && (p.prefix || len(p.steps) > 1) {
				res = undef // a grouping made an object of it: no sequence to go on with
			}
		} else {
			res, single, err = s.eval(f, items, i == len(p.steps)-1 && !p.prefix)
		}
		if err != nil {
			return nil, false, err
		}
		if single {
			one[0] = res
			items = one[:]
			continue
		}
		if items, _ = itemsOf(res); len(items) == 0 {
			break
		}
	}
	return res, single, nil
}

func (p *path) result(f *frame, res any, single bool) (any, error) {
	if p.keep || p.keepSeq {
		switch a, ok := res.(*array); {
		case single:
			res, single = &array{items: []any{res}, flags: flagSeq | flagKeep}, false
		case ok && a.flags&flagSeq != 0:
			res = &array{items: a.items, flags: a.flags | flagKeep}
		case ok && p.keep && a.flags&flagCons != 0:
			res = &array{items: []any{a}, flags: flagSeq | flagKeep}
		}
	}
	if p.group != nil {
		if single && isArray(res) {
			res = newSeq(res)
		}
		return p.group.eval(f, res)
	}
	if single {
		return res, nil
	}
	return collapse(res), nil
}

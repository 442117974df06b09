package jsonata

// tuplePath is a path of which a step binds a variable or is what a parent
// operator refers to. From that step on it works on tuples.
type tuplePath struct {
	prefix *path // the steps before; it also holds what is to become of the result
	whole  bool  // if they yield nothing, that is the result
	skip   bool  // the first step is an array constructor whose result is not used
	steps  []tupleStep
	stream bool // the path is part of a step on tuples, which takes its bindings
}

// tupleStep is evaluated on every tuple and makes one of each item it yields.
type tupleStep struct {
	node     evaluator // may yield a stream
	sort     *sorter
	focus    string
	index    string
	ancestor string
	stages   []tupleStage
}

// tupleStage is a filter or gives each tuple its position.
type tupleStage struct {
	filter filter
	index  string
}

func (p *tuplePath) eval(f *frame, in any) (any, error) {
	if err := f.run.tick(1); err != nil {
		return nil, err
	}
	first, err := p.start(f, in)
	if err != nil {
		return nil, err
	}
	items, _ := itemsOf(first)
	if p.whole && len(items) == 0 {
		return p.prefix.result(f, first, false)
	}
	list := tuplesOf(items)
	for i := range p.steps {
		if list, err = p.steps[i].eval(f, list); err != nil {
			return nil, err
		}
	}
	if p.prefix.group != nil && len(list) > 0 {
		return p.prefix.group.evalTuples(f, list)
	}
	s := &stream{list}
	if p.stream && p.prefix.group == nil {
		return s, nil
	}
	seq, err := s.sequence(f.run)
	if err != nil {
		return nil, err
	}
	return p.prefix.result(f, seq, false)
}

// start is an array of what the first tuples are made of.
func (p *tuplePath) start(f *frame, in any) (any, error) {
	if p.skip { // evaluated all the same: it may fail
		if _, _, err := p.prefix.sequence(f, in, 0, false); err != nil {
			return nil, err
		}
	}
	if p.skip || len(p.prefix.steps) == 0 {
		if isArray(in) && !p.prefix.fromVar {
			return in, nil
		}
		return newSeq(in), nil
	}
	v, single, err := p.prefix.sequence(f, in, 0, false)
	if err != nil || single {
		return newSeq(v), err
	}
	if IsUndefined(v) {
		return nothing, nil
	}
	items, _ := itemsOf(v)
	return v, f.run.room(len(items))
}

func (s *tupleStep) eval(f *frame, list []tuple) (out []tuple, err error) {
	if s.sort != nil {
		out, err = s.sort.evalTuples(f, list)
		if s.index != "" {
			out = numbered(out, s.index)
		}
	} else {
		out, err = s.expand(f, list)
	}
	for i := 0; err == nil && i < len(s.stages); i++ {
		if name := s.stages[i].index; name != "" {
			out = numbered(out, name)
		} else {
			out, err = s.stages[i].filter.applyTuples(f, out)
		}
	}
	return out, err
}

// numbered binds to name the position of each tuple.
func numbered(list []tuple, name string) []tuple {
	out := make([]tuple, len(list))
	for i := range list {
		out[i] = tuple{list[i].in, list[i].with(binding{name, number(float64(i))})}
	}
	return out
}

// expand evaluates the step on every tuple.
func (s *tupleStep) expand(f *frame, list []tuple) ([]tuple, error) {
	r := f.run
	out := make([]tuple, 0, len(list))
	for i := range list {
		t := &list[i]
		v, err := s.node.eval(t.frame(f), t.in)
		if err != nil {
			return nil, err
		}
		before := len(out)
		if inner, ok := v.(*stream); ok {
			for _, x := range inner.list {
				out = append(out, tuple{x.in, t.with(x.binds...)})
			}
		} else if items, ok := itemsOf(v); ok {
			for pos, item := range items {
				out = append(out, s.next(t, item, pos))
			}
		} else if !IsUndefined(v) {
			out = append(out, s.next(t, v, 0))
		}
		more := len(out) - before
		if err := r.grow(more, len(out)-len(list)); err != nil {
			return nil, err
		}
		if err := r.tick(1 + more*(1+len(t.binds))); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// next is the tuple for an item that the step yields on t.
func (s *tupleStep) next(t *tuple, item any, pos int) tuple {
	var room [3]binding
	more := room[:0]
	out := tuple{in: item}
	if s.focus != "" {
		out.in = t.in
		more = append(more, binding{s.focus, item})
	}
	if s.index != "" {
		more = append(more, binding{s.index, number(float64(pos))})
	}
	if s.ancestor != "" {
		more = append(more, binding{s.ancestor, t.in})
	}
	out.binds = t.binds
	if len(more) > 0 {
		out.binds = t.with(more...)
	}
	return out
}

// parentNode is %.
type parentNode struct{ label string }

func (n *parentNode) eval(f *frame, _ any) (any, error) {
	for ; f != nil; f = f.parent {
		for i := range f.binds {
			if f.binds[i].name == n.label {
				return collapse(f.binds[i].val), nil
			}
		}
	}
	return undef, nil
}

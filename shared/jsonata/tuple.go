package jsonata

// tuple is an item of a path together with what its steps bound: variables of
// @ and #, and the contexts that parent operators refer to.
type tuple struct {
	in    any // the context for the next step
	binds []binding
}

// stream is what a path or block of tuples yields. Only steps on tuples see
// one; everywhere else its contexts take its place.
type stream struct{ list []tuple }

// frame is the scope for an expression that is evaluated on t.
func (t *tuple) frame(f *frame) *frame {
	return &frame{run: f.run, parent: f, binds: t.binds, shared: true}
}

// with is the bindings of t and one more, which may replace one.
func (t *tuple) with(more ...binding) []binding {
	out := make([]binding, len(t.binds), len(t.binds)+len(more))
	copy(out, t.binds)
next:
	for _, b := range more {
		for i := range out {
			if out[i].name == b.name {
				out[i].val = b.val
				continue next
			}
		}
		out = append(out, b)
	}
	return out
}

// tuplesOf makes tuples without bindings.
func tuplesOf(items []any) []tuple {
	out := make([]tuple, len(items))
	for i, item := range items {
		out[i].in = item
	}
	return out
}

// sequence is the contexts of the tuples.
func (s *stream) sequence(r *run) (*array, error) {
	out := make([]any, len(s.list))
	for i := range s.list {
		out[i] = s.list[i].in
	}
	return newSeq(out...), r.room(len(out))
}

// plainOf takes the contexts of v if it is a stream.
func plainOf(r *run, v any) (any, error) {
	if s, ok := v.(*stream); ok {
		return s.sequence(r)
	}
	return v, nil
}

// applyTuples is a filter on tuples: each is tested with its bindings.
func (p *filter) applyTuples(f *frame, list []tuple) ([]tuple, error) {
	if p.literal {
		i := p.index
		if i < 0 {
			i += len(list)
		}
		if i < 0 || i >= len(list) {
			return nil, nil
		}
		return list[i : i+1], nil
	}
	if err := f.run.tick(len(list)); err != nil {
		return nil, err
	}
	var out []tuple
	for i := range list {
		v, err := p.test.eval(list[i].frame(f), list[i].in)
		if err != nil {
			return nil, err
		}
		n, err := selects(f.run, v, i, len(list))
		if err != nil {
			return nil, err
		}
		for range n {
			out = append(out, list[i])
		}
		if err := f.run.grow(n, len(out)-len(list)); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// evalTuples sorts tuples by keys that see their bindings.
func (s *sorter) evalTuples(f *frame, list []tuple) ([]tuple, error) {
	return mergeSort(f.run, list, func(a, b tuple) (bool, error) {
		return s.after(a.frame(f), a.in, b.frame(f), b.in)
	})
}

// merged joins the tuples of one group: contexts and bindings are appended.
func merged(r *run, list []tuple) (_ tuple, err error) {
	out := tuple{in: list[0].in, binds: list[0].with()}
	for _, t := range list[1:] {
		if out.in, err = gather(r, out.in, t.in); err != nil {
			return out, err
		}
	next:
		for _, b := range t.binds {
			for i := range out.binds {
				if out.binds[i].name == b.name {
					if out.binds[i].val, err = gather(r, out.binds[i].val, b.val); err != nil {
						return out, err
					}
					continue next
				}
			}
			out.binds = append(out.binds, b)
		}
	}
	settle(out.in)
	for _, b := range out.binds {
		settle(b.val)
	}
	return out, nil
}

// evalTuples groups tuples by keys that see their bindings.
func (g *group) evalTuples(f *frame, list []tuple) (any, error) {
	var order []string
	entries := map[string]*tupleEntry{}
	for i := range list {
		fr := list[i].frame(f)
		for p := range g.pairs {
			key, ok, err := g.key(fr, p, list[i].in)
			if err != nil {
				return nil, err
			}
			if !ok {
				continue
			}
			e := entries[key]
			if e == nil {
				e = &tupleEntry{pair: p}
				entries[key] = e
				order = append(order, key)
			} else if e.pair != p {
				return nil, g.pos.fail("D1009", "{", key)
			}
			if err := f.run.tick(1 + len(list[i].binds)); err != nil {
				return nil, err
			}
			e.list = append(e.list, list[i])
		}
	}
	out := newObjectSize(len(order))
	for _, key := range order {
		e := entries[key]
		t, err := merged(f.run, e.list)
		if err != nil {
			return nil, err
		}
		v, err := g.pairs[e.pair].value.eval(t.frame(f), t.in)
		if err != nil {
			return nil, err
		}
		if !IsUndefined(v) {
			out.put(key, v)
		}
	}
	return out, nil
}

// tupleEntry is what a grouping gathers for one key.
type tupleEntry struct {
	list []tuple
	pair int
}

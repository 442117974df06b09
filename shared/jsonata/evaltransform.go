package jsonata

// transformNode is |pattern|update,deletion|: a function that returns a copy of
// its argument in which the objects that the pattern finds are changed.
type transformNode struct {
	pattern, update, deletion evaluator
	pos, updateAt, deletionAt place
}

// transformSignature is what the function of every transform takes.
var transformSignature = &signature{params: []param{{class: isO | isA | isM}}}

func (c *compiler) transform(n *node) (_ evaluator, err error) {
	out := &transformNode{pos: n.pos, updateAt: n.rhs.pos}
	if out.pattern, err = c.node(n.lhs); err != nil {
		return nil, err
	}
	if out.update, err = c.node(n.rhs); err != nil {
		return nil, err
	}
	if n.cond != nil {
		out.deletionAt = n.cond.pos
		out.deletion, err = c.node(n.cond)
	}
	return out, err
}

func (n *transformNode) eval(f *frame, _ any) (any, error) {
	return &function{arity: 1, sig: transformSignature, native: func(_ *run, _ any, args []any) (any, error) {
		return n.apply(f, argAt(args, 0))
	}}, nil
}

func (n *transformNode) apply(f *frame, v any) (any, error) {
	if IsUndefined(v) {
		return undef, nil
	}
	clone, ok := f.lookup("clone").(*function)
	if !ok {
		return nil, n.pos.fail("T2013", "", nil)
	}
	v, err := apply(f.run, clone, []any{v}, nil)
	if err == nil && clone != builtins()["clone"] { // what it returns may not be a copy
		v, err = fnClone(f.run, nil, []any{v})
	}
	if err != nil {
		return nil, err
	}
	t := &transformation{transformNode: n, own: map[*Object]bool{}}
	if err := t.collect(f.run, v); err != nil {
		return nil, err
	}
	matches, err := n.pattern.eval(f, v)
	if err != nil || IsUndefined(matches) {
		return v, err
	}
	items, ok := itemsOf(matches)
	if !ok {
		items = []any{matches}
	}
	for _, match := range items {
		if err := t.change(f, match); err != nil {
			return nil, err
		}
	}
	return v, nil
}

// transformation is one call of the function.
type transformation struct {
	*transformNode
	own map[*Object]bool // the objects of the copy: only these are changed
}

func (t *transformation) collect(r *run, v any) error {
	if err := r.enter(); err != nil {
		return err
	}
	defer r.leave()
	o, ok := v.(*Object)
	items, _ := itemsOf(v)
	if ok {
		t.own[o] = true
		items = o.vals
	}
	for _, item := range items {
		if err := t.collect(r, item); err != nil {
			return err
		}
	}
	return nil
}

// change applies update and deletion to an object that the pattern found.
func (t *transformation) change(f *frame, match any) error {
	if fn, ok := match.(*function); ok && fn.regex != nil {
		return t.pos.fail("D1010", fn.describe(), nil)
	}
	o, _ := match.(*Object)
	if !t.own[o] {
		o = nil
	}
	if err := f.run.tick(1); err != nil {
		return err
	}
	v, err := t.update.eval(f, match)
	if err != nil {
		return err
	}
	update, ok := v.(*Object)
	switch {
	case !ok && !IsUndefined(v):
		return t.updateAt.fail("T2011", "|", v)
	case ok && o != nil:
		if err := t.assign(f.run, o, update); err != nil {
			return err
		}
	}
	if t.deletion == nil {
		return nil
	}
	if v, err = t.deletion.eval(f, match); err != nil || IsUndefined(v) {
		return err
	}
	return t.remove(f.run, o, v)
}

// assign sets the fields of an object. A value that holds the object itself is
// copied, so that none comes to contain itself.
func (t *transformation) assign(r *run, o, update *Object) error {
	for i, key := range update.keys {
		v := update.vals[i]
		holds, err := contains(r, v, o, map[*Object]bool{})
		if err != nil {
			return err
		}
		if holds {
			if v, err = fnClone(r, nil, []any{v}); err != nil {
				return err
			}
			if err := t.collect(r, v); err != nil {
				return err
			}
		}
		if err := r.tick(1); err != nil {
			return err
		}
		o.put(key, v)
	}
	return nil
}

// contains reports whether o is v or in it.
func contains(r *run, v any, o *Object, seen map[*Object]bool) (bool, error) {
	x, ok := v.(*Object)
	items, isArr := itemsOf(v)
	switch {
	case ok && x == o:
		return true, nil
	case ok && seen[x], !ok && !isArr:
		return false, nil
	case ok:
		seen[x] = true
		items = x.vals
	}
	if err := r.enter(); err != nil {
		return false, err
	}
	defer r.leave()
	for _, item := range items {
		if found, err := contains(r, item, o, seen); found || err != nil {
			return found, err
		}
	}
	return false, nil
}

// remove deletes the fields named by v; o is nil if there is nothing to change.
func (t *transformation) remove(r *run, o *Object, v any) error {
	keys, ok := itemsOf(v)
	if !ok {
		keys = []any{v}
	}
	gone := make(map[string]bool, len(keys))
	for _, k := range keys {
		key, ok := k.(string)
		if !ok {
			return t.deletionAt.fail("T2012", "|", v)
		}
		gone[key] = true
	}
	if o == nil {
		return r.tick(len(keys))
	}
	o.deleteAll(gone)
	return r.tick(len(keys) + o.Len())
}

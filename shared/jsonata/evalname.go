package jsonata

// nameNode looks a field up in the context.
type nameNode struct{ name string }

func (n *nameNode) eval(f *frame, in any) (any, error) {
	v, err := lookup(f.run, in, n.name)
	return collapse(v), err
}

// lookup finds a key in an object, or in every object of an array.
func lookup(r *run, in any, name string) (any, error) {
	if o, ok := in.(*Object); ok {
		if v, ok := o.Get(name); ok {
			return v, nil
		}
		return undef, nil
	}
	items, ok := itemsOf(in)
	if !ok {
		return undef, nil
	}
	if err := r.enter(); err != nil {
		return nil, err
	}
	defer r.leave()
	var out []any
	for _, item := range items {
		v, err := lookup(r, item, name)
		if err != nil {
			return nil, err
		}
		before := len(out)
		if sub, ok := itemsOf(v); ok {
			out = append(out, sub...)
		} else if !IsUndefined(v) {
			out = append(out, v)
		}
		if err := r.grow(itemsPerStep+len(out)-before, len(out)-len(items)); err != nil {
			return nil, err
		}
	}
	return newSeq(out...), nil
}

// wildcard is *: all values of the context.
type wildcard struct{}

func (wildcard) eval(f *frame, in any) (any, error) {
	if a, ok := in.(*array); ok && a.flags&flagOuter != 0 {
		in = a.items[0]
	}
	var vals []any
	if o, ok := in.(*Object); ok {
		vals = o.vals
	} else if vals, ok = itemsOf(in); !ok {
		return newSeq(), nil
	}
	err := f.run.room(len(vals))
	if err != nil {
		return nil, err
	}
	out, flags := make([]any, 0, len(vals)), uint8(flagSeq)
	for _, v := range vals {
		if isArray(v) {
			// Joining arrays makes a plain array of the result.
			if out, err = flattenDeep(f.run, out, v); err != nil {
				return nil, err
			}
			flags = 0
		} else {
			out = append(out, v)
		}
	}
	return &array{items: out, flags: flags}, f.run.room(len(out))
}

func flattenDeep(r *run, out []any, v any) (_ []any, err error) {
	items, ok := itemsOf(v)
	if !ok {
		return append(out, v), nil
	}
	if err = r.enter(); err != nil {
		return nil, err
	}
	defer r.leave()
	for _, item := range items {
		if out, err = flattenDeep(r, out, item); err != nil {
			return nil, err
		}
	}
	return out, r.grow(len(items), len(out)-len(items))
}

// descendant is **: the context and everything in it.
type descendant struct{}

func (descendant) eval(f *frame, in any) (any, error) {
	if IsUndefined(in) {
		return undef, nil
	}
	out, err := descend(f.run, nil, in)
	return newSeq(out...), err
}

func descend(r *run, out []any, v any) ([]any, error) {
	err := r.enter()
	defer r.leave()
	var vals []any
	if items, ok := itemsOf(v); ok {
		vals = items
	} else {
		out = append(out, v)
		if o, ok := v.(*Object); ok {
			vals = o.vals
		}
	}
	for i := 0; err == nil && i < len(vals); i++ {
		out, err = descend(r, out, vals[i])
	}
	if len(out) > r.limits.Sequence {
		return nil, failToken(CodeTooLarge, "array")
	}
	return out, err
}

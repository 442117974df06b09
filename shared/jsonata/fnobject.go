package jsonata

var objectFunctions = []definition{
	{"keys", "<x-:a<s>>", 1, fnKeys},
	{"lookup", "<x-s:x>", 2, func(r *run, _ any, args []any) (any, error) {
		key, ok := argAt(args, 1).(string)
		if !ok {
			return undef, nil
		}
		return lookup(r, argAt(args, 0), key)
	}},
	{"spread", "<x-:a<o>>", 1, fnSpread},
	{"merge", "<a<o>:o>", 1, fnMerge},
	{"each", "<o-f:a>", 2, fnEach},
	{"sift", "<o-f?:o>", 2, fnSift},
	{"clone", "<(oa)-:o>", 1, fnClone},
}

func fnKeys(r *run, _ any, args []any) (any, error) {
	all := &Object{}
	if err := collectKeys(r, all, argAt(args, 0)); err != nil {
		return nil, err
	}
	out := make([]any, len(all.keys))
	for i, k := range all.keys {
		out[i] = k
	}
	return newSeq(out...), nil
}

func collectKeys(r *run, all *Object, v any) error {
	if o, ok := v.(*Object); ok {
		for _, k := range o.keys {
			all.Set(k, true)
		}
		return r.tick(len(o.keys))
	}
	if err := r.enter(); err != nil {
		return err
	}
	defer r.leave()
	items, _ := itemsOf(v)
	for _, item := range items {
		if err := collectKeys(r, all, item); err != nil {
			return err
		}
	}
	return nil
}

// fnSpread makes an object of every key; arrays of objects are joined, anything
// else is returned as it is.
func fnSpread(r *run, _ any, args []any) (any, error) {
	if items, ok := itemsOf(argAt(args, 0)); ok {
		if err := r.enter(); err != nil {
			return nil, err
		}
		defer r.leave()
		var out []any
		flags := uint8(flagSeq)
		for _, item := range items {
			v, err := fnSpread(r, nil, []any{item})
			if err != nil {
				return nil, err
			}
			if IsUndefined(v) {
				continue
			}
			flags = 0 // joining arrays makes a plain array of the result
			before := len(out)
			if sub, ok := itemsOf(v); ok {
				out = append(out, sub...)
			} else {
				out = append(out, v)
			}
			if err := r.grow(len(out)-before, len(out)); err != nil {
				return nil, err
			}
		}
		return &array{items: out, flags: flags}, nil
	}
	o, ok := argAt(args, 0).(*Object)
	if !ok {
		return argAt(args, 0), nil
	}
	out := make([]any, len(o.keys))
	for i, k := range o.keys {
		one := newObjectSize(1)
		one.put(k, o.vals[i])
		out[i] = one
	}
	return newSeq(out...), r.room(len(out))
}

func fnMerge(r *run, _ any, args []any) (any, error) {
	items, ok := itemsOf(argAt(args, 0))
	if !ok {
		return undef, nil
	}
	out := &Object{}
	for _, item := range items {
		if o, ok := item.(*Object); ok {
			for i, k := range o.keys {
				out.put(k, o.vals[i])
			}
			if err := r.tick(len(o.keys)); err != nil {
				return nil, err
			}
		}
	}
	return out, nil
}

func fnEach(r *run, _ any, args []any) (any, error) {
	out := newSeq()
	o, ok := argAt(args, 0).(*Object)
	if !ok {
		return out, nil
	}
	for i, k := range o.keys {
		v, err := applyHOF(r, args[1].(*function), o.vals[i], k, o)
		if err != nil {
			return nil, err
		}
		if !IsUndefined(v) {
			out.items = append(out.items, v)
		}
	}
	return out, nil
}

func fnSift(r *run, _ any, args []any) (any, error) {
	o, ok := argAt(args, 0).(*Object)
	if !ok {
		return undef, nil
	}
	f, ok := argAt(args, 1).(*function)
	if !ok && o.Len() > 0 {
		return nil, failAt("T0410", -1, "", 2)
	}
	out := &Object{}
	for i, k := range o.keys {
		v, err := applyHOF(r, f, o.vals[i], k, o)
		if err != nil {
			return nil, err
		}
		yes, err := truth(r, v)
		if err != nil {
			return nil, err
		}
		if yes {
			out.put(k, o.vals[i])
		}
	}
	if out.Len() == 0 {
		return undef, nil
	}
	return out, nil
}

// fnClone copies by way of the JSON text that $string makes, as the reference
// does: numbers are cut to 15 digits, functions become empty strings.
func fnClone(r *run, _ any, args []any) (any, error) {
	v := argAt(args, 0)
	if IsUndefined(v) {
		return v, nil
	}
	text, err := textIndented(r, v, false)
	if err != nil {
		return nil, err
	}
	return r.decode(text)
}

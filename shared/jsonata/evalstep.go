package jsonata

// eval evaluates a step on every item. single means that the result is a
// sequence of the one item returned.
func (s *step) eval(f *frame, items []any, last bool) (_ any, single bool, err error) {
	if s.sort != nil {
		v, err := s.sort.eval(f, items)
		for i := 0; err == nil && i < len(s.filter); i++ {
			v, err = s.filter[i].apply(f, v)
		}
		return v, !isArray(v), err
	}
	r := f.run
	if err = r.tick(len(items)); err != nil {
		return nil, false, err
	}
	var first any
	var out []any
	n := 0
	for _, item := range items {
		var v any
		if o, ok := item.(*Object); ok && s.name != "" {
			if v, ok = o.Get(s.name); !ok {
				continue
			}
		} else if v, err = s.evalOne(f, item); err != nil {
			return nil, false, err
		}
		if IsUndefined(v) {
			continue
		}
		if n++; n == 1 {
			first = v
			continue
		}
		if n == 2 {
			out = flattenInto(make([]any, 0, max(len(items), 4)), first)
		}
		before := len(out)
		out = flattenInto(out, v)
		if err = r.grow(len(out)-before, len(out)-len(items)); err != nil {
			return nil, false, err
		}
	}
	if n == 1 {
		v, single := soleResult(first, last)
		return v, single, nil
	}
	return &array{items: out, flags: flagSeq}, false, nil
}

func (s *step) evalOne(f *frame, item any) (v any, err error) {
	v, err = s.node.eval(f, item)
	for i := 0; err == nil && i < len(s.filter); i++ {
		v, err = s.filter[i].apply(f, v)
	}
	return v, err
}

// soleResult is the sequence that a step makes of its only result.
func soleResult(v any, last bool) (_ any, single bool) {
	items, isArr := itemsOf(v)
	if !isArr {
		return v, true
	}
	a, made := v.(*array)
	if !made || a.flags&flagSeq == 0 {
		if last {
			return v, false
		}
		if made && a.flags&flagCons != 0 {
			return v, true
		}
		return &array{items: items, flags: flagSeq}, false
	}
	if a.flags != flagSeq {
		return &array{items: items, flags: flagSeq}, false
	}
	return a, false
}

// flattenInto appends v, or its items unless it is a constructed array.
func flattenInto(out []any, v any) []any {
	if items, ok := itemsOf(v); ok && !hasFlag(v, flagCons) {
		return append(out, items...)
	}
	return append(out, v)
}

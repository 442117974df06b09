package jsonata

var higherFunctions = []definition{
	{"map", "<af>", 2, fnMap},
	{"filter", "<af>", 2, fnFilter},
	{"single", "<af?>", 2, fnSingle},
	{"reduce", "<afj?:j>", 3, fnReduce},
}

func fnMap(r *run, _ any, args []any) (any, error) {
	items, ok := itemsOf(argAt(args, 0))
	if !ok {
		return undef, nil
	}
	out := make([]any, 0, len(items))
	for i, item := range items {
		v, err := applyHOF(r, args[1].(*function), item, number(float64(i)), args[0])
		if err != nil {
			return nil, err
		}
		if !IsUndefined(v) {
			out = append(out, v)
		}
	}
	return newSeq(out...), nil
}

func fnFilter(r *run, _ any, args []any) (any, error) {
	items, ok := itemsOf(argAt(args, 0))
	if !ok {
		return undef, nil
	}
	var out []any
	for i, item := range items {
		v, err := applyHOF(r, args[1].(*function), item, number(float64(i)), args[0])
		if err != nil {
			return nil, err
		}
		yes, err := truth(r, v)
		if err != nil {
			return nil, err
		}
		if yes {
			out = append(out, item)
		}
	}
	return newSeq(out...), nil
}

func fnSingle(r *run, _ any, args []any) (any, error) {
	items, ok := itemsOf(argAt(args, 0))
	if !ok {
		return undef, nil
	}
	found := undef
	hits := 0
	for i, item := range items {
		yes := true
		if f, ok := argAt(args, 1).(*function); ok {
			v, err := applyHOF(r, f, item, number(float64(i)), args[0])
			if err != nil {
				return nil, err
			}
			if yes, err = truth(r, v); err != nil {
				return nil, err
			}
		}
		if !yes {
			continue
		}
		if hits++; hits > 1 {
			return nil, fail("D3138")
		}
		found = item
	}
	if hits == 0 {
		return nil, fail("D3139")
	}
	return found, nil
}

func fnReduce(r *run, _ any, args []any) (any, error) {
	items, ok := itemsOf(argAt(args, 0))
	if !ok {
		return undef, nil
	}
	f := args[1].(*function)
	if f.arity < 2 {
		return nil, fail("D3050")
	}
	acc, i := argAt(args, 2), 0
	if IsUndefined(acc) && len(items) > 0 {
		acc, i = items[0], 1
	}
	for ; i < len(items); i++ {
		v, err := applyHOF(r, f, acc, items[i], number(float64(i)), args[0])
		if err != nil {
			return nil, err
		}
		acc = v
	}
	return acc, nil
}

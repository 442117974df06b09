package jsonata

import "math"

var arrayFunctions = []definition{
	{"append", "<xx:a>", 2, func(r *run, _ any, args []any) (any, error) {
		v := appendValues(argAt(args, 0), argAt(args, 1))
		items, _ := itemsOf(v)
		return v, r.room(len(items))
	}},
	{"sort", "<af?:a>", 2, fnSort},
	{"reverse", "<a:a>", 1, func(r *run, _ any, args []any) (any, error) {
		items, ok := itemsOf(argAt(args, 0))
		if !ok || len(items) <= 1 {
			return argAt(args, 0), nil
		}
		out := make([]any, len(items))
		for i, v := range items {
			out[len(items)-1-i] = v
		}
		return plain(out), r.room(len(out))
	}},
	{"shuffle", "<a:a>", 1, fnShuffle},
	{"distinct", "<x:x>", 1, fnDistinct},
	{"zip", "<a+>", 0, fnZip},
}

func fnSort(r *run, _ any, args []any) (any, error) {
	items, ok := itemsOf(argAt(args, 0))
	if !ok || len(items) <= 1 {
		return argAt(args, 0), nil
	}
	var after func(a, b any) (bool, error)
	if f, ok := argAt(args, 1).(*function); ok {
		after = func(a, b any) (bool, error) {
			v, err := apply(r, f, []any{a, b}, nil)
			return truthy(v), err
		}
	} else {
		if err := uniform(items); err != nil {
			return nil, err
		}
		after = func(a, b any) (bool, error) {
			c, _ := compare(a, b)
			return c > 0, nil
		}
	}
	out, err := mergeSort(r, items, after)
	return plain(out), err
}

// uniform refuses what is neither all numbers nor all strings.
func uniform(items []any) error {
	numbers, texts := true, true
	for _, v := range items {
		_, isNumber, err := finite(v)
		if err != nil {
			return err
		}
		_, isText := v.(string)
		numbers, texts = numbers && isNumber, texts && isText
	}
	if !numbers && !texts {
		return fail("D3070")
	}
	return nil
}

// truthy is JavaScript's idea of truth, which decides what a comparison
// function returned: every array, object and function is true.
func truthy(v any) bool {
	switch x := v.(type) {
	case bool:
		return x
	case float64:
		return x != 0 && !math.IsNaN(x)
	case string:
		return x != ""
	case nil, undefinedType:
		return false
	}
	return true
}

func fnShuffle(r *run, _ any, args []any) (any, error) {
	items, ok := itemsOf(argAt(args, 0))
	if !ok || len(items) <= 1 {
		return argAt(args, 0), nil
	}
	if r.env.Random == nil {
		return nil, failToken("T1006", "shuffle")
	}
	out := make([]any, len(items))
	for i, v := range items {
		j := min(int(r.env.Random()*float64(i+1)), i)
		out[i] = out[j]
		out[j] = v
	}
	return plain(out), r.room(len(out))
}

func fnDistinct(r *run, _ any, args []any) (any, error) {
	v := argAt(args, 0)
	items, ok := itemsOf(v)
	if !ok || len(items) <= 1 {
		return v, nil
	}
	var out []any
	seen := map[any]bool{} // scalars, which most arrays consist of
	var deep []any
	for _, item := range items {
		switch item.(type) {
		case nil, bool, float64, string:
			if !seen[item] {
				seen[item] = true
				out = append(out, item)
			}
			continue
		}
		known := false
		for i := 0; i < len(deep) && !known; i++ {
			var err error
			if known, err = equal(r, item, deep[i]); err != nil {
				return nil, err
			}
		}
		if err := r.tick(1 + len(deep)); err != nil {
			return nil, err
		}
		if !known {
			deep = append(deep, item)
			out = append(out, item)
		}
	}
	if hasFlag(v, flagSeq) {
		return newSeq(out...), r.room(len(items))
	}
	return plain(out), r.room(len(items))
}

func fnZip(r *run, _ any, args []any) (any, error) {
	n := math.MaxInt
	for _, a := range args {
		items, _ := itemsOf(a)
		n = min(n, len(items))
	}
	if len(args) == 0 {
		n = 0
	}
	if err := r.room(n * max(len(args), 1)); err != nil {
		return nil, err
	}
	out := make([]any, n)
	for i := range out {
		row := make([]any, len(args))
		for j, a := range args {
			items, _ := itemsOf(a)
			row[j] = items[i]
		}
		out[i] = plain(row)
	}
	return plain(out), nil
}

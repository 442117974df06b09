package jsonata

import "math"

var aggregateFunctions = []definition{
	{"sum", "<a<n>:n>", 1, fnSum},
	{"count", "<a:n>", 1, func(_ *run, _ any, args []any) (any, error) {
		items, _ := itemsOf(argAt(args, 0))
		return number(float64(len(items))), nil
	}},
	{"max", "<a<n>:n>", 1, extreme(math.Max)},
	{"min", "<a<n>:n>", 1, extreme(math.Min)},
	{"average", "<a<n>:n>", 1, func(r *run, in any, args []any) (any, error) {
		items, _ := itemsOf(argAt(args, 0))
		if len(items) == 0 {
			return undef, nil
		}
		total, err := fnSum(r, in, args)
		if err != nil {
			return nil, err
		}
		return number(total.(float64) / float64(len(items))), nil
	}},
}

func fnSum(r *run, _ any, args []any) (any, error) {
	items, ok := itemsOf(argAt(args, 0))
	if !ok {
		return undef, nil
	}
	total := 0.0
	for _, item := range items {
		f, _ := item.(float64)
		total += f
	}
	return number(total), r.tick(len(items) >> 3)
}

func extreme(better func(a, b float64) float64) nativeFunc {
	return func(r *run, _ any, args []any) (any, error) {
		items, _ := itemsOf(argAt(args, 0))
		if len(items) == 0 {
			return undef, nil
		}
		best, _ := items[0].(float64)
		for _, item := range items[1:] {
			f, _ := item.(float64)
			best = better(best, f)
		}
		return number(best), r.tick(len(items) >> 3)
	}
}

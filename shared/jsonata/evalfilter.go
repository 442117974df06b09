package jsonata

import "math"

// filter selects items of a value by position or condition.
type filter struct {
	test    evaluator
	literal bool // test is a number literal: its floor is index
	index   int
}

var nothing any = &array{flags: flagSeq}

func floorIndex(f float64) int {
	f = math.Floor(f)
	if math.Abs(f) > 1<<52 {
		return math.MaxInt
	}
	return int(f)
}

func (p *filter) apply(f *frame, in any) (any, error) {
	items, ok := itemsOf(in)
	if !ok {
		items = []any{in}
	}
	if p.literal {
		i := p.index
		if i < 0 {
			i += len(items)
		}
		if i < 0 || i >= len(items) || IsUndefined(items[i]) {
			return nothing, nil
		}
		return items[i], nil
	}
	if err := f.run.tick(len(items)); err != nil {
		return nil, err
	}
	var out []any
	for i, item := range items {
		v, err := p.test.eval(f, item)
		if err != nil {
			return nil, err
		}
		n, err := selects(f.run, v, i, len(items))
		if err != nil {
			return nil, err
		}
		for range n {
			out = append(out, item)
		}
		if err := f.run.grow(n, len(out)-len(items)); err != nil {
			return nil, err
		}
	}
	return &array{items: out, flags: flagSeq}, nil
}

// selects says how often the filter result v selects item i of n.
func selects(r *run, v any, i, n int) (int, error) {
	if num, ok := v.(float64); ok {
		if math.IsInf(num, 0) {
			return 0, failValue("D1001", v)
		}
		if !math.IsNaN(num) {
			return hit(num, i, n), nil
		}
	}
	if items, ok := itemsOf(v); ok {
		if err := r.tick(len(items) / itemsPerStep); err != nil {
			return 0, err
		}
		count, numbers := 0, true
		for _, e := range items {
			num, ok := e.(float64)
			if ok && math.IsInf(num, 0) {
				return 0, failValue("D1001", e)
			}
			if !ok || math.IsNaN(num) {
				numbers = false
				break
			}
			count += hit(num, i, n)
		}
		if numbers {
			return count, nil
		}
	}
	yes, err := truth(r, v)
	if yes {
		return 1, err
	}
	return 0, err
}

func hit(num float64, i, n int) int {
	at := floorIndex(num)
	if at < 0 {
		at += n
	}
	if at == i {
		return 1
	}
	return 0
}

package jsonata

import "math"

// includes is the operator "in".
type includes struct{ operands }

func (n *includes) eval(f *frame, in any) (any, error) {
	l, r, err := n.both(f, in)
	if err != nil {
		return nil, err
	}
	if IsUndefined(l) || IsUndefined(r) {
		return false, nil
	}
	items, ok := itemsOf(r)
	if !ok {
		return same(l, r), nil
	}
	if err := f.run.tick(len(items) >> 2); err != nil {
		return nil, err
	}
	for _, item := range items {
		if same(l, item) {
			return true, nil
		}
	}
	return false, nil
}

// maxRange is how many items the reference allows in a range.
const maxRange = 10_000_000

type rangeNode struct{ operands }

func (n *rangeNode) eval(f *frame, in any) (any, error) {
	l, r, err := n.both(f, in)
	if err != nil {
		return nil, err
	}
	from, okL := l.(float64)
	if !IsUndefined(l) && (!okL || from != math.Trunc(from) || math.IsInf(from, 0)) {
		return nil, n.pos.fail("T2003", "..", l)
	}
	to, okR := r.(float64)
	if !IsUndefined(r) && (!okR || to != math.Trunc(to) || math.IsInf(to, 0)) {
		return nil, n.pos.fail("T2004", "..", r)
	}
	if !okL || !okR || from > to {
		return undef, nil
	}
	size := to - from + 1
	if size > maxRange || size > float64(f.run.limits.Sequence) {
		return nil, n.pos.fail("D2014", "..", size)
	}
	if err := f.run.tick(int(size)); err != nil {
		return nil, err
	}
	out := make([]any, int(size))
	for i := range out {
		out[i] = number(from + float64(i))
	}
	return newSeq(out...), nil
}

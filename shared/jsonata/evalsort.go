package jsonata

// sorter is an order-by step.
type sorter struct {
	terms []sortTerm
	pos   place
}

type sortTerm struct {
	key        evaluator
	descending bool
}

func (c *compiler) sorter(n *node) (*sorter, error) {
	s := &sorter{pos: n.pos}
	for _, t := range n.terms {
		e, err := c.node(t.expr)
		if err != nil {
			return nil, err
		}
		s.terms = append(s.terms, sortTerm{e, t.descending})
	}
	return s, nil
}

func (s *sorter) eval(f *frame, items []any) (any, error) {
	out, err := mergeSort(f.run, items, func(a, b any) (bool, error) { return s.after(f, a, f, b) })
	return plainOrSame(items, out), err
}

// after reports whether a belongs behind b; their keys are evaluated in scopes
// of their own.
func (s *sorter) after(inA *frame, a any, inB *frame, b any) (bool, error) {
	for i := range s.terms {
		t := &s.terms[i]
		x, err := t.key.eval(inA, a)
		if err != nil {
			return false, err
		}
		y, err := t.key.eval(inB, b)
		if err != nil {
			return false, err
		}
		c, err := t.compare(x, y)
		if err != nil {
			return false, at(err, s.pos, "^")
		}
		if c != 0 {
			return c > 0, nil
		}
	}
	return false, nil
}

// plainOrSame wraps a sorted copy; what has at most one item is not copied and
// stays a sequence of it.
func plainOrSame(items, out []any) any {
	if len(items) <= 1 {
		return newSeq(out...)
	}
	return plain(out)
}

func (t *sortTerm) compare(x, y any) (int, error) {
	switch { // what is missing comes last, in either order
	case IsUndefined(x) && IsUndefined(y):
		return 0, nil
	case IsUndefined(x):
		return 1, nil
	case IsUndefined(y):
		return -1, nil
	}
	if !orderable(x) {
		return 0, failValue("T2008", x)
	}
	if !orderable(y) {
		return 0, failValue("T2008", y)
	}
	c, ok := compare(x, y)
	if !ok {
		return 0, failValue("T2007", x)
	}
	if t.descending {
		c = -c
	}
	return c, nil
}

func orderable(v any) bool {
	switch v.(type) {
	case string, float64:
		return true
	}
	return false
}

// mergeSort sorts a copy stably; after reports whether a belongs behind b. The
// order of comparisons is that of a top-down merge, which shows where after is
// not a consistent order.
func mergeSort[T any](r *run, items []T, after func(a, b T) (bool, error)) ([]T, error) {
	if len(items) <= 1 {
		return items, nil
	}
	out := append([]T(nil), items...)
	return out, mergeInto(r, out, make([]T, len(items)), after)
}

func mergeInto[T any](r *run, a, buf []T, after func(a, b T) (bool, error)) error {
	if len(a) <= 1 {
		return nil
	}
	mid := len(a) / 2
	if err := mergeInto(r, a[:mid], buf, after); err != nil {
		return err
	}
	if err := mergeInto(r, a[mid:], buf, after); err != nil {
		return err
	}
	if err := r.tick(len(a)); err != nil {
		return err
	}
	left := buf[:copy(buf, a[:mid])]
	i, j, k := 0, mid, 0
	for i < len(left) && j < len(a) {
		swap, err := after(left[i], a[j])
		if err != nil {
			return err
		}
		if swap {
			a[k] = a[j]
			j++
		} else {
			a[k] = left[i]
			i++
		}
		k++
	}
	copy(a[k:], left[i:])
	return nil
}

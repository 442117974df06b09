package jsonata

// maxParams is the largest number of parameters matched without allocating.
const maxParams = 8

// validate checks args against the signature and returns what the function
// gets: context filled in, single values wrapped where an array is wanted.
func (s *signature) validate(args []any, context any) ([]any, error) {
	var room [maxParams]int
	counts := room[:]
	if len(s.params) > maxParams {
		counts = make([]int, len(s.params))
	}
	if !s.match(args, 0, 0, counts) {
		return nil, s.mismatch(args)
	}
	if s.fits(args, counts) {
		return args, nil
	}
	return s.fill(args, context, counts)
}

// match assigns arguments to parameters, as many as possible to the earlier
// ones, and notes how many each gets.
func (s *signature) match(args []any, p, a int, counts []int) bool {
	if p == len(s.params) {
		return a == len(args)
	}
	par := &s.params[p]
	n := 0
	for a+n < len(args) && (n == 0 || par.many) && class(args[a+n])&par.class != 0 {
		n++
	}
	least := 1
	if par.optional {
		least = 0
	}
	for ; n >= least; n-- {
		counts[p] = n
		if s.match(args, p+1, a+n, counts) {
			return true
		}
	}
	return false
}

// mismatch names the first argument that cannot be matched.
func (s *signature) mismatch(args []any) error {
	good := 0
	for p := range s.params {
		n, ok := s.longest(args, 0, p+1, 0)
		if !ok {
			break
		}
		good = n
	}
	e := failAt("T0410", -1, "", good+1)
	e.Value = argAt(args, good)
	if f, ok := e.Value.(*function); ok {
		e.Value = f.describe()
	}
	return e
}

// longest matches the parameters p … end-1 from args[a] and returns where the
// match ends.
func (s *signature) longest(args []any, p, end, a int) (int, bool) {
	if p == end {
		return a, true
	}
	par := &s.params[p]
	n := 0
	for a+n < len(args) && (n == 0 || par.many) && class(args[a+n])&par.class != 0 {
		n++
	}
	least := 1
	if par.optional {
		least = 0
	}
	for ; n >= least; n-- {
		if to, ok := s.longest(args, p+1, end, a+n); ok {
			return to, true
		}
	}
	return 0, false
}

// fits reports whether the arguments can be passed on as they are.
func (s *signature) fits(args []any, counts []int) bool {
	for i := range s.params {
		p := &s.params[i]
		switch {
		case counts[i] == 0 && i < len(args), counts[i] == 0 && p.context, counts[i] > 1:
			return false
		case counts[i] == 1 && p.array && (!isArray(args[i]) || !p.items(args[i])):
			return false
		}
	}
	return true
}

func (s *signature) fill(args []any, context any, counts []int) ([]any, error) {
	out := make([]any, 0, len(args)+1)
	a := 0
	for i := range s.params {
		p := &s.params[i]
		if counts[i] == 0 {
			if !p.context {
				out = append(out, argAt(args, a))
				a++
				continue
			}
			if class(context)&p.class == 0 {
				return nil, failAt("T0411", -1, "", a+1)
			}
			out = append(out, context)
			continue
		}
		for range counts[i] {
			v := argAt(args, a) // a skipped optional parameter has taken one
			a++
			if p.array && !IsUndefined(v) {
				if !p.items(v) {
					e := failAt("T0412", -1, "", a)
					e.Value = v
					return nil, e
				}
				if !isArray(v) {
					v = plain([]any{v})
				}
			}
			out = append(out, v)
		}
	}
	return out, nil
}

// items reports whether v, or every item of it, is of the class wanted.
func (p *param) items(v any) bool {
	if p.item == 0 {
		return true
	}
	items, ok := itemsOf(v)
	if !ok {
		return class(v) == p.item
	}
	if len(items) > 0 && class(items[0])&p.item == 0 {
		return false
	}
	for _, e := range items {
		if class(e) != class(items[0]) {
			return false
		}
	}
	return true
}

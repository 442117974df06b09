package jsonata

// maxParams is the largest number of parameters matched without allocating.
const maxParams = 8

// validate checks args against the signature and returns what the function
// gets: context filled in, single values wrapped where an array is wanted.
func (s *signature) validate(r *run, args []any, context any) ([]any, error) {
	var room [maxParams]int
	m := matching{run: r, params: s.params, args: args, counts: room[:], whole: true}
	if len(s.params) > maxParams {
		m.counts = make([]int, len(s.params))
	}
	end, err := m.from(0, 0)
	switch {
	case err != nil:
		return nil, err
	case end < 0:
		return nil, s.mismatch(&m, args)
	case s.fits(args, m.counts):
		return args, nil
	}
	return s.fill(args, context, m.counts)
}

// matching assigns arguments to parameters, as many as possible to the earlier
// ones.
type matching struct {
	run    *run
	params []param
	args   []any
	counts []int // arguments that each parameter gets
	whole  bool  // no argument may be left
}

// from matches the parameters from p to the arguments from a; it returns where
// the match ends, -1 if there is none. Since it may have to try every way in
// which the arguments can be shared out, its steps are counted.
func (m *matching) from(p, a int) (end int, err error) {
	if err = m.run.tick(1); err != nil {
		return -1, err
	}
	if p == len(m.params) {
		if m.whole && a < len(m.args) {
			return -1, nil
		}
		return a, nil
	}
	par := &m.params[p]
	n, least := 0, 1
	for a+n < len(m.args) && (n == 0 || par.many) && class(m.args[a+n])&par.class != 0 {
		n++
	}
	if par.optional {
		least = 0
	}
	for ; n >= least; n-- {
		m.counts[p] = n
		if end, err = m.from(p+1, a+n); end >= 0 || err != nil {
			return end, err
		}
	}
	return -1, nil
}

// mismatch names the first argument that cannot be matched.
func (s *signature) mismatch(m *matching, args []any) error {
	good := 0
	m.whole = false
	for p := range s.params {
		m.params = s.params[:p+1]
		end, err := m.from(0, 0)
		if err != nil {
			return err
		}
		if end < 0 {
			break
		}
		good = end
	}
	e := failAt("T0410", -1, "", good+1)
	e.Value = argAt(args, good)
	return e
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

package jsonata

// group builds an object: of its context if it is a constructor, of a sequence
// if it is a grouping.
type group struct {
	pairs    []pair
	constant bool // all keys are different literals
	pos      place
}

type pair struct {
	key, value evaluator
	name       string // the key, if constant
}

type object struct{ *group }

func (n *object) eval(f *frame, in any) (any, error) { return n.group.eval(f, in) }

func (g *group) eval(f *frame, in any) (any, error) {
	items, isArr := itemsOf(in)
	if err := f.run.tick(1 + len(g.pairs) + len(items)); err != nil {
		return nil, err
	}
	switch {
	case !isArr:
	case len(items) == 0:
		in = undef
	case len(items) == 1:
		in = items[0]
	default:
		return g.many(f, items)
	}
	if !g.constant {
		return g.many(f, []any{in})
	}
	out := newObjectSize(len(g.pairs))
	for i := range g.pairs {
		v, err := g.pairs[i].value.eval(f, in)
		if err != nil {
			return nil, err
		}
		if !IsUndefined(v) {
			out.put(g.pairs[i].name, v)
		}
	}
	return out, nil
}

// entry is what a grouping gathers for one key.
type entry struct {
	data any
	pair int
}

func (g *group) many(f *frame, items []any) (any, error) {
	var order []string
	entries := map[string]*entry{}
	for _, item := range items {
		for i := range g.pairs {
			key, ok, err := g.key(f, i, item)
			if err != nil {
				return nil, err
			}
			if !ok {
				continue
			}
			e := entries[key]
			if e == nil {
				entries[key] = &entry{item, i}
				order = append(order, key)
				continue
			}
			if e.pair != i {
				return nil, g.pos.fail("D1009", "{", key)
			}
			if err := f.run.tick(1); err != nil {
				return nil, err
			}
			if e.data, err = gather(f.run, e.data, item); err != nil {
				return nil, err
			}
		}
	}
	out := newObjectSize(len(order))
	for _, key := range order {
		e := entries[key]
		settle(e.data)
		v, err := g.pairs[e.pair].value.eval(f, e.data)
		if err != nil {
			return nil, err
		}
		if !IsUndefined(v) {
			out.put(key, v)
		}
	}
	return out, nil
}

// key evaluates the key of a pair; ok is false if there is none.
func (g *group) key(f *frame, pair int, in any) (key string, ok bool, err error) {
	k, err := g.pairs[pair].key.eval(f, in)
	if err != nil || IsUndefined(k) {
		return "", false, err
	}
	if key, ok = k.(string); !ok {
		return "", false, g.pos.fail("T1003", "{", k)
	}
	return key, true, nil
}

// flagGather marks the array that gather itself made and may extend.
const flagGather = 1 << 7

// gather appends like $append, but extends the array it made before.
func gather(r *run, data, item any) (any, error) {
	if a, ok := data.(*array); ok && a.flags == flagGather {
		before := len(a.items)
		if items, ok := itemsOf(item); ok {
			a.items = append(a.items, items...)
		} else if !IsUndefined(item) {
			a.items = append(a.items, item)
		}
		return a, r.grow(len(a.items)-before, len(a.items))
	}
	v := appendValues(data, item)
	a, ok := v.(*array)
	if !ok || IsUndefined(data) || IsUndefined(item) {
		return v, nil
	}
	a.flags = flagGather
	return v, r.room(len(a.items))
}

// settle ends the gathering in v, so that nothing extends it any more.
func settle(v any) {
	if a, ok := v.(*array); ok && a.flags == flagGather {
		a.flags = 0
	}
}

// appendValues joins two values into one array; nothing adds nothing.
func appendValues(a, b any) any {
	if IsUndefined(a) {
		return b
	}
	if IsUndefined(b) {
		return a
	}
	left, ok := itemsOf(a)
	if !ok {
		left = []any{a}
	}
	right, ok := itemsOf(b)
	if !ok {
		right = []any{b}
	}
	out := make([]any, 0, len(left)+len(right))
	return plain(append(append(out, left...), right...))
}

package asl

import "slices"

// flow finds for every state the variables that some path to it can have set.
type flow struct {
	p       *parser
	number  map[string]int // of each variable
	defined []varSet       // by State.Index; nil: nothing leads there
}

// varSet is a set of variables, a bit for each.
type varSet []uint64

func (s varSet) has(v int) bool { return s[v/64]&(1<<(v%64)) != 0 }
func (s varSet) add(v int)      { s[v/64] |= 1 << (v % 64) }

// variables reports variables that no path can have set where they are read.
// One that only some paths set is fine here, as on AWS.
func (p *parser) variables() {
	f := &flow{p: p, number: map[string]int{}, defined: make([]varSet, len(p.machine.States))}
	byName := map[string]*State{}
	for _, st := range p.machine.States {
		byName[st.Name] = st
		for list := range st.assigns {
			for _, a := range list {
				if _, known := f.number[a.Name]; !known {
					f.number[a.Name] = len(f.number)
				}
			}
		}
	}
	f.scope(p.machine.Scope, f.none())
	for _, e := range p.exprs {
		known := f.defined[byName[e.state].Index]
		if known == nil { // nothing leads there, which is reported already
			continue
		}
		for _, v := range e.vars {
			if n, set := f.number[v]; v != "states" && (!set || !known.has(n)) {
				p.add(UndefinedVariable, place{e.state, e.pointer, ""}, e.pos, "no path that leads here sets $%s", v)
			}
		}
	}
}

func (f *flow) none() varSet { return make(varSet, len(f.number)/64+1) }

// scope propagates variables along the transitions until nothing changes;
// outer are those that the enclosing state sees.
func (f *flow) scope(s *Scope, outer varSet) {
	if s.Start == nil { // reported already
		return
	}
	f.defined[s.Start.Index] = slices.Clone(outer)
	queue := []*State{s.Start}
	for len(queue) > 0 {
		st := queue[0]
		queue = queue[1:]
		for _, e := range st.edges {
			if f.merge(*e.state, f.defined[st.Index], e.assign) {
				queue = append(queue, *e.state)
			}
		}
	}
	for _, st := range s.States {
		if f.defined[st.Index] == nil {
			continue
		}
		f.shadow(st, outer)
		for _, b := range st.Branches {
			f.scope(b, f.defined[st.Index])
		}
		if st.Processor != nil {
			f.scope(st.Processor, f.defined[st.Index])
		}
	}
}

// merge adds variables to what a state sees and reports whether it saw less.
func (f *flow) merge(to *State, vars varSet, assign Assign) bool {
	known := f.defined[to.Index]
	changed := known == nil
	if changed {
		known = f.none()
		f.defined[to.Index] = known
	}
	for i, bits := range vars {
		changed = changed || bits&^known[i] != 0
		known[i] |= bits
	}
	for _, a := range assign {
		n := f.number[a.Name]
		changed = changed || !known.has(n)
		known.add(n)
	}
	return changed
}

// shadow reports assignments to a variable of an enclosing scope.
func (f *flow) shadow(st *State, outer varSet) {
	for list := range st.assigns {
		for _, a := range list {
			if outer.has(f.number[a.Name]) {
				f.p.add(ShadowedVariable, place{st.Name, st.pointer, ""}, st.pos, "$%s belongs to an enclosing scope; inside a Parallel or Map it can be read, not set", a.Name)
			}
		}
	}
}

// assigns yields every list of assignments of a state.
func (s *State) assigns(yield func(Assign) bool) {
	if !yield(s.Assign) {
		return
	}
	for _, r := range s.Rules {
		if !yield(r.Assign) {
			return
		}
	}
	for _, c := range s.Catch {
		if !yield(c.Assign) {
			return
		}
	}
}

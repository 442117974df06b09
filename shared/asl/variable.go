package asl

import "maps"

// flow finds for every state the variables that some path to it can have set.
type flow struct {
	p       *parser
	defined []map[string]bool // by State.Index
}

// variables reports variables that no path can have set where they are read.
// One that only some paths set is fine here, as on AWS.
func (p *parser) variables() {
	f := &flow{p: p, defined: make([]map[string]bool, len(p.machine.States))}
	f.scope(p.machine.Scope, map[string]bool{})
	byName := map[string]*State{}
	for _, st := range p.machine.States {
		byName[st.Name] = st
	}
	for _, e := range p.exprs {
		known := f.defined[byName[e.state].Index]
		if known == nil { // nothing leads there, which is reported already
			continue
		}
		for _, v := range e.vars {
			if v != "states" && !known[v] {
				p.add(UndefinedVariable, place{e.state, e.pointer, ""}, e.pos, "no path that leads here sets $%s", v)
			}
		}
	}
}

// scope propagates variables along the transitions until nothing changes;
// outer are those that the enclosing state sees.
func (f *flow) scope(s *Scope, outer map[string]bool) {
	if s.Start == nil { // reported already
		return
	}
	f.defined[s.Start.Index] = maps.Clone(outer)
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
func (f *flow) merge(to *State, vars map[string]bool, assign Assign) bool {
	known := f.defined[to.Index]
	changed := known == nil
	if changed {
		known = map[string]bool{}
		f.defined[to.Index] = known
	}
	add := func(v string) {
		if !known[v] {
			known[v], changed = true, true
		}
	}
	for v := range vars {
		add(v)
	}
	for _, a := range assign {
		add(a.Name)
	}
	return changed
}

// shadow reports assignments to a variable of an enclosing scope.
func (f *flow) shadow(st *State, outer map[string]bool) {
	check := func(list Assign) {
		for _, a := range list {
			if outer[a.Name] {
				f.p.add(ShadowedVariable, place{st.Name, st.pointer, ""}, st.pos, "$%s belongs to an enclosing scope; inside a Parallel or Map it can be read, not set", a.Name)
			}
		}
	}
	check(st.Assign)
	for _, r := range st.Rules {
		check(r.Assign)
	}
	for _, c := range st.Catch {
		check(c.Assign)
	}
}

package jsonpath

import "github.com/orderloom/orderloom/shared/jsonata"

// Eval yields what the path finds in the scope. A failure is an *Error.
func (p *Path) Eval(s *Scope) (any, error) {
	doc := s.Input
	switch p.root {
	case context:
		doc = nil
		if s.Context != nil {
			doc = s.Context()
		}
	case variable:
		v, ok := s.Vars[p.variable]
		if !ok {
			return nil, &Error{Code: CodeNotFound, Message: "there is no variable $" + p.variable, Path: p.src, Input: jsonata.NewObject()}
		}
		doc = v
	}
	if !p.definite {
		left := maxSeen
		if found, _ := p.many(doc, &left); len(found) <= maxFound && left > 0 {
			return found, nil // on AWS even when there is nothing to look through
		}
		return nil, notFound(p, doc)
	}
	v, ok := p.Get(doc)
	if !ok {
		return nil, notFound(p, doc)
	}
	return v, nil
}

// many collects what a path with several ends finds; false: what it would look
// through is not there, or too much is looked at or found.
func (p *Path) many(doc any, left *int) (found []any, ok bool) {
	w := walk{root: doc, steps: p.steps, found: []any{}, left: left}
	ok = w.follow(0, doc, true)
	return w.found, ok
}

// Get yields what the path, without its root, finds in doc; false: nothing. A
// filter asks with it, for which a list that is missing is not an empty one.
func (p *Path) Get(doc any) (any, bool) {
	left := maxSeen
	return p.get(doc, &left)
}

func (p *Path) get(doc any, left *int) (any, bool) {
	if !p.definite {
		found, ok := p.many(doc, left)
		return found, ok
	}
	for i := range p.steps {
		var ok bool
		if doc, ok = p.steps[i].next(doc); !ok {
			return nil, false
		}
	}
	return doc, true
}

// next follows a step that leads to one node.
func (s *step) next(v any) (any, bool) {
	switch s.kind {
	case child:
		if o, ok := v.(*jsonata.Object); ok {
			return o.Get(s.names[0])
		}
	case nth:
		if list, ok := v.([]any); ok {
			return item(list, s.indexes[0])
		}
	case keys:
		return s.pick(v)
	}
	return nil, false
}

func item(list []any, i int) (any, bool) {
	if i < 0 {
		i += len(list)
	}
	if i < 0 || i >= len(list) {
		return nil, false
	}
	return list[i], true
}

// pick makes an object of those of the keys that there are.
func (s *step) pick(v any) (any, bool) {
	o, ok := v.(*jsonata.Object)
	if !ok {
		return nil, false
	}
	out := jsonata.NewObject()
	for _, name := range s.names {
		if x, ok := o.Get(name); ok {
			out.Set(name, x)
		}
	}
	return out, out.Len() > 0
}

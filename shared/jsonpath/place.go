package jsonpath

import (
	"fmt"
	"slices"

	"github.com/orderloom/orderloom/shared/jsonata"
)

// Set returns doc with value at the place that the reference path names. Objects
// that are missing on the way are made; anything else that is in the way, or an
// index beyond the end, is an *Error. Doc itself stays as it is.
func (p *Path) Set(doc, value any) (any, error) {
	if !p.IsReference() || p.root != input {
		return nil, &Error{Code: CodePlace, Message: p.src + " names no single place in the input", Path: p.src, Input: doc}
	}
	return p.set(0, doc, doc, value)
}

func (p *Path) set(i int, doc, at, value any) (any, error) {
	if i == len(p.steps) {
		return value, nil
	}
	s := &p.steps[i]
	if s.kind == child {
		o, ok := at.(*jsonata.Object)
		if !ok {
			return nil, p.blocked(doc, s, fmt.Sprintf("the key %q cannot be set in what is not an object", s.names[0]))
		}
		old, ok := o.Get(s.names[0])
		if !ok {
			old = jsonata.NewObject() // the last step puts value in its place
		}
		changed, err := p.set(i+1, doc, old, value)
		if err != nil {
			return nil, err
		}
		out := jsonata.NewObject()
		o.Range(func(key string, v any) bool {
			out.Set(key, v)
			return true
		})
		out.Set(s.names[0], changed)
		return out, nil
	}
	list, ok := at.([]any)
	if !ok || s.indexes[0] >= len(list) {
		return nil, p.blocked(doc, s, fmt.Sprintf("there is no item %d", s.indexes[0]))
	}
	changed, err := p.set(i+1, doc, list[s.indexes[0]], value)
	if err != nil {
		return nil, err
	}
	out := slices.Clone(list)
	out[s.indexes[0]] = changed
	return out, nil
}

func (p *Path) blocked(doc any, at *step, why string) *Error {
	return &Error{Code: CodePlace, Message: p.src + " does not fit: " + why, Path: p.src, Input: doc, Step: at.String()}
}

package bus

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"slices"
	"sort"

	"github.com/orderloom/orderloom/shared/fault"
)

// Pattern is an EventBridge event pattern: a tree of field names with lists of
// alternatives at its leaves. It knows exact strings, numbers, booleans and
// null, and prefix, suffix, equals-ignore-case, exists, anything-but and
// numeric.
type Pattern struct{ fields []field }

type field struct {
	name  string
	below *Pattern  // nested object; nil at a leaf
	any   []matcher // alternatives of a leaf
}

// ParsePattern reads a pattern; what it does not know is an error that names it.
func ParsePattern(text []byte) (*Pattern, error) {
	value, err := decode(text)
	if err != nil {
		return nil, fault.Wrap(err, fault.Invalid, "not a JSON object")
	}
	return parseObject("", value)
}

func parseObject(path string, object map[string]any) (*Pattern, error) {
	if len(object) == 0 {
		return nil, fault.New(fault.Invalid, "an empty object matches nothing").On("", path)
	}
	p := &Pattern{}
	for name, v := range object {
		at := path + "." + name
		if name == "$or" {
			return nil, fault.New(fault.Invalid, "$or is not supported by the local bus").On("", at)
		}
		f := field{name: name}
		var err error
		switch v := v.(type) {
		case map[string]any:
			f.below, err = parseObject(at, v)
		case []any:
			f.any, err = parseLeaf(at, v)
		default:
			err = fault.New(fault.Invalid, "want a list of alternatives or an object").On("", at).Got(v)
		}
		if err != nil {
			return nil, err
		}
		p.fields = append(p.fields, f)
	}
	sort.Slice(p.fields, func(i, j int) bool { return p.fields[i].name < p.fields[j].name })
	return p, nil
}

func parseLeaf(at string, alternatives []any) ([]matcher, error) {
	if len(alternatives) == 0 {
		return nil, fault.New(fault.Invalid, "an empty list matches nothing").On("", at)
	}
	all := make([]matcher, len(alternatives))
	for i, a := range alternatives {
		m, err := parseMatcher(at, a)
		if err != nil {
			return nil, err
		}
		all[i] = m
	}
	return all, nil
}

// Fields are those of an object in an event. A value is a string, bool,
// json.Number, nil, []any, map[string]any or Fields.
type Fields interface {
	Field(name string) (v any, present bool)
}

// Object is one that was decoded; nil has no fields.
type Object map[string]any

// Field implements Fields.
func (o Object) Field(name string) (any, bool) {
	v, present := o[name]
	return v, present
}

// Match reports whether an event matches: every field of the pattern must.
func (p *Pattern) Match(event Fields) bool {
	for _, f := range p.fields {
		v, present := event.Field(f.name)
		if f.below != nil {
			if !f.below.within(v) {
				return false
			}
			continue
		}
		if !f.leaf(v, present) {
			return false
		}
	}
	return true
}

// Fields lists the fields below a path that the pattern looks at.
func (p *Pattern) Fields(path ...string) (names []string) {
	for _, f := range p.fields {
		switch {
		case len(path) == 0:
			names = append(names, f.name)
		case f.name == path[0] && f.below != nil:
			return f.below.Fields(path[1:]...)
		}
	}
	return names
}

// within matches a nested pattern; of a list, one element must match. What is
// no object has no fields, which "exists": false may want.
func (p *Pattern) within(v any) bool {
	switch v := v.(type) {
	case Fields:
		return p.Match(v)
	case map[string]any:
		return p.Match(Object(v))
	case []any:
		for _, element := range v {
			if o, ok := element.(map[string]any); ok && p.Match(Object(o)) {
				return true
			}
		}
		return false
	}
	return p.Match(Object(nil))
}

func (f field) leaf(v any, present bool) bool {
	list, many := v.([]any)
	switch v.(type) {
	case map[string]any, Fields:
		present = false // only leaves exist
	}
	present = present && (!many || len(list) > 0)
	for _, m := range f.any {
		switch {
		case m.absent != nil:
			if *m.absent != present {
				return true
			}
		case !present:
		case many:
			if slices.ContainsFunc(list, m.test) {
				return true
			}
		case m.test(v):
			return true
		}
	}
	return false
}

// decode reads one JSON object, numbers kept as text.
func decode(text []byte) (map[string]any, error) {
	d := json.NewDecoder(bytes.NewReader(text))
	d.UseNumber()
	var v map[string]any
	if err := d.Decode(&v); err != nil {
		return nil, err
	}
	if v == nil {
		return nil, errors.New("null is no object")
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return nil, errors.New("data after the JSON document")
	}
	return v, nil
}

package catalog

import (
	"encoding/json"
	"reflect"
	"time"

	"github.com/invopop/jsonschema"

	"github.com/orderloom/orderloom/shared/flow"
	"github.com/orderloom/orderloom/shared/policy"
)

// schema describes the type of a zero value; nil has none. Unknown fields are
// allowed, because schemas only grow.
func schema(zero any) (json.RawMessage, error) { return reflected(zero, true) }

// parametersSchema describes what a step can set: there an unknown field is a
// misspelled one.
func parametersSchema(zero any) (json.RawMessage, error) { return reflected(zero, false) }

// reflected writes types out where they are used, so that a reader needs no
// second look.
func reflected(zero any, unknownFields bool) (json.RawMessage, error) {
	if zero == nil {
		return nil, nil
	}
	r := jsonschema.Reflector{Anonymous: true, DoNotReference: true, ExpandedStruct: true, AllowAdditionalProperties: unknownFields, Mapper: written}
	s := r.Reflect(zero)
	s.Version = ""
	return json.Marshal(s)
}

// written describes a type that writes itself: its fields do not say how. It can be
// any value, but for a time, which the reflector knows, and for what is filled in
// from the order, whose paths the compiler checks.
func written(t reflect.Type) *jsonschema.Schema {
	switch {
	case t == reflect.TypeFor[policy.TemplateText]():
		return &jsonschema.Schema{Format: flow.TemplateFormat}
	case t == reflect.TypeFor[time.Time]() || !reflect.PointerTo(t).Implements(reflect.TypeFor[json.Marshaler]()):
		return nil
	}
	anything := *jsonschema.TrueSchema // the reflector writes into what it gets
	return &anything
}

package catalog

import (
	"encoding/json"
	"reflect"
	"time"

	"github.com/invopop/jsonschema"
)

// schema describes the type of a zero value; nil has none. Unknown fields are
// allowed, because schemas only grow. Types are written out where they are used,
// so that a reader needs no second look.
func schema(zero any) (json.RawMessage, error) {
	if zero == nil {
		return nil, nil
	}
	r := jsonschema.Reflector{Anonymous: true, DoNotReference: true, ExpandedStruct: true, AllowAdditionalProperties: true, Mapper: written}
	s := r.Reflect(zero)
	s.Version = ""
	return json.Marshal(s)
}

// written describes a type that writes itself: its fields do not say how. It can be
// any value, but for a time, which the reflector knows.
func written(t reflect.Type) *jsonschema.Schema {
	if t == reflect.TypeFor[time.Time]() || !reflect.PointerTo(t).Implements(reflect.TypeFor[json.Marshaler]()) {
		return nil
	}
	return jsonschema.TrueSchema
}

package catalog

import (
	"encoding/json"

	"github.com/invopop/jsonschema"
)

// schema describes the type of a zero value; nil has none. Unknown fields are
// allowed, because schemas only grow. Types are written out where they are used,
// so that a reader needs no second look.
func schema(zero any) (json.RawMessage, error) {
	if zero == nil {
		return nil, nil
	}
	r := jsonschema.Reflector{Anonymous: true, DoNotReference: true, ExpandedStruct: true, AllowAdditionalProperties: true}
	s := r.Reflect(zero)
	s.Version = ""
	return json.Marshal(s)
}

package event

import (
	"bytes"
	"encoding/json"
	"maps"
	"regexp"
	"slices"
	"strings"

	"github.com/orderloom/orderloom/shared/fault"
)

// Schema is a JSON Schema of a payload, compact. It keeps to what drafts 4 and
// 2020-12 have in common, so that it means the same in the EventBridge schema
// registry, in OpenAPI 3 and here, and it refers to nothing outside itself. It is
// a text so that definitions can be compared.
type Schema string

// MarshalJSON writes the schema itself.
func (s Schema) MarshalJSON() ([]byte, error) {
	if s == "" {
		return []byte("null"), nil
	}
	return []byte(s), nil
}

// UnmarshalJSON reads a schema that ParseSchema has checked before.
func (s *Schema) UnmarshalJSON(data []byte) error {
	var b bytes.Buffer
	if err := json.Compact(&b, data); err != nil {
		return err
	}
	if *s = Schema(b.String()); *s == "null" {
		*s = ""
	}
	return nil
}

// Limits of a schema.
const (
	maxSchemaBytes = 16 << 10
	maxSchemaDepth = 12
)

// schemaTypes are the types that a value may have.
var schemaTypes = []string{"object", "array", "string", "number", "integer", "boolean"}

// ParseSchema reads the schema of a payload, which is an object.
func ParseSchema(data []byte) (Schema, error) {
	if len(data) > maxSchemaBytes {
		return "", fault.New(fault.TooLarge, "a schema of %d bytes; at most %d", len(data), maxSchemaBytes)
	}
	var s schemaNode
	if err := decodeStrict(data, &s); err != nil {
		return "", fault.Wrap(err, fault.Invalid, "reading the schema of a payload").Do("Use type, title, description, properties, required, additionalProperties, items, enum, minimum, maximum, minLength, maxLength, pattern, minItems, maxItems and format")
	}
	if s.Type != "object" {
		return "", fault.New(fault.Invalid, "a payload is an object").On("", "payload.type").Got(s.Type)
	}
	if err := s.check("payload", 1); err != nil {
		return "", err
	}
	var out Schema
	return out, out.UnmarshalJSON(data)
}

// schemaNode has the keywords that a schema may use.
type schemaNode struct {
	Type                 string                 `json:"type"`
	Title                string                 `json:"title"`
	Description          string                 `json:"description"`
	Properties           map[string]*schemaNode `json:"properties"`
	Required             []string               `json:"required"`
	AdditionalProperties *bool                  `json:"additionalProperties"`
	Items                *schemaNode            `json:"items"`
	Enum                 []any                  `json:"enum"`
	Minimum              *float64               `json:"minimum"`
	Maximum              *float64               `json:"maximum"`
	MinLength            *uint                  `json:"minLength"`
	MaxLength            *uint                  `json:"maxLength"`
	Pattern              string                 `json:"pattern"`
	MinItems             *uint                  `json:"minItems"`
	MaxItems             *uint                  `json:"maxItems"`
	Format               string                 `json:"format"`
}

func decodeStrict(data []byte, v any) error {
	dec := json.NewDecoder(bytes.NewReader(data))
	dec.DisallowUnknownFields()
	if err := dec.Decode(v); err != nil {
		return err
	}
	if dec.More() {
		return fault.New(fault.Invalid, "something follows after the document")
	}
	return nil
}

// check reports the first thing that the drafts would understand differently, or
// not at all.
func (s *schemaNode) check(at string, depth int) error {
	wrong := func(format string, args ...any) error { return fault.New(fault.Invalid, format, args...).On("", at) }
	switch {
	case s == nil:
		return wrong("a schema is an object")
	case depth > maxSchemaDepth:
		return wrong("the schema is nested deeper than %d levels", maxSchemaDepth)
	case !slices.Contains(schemaTypes, s.Type):
		return wrong("a schema needs one of the types %s", strings.Join(schemaTypes, ", "))
	case s.Required != nil && len(s.Required) == 0:
		return wrong("an empty list of required fields means nothing")
	case s.Enum != nil && len(s.Enum) == 0:
		return wrong("an empty enum allows no value")
	}
	for _, name := range s.Required {
		if s.Properties[name] == nil {
			return wrong("the required field %q is not described", name)
		}
	}
	if _, err := regexp.Compile(s.Pattern); err != nil {
		return wrong("the pattern is not valid: %v", err)
	}
	for _, name := range slices.Sorted(maps.Keys(s.Properties)) {
		if err := s.Properties[name].check(at+"."+name, depth+1); err != nil {
			return err
		}
	}
	if s.Items != nil {
		return s.Items.check(at+"[]", depth+1)
	}
	return nil
}

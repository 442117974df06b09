package schema

import (
	"bytes"
	"encoding/json"
	"strconv"

	"github.com/invopop/jsonschema"

	"github.com/orderloom/orderloom/shared/fault"
)

// Shorthands that keep the descriptions of documents readable.

func text(longest uint64) *jsonschema.Schema {
	s := &jsonschema.Schema{Type: "string", MinLength: new(uint64(1))}
	if longest > 0 {
		s.MaxLength = &longest
	}
	return s
}

func anyText() *jsonschema.Schema { return &jsonschema.Schema{Type: "string"} }

func pattern(p, description string) *jsonschema.Schema {
	return &jsonschema.Schema{Type: "string", Pattern: p, Description: description}
}

func whole(low, high int) *jsonschema.Schema {
	return &jsonschema.Schema{Type: "integer", Minimum: json.Number(strconv.Itoa(low)), Maximum: json.Number(strconv.Itoa(high))}
}

func oneOf[T ~string](values ...T) *jsonschema.Schema {
	s := &jsonschema.Schema{Type: "string"}
	for _, v := range values {
		s.Enum = append(s.Enum, string(v))
	}
	return s
}

func list(of *jsonschema.Schema, least uint64) *jsonschema.Schema {
	s := &jsonschema.Schema{Type: "array", Items: of}
	if least > 0 {
		s.MinItems = &least
	}
	return s
}

func ref(name string) *jsonschema.Schema { return &jsonschema.Schema{Ref: "#/$defs/" + name} }

// property is one field of an object.
type property struct {
	name   string
	schema *jsonschema.Schema
	need   bool
}

func must(name string, s *jsonschema.Schema) property { return property{name, s, true} }
func may(name string, s *jsonschema.Schema) property  { return property{name, s, false} }

// object is an object that has these fields and no others.
func object(fields ...property) *jsonschema.Schema {
	s := &jsonschema.Schema{Type: "object", Properties: jsonschema.NewProperties(), AdditionalProperties: jsonschema.FalseSchema}
	for _, f := range fields {
		s.Properties.Set(f.name, f.schema)
		if f.need {
			s.Required = append(s.Required, f.name)
		}
	}
	return s
}

// has is met by an object with a field of one of the values.
func has(field string, values ...string) *jsonschema.Schema {
	s := &jsonschema.Schema{Properties: jsonschema.NewProperties(), Required: []string{field}}
	s.Properties.Set(field, oneOf(values...))
	return s
}

// without is met by an object that has none of the fields.
func without(fields ...string) *jsonschema.Schema {
	s := &jsonschema.Schema{Properties: jsonschema.NewProperties()}
	for _, f := range fields {
		s.Properties.Set(f, jsonschema.FalseSchema)
	}
	return s
}

func needs(fields ...string) *jsonschema.Schema { return &jsonschema.Schema{Required: fields} }

// exactly is met by an object with just one of the fields.
func exactly(fields ...string) []*jsonschema.Schema {
	var all []*jsonschema.Schema
	for _, f := range fields {
		all = append(all, needs(f))
	}
	return all
}

func when(condition, then, otherwise *jsonschema.Schema) *jsonschema.Schema {
	return &jsonschema.Schema{If: condition, Then: then, Else: otherwise}
}

// write is the schema as a file.
func write(s *jsonschema.Schema) ([]byte, error) {
	s.Version = jsonschema.Version
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	err := e.Encode(s)
	if err != nil {
		return nil, fault.Wrap(err, fault.Internal, "encoding a schema")
	}
	var out bytes.Buffer
	if err := json.Indent(&out, b.Bytes(), "", " "); err != nil {
		return nil, fault.Wrap(err, fault.Internal, "indenting a schema")
	}
	return out.Bytes(), nil
}

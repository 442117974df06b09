package schema

import (
	"github.com/invopop/jsonschema"

	"github.com/orderloom/orderloom/shared/flow/bundle"
)

// Bundle is the schema of a bundle. Its flows and policies have schemas of their
// own.
func Bundle() ([]byte, error) {
	document := func(of string) *jsonschema.Schema {
		return &jsonschema.Schema{Type: "object", Description: "as in " + of + ".schema.json"}
	}
	documents := func(of string, least, most uint64) *jsonschema.Schema {
		s := list(document(of), least)
		s.MaxItems = &most
		return s
	}
	entries := &jsonschema.Schema{Type: "object", AdditionalProperties: anyText(), MaxProperties: new(uint64(bundle.MaxEntries))}
	s := object(
		must("format", oneOf(bundle.Format)),
		must("flows", documents("flow", 1, bundle.MaxFlows)),
		may("policies", documents("policy", 0, bundle.MaxPolicies)),
		may("events", list(object(must("name", text(0)), must("title", text(0))), 0)),
		may("mappings", list(object(must("group", text(0)), must("table", text(0)), may("entries", entries), may("large", &jsonschema.Schema{Type: "boolean"})), 0)),
		must("states", text(0)),
		may("actions", list(anyText(), 0)),
		may("instances", list(object(must("id", text(0)), must("provider", text(0)), may("parameters", list(anyText(), 0)), may("secrets", list(anyText(), 0))), 0)),
	)
	s.Title = "Orderloom bundle"
	return write(s)
}

package schema

import (
	"github.com/invopop/jsonschema"

	"github.com/orderloom/orderloom/shared/flow"
)

// Binding is the schema of a binding.
func Binding() ([]byte, error) {
	s := object(
		must("id", identifier(flow.MaxBindingID)),
		must("title", text(0)),
		may("description", anyText()),
		must("event", text(0)),
		may("filter", list(ref("policyReference"), 0)),
		may("flow", text(0)),
		may("action", text(0)),
		may("instance", text(0)),
		may("parameters", &jsonschema.Schema{Type: "object"}),
		may("retry", retry()),
		may("timeout", ref("duration")),
	)
	s.Title = "Orderloom binding"
	action := needs("action", "instance")
	ownFlow := needs("flow")
	ownFlow.Properties = without("instance", "parameters", "retry", "timeout").Properties
	s.OneOf = []*jsonschema.Schema{action, ownFlow}
	s.Definitions = jsonschema.Definitions{"duration": duration(), "policyReference": pattern(refPattern, "id@version")}
	return write(s)
}

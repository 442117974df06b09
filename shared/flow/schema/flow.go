// Package schema describes flow documents, policies and entities as JSON Schema, from the
// tables by which they are read, for editors and for those who write documents
// by program. What a document means, such as whether an edge leads anywhere, and
// what needs two places to be compared, is for the parser and the compiler alone.
package schema

import (
	"maps"
	"slices"

	"github.com/invopop/jsonschema"

	"github.com/orderloom/orderloom/shared/event"
	"github.com/orderloom/orderloom/shared/fault"
	"github.com/orderloom/orderloom/shared/flow"
)

const (
	idPattern     = `^[a-z][a-z0-9]*(-[a-z0-9]+)*$`
	refPattern    = `^[a-z][a-z0-9]*(-[a-z0-9]+)*@[1-9][0-9]{0,6}$`
	offsetPattern = `^-?P([0-9]{1,6}D)?(T([0-9]{1,6}H)?([0-9]{1,7}M)?([0-9]{1,8}S)?)?$`
)

// Flow is the schema of a flow document.
func Flow() ([]byte, error) {
	catalog, err := flow.LoadCatalog()
	if err != nil {
		return nil, err
	}
	places := jsonschema.Definitions{}
	for _, place := range flow.Places() {
		if places[stepsOf(place)], err = steps(place, catalog.Offered(place)); err != nil {
			return nil, err
		}
	}
	layout := &jsonschema.Schema{Type: "object", AdditionalProperties: object(may("x", position()), may("y", position()))}
	s := object(
		must("format", oneOf(flow.Format)),
		must("id", identifier(flow.MaxIDLength)),
		must("title", text(200)),
		may("description", anyText()),
		must("type", recordType()),
		may("profile", oneOf(flow.Standard, flow.Compact)),
		must("entry", object(must("event", entryEvent()), may("filter", list(ref("policyReference"), 0)), may("alongside", list(identifier(flow.MaxIDLength), 0)))),
		may("maxLines", whole(1, flow.MaxLinesLimit)),
		must("start", text(0)),
		must("steps", list(ref("step"), 1)),
		may("layout", layout),
	)
	s.Title = "Orderloom flow"
	s.Definitions = jsonschema.Definitions{
		"edge":            edge(),
		"again":           object(must("maximum", whole(1, flow.MaxAgain))),
		"duration":        duration(),
		"policyReference": pattern(refPattern, "id@version"),
	}
	maps.Copy(s.Definitions, places)
	maps.Copy(s.Definitions, conditions())
	maps.Copy(s.Definitions, actions())
	return write(s)
}

func identifier(longest uint64) *jsonschema.Schema {
	s := pattern(idPattern, "small letters, digits and single dashes")
	s.MaxLength = &longest
	return s
}

func position() *jsonschema.Schema { return whole(-1_000_000, 1_000_000) }

func duration() *jsonschema.Schema {
	return pattern(`^P([0-9]{1,6}D)?(T([0-9]{1,6}H)?([0-9]{1,7}M)?([0-9]{1,8}S)?)?$`, "ISO 8601, from a second to a year, e.g. PT30S, PT2H or P30D")
}

func edge() *jsonschema.Schema {
	return &jsonschema.Schema{OneOf: []*jsonschema.Schema{
		anyText(),
		object(must("to", text(0)), must("again", ref("again"))),
	}, Description: "the id of a step; marked with again when it goes back"}
}

// stepsOf says how the schema calls the steps of a place.
func stepsOf(place flow.Place) string {
	return map[flow.Place]string{flow.Outside: "step", flow.InEach: "innerStep", flow.InEachLine: "lineStep", flow.InBranch: "branchStep"}[place]
}

// steps describes the steps that are offered at a place.
func steps(place flow.Place, types []flow.StepType) (*jsonschema.Schema, error) {
	s := &jsonschema.Schema{Type: "object", Properties: jsonschema.NewProperties(), Required: []string{"id", "name", "type"}}
	s.Properties.Set("type", oneOf(types...))
	for _, t := range types {
		step, err := stepOf(t, place)
		if err != nil {
			return nil, err
		}
		s.AllOf = append(s.AllOf, when(has("type", string(t)), step, nil))
	}
	return s, nil
}

func stepOf(t flow.StepType, place flow.Place) (*jsonschema.Schema, error) {
	known := fields()
	var own []property
	for _, name := range flow.Fields(t) {
		i := slices.IndexFunc(known, func(p property) bool { return p.name == name })
		if i < 0 {
			return nil, fault.New(fault.Internal, "package schema does not know the field %q of a step of type %s", name, t).
				Do("Add it to the list of fields there")
		}
		p := known[i]
		switch {
		case t == flow.Parallel && name == "branches":
			p.schema = drawings()
		case place == flow.InEachLine && name == "entity":
			p = must("entity", oneOf(event.Line))
		}
		own = append(own, p)
	}
	s := object(own...)
	switch t {
	case flow.WaitStep:
		s.OneOf = exactly("for", "until")
	case flow.ConditionStep:
		s.OneOf = exactly("when", "outcome")
	case flow.ForEach:
		s.AllOf = append(s.AllOf, when(has("each", flow.LineItems), overLines(), insideOf("innerStep")))
	case flow.HoldStep:
		s.DependentRequired = map[string][]string{"expiry": {"onExpiry"}, "onExpiry": {"expiry"}}
	case flow.Predict:
		s.Required = slices.DeleteFunc(s.Required, func(name string) bool { return name == "policies" || name == "action" || name == "instance" })
		byPolicies := without("action", "instance", "parameters")
		byPolicies.Required = []string{"policies"}
		byAction := without("policies")
		byAction.Required = []string{"action", "instance"}
		s.OneOf = []*jsonschema.Schema{byPolicies, byAction}
	}
	return s, nil
}

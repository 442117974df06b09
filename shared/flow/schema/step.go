package schema

import (
	"github.com/invopop/jsonschema"

	"github.com/orderloom/orderloom/shared/event"
	"github.com/orderloom/orderloom/shared/flow"
)

// fields describes the fields of steps. Which of them a type has is declared by
// package flow.
func fields() []property {
	return []property{
		must("id", stepID()),
		must("name", stepName()),
		must("type", anyText()),
		may("description", anyText()),

		must("next", ref("edge")),
		must("yes", ref("edge")),
		must("no", ref("edge")),
		must("otherwise", ref("edge")),
		must("branches", list(branch(), 1)),
		may("when", ref("condition")),
		may("outcome", object(must("step", text(0)), must("is", oneOf(flow.OutcomeSucceeded, flow.OutcomeFailed)))),

		must("policies", list(ref("policyReference"), 1)),
		must("action", text(0)),
		must("instance", text(0)),
		may("parameters", &jsonschema.Schema{Type: "object"}),
		may("raises", raisable()),
		must("arn", text(0)),
		may("retryOn", list(text(100), 0)),
		must("mode", oneOf(flow.ModeCheck, flow.ModeCreate, flow.ModeCheckAndCreate)),
		must("score", pattern(`^[a-z][A-Za-z0-9]{0,39}$`, "becomes order.attributes.<score>, and order.scores.<score> as a number")),
		must("most", &jsonschema.Schema{Enum: []any{flow.MostProbability, flow.MostPercent}, Description: "the highest score"}),
		may("retry", retry()),
		may("timeout", ref("duration")),

		must("deadline", ref("duration")),
		may("again", ref("again")),
		may("for", ref("duration")),
		may("until", object(must("field", text(0)), may("offset", pattern(offsetPattern, "a duration that may be negative, e.g. -P1D")))),
		must("reason", text(200)),
		may("expiry", ref("duration")),
		may("onExpiry", oneOf(flow.LateContinue, flow.LateException)),
		must("who", text(200)),
		must("question", text(200)),
		must("default", oneOf(flow.LateApprove, flow.LateReject)),
		may("entity", recordType()),
		must("set", list(ref("action"), 1)),
		must("event", text(0)),
		may("payload", payload()),
		may("onFailure", text(0)),
		may("onDeadline", text(0)),
		must("flow", identifier(flow.MaxIDLength)),

		must("each", oneOf(flow.FulfillmentOrderItems, flow.LineItems)),
		may("concurrency", whole(0, flow.MaxItems)),
		may("maximum", whole(1, flow.MaxItems)),
		must("start", text(0)),
		must("steps", &jsonschema.Schema{}), // which depend on each
	}
}

func stepID() *jsonschema.Schema {
	s := identifier(40)
	s.Not = oneOf(flow.ToException, flow.ToContinue)
	return s
}

func stepName() *jsonschema.Schema {
	s := text(flow.MaxNameLength)
	s.Not = &jsonschema.Schema{Pattern: `\$\{|[\x00-\x1f\x7f]|^\s|\s$|` + flow.StateSeparator + `|^` + flow.StartState + `$|^` + flow.CanceledState}
	return s
}

func branch() *jsonschema.Schema {
	return object(must("name", text(0)), must("filter", list(ref("policyReference"), 1)), must("next", ref("edge")))
}

// insideOf is met by a for-each whose steps are of a kind.
func insideOf(kind string) *jsonschema.Schema {
	s := &jsonschema.Schema{Properties: jsonschema.NewProperties()}
	s.Properties.Set("steps", list(ref(kind), 1))
	return s
}

// overLines is met by a for-each over lines: how many there may be the flow says.
func overLines() *jsonschema.Schema {
	s := insideOf("lineStep")
	s.Properties.Set("maximum", jsonschema.FalseSchema)
	s.Properties.Set("concurrency", whole(1, flow.MaxItems))
	return s
}

// drawings are the branches of a parallel.
func drawings() *jsonschema.Schema {
	most := uint64(flow.MaxBranches)
	s := list(object(must("name", text(50)), must("start", text(0)), must("steps", list(ref("branchStep"), 1))), 2)
	s.MaxItems = &most
	return s
}

func payload() *jsonschema.Schema {
	name := text(40)
	return &jsonschema.Schema{Type: "object", PropertyNames: name, AdditionalProperties: ref("expression")}
}

func retry() *jsonschema.Schema {
	return object(
		may("attempts", whole(0, 20)), may("interval", ref("duration")), may("maxDelay", ref("duration")),
		may("rate", &jsonschema.Schema{Type: "number", Minimum: "1", Maximum: "10"}),
	)
}

// raisable lists the events of an order or a fulfillment order.
func raisable() *jsonschema.Schema {
	var names []string
	for _, d := range event.All() {
		if d.Entity == event.Order || d.Entity == event.FulfillmentOrder {
			names = append(names, d.Name)
		}
	}
	return oneOf(names...)
}

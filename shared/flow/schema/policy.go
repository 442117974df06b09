package schema

import (
	"maps"

	"github.com/invopop/jsonschema"

	"github.com/orderloom/orderloom/shared/policy"
)

// Policy is the schema of a policy document. Which operator suits which field,
// and which value suits both, is for the parser.
func Policy() ([]byte, error) {
	s := object(
		must("id", identifier(60)),
		must("version", whole(1, policy.MaxVersion)),
		must("title", text(0)),
		may("description", anyText()),
		must("kind", oneOf(policy.Filter, policy.Execution)),
		may("criticality", oneOf(policy.Information, policy.Critical)),
		must("entity", recordType()),
		may("hit", oneOf(policy.HitFirst, policy.HitAll, policy.HitUnique)),
		may("rules", list(ref("rule"), 1)),
		may("table", ref("table")),
	)
	s.Title = "Orderloom policy"
	s.OneOf = exactly("rules", "table")
	rules := &jsonschema.Schema{Properties: jsonschema.NewProperties()}
	rules.Properties.Set("rules", &jsonschema.Schema{Items: without("then")})
	rules.Properties.Set("table", jsonschema.FalseSchema)
	s.AllOf = []*jsonschema.Schema{
		when(has("kind", string(policy.Execution)), needs("criticality"), nil),
		when(has("kind", string(policy.Filter)), rules, nil),
	}
	rule := object(must("name", text(0)), may("when", ref("condition")), may("then", list(ref("action"), 1)))
	rule.AnyOf = []*jsonschema.Schema{needs("when"), needs("then")}
	s.Definitions = jsonschema.Definitions{
		"rule": rule,
		"table": object(
			must("columns", list(object(must("field", text(0)), must("operator", operator())), 1)),
			must("rows", list(object(must("name", text(0)), must("when", list(cell(), 0)), must("then", list(ref("action"), 1))), 1)),
		),
	}
	maps.Copy(s.Definitions, conditions())
	maps.Copy(s.Definitions, actions())
	return write(s)
}

func operator() *jsonschema.Schema { return oneOf(policy.Operators()...) }

// comparison has an operator and, unless it needs none, what it compares with.
func comparison(more ...property) *jsonschema.Schema {
	s := object(append(more, must("operator", operator()), may("value", jsonschema.TrueSchema), may("valueField", text(0)))...)
	s.AllOf = []*jsonschema.Schema{when(has("operator", string(policy.ContainsData), string(policy.ContainsNoData)),
		without("value", "valueField"), &jsonschema.Schema{OneOf: exactly("value", "valueField")})}
	return s
}

// cell is what a row of a table has for a column: a value, or a comparison of
// its own.
func cell() *jsonschema.Schema {
	value := &jsonschema.Schema{Not: &jsonschema.Schema{Type: "object"}}
	return &jsonschema.Schema{OneOf: []*jsonschema.Schema{value, comparison()}}
}

// conditions describes a condition and its forms.
func conditions() jsonschema.Definitions {
	row := comparison(must("field", text(0)))
	relation := object(must("relation", text(0)), must("has", oneOf(policy.HasAny, policy.HasAll, policy.HasNone, policy.HasCount, policy.HasSum)),
		may("of", text(0)), may("where", ref("condition")), may("operator", operator()), may("value", jsonschema.TrueSchema), may("valueField", text(0)))
	compared := needs("operator")
	compared.OneOf = exactly("value", "valueField")
	counted := without("operator", "value", "valueField")
	counted.Required = []string{"where"}
	relation.AllOf = []*jsonschema.Schema{
		when(has("has", string(policy.HasCount), string(policy.HasSum)), compared, counted),
		when(has("has", string(policy.HasSum)), needs("of"), without("of")),
	}
	return jsonschema.Definitions{
		"condition": {OneOf: []*jsonschema.Schema{
			object(must("all", list(ref("condition"), 1))),
			object(must("any", list(ref("condition"), 1))),
			object(must("not", ref("condition"))),
			ref("row"), ref("relation"),
		}},
		"row": row, "relation": relation,
	}
}

// actions describes an action and what it computes.
func actions() jsonschema.Definitions {
	set := object(must("set", text(0)), may("value", &jsonschema.Schema{OneOf: []*jsonschema.Schema{text(0), {Type: "integer"}}}), may("compute", ref("expression")))
	set.OneOf = exactly("value", "compute")
	parts := func() *jsonschema.Schema { return list(ref("expression"), 2) }
	two := parts()
	two.MaxItems = new(uint64(2))
	return jsonschema.Definitions{
		"action": {OneOf: []*jsonschema.Schema{set, object(must("addTag", text(0))), object(must("hold", text(0)))}},
		"expression": {OneOf: []*jsonschema.Schema{
			text(1000), {Type: "number"}, object(must("field", text(0))),
			object(must("sum", parts())), object(must("difference", two)), object(must("product", parts())), object(must("join", parts())),
			object(must("total", object(must("relation", text(0)), must("of", text(0)), may("where", ref("condition"))))),
		}},
	}
}

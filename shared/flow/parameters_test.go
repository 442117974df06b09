package flow_test

import (
	"bytes"
	"encoding/json"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"pgregory.net/rapid"

	"github.com/orderloom/orderloom/shared/flow"
	"github.com/orderloom/orderloom/shared/policy/jsondoc"
)

// fits reports whether a shape takes the parameters.
func fits(t interface{ Fatalf(string, ...any) }, schema, parameters []byte) jsondoc.Problems {
	shape := new(flow.Shape)
	if err := json.Unmarshal(schema, shape); err != nil {
		t.Fatalf("%s: %v", schema, err)
	}
	p := jsondoc.Parse(append(append([]byte(`{"p":`), parameters...), '}'))
	shape.Check(p, p.Root.Get("p"), func(*jsondoc.Node) {})
	return p.Problems()
}

// A schema of every keyword that a shape knows.
const everyKeyword = `{"type":"object","required":["s"],"additionalProperties":false,"properties":{
	"s":{"type":"string","minLength":1,"maxLength":3},"e":{"type":"string","enum":["a","b"]},"p":{"type":"string","pattern":"^x+$"},"n":{"type":"number","minimum":-1,"maximum":2.5},
	"i":{"type":"integer"},"b":{"type":"boolean"},"l":{"type":"array","items":{"type":"integer"}},"any":true,"none":{"type":"object","additionalProperties":{"type":"string"}},
	"deep":{"type":"object","required":["k"],"properties":{"k":{"type":"number"}}}}}`

// A shape gives the verdict of a validator of all of JSON Schema.
func TestShapesJudgeAsJSONSchemaDoes(t *testing.T) {
	t.Parallel()
	doc, err := jsonschema.UnmarshalJSON(strings.NewReader(everyKeyword))
	if err != nil {
		t.Fatal(err)
	}
	c := jsonschema.NewCompiler()
	if err := c.AddResource("s.json", doc); err != nil {
		t.Fatal(err)
	}
	reference, err := c.Compile("s.json")
	if err != nil {
		t.Fatal(err)
	}
	verdicts := map[bool]int{}
	rapid.Check(t, func(rt *rapid.T) {
		text, err := json.Marshal(object(3).Draw(rt, "parameters"))
		if err != nil {
			rt.Fatal(err)
		}
		value, err := jsonschema.UnmarshalJSON(bytes.NewReader(text))
		if err != nil {
			rt.Fatal(err)
		}
		want := reference.Validate(value)
		if got := fits(rt, []byte(everyKeyword), text); (got == nil) != (want == nil) {
			rt.Fatalf("%s: %v, the reference says %v", text, got, want)
		}
		verdicts[want == nil]++
	})
	if verdicts[true] == 0 || verdicts[false] == 0 {
		t.Errorf("one verdict only: %v", verdicts)
	}
}

// object generates parameters, mostly of the names and kinds that the schema has.
func object(depth int) *rapid.Generator[any] {
	return rapid.Custom(func(t *rapid.T) any {
		out := map[string]any{}
		for _, key := range rapid.SliceOfN(rapid.SampledFrom([]string{"s", "s", "s", "e", "p", "n", "i", "b", "l", "any", "none", "deep", "k", "x"}), 0, 4).Draw(t, "keys") {
			out[key] = value(depth).Draw(t, key)
			if fitting := map[string]any{"s": "ab", "e": "a", "p": "xx", "n": 2.5, "i": 7, "b": true, "l": []any{1, 2}}[key]; fitting != nil && rapid.IntRange(0, 3).Draw(t, "fits") > 0 {
				out[key] = fitting
			}
		}
		return out
	})
}

func value(depth int) *rapid.Generator[any] {
	leaf := rapid.OneOf(rapid.Map(rapid.SampledFrom([]string{"", "a", "b", "xx", "xyz", "abcd", "日本語"}), func(s string) any { return s }),
		rapid.Map(rapid.SampledFrom([]float64{-2, -1, 0, 1.5, 2.5, 3, 1e300}), func(f float64) any { return f }), rapid.Map(rapid.Bool(), func(b bool) any { return b }), rapid.Just[any](nil))
	if depth == 0 {
		return leaf
	}
	return rapid.OneOf(leaf, object(depth-1), rapid.Map(rapid.SliceOfN(value(0), 0, 3), func(l []any) any { return l }))
}

// Every schema of the catalog keeps to the keywords that a shape knows; another
// one would not be checked.
func TestActionsDeclareTheirParametersInKeywordsThatAreChecked(t *testing.T) {
	t.Parallel()
	c, err := flow.LoadCatalog()
	if err != nil {
		t.Fatal(err)
	}
	known := []string{"type", "properties", "required", "additionalProperties", "items", "enum", "minimum", "maximum", "minLength", "maxLength", "pattern", "format", "description", "title", "default", "examples"}
	checked := 0
	var visit func(id string, v any)
	visit = func(id string, v any) {
		schema, ok := v.(map[string]any)
		if !ok {
			return // true or false
		}
		for key := range maps.Keys(schema) {
			if !slices.Contains(known, key) {
				t.Errorf("the parameters of %s use %q, which flow.Shape does not check", id, key)
			}
		}
		properties, _ := schema["properties"].(map[string]any)
		for _, child := range properties {
			visit(id, child)
		}
		visit(id, schema["items"])
		visit(id, schema["additionalProperties"])
		checked++
	}
	for _, f := range c.Functions {
		if f.Parameters == nil {
			continue
		}
		var schema any
		if err := json.Unmarshal(f.Parameters, &schema); err != nil {
			t.Fatal(err)
		}
		visit(f.ID, schema)
		if err := json.Unmarshal(f.Parameters, new(flow.Shape)); err != nil {
			t.Errorf("%s: %v", f.ID, err)
		}
	}
	if checked == 0 {
		t.Error("no action declares parameters")
	}
}

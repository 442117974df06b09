package policy_test

import (
	"context"
	"encoding/json"
	"testing"

	"pgregory.net/rapid"

	"github.com/orderloom/orderloom/shared/jsonata"
	"github.com/orderloom/orderloom/shared/policy"
)

// evalExpr evaluates an expression on facts that went through JSON, as those
// of a running machine do.
func evalExpr(t interface{ Fatalf(string, ...any) }, expr string, facts any) any {
	compiled, err := jsonata.Compile(expr)
	if err != nil {
		t.Fatalf("%s\n%v", expr, err)
	}
	data, err := json.Marshal(facts)
	if err != nil {
		t.Fatalf("%v", err)
	}
	input, err := jsonata.Decode(data)
	if err != nil {
		t.Fatalf("%v", err)
	}
	got, err := compiled.Eval(context.Background(), nil, jsonata.Vars{"facts": input})
	if err != nil {
		t.Fatalf("%s\non %s\n%v", expr, data, err)
	}
	return got
}

func TestBothBackEndsDecideAlike(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		p := drawPolicy(t)
		doc, status := drawOrder(t)
		record := recordOf(p, doc, status)
		expr, want := policy.JSONata(p, "facts")
		facts := policy.FactsOf(record, want)
		result := policy.Evaluate(p, record)
		if got := evalExpr(t, expr, facts); got != result.Holds {
			explained, _ := json.MarshalIndent(result, "", " ")
			t.Fatalf("JSONata yields %v, Go %v\n%s\n%v\n%s", got, result.Holds, expr, facts, explained)
		}
	})
}

func TestExpressionsAreGuarded(t *testing.T) {
	t.Parallel()
	junk := []any{nil, true, 1.5, -3, "x", "2026", []any{}, []any{"a", 1, nil}, map[string]any{"a": 1}, []any{map[string]any{"line.kind": 3}, 7}}
	rapid.Check(t, func(t *rapid.T) {
		p := drawPolicy(t)
		expr, want := policy.JSONata(p, "facts")
		facts := map[string]any{}
		for _, name := range want {
			if rapid.Bool().Draw(t, "present") {
				facts[name] = rapid.SampledFrom(junk).Draw(t, name)
			}
		}
		var given any = facts
		if rapid.IntRange(0, 5).Draw(t, "whole") == 0 {
			given = rapid.SampledFrom(junk).Draw(t, "given")
		}
		if got, ok := evalExpr(t, expr, given).(bool); !ok {
			t.Fatalf("%s\non %v yields %v", expr, given, got)
		}
	})
}

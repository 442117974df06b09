package entity_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/orderloom/orderloom/shared/entity"
	"github.com/orderloom/orderloom/shared/fault"
	"github.com/orderloom/orderloom/shared/jsonata"
	"github.com/orderloom/orderloom/shared/policy"
	"github.com/orderloom/orderloom/shared/transform"
)

var now = time.Date(2026, 1, 2, 0, 0, 0, 0, time.UTC)

func TestADocumentIsReadAsTheFieldsSay(t *testing.T) {
	t.Parallel()
	e := repairJob(t)
	doc, err := e.Read([]byte(`{"number":"R-1","changedAt":"2026-01-01T12:00:00+02:00","currency":"EUR","hours":3,"cost":10.50,"urgent":true,"notes":["a"],"orderName":null,
		"customer":{"name":"Ann","visits":2},"parts":[{"sku":"S","pieces":1,"price":"0.5"}]}`))
	want := entity.Document{
		"number": "R-1", "changedAt": "2026-01-01T10:00:00Z", "currency": "EUR", "hours": 3.0, "cost": "10.5", "urgent": true, "notes": []any{"a"},
		"customer": map[string]any{"name": "Ann", "visits": 2.0}, "parts": []any{map[string]any{"sku": "S", "pieces": 1.0, "price": "0.5"}},
	}
	if diff := cmp.Diff(want, doc); diff != "" || err != nil {
		t.Error(diff, err)
	}
	again, err := e.Read(must(json.Marshal(doc)))
	if diff := cmp.Diff(doc, again); diff != "" || err != nil {
		t.Errorf("what was read does not read again: %s %v", diff, err)
	}
}

func must(data []byte, err error) []byte {
	if err != nil {
		panic(err)
	}
	return data
}

// All that is wrong is said at once, with path and value.
func TestADocumentThatIsNone(t *testing.T) {
	t.Parallel()
	e := repairJob(t)
	for text, want := range map[string]string{
		`{}`:                                               "Transform.MissingField number",
		`{"number":7}`:                                     "Transform.WrongType number",
		`{"number":"123456789012345678901"}`:               "Transform.WrongType number",
		`{"number":"1","changedAt":"today"}`:               "Transform.WrongType changedAt",
		`{"number":"1","hours":1.5}`:                       "Transform.WrongType hours",
		`{"number":"1","hours":101}`:                       "Transform.WrongType hours",
		`{"number":"1","hours":"3"}`:                       "Transform.WrongType hours",
		`{"number":"1","cost":-1}`:                         "Transform.WrongType cost",
		`{"number":"1","cost":"ten"}`:                      "Transform.WrongType cost",
		`{"number":"1","urgent":"yes"}`:                    "Transform.WrongType urgent",
		`{"number":"1","shelf":"D"}`:                       "Transform.WrongType shelf",
		`{"number":"1","notes":"a"}`:                       "Transform.WrongType notes",
		`{"number":"1","notes":["a","b","c","d"]}`:         "Transform.WrongType notes",
		`{"number":"1","notes":["a",7]}`:                   "Transform.WrongType notes.1",
		`{"number":"1","customer":[]}`:                     "Transform.WrongType customer",
		`{"number":"1","customer":{}}`:                     "Transform.MissingField customer.name",
		`{"number":"1","parts":[{}]}`:                      "Transform.MissingField parts.0.sku",
		`{"number":"1","parts":[7]}`:                       "Transform.WrongType parts.0",
		`{"number":"1","color":"red"}`:                     "Transform.UnknownValue color",
		`{"number":"1","currency":"???"}`:                  "Transform.UnknownValue currency",
		`{"hours":101,"parts":[{"sku":"a"},{"pieces":1}]}`: "Transform.MissingField number; Transform.WrongType hours; Transform.MissingField parts.1.sku",
		`[]`:       "Input.Invalid",
		`{`:        "Input.Invalid",
		`{} {}`:    "Input.Invalid",
		`{"a":7}}`: "Input.Invalid",
	} {
		_, err := e.Read([]byte(text))
		f, ok := errors.AsType[*fault.Error](err)
		if !ok {
			t.Errorf("%s: %v", text, err)
			continue
		}
		got := f.Code
		if all, ok := f.Data.([]transform.Problem); ok {
			var parts []string
			for _, p := range all {
				parts = append(parts, p.Code+" "+p.Path)
			}
			got = strings.Join(parts, "; ")
		}
		if got != want {
			t.Errorf("%s: %s, want %s", text, got, want)
		}
	}
}

var words = []string{"R-1", "a", "A", "B", "日本", `q"\${%x%}`, "EUR"}

// drawDocument makes a document of a repair job, many fields of it absent.
func drawDocument(t *rapid.T, e *entity.Entity) (entity.Document, *entity.Status) {
	word := func(label string) string { return rapid.SampledFrom(words).Draw(t, label) }
	given := map[string]any{"number": word("number"), "currency": rapid.SampledFrom([]string{"EUR", "JPY", "KWD"}).Draw(t, "currency")}
	maybe := func(in map[string]any, name string, v func() any) {
		if rapid.Bool().Draw(t, name+" given") {
			in[name] = v()
		}
	}
	amount := func() any { return rapid.SampledFrom([]string{"0", "10", "10.00", "1.5", "0.001"}).Draw(t, "amount") }
	whole := func() any { return rapid.IntRange(0, 3).Draw(t, "number") }
	maybe(given, "changedAt", func() any { return fmt.Sprintf("2026-01-0%dT00:00:00Z", rapid.IntRange(1, 3).Draw(t, "day")) })
	maybe(given, "orderName", func() any { return word("order") })
	maybe(given, "hours", whole)
	maybe(given, "cost", amount)
	maybe(given, "urgent", func() any { return rapid.Bool().Draw(t, "urgent") })
	maybe(given, "notes", func() any { return []string{word("note"), word("other note")} })
	maybe(given, "customer", func() any {
		c := map[string]any{"name": word("customer")}
		maybe(c, "visits", whole)
		return c
	})
	maybe(given, "parts", func() any {
		parts := make([]any, rapid.IntRange(0, 3).Draw(t, "parts"))
		for i := range parts {
			p := map[string]any{"sku": word("sku")}
			maybe(p, "pieces", whole)
			maybe(p, "price", amount)
			parts[i] = p
		}
		return parts
	})
	data := must(json.Marshal(given))
	doc, err := e.Read(data)
	if err != nil {
		t.Fatalf("%s: %v", data, err)
	}
	status := e.NewStatus("rep_1")
	if rapid.Bool().Draw(t, "shelved") {
		e.Act(&status, policy.Action{Set: "repairJob.shelf", Value: rapid.SampledFrom([]string{"A", "B"}).Draw(t, "shelf")})
		e.Act(&status, policy.Action{Set: "repairJob.hours", Value: rapid.SampledFrom([]string{"1", "2"}).Draw(t, "hours")})
	}
	return doc, &status
}

type object = map[string]any

var values = map[policy.Type][]any{
	policy.Text: {"A", "B", "日本", `q"\${%x%}`, "EUR"}, policy.Tags: {"A", "a"}, policy.Number: {0, 1, 2, json.Number("1.5")},
	policy.Money: {"0", "10", "1.5", "0.001"}, policy.Time: {"2026-01-01T00:00:00Z", "2026-01-02T00:00:00Z"}, policy.Bool: {true, false},
}

var operators = map[policy.Type][]string{
	policy.Text:   {"equals", "differs", "in", "containsText", "startsWith", "containsData", "containsNoData"},
	policy.Tags:   {"equals", "differs", "contains", "containsData", "containsNoData"},
	policy.Bool:   {"equals", "differs", "containsData", "containsNoData"},
	policy.Time:   {"equals", "greater", "atMost", "dateBefore", "within", "containsData"},
	policy.Number: {"equals", "differs", "in", "greater", "atLeast", "less", "atMost", "containsData", "containsNoData"},
	policy.Money:  {"equals", "differs", "in", "greater", "atLeast", "less", "atMost", "containsData", "containsNoData"},
}

func drawRow(t *rapid.T, f policy.Field) object {
	op := rapid.SampledFrom(operators[f.Type]).Draw(t, "operator")
	c := object{"field": f.Path, "operator": op}
	value := rapid.SampledFrom(values[f.Type]).Draw(t, "value")
	switch op {
	case "containsData", "containsNoData":
	case "in":
		c["value"] = []any{value}
	case "within":
		c["value"] = rapid.SampledFrom([]string{"P1D", "-P2D"}).Draw(t, "duration")
	default:
		c["value"] = value
	}
	return c
}

// drawCondition draws a condition on the entity, or on an entry of its list.
func drawCondition(t *rapid.T, c policy.Custom, list string, depth int) object {
	var own, listed []policy.Field
	for _, f := range c.Fields {
		if f.Of == c.Entity {
			own = append(own, f)
		} else {
			listed = append(listed, f)
		}
	}
	if list != "" {
		own = append(own, listed...)
	}
	forms := []string{"row", "row"}
	if depth > 0 {
		forms = append(forms, "all", "any", "not")
		if list == "" {
			forms = append(forms, "relation")
		}
	}
	switch form := rapid.SampledFrom(forms).Draw(t, "form"); form {
	case "all", "any":
		return object{form: []object{drawCondition(t, c, list, depth-1), drawCondition(t, c, list, depth-1)}}
	case "not":
		return object{"not": drawCondition(t, c, list, depth-1)}
	case "relation":
		r := object{"relation": string(c.Lists[0]), "has": rapid.SampledFrom([]string{"any", "all", "none", "count", "sum"}).Draw(t, "has")}
		switch r["has"] {
		case "sum":
			r["of"], r["operator"], r["value"] = rapid.SampledFrom([]string{"repairJob.parts.pieces", "repairJob.parts.price"}).Draw(t, "of"), "atLeast", 1
		case "count":
			r["operator"], r["value"] = "less", 2
		}
		r["where"] = drawCondition(t, c, string(c.Lists[0]), depth-1)
		return r
	}
	return drawRow(t, rapid.SampledFrom(own).Draw(t, "field"))
}

// A filter on a declared entity decides the same in Go and as the expression that
// a machine evaluates.
func TestBothBackEndsDecideAlike(t *testing.T) {
	t.Parallel()
	e := repairJob(t)
	custom := e.Custom()
	rapid.Check(t, func(t *rapid.T) {
		text := must(json.Marshal(object{"id": "p", "version": 1, "title": "P", "kind": "filter", "entity": "repairJob",
			"rules": []object{{"name": "r", "when": drawCondition(t, custom, "", 3)}}}))
		p, problems := policy.Parse(text, custom)
		if problems != nil {
			t.Fatalf("%s\n%v", text, problems)
		}
		doc, status := drawDocument(t, &e)
		record := e.Record(doc, status, now)
		expr, want := policy.JSONata(p, "facts")
		compiled, err := jsonata.Compile(expr)
		if err != nil {
			t.Fatalf("%s\n%v", expr, err)
		}
		facts, err := jsonata.Decode(must(json.Marshal(policy.FactsOf(record, want))))
		if err != nil {
			t.Fatal(err)
		}
		got, err := compiled.Eval(context.Background(), nil, jsonata.Vars{"facts": facts})
		if result := policy.Evaluate(p, record); err != nil || got != result.Holds {
			t.Fatalf("JSONata yields %v (%v), Go %v\n%s\n%s\n%s", got, err, result.Holds, expr, must(json.Marshal(policy.FactsOf(record, want))), must(json.Marshal(result)))
		}
	})
}

// What a flow sets goes before what the document says; both are seen by policies
// and by what is computed.
func TestFieldsAsPoliciesSeeThem(t *testing.T) {
	t.Parallel()
	e := repairJob(t)
	doc, err := e.Read([]byte(`{"number":"R-1","currency":"JPY","cost":"10","hours":3,"shelf":"A","customer":{"name":"Ann","visits":2},"parts":[{"id":"p","sku":"S","price":"5"}],"notes":["n"]}`))
	if err != nil {
		t.Fatal(err)
	}
	status := e.NewStatus("rep_1")
	status.Order = "ord_1"
	record := e.Record(doc, &status, now)
	check := func(path string, want any) {
		t.Helper()
		if got, ok := record.Field(path); !cmp.Equal(got, want) && (ok || want != nil) {
			t.Errorf("%s is %v", path, got)
		}
	}
	check("repairJob.id", "rep_1")
	check("repairJob.state", "New")
	check("repairJob.orderId", "ord_1")
	check("repairJob.cost", int64(10)) // yen have no decimals
	check("repairJob.hours", int64(3))
	check("repairJob.customer.visits", int64(2))
	check("repairJob.notes", []string{"n"})
	check("repairJob.parts", nil)
	check("repairJob.parts.sku", nil) // of no entry
	check("repairJob.customer", nil)
	check("repairJob.nothing", nil)
	check("order.channel", nil)
	check("now-P1D", "2026-01-01T00:00:00Z")
	for path, value := range map[string]string{"repairJob.shelf": "B", "repairJob.hours": "7"} {
		e.Act(&status, policy.Action{Set: path, Value: value})
	}
	check("repairJob.shelf", "B")
	check("repairJob.hours", int64(7))
	if parts := record.Related("repairJob.parts"); len(parts) != 1 {
		t.Errorf("%d parts", len(parts))
	} else if sku, _ := parts[0].Field("repairJob.parts.sku"); sku != "S" {
		t.Errorf("sku %v", sku)
	}
	if other := record.Related("order.lines"); len(other) != 0 {
		t.Errorf("%d lines", len(other))
	}
}

// A policy on an entity sees its own fields alone and sets those that are settable.
func TestProblemsOfPoliciesOnAnEntity(t *testing.T) {
	t.Parallel()
	e := repairJob(t)
	rule := func(entity, when, then string) string {
		return `{"id":"p","version":1,"title":"P","kind":"execution","criticality":"critical","entity":"` + entity + `","rules":[{"name":"r","when":` + when + `,"then":[` + then + `]}]}`
	}
	row := func(field, op, value string) string {
		return `{"field":"` + field + `","operator":"` + op + `","value":` + value + `}`
	}
	shelve := `{"set":"repairJob.shelf","value":"A"}`
	for doc, code := range map[string]string{
		rule("repairJob", row("repairJob.shelf", "equals", `"A"`), shelve):                                                                                                       "",
		rule("repairJob", row("repairJob.customer.visits", "atLeast", `1`), shelve):                                                                                              "",
		rule("repairJob", row("repairJob.cost", "atMost", `"1.5"`), `{"set":"repairJob.hours","value":"3"}`):                                                                     "",
		rule("repairJob", row("repairJob.shelf", "equals", `"A"`), `{"set":"repairJob.hours","compute":{"total":{"relation":"repairJob.parts","of":"repairJob.parts.pieces"}}}`): "",
		rule("repairJob", row("order.channel", "equals", `"a"`), shelve):                                                                                                         policy.UnreachablePath,
		rule("repairJob", row("repairJob.parts.sku", "equals", `"a"`), shelve):                                                                                                   policy.UnreachablePath,
		rule("order", row("repairJob.shelf", "equals", `"a"`), `{"addTag":"a"}`):                                                                                                 policy.UnreachablePath,
		rule("repairJob", row("repairJob.color", "equals", `"a"`), shelve):                                                                                                       policy.UnknownPath,
		rule("repairJob", row("repairJob.urgent", "greater", `1`), shelve):                                                                                                       policy.OperatorMismatch,
		rule("repairJob", row("repairJob.hours", "equals", `"three"`), shelve):                                                                                                   policy.ValueMismatch,
		rule("repairJob", row("repairJob.shelf", "equals", `"A"`), `{"set":"repairJob.number","value":"7"}`):                                                                     policy.NotSettable,
		rule("repairJob", row("repairJob.shelf", "equals", `"A"`), `{"set":"order.priority","value":"7"}`):                                                                       policy.NotSettable,
		rule("repairJob", row("repairJob.shelf", "equals", `"A"`), `{"addTag":"a"}`):                                                                                             policy.NotSettable,
		rule("repairJob", `{"relation":"order.lines","has":"any","where":{"field":"line.kind","operator":"containsData"}}`, shelve):                                              policy.UnreachablePath,
		rule("repairJob", row("repairJob.shelf", "equals", `"A"`), `{"set":"repairJob.shelf","value":"D"}`):                                                                      policy.ValueMismatch,
		rule("repairJob", row("repairJob.shelf", "equals", `"A"`), `{"set":"repairJob.hours","value":"101"}`):                                                                    policy.ValueMismatch,
		rule("toy", row("repairJob.shelf", "equals", `"A"`), shelve):                                                                                                             "INVALID_VALUE",
	} {
		_, problems := policy.Parse([]byte(doc), e.Custom())
		if code == "" && problems != nil || code != "" && !problems.Has(code) {
			t.Errorf("%s\n%v", doc, problems)
		}
	}
}

package policy_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/orderloom/orderloom/shared/event"
	"github.com/orderloom/orderloom/shared/order"
	"github.com/orderloom/orderloom/shared/policy"
	"github.com/orderloom/orderloom/shared/policy/jsondoc"
)

// template reads a template about a fulfillment order, or returns its problems.
func template(source string, of event.Entity) (*policy.Template, jsondoc.Problems) {
	p := jsondoc.Parse([]byte(`{"body":` + source + `}`))
	if p.Root == nil || p.Root.Get("body") == nil {
		return nil, p.Problems()
	}
	read := policy.ParseTemplate(p, p.Root.Get("body"), of)
	return read, p.Problems()
}

func filled(t *testing.T, source string, r policy.Record) string {
	t.Helper()
	read, problems := template(source, event.FulfillmentOrder)
	if problems != nil {
		t.Fatalf("%s: %v", source, problems)
	}
	out, err := read.Fill(r)
	if err != nil {
		t.Fatalf("%s: %v", source, err)
	}
	return string(out)
}

func TestATemplateIsFilledInFromTheOrder(t *testing.T) {
	t.Parallel()
	doc := order.Document{Name: `#1 "x" <b>`, Currency: "JPY", Totals: order.Totals{Total: "1200"}, Lines: []order.Line{{ID: "1", Quantity: 3}}}
	status := order.NewStatus("ord_1", &doc)
	status.FulfillmentOrders = []order.FulfillmentOrder{{ID: "fo_1", Location: "Seattle"}}
	record := policy.FulfillmentOrderRecord(&doc, &status, "fo_1", clock)
	for source, want := range map[string]string{
		`"{{order.name}}"`:                             `"#1 \"x\" \u003cb\u003e"`,
		`"a {{order.totals.total}} b"`:                 `"a 1200 b"`,
		`"{{fulfillmentOrder.location}}!"`:             `"Seattle!"`,
		`"none: {{order.note}}"`:                       `"none: "`,
		`{"compute": {"field": "order.lineCount"}}`:    `1`,
		`{"compute": {"field": "order.totals.total"}}`: `"1200"`,
		`{"a": {"compute": {"field": "order.note"}}, "b": [{"compute": {"field": "order.note"}}, 1.50]}`: `{"b":[1.50]}`,
		`{"compute": {"field": "order.note"}}`:                      `null`,
		`{"compute": "x", "more": true}`:                            `{"compute":"x","more":true}`,
		`[null, true, false, -0.0, "plain }} text", {}, []]`:        `[null,true,false,-0.0,"plain }} text",{},[]]`,
		`{"z": 1, "a": {"deep": ["{{order.currency}}", {"k": 2}]}}`: `{"a":{"deep":["JPY",{"k":2}]},"z":1}`,
	} {
		if got := filled(t, source, record); got != want {
			t.Errorf("%s is\n%s, want\n%s", source, got, want)
		}
	}
}

func TestATemplateSaysWhatIsWrong(t *testing.T) {
	t.Parallel()
	for source, want := range map[string]string{
		`"{{order.nam}}"`:                        policy.UnknownPath,
		`"{{}}"`:                                 policy.UnknownPath,
		`["{{fulfillmentOrder.id}}"]`:            policy.UnreachablePath,
		`{"a": "{{order.tags}}"}`:                policy.ValueMismatch,
		`{"a": "x {{order.name"}`:                jsondoc.InvalidValue,
		`{"compute": {"field": "order.nam"}}`:    policy.UnknownPath,
		`{"compute": []}`:                        jsondoc.WrongType,
		`{"a": {"b": ["{{line.sku}}"]}}`:         policy.UnreachablePath,
		`"{{order.name}} and {{ order.name }"`:   jsondoc.InvalidValue,
		`{"compute": {"sum": [1, "{{a}}"]}}`:     policy.ValueMismatch,
		`{"a": 1, "b": "{{order.shipTo.moon}}"}`: policy.UnknownPath,
	} {
		if _, problems := template(source, event.Order); len(problems) != 1 || problems[0].Code != want {
			t.Errorf("%s: %v, want %s", source, problems, want)
		}
	}
}

func FuzzTemplate(f *testing.F) {
	for _, seed := range []string{`"{{order.name}}"`, `{"compute":{"join":["a",{"field":"order.name"}]}}`, `[{{}}]`, `{"a":["{{","}}"]}`, `1e999`} {
		f.Add(seed)
	}
	doc := order.Document{Name: "n", Currency: "USD"}
	status := order.NewStatus("ord_1", &doc)
	record := policy.OrderRecord(&doc, &status, clock)
	f.Fuzz(func(t *testing.T, source string) {
		read, problems := template(source, event.Order)
		if read == nil || problems != nil {
			return
		}
		out, err := read.Fill(record)
		if err != nil || !json.Valid(out) {
			t.Errorf("%s became %s: %v", source, out, err)
		}
		if strings.Contains(source, "{{") {
			return
		}
		if again, problems := template(string(out), event.Order); again == nil || problems != nil {
			t.Errorf("%s became %s, which is no template: %v", source, out, problems)
		}
	})
}

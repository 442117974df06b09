package policy_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/orderloom/orderloom/shared/order"
	"github.com/orderloom/orderloom/shared/policy"
)

// computed evaluates an action that sets order.attributes.a, or the priority.
func computed(t *testing.T, set, expression string, doc order.Document) policy.Result {
	t.Helper()
	p := parse(t, fmt.Sprintf(`{"id":"p","version":1,"title":"P","kind":"execution","criticality":"information","entity":"order","rules":[{"name":"r","then":[{"set":%q,"compute":%s},{"addTag":"done"}]}]}`, set, expression))
	status := order.NewStatus("ord_1", &doc)
	return policy.Evaluate(p, policy.OrderRecord(&doc, &status, clock))
}

func TestValuesAreComputedExactly(t *testing.T) {
	t.Parallel()
	doc := order.Document{
		Currency: "USD", Name: "#1001", Channel: "shop-eu", Totals: order.Totals{Total: "119.90", Tax: "0.1", Shipping: "0.2"},
		Lines: []order.Line{{ID: "1", Quantity: 3, Price: "1.50"}, {ID: "2", Quantity: 2, Price: "1.50"}}, Attributes: map[string]string{"gift message": "Hi"},
	}
	const total, tax, shipping, lines = `{"field":"order.totals.total"}`, `{"field":"order.totals.tax"}`, `{"field":"order.totals.shipping"}`, `{"field":"order.lineCount"}`
	for expression, want := range map[string]string{
		`"text"`:                                 "text",
		`7.50`:                                   "7.5",
		total:                                    "119.90",
		lines:                                    "2",
		`{"sum":[` + tax + `,` + shipping + `]}`: "0.30", // not 0.30000000000000004
		`{"sum":[` + total + `,0.001]}`:          "119.901",
		`{"sum":[` + lines + `,1,0.5]}`:          "3.5",
		`{"difference":[` + tax + `,` + total + `]}`:                                                                          "-119.80",
		`{"product":[` + total + `,0.19]}`:                                                                                    "22.781",
		`{"product":[` + lines + `,` + total + `,10]}`:                                                                        "2398.00",
		`{"sum":[{"product":[` + lines + `,` + tax + `]},` + shipping + `]}`:                                                  "0.40",
		`{"join":[{"field":"order.channel"},"/",{"field":"order.name"}]}`:                                                     "shop-eu/#1001",
		`{"join":["n = ",` + lines + `,", ",{"sum":[` + tax + `,` + tax + `]}]}`:                                              "n = 2, 0.20",
		`{"join":[{"field":"order.attributes.gift message"},{"field":"now"}]}`:                                                "Hi2026-01-02T12:00:00Z",
		`{"difference":[{"difference":[3,2]},{"product":[0.123456789,1000000]}]}`:                                             "-123455.789",
		`{"product":[999999999999,999999999999,999999999999,{"field":"order.lineCount"}]}`:                                    "1999999999994000000000005999999999998",
		`{"total":{"relation":"order.lines","of":"line.quantity"}}`:                                                           "5",
		`{"sum":[{"total":{"relation":"order.lines","of":"line.amount"}},` + shipping + `]}`:                                  "7.70",
		`{"total":{"relation":"order.lines","of":"line.amount","where":{"field":"line.id","operator":"equals","value":"2"}}}`: "3.00",
		`{"total":{"relation":"order.fulfillmentOrders","of":"fulfillmentOrder.quantity"}}`:                                   "0",
	} {
		res := computed(t, "order.attributes.a", expression, doc)
		if diff := cmp.Diff([]policy.Action{{Set: "order.attributes.a", Value: want}, {AddTag: "done"}}, res.Actions); diff != "" || res.Rules[0].Skipped != nil {
			t.Errorf("%s: %s%v", expression, diff, res.Rules[0].Skipped)
		}
	}
}

func TestAnActionThatCannotBeComputedIsLeftOutAndSaysWhy(t *testing.T) {
	t.Parallel()
	doc := order.Document{Currency: "USD", Note: strings.Repeat("x", 600), Totals: order.Totals{Total: "ten"}, Lines: []order.Line{{ID: "1", Price: "90071992547409.91"}, {ID: "2", Price: "0.01"}, {ID: "3"}}}
	for _, c := range []struct{ set, expression, why string }{
		{"order.attributes.a", `{"field":"order.risk"}`, "order.risk has no data"},
		{"order.attributes.a", `{"join":["a",{"sum":[1,{"field":"order.totals.total"}]}]}`, "order.totals.total has no data"},
		{"order.attributes.a", `{"join":[{"field":"order.note"},{"field":"order.note"}]}`, "no value of a text"},
		{"order.attributes.a", `{"total":{"relation":"order.lines","of":"line.price"}}`, "the total of line.price has no data"},
		{"order.priority", `{"product":[{"field":"order.lineCount"},0.5]}`, `"1.5" is no value of a number`},
		{"order.priority", `{"difference":[0,{"field":"order.lineCount"}]}`, `"-3" is no value of a number`},
		{"order.priority", `{"sum":[1000000,{"field":"order.lineCount"}]}`, "no value of a number"},
	} {
		res := computed(t, c.set, c.expression, doc)
		if diff := cmp.Diff([]policy.Action{{AddTag: "done"}}, res.Actions); diff != "" {
			t.Errorf("%s: %s", c.expression, diff)
		}
		if why := res.Rules[0].Skipped; len(why) != 1 || !strings.Contains(why[0], c.why) || !strings.HasPrefix(why[0], "set "+c.set) {
			t.Errorf("%s: %q", c.expression, why)
		}
	}
	if res := computed(t, "order.priority", `{"sum":[41,{"field":"order.lineCount"}]}`, doc); res.Actions[0].Value != "44" {
		t.Errorf("%+v", res)
	}
}

// What a policy sets stands before what the channel states.
func TestWhatWasSetIsFound(t *testing.T) {
	t.Parallel()
	doc := order.Document{Attributes: map[string]string{"a": "stated", "b": "stated"}, Lines: []order.Line{{ID: "1", Attributes: map[string]string{"a": "stated"}}}}
	status := order.NewStatus("ord_1", &doc)
	status.SetAttribute("", "a", "set")
	status.SetAttribute("1", "a", "set")
	status.SetAttribute("7", "a", "on no line")
	status.Priority = 3
	r := policy.LineRecord(&doc, &status, "1", clock)
	for path, want := range map[string]any{"order.attributes.a": "set", "order.attributes.b": "stated", "line.attributes.a": "set", "order.priority": int64(3)} {
		if got, _ := r.Field(path); got != want {
			t.Errorf("%s is %v", path, got)
		}
	}
}

func TestSettableFieldsAreThoseOfTheEntity(t *testing.T) {
	t.Parallel()
	for of, want := range map[string]string{"order": "order.priority", "line": "line.location", "fulfillmentOrder": ""} {
		got := ""
		for _, f := range policy.Settable(entity(of)) {
			got += f.Path
		}
		if got != want {
			t.Errorf("%s: %s", of, got)
		}
	}
}

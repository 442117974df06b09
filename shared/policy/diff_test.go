package policy_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/orderloom/orderloom/shared/event"
	"github.com/orderloom/orderloom/shared/policy"
)

func entity(name string) event.Entity { return event.Entity(name) }

func TestADifferenceIsSaidInWords(t *testing.T) {
	t.Parallel()
	doc := func(head, rules string) policy.Policy {
		return parse(t, `{"id":"p","version":1,"kind":"execution","entity":"line",`+head+`,"rules":[`+rules+`]}`)
	}
	then := func(value string) string { return fmt.Sprintf(`,"then":[{"set":"line.location","value":%q}]`, value) }
	rule := func(name, quantity, more string) string {
		return fmt.Sprintf(`{"name":%q,"when":{"field":"line.quantity","operator":"atLeast","value":%s}%s}`, name, quantity, more)
	}
	const head = `"title":"T","criticality":"critical"`
	for _, c := range []struct {
		a, b policy.Policy
		want string
	}{
		{doc(head, rule("r", "5", "")), doc(head+`,"hit":"first"`, rule("r", "5", "")), ""},
		{doc(head, rule("r", "5", "")), doc(`"title":"U","criticality":"information","hit":"all"`, rule("r", "5", "")), "title: T → U\ncriticality: critical → information\nhit: first → all"},
		{doc(head, rule("r", "5", "")), doc(head, rule("r", "6", "")), `rule "r", when: line.quantity at least 5 → line.quantity at least 6`},
		{doc(head, rule("r", "5", "")), doc(head, rule("r", "5", then("Chicago"))), `rule "r", then: (none) → set line.location to Chicago`},
		{doc(head, rule("a", "1", "")+","+rule("b", "2", "")), doc(head, rule("b", "2", "")+","+rule("a", "1", "")), "rules in another order: a, b → b, a"},
		{
			doc(head, rule("a", "1", "")+","+rule("b", "2", "")), doc(head, rule("a", "1", "")+","+rule("c", "3", then("X"))),
			"rule \"b\" removed: must hold: line.quantity at least 2\nrule \"c\" added, after \"a\": when line.quantity at least 3 then set line.location to X",
		},
		{
			doc(head, `{"name":"r","when":{"field":"line.sku","operator":"in","value":["a, b"]}}`), doc(head, `{"name":"r","when":{"field":"line.sku","operator":"in","value":["a","b"]}}`),
			`rule "r", when: {"field":"line.sku","operator":"in","value":["a, b"]} → {"field":"line.sku","operator":"in","value":["a","b"]}`,
		},
	} {
		if diff := cmp.Diff(c.want, strings.Join(policy.Diff(c.a, c.b), "\n")); diff != "" {
			t.Error(diff)
		}
	}
}

// Every form of a condition and an action has words.
func TestWords(t *testing.T) {
	t.Parallel()
	const sku = `{"field":"line.sku","operator":"containsData"}`
	for when, want := range map[string]string{
		`{"not":{"all":[` + sku + `,{"any":[` + sku + `,` + sku + `]}]}}`: "not (line.sku contains data and (line.sku contains data or line.sku contains data))",
		`{"all":[` + sku + `]}`: "line.sku contains data",
		`{"field":"line.quantity","operator":"less","valueField":"order.lineCount"}`:                                  "line.quantity less order.lineCount",
		`{"field":"line.sku","operator":"notIn","value":["a","b"]}`:                                                   "line.sku not in a, b",
		`{"relation":"order.lines","has":"none","where":` + sku + `}`:                                                 "(none of order.lines where line.sku contains data)",
		`{"relation":"order.lines","has":"count","operator":"between","value":[1,2]}`:                                 "(count of order.lines) between 1, 2",
		`{"relation":"order.lines","has":"sum","of":"line.quantity","where":` + sku + `,"operator":"less","value":9}`: "(sum of line.quantity of order.lines where line.sku contains data) less 9",
	} {
		p := parse(t, ruled(when, ""))
		if got := p.Rules[0].When.Words(); got != want {
			t.Errorf("%s: %s", when, got)
		}
	}
	p := parse(t, ruled("", `[{"addTag":"t"},{"hold":"h"},{"set":"line.location","value":"L"},{"set":"line.attributes.a","compute":{"join":["x",{"difference":[{"product":[2,{"field":"line.quantity"}]},{"sum":[1,{"total":{"relation":"line.fulfillmentOrders","of":"fulfillmentOrder.quantity","where":{"field":"fulfillmentOrder.id","operator":"containsData"}}}]}]}]}}]`))
	want := `when always then add tag t, hold: h, set line.location to L, set line.attributes.a to ("x" & ((2 × line.quantity) - (1 + (sum of fulfillmentOrder.quantity of line.fulfillmentOrders where fulfillmentOrder.id contains data))))`
	if got := p.Rules[0].Words(); got != want {
		t.Error(got)
	}
}

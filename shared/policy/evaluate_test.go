package policy_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/orderloom/orderloom/shared/event"
	"github.com/orderloom/orderloom/shared/order"
	"github.com/orderloom/orderloom/shared/policy"
	"github.com/orderloom/orderloom/shared/policy/jsondoc"
)

// clock is the time at which conditions are evaluated.
var clock = time.Date(2026, 1, 2, 12, 0, 0, 0, time.UTC)

// shipment is a record that also has what a wait for a shipment found.
type shipment struct {
	policy.Record
	complete any
}

func (s shipment) Field(path string) (any, bool) {
	if path == policy.ShipmentComplete {
		return s.complete, s.complete != nil
	}
	return s.Record.Field(path)
}

// The three records that the rows below are asked about: one with data, one
// without, and one whose amount is none.
func records() (full, empty, broken policy.Record) {
	doc := order.Document{
		Channel: "shop-eu", Currency: "USD", Totals: order.Totals{Total: "10.00"}, PlacedAt: time.Date(2026, 1, 2, 0, 0, 0, 0, time.UTC), Tags: []string{"vip"},
		Lines: []order.Line{{ID: "1", Kind: order.Physical, Quantity: 5, Price: "2.50"}}, Attributes: map[string]string{"gift": "yes", "city": "日本語", "shop": "shop-eu"},
	}
	status := order.NewStatus("ord_1", &doc)
	status.Tags = []string{"checked"}
	none := order.Document{Currency: "USD"}
	bad := order.Document{Currency: "USD", Totals: order.Totals{Total: "ten"}}
	noStatus := order.NewStatus("ord_2", &none)
	return shipment{policy.LineRecord(&doc, &status, "1", clock), true}, shipment{policy.LineRecord(&none, &noStatus, "7", clock), nil}, shipment{policy.OrderRecord(&bad, &noStatus, clock), false}
}

func TestEveryOperatorOnEveryType(t *testing.T) {
	t.Parallel()
	full, empty, broken := records()
	// field, operator, value: what holds on full, empty and broken
	const rows = `
order.channel equals "shop-eu": yes no no
order.channel equals "shop": no no no
order.channel equals "SHOP-EU": no no no
order.channel differs "shop-eu": no yes yes
order.channel differs "shop": yes yes yes
order.channel in ["x","shop-eu"]: yes no no
order.channel in ["x"]: no no no
order.channel notIn ["x"]: yes yes yes
order.channel notIn ["x","shop-eu"]: no yes yes
order.channel matches "shop-[a-z]{2}": yes no no
order.channel matches "^shop.*$": yes no no
order.channel matches "shop": no no no
order.attributes.city matches "日.+": yes no no
order.channel containsText "op-": yes no no
order.channel containsText "-op": no no no
order.channel startsWith "shop": yes no no
order.channel startsWith "hop": no no no
order.channel containsData: yes no no
order.channel containsNoData: no yes yes
order.attributes.gift equals "yes": yes no no
order.attributes.city startsWith "日本": yes no no
order.attributes.city startsWith "日本語 ": no no no
order.attributes.card containsNoData: yes yes yes
line.quantity equals 5: yes no no
line.quantity equals 5.0: yes no no
line.quantity equals 5.5: no no no
line.quantity differs 5: no yes yes
line.quantity greater 4.5: yes no no
line.quantity greater 5: no no no
line.quantity atLeast 5: yes no no
line.quantity atLeast 6: no no no
line.quantity less 6: yes no no
line.quantity less 5: no no no
line.quantity atMost 5: yes no no
line.quantity atMost 4: no no no
line.quantity between [5,7]: yes no no
line.quantity between [3,5]: yes no no
line.quantity between [6,7]: no no no
line.quantity in [1,5]: yes no no
line.quantity notIn [1,5]: no yes yes
line.quantity notIn [1]: yes yes yes
line.quantity containsData: yes no no
line.quantity containsNoData: no yes yes
order.lineCount equals 0: no yes yes
order.totals.total equals 10: yes no no
order.totals.total equals "10.00": yes no no
order.totals.total equals 1000: no no no
order.totals.total differs 10: no yes yes
order.totals.total greater 9.99: yes no no
order.totals.total greater "9.999": yes no no
order.totals.total greater 10: no no no
order.totals.total atLeast 10: yes no no
order.totals.total less 10.01: yes no no
order.totals.total less 0: no no no
order.totals.total atMost 10: yes no no
order.totals.total between [0,10]: yes no no
order.totals.total in [1,10]: yes no no
order.totals.total notIn [1,10]: no yes yes
order.totals.total containsData: yes no no
order.totals.total containsNoData: no yes yes
order.placedAt equals "2026-01-02T01:00:00+01:00": yes no no
order.placedAt differs "2026-01-02T00:00:00Z": no yes yes
order.placedAt greater "2026-01-01T23:59:59Z": yes no no
order.placedAt atLeast "2026-01-02T00:00:00Z": yes no no
order.placedAt less "2026-01-02T00:00:00Z": no no no
order.placedAt atMost "2026-01-02T00:00:00Z": yes no no
order.placedAt between ["2026-01-01T00:00:00Z","2026-01-03T00:00:00Z"]: yes no no
order.placedAt in ["2026-01-02T00:00:00Z"]: yes no no
order.placedAt notIn ["2026-01-02T00:00:00Z"]: no yes yes
order.placedAt dateBefore "2026-01-03": yes no no
order.placedAt dateBefore "2026-01-02": no no no
order.placedAt dateBefore "2026-01-02T00:00:01Z": yes no no
order.placedAt dateBefore "now": yes no no
order.placedAt dateBefore "-PT12H": no no no
order.placedAt dateBefore "-PT11H59M59S": yes no no
order.placedAt dateAfter "2026-01-01": yes no no
order.placedAt dateAfter "2026-01-02": no no no
order.placedAt dateAfter "2026-01-02T00:00:00Z": no no no
order.placedAt dateAfter "now": no no no
order.placedAt dateAfter "-P1D": yes no no
order.placedAt within "-PT12H": yes no no
order.placedAt within "-PT11H": no no no
order.placedAt within "P1W": no no no
now within "P1D": yes yes yes
now dateAfter "2026-01-01": yes yes yes
now containsData: yes yes yes
order.placedAt containsData: yes no no
order.placedAt containsNoData: no yes yes
order.tags equals "vip": yes no no
order.tags equals "checked": yes no no
order.tags differs "vip": no yes yes
order.tags differs "b2b": yes yes yes
order.tags in ["b2b","vip"]: yes no no
order.tags notIn ["b2b","vip"]: no yes yes
order.tags notIn ["b2b"]: yes yes yes
order.tags contains "vip": yes no no
order.tags contains "vi": no no no
order.tags containsAll ["vip","checked"]: yes no no
order.tags containsAll ["vip","b2b"]: no no no
order.channel equals =order.attributes.shop: yes no no
order.channel differs =order.attributes.shop: no yes yes
order.channel containsText =order.attributes.gift: no no no
order.channel startsWith =order.attributes.shop: yes no no
order.attributes.gift differs =order.attributes.none: yes yes yes
line.quantity greater =order.lineCount: yes no no
line.quantity less =order.lineCount: no no no
line.quantity atMost =line.quantity: yes no no
order.totals.total atLeast =line.amount: no no no
line.amount atLeast =order.totals.total: yes no no
order.placedAt dateBefore =now: yes no no
order.placedAt dateAfter =order.placedAt: no no no
order.placedAt equals =order.placedAt: yes no no
order.tags containsData: yes no no
order.tags containsNoData: no yes yes
shipment.complete equals true: yes no no
shipment.complete equals false: no no yes
shipment.complete differs true: no yes yes
shipment.complete containsData: yes no yes
shipment.complete containsNoData: no yes no`
	seen := map[string]bool{}
	for row := range strings.SplitSeq(strings.TrimSpace(rows), "\n") {
		i := strings.LastIndex(row, ": ")
		field, rest, _ := strings.Cut(row[:i], " ")
		operator, value, _ := strings.Cut(rest, " ") // a value that begins with "=" is a field
		c := condition(t, field, operator, value)
		for j, answer := range strings.Fields(row[i+1:]) {
			record, name := []policy.Record{full, empty, broken}[j], []string{"full", "empty", "broken"}[j]
			if got := c.Holds(record); got != (answer == "yes") {
				t.Errorf("%s: the %s record gives %v", row[:i], name, got)
			}
			if got := evalExpr(t, c.JSONata("facts"), policy.FactsOf(record, c.Facts())); got != (answer == "yes") {
				t.Errorf("%s: the expression gives %v on the %s record", row[:i], got, name)
			}
		}
		f, _ := policy.LookupField(field)
		seen[string(f.Type)+" "+operator] = true
	}
	// The rows are complete: whatever else a type is asked is refused.
	values := map[string]string{
		"in": `[%s]`, "notIn": `[%s]`, "between": `[%[1]s,%[1]s]`, "containsAll": `[%s]`, "dateBefore": `"now"`, "dateAfter": `"now"`, "within": `"P1D"`,
		"containsData": "", "containsNoData": "",
	}
	for field, value := range map[string]string{"order.channel": `"x"`, "line.quantity": "1", "order.totals.total": "1", "order.placedAt": `"2026-01-02T00:00:00Z"`, "order.tags": `"x"`, "shipment.complete": "true"} {
		f, _ := policy.LookupField(field)
		for _, o := range policy.Operators() {
			op, given := string(o), value
			if pattern, ok := values[op]; ok {
				given = strings.ReplaceAll(strings.ReplaceAll(pattern, "%[1]s", value), "%s", value)
			}
			if _, problems := parseCondition(field, op, given); problems.Has(policy.OperatorMismatch) == seen[string(f.Type)+" "+op] || problems != nil && len(problems) != 1 {
				t.Errorf("%s %s: in the rows %v, problems %v", f.Type, op, seen[string(f.Type)+" "+op], problems)
			}
		}
	}
}

func parseCondition(field, operator, value string) (*policy.Condition, policy.Problems) {
	doc := fmt.Sprintf(`{"field":%q,"operator":%q`, field, operator)
	if other, ok := strings.CutPrefix(value, "="); ok {
		doc += fmt.Sprintf(`,"valueField":%q`, other)
	} else if value != "" {
		doc += `,"value":` + value
	}
	p := jsondoc.Parse([]byte(doc + "}"))
	of := policy.Shipment
	if strings.HasPrefix(field, "line.") || strings.HasPrefix(value, "=line.") {
		of = event.Line
	}
	c := policy.ParseCondition(p, p.Root, of)
	return c, p.Problems()
}

func condition(t *testing.T, field, operator, value string) *policy.Condition {
	t.Helper()
	c, problems := parseCondition(field, operator, value)
	if problems != nil {
		t.Fatalf("%s %s %s: %v", field, operator, value, problems)
	}
	return c
}

// An amount is compared in the order's currency, whatever its digits.
func TestAmountsAreComparedInTheCurrencyOfTheOrder(t *testing.T) {
	t.Parallel()
	for currency, want := range map[string]bool{"USD": true, "JPY": false, "KWD": true, "???": false} {
		doc := order.Document{Currency: currency, Totals: order.Totals{Total: "10.50"}}
		status := order.NewStatus("ord_1", &doc)
		c := condition(t, "order.totals.total", "equals", "10.5") // no amount of yen, nor of an unknown currency
		if got := c.Holds(policy.OrderRecord(&doc, &status, clock)); got != want {
			t.Errorf("%s: %v", currency, got)
		}
	}
}

func parse(t *testing.T, doc string) policy.Policy {
	t.Helper()
	p, problems := policy.Parse([]byte(doc))
	if problems != nil {
		t.Fatalf("%s\n%v", doc, problems)
	}
	return p
}

func execution(rules, more string) string {
	return `{"id":"p","version":2,"title":"P","kind":"execution","criticality":"critical","entity":"line"` + more + `,"rules":[` + rules + `]}`
}

const (
	met      = `{"field":"line.quantity","operator":"equals","value":5}`
	unmet    = `{"field":"line.quantity","operator":"equals","value":6}`
	location = `"then":[{"set":"line.location","value":%q}]`
)

func TestOfADecisionTableTheFirstRuleActsOrAll(t *testing.T) {
	t.Parallel()
	full, _, _ := records()
	rules := fmt.Sprintf(`{"name":"a","when":%s,`+location+`},{"name":"b","when":%s,`+location+`},{"name":"c",`+location+`}`, unmet, "A", met, "B", "C")
	for more, want := range map[string][]string{"": {"B"}, `,"hit":"first"`: {"B"}, `,"hit":"all"`: {"B", "C"}} {
		res := policy.Evaluate(parse(t, execution(rules, more)), full)
		var got []string
		for _, a := range res.Actions {
			got = append(got, a.Value)
		}
		acts := []bool{res.Rules[0].Acts, res.Rules[1].Acts, res.Rules[2].Acts}
		if diff := cmp.Diff(want, got); diff != "" || !res.Holds || !cmp.Equal(acts, []bool{false, true, len(want) == 2}) {
			t.Errorf("%s: %s, acts %v, holds %v", more, diff, acts, res.Holds)
		}
	}
}

func TestOfAUniqueTableMoreThanOneRuleIsAnErrorThatNamesThem(t *testing.T) {
	t.Parallel()
	full, _, _ := records()
	a, b, c := fmt.Sprintf(`{"name":"a","when":%s,`+location+`}`, met, "A"), fmt.Sprintf(`{"name":"b","when":%s,`+location+`}`, unmet, "B"), fmt.Sprintf(`{"name":"c",`+location+`}`, "C")
	res := policy.Evaluate(parse(t, execution(a+","+b+","+c, `,"hit":"unique"`)), full)
	if diff := cmp.Diff([]string{"a", "c"}, res.Ambiguous); diff != "" || res.Holds || res.Actions != nil || res.Rules[0].Acts || !res.Rules[2].Met {
		t.Errorf("%s%+v", diff, res)
	}
	res = policy.Evaluate(parse(t, execution(a+","+b, `,"hit":"unique"`)), full)
	if !res.Holds || res.Ambiguous != nil || len(res.Actions) != 1 || res.Actions[0].Value != "A" {
		t.Errorf("%+v", res)
	}
}

// A table is the same as rules whose conditions are its cells.
func TestATableAsksByColumns(t *testing.T) {
	t.Parallel()
	const head = `{"id":"t","version":1,"title":"T","kind":"execution","criticality":"critical","entity":"line","hit":"all",`
	table := parse(t, head+`"table":{"columns":[{"field":"line.quantity","operator":"between"},{"field":"order.channel","operator":"in"}],"rows":[
		{"name":"both","when":[[1,5],["shop-eu","x"]],"then":[{"addTag":"1"}]},
		{"name":"own operator","when":[{"operator":"greater","value":5},null],"then":[{"addTag":"2"}]},
		{"name":"field","when":[{"operator":"greater","valueField":"order.lineCount"},{"operator":"containsData"}],"then":[{"addTag":"3"}]},
		{"name":"rest","when":[null,null],"then":[{"addTag":"4"}]}]}}`)
	rules := parse(t, head+`"rules":[
		{"name":"both","when":{"all":[{"field":"line.quantity","operator":"between","value":[1,5]},{"field":"order.channel","operator":"in","value":["shop-eu","x"]}]},"then":[{"addTag":"1"}]},
		{"name":"own operator","when":{"all":[{"field":"line.quantity","operator":"greater","value":5}]},"then":[{"addTag":"2"}]},
		{"name":"field","when":{"all":[{"field":"line.quantity","operator":"greater","valueField":"order.lineCount"},{"field":"order.channel","operator":"containsData"}]},"then":[{"addTag":"3"}]},
		{"name":"rest","then":[{"addTag":"4"}]}]}`)
	full, empty, broken := records()
	for i, r := range []policy.Record{full, empty, broken} {
		res := policy.Evaluate(table, r)
		if diff := cmp.Diff(policy.Evaluate(rules, r), res); diff != "" {
			t.Errorf("record %d: %s", i, diff)
		}
		if want := []int{3, 1, 1}[i]; len(res.Actions) != want {
			t.Errorf("record %d: %+v", i, res.Actions)
		}
	}
}

func TestARuleWithoutActionsMustHold(t *testing.T) {
	t.Parallel()
	full, _, _ := records()
	rule := func(name, when, more string) string { return fmt.Sprintf(`{"name":%q,"when":%s%s}`, name, when, more) }
	for rules, want := range map[string]bool{
		rule("a", met, ""):                              true,
		rule("a", unmet, ""):                            false,
		rule("a", met, "") + "," + rule("b", unmet, ""): false,
		rule("a", met, "") + "," + rule("b", unmet, ","+fmt.Sprintf(location, "X")): true,
	} {
		if res := policy.Evaluate(parse(t, execution(rules, "")), full); res.Holds != want {
			t.Errorf("%s: %+v", rules, res)
		}
	}
}

func TestTheResultExplainsEveryRow(t *testing.T) {
	t.Parallel()
	full, empty, _ := records()
	p := parse(t, execution(`{"name":"both","when":{"all":[`+unmet+`,{"not":{"field":"order.channel","operator":"startsWith","value":"shop"}}]}}`, ""))
	res := policy.Evaluate(p, full)
	want := policy.Result{
		Policy: "p@2", Title: "P", Criticality: policy.Critical, Rules: []policy.RuleResult{{Name: "both", Rows: []policy.RowResult{
			{Field: "line.quantity", Found: int64(5), Operator: policy.Equals, Expected: json.RawMessage("6")},
			{Field: "order.channel", Found: "shop-eu", Operator: policy.StartsWith, Expected: json.RawMessage(`"shop"`), Outcome: true},
		}}},
	}
	if diff := cmp.Diff(want, res); diff != "" {
		t.Error(diff)
	}
	if rows := policy.Evaluate(p, empty).Rules[0].Rows; rows[0].Found != nil || rows[1].Outcome {
		t.Errorf("%+v", rows)
	}
}

func TestTheResultSaysWhatAnotherFieldWas(t *testing.T) {
	t.Parallel()
	full, _, _ := records()
	p := parse(t, execution(`{"name":"r","when":{"all":[{"field":"line.quantity","operator":"less","valueField":"order.lineCount"},{"field":"line.sku","operator":"equals","valueField":"order.note"}]}}`, ""))
	want := []policy.RowResult{
		{Field: "line.quantity", Found: int64(5), Operator: policy.Less, Expected: json.RawMessage("1"), ExpectedField: "order.lineCount"},
		{Field: "line.sku", Operator: policy.Equals, ExpectedField: "order.note"},
	}
	if diff := cmp.Diff(want, policy.Evaluate(p, full).Rules[0].Rows); diff != "" {
		t.Error(diff)
	}
}

func TestRelationsAskAboutTheLines(t *testing.T) {
	t.Parallel()
	of := func(quantities ...int) policy.Record {
		doc := order.Document{Currency: "USD"}
		for i, q := range quantities {
			doc.Lines = append(doc.Lines, order.Line{ID: fmt.Sprint(i), Quantity: q})
		}
		status := order.NewStatus("ord_1", &doc)
		return policy.OrderRecord(&doc, &status, clock)
	}
	for form, want := range map[string][3]bool{ // on no line, on 5 and 6, on 5 and 5
		`"has":"any"`:  {false, true, true},
		`"has":"all"`:  {true, false, true},
		`"has":"none"`: {true, false, false},
		`"has":"count","operator":"equals","value":1`:                      {false, true, false},
		`"has":"count","operator":"atLeast","value":2`:                     {false, false, true},
		`"has":"sum","of":"line.quantity","operator":"equals","value":5`:   {false, true, false},
		`"has":"sum","of":"line.quantity","operator":"notIn","value":[5]`:  {true, false, true},
		`"has":"sum","of":"line.price","operator":"equals","value":0`:      {true, true, true}, // no price is no data
		`"has":"count","operator":"equals","valueField":"order.lineCount"`: {true, false, true},
	} {
		p := parse(t, `{"id":"p","version":1,"title":"P","kind":"filter","entity":"order","rules":[{"name":"r","when":{"relation":"order.lines",`+form+`,"where":`+met+`}}]}`)
		for i, r := range []policy.Record{of(), of(5, 6), of(5, 5)} {
			if res := policy.Evaluate(p, r); res.Holds != want[i] {
				t.Errorf("%s on record %d: %+v", form, i, res)
			}
		}
	}
}

// Two lines, of which one is split over two locations.
func TestEveryRelationLeadsToItsRecords(t *testing.T) {
	t.Parallel()
	doc := order.Document{Currency: "USD", Totals: order.Totals{Subtotal: "7.50"}, Lines: []order.Line{
		{ID: "a", SKU: "A", Quantity: 3, Price: "1.50"}, {ID: "b", SKU: "B", Quantity: 2, Price: "1.50"},
	}}
	status := order.NewStatus("ord_1", &doc)
	status.FulfillmentOrders = []order.FulfillmentOrder{
		{ID: "fo_1", Location: "Chicago", Lines: []order.FulfillmentLine{{Line: "a", Quantity: 2}}},
		{ID: "fo_2", Location: "Seattle", Lines: []order.FulfillmentLine{{Line: "a", Quantity: 1}, {Line: "b", Quantity: 2}}},
	}
	of := map[event.Entity]policy.Record{
		event.Order: policy.OrderRecord(&doc, &status, clock), event.Line: policy.LineRecord(&doc, &status, "b", clock),
		event.FulfillmentOrder: policy.FulfillmentOrderRecord(&doc, &status, "fo_1", clock),
	}
	for when, entity := range map[string]event.Entity{
		`{"relation":"order.fulfillmentOrders","has":"count","operator":"equals","value":2}`:                                                                                                 event.Order,
		`{"relation":"order.fulfillmentOrders","has":"sum","of":"fulfillmentOrder.quantity","operator":"equals","value":5}`:                                                                  event.Order,
		`{"relation":"order.fulfillmentOrders","has":"any","where":{"field":"fulfillmentOrder.location","operator":"equals","value":"Seattle"}}`:                                             event.FulfillmentOrder,
		`{"relation":"order.lines","has":"sum","of":"line.amount","operator":"equals","valueField":"order.totals.subtotal"}`:                                                                 event.Order,
		`{"relation":"order.lines","has":"sum","of":"line.amount","operator":"equals","value":"4.50","where":{"field":"line.sku","operator":"equals","value":"A"}}`:                          event.Order,
		`{"relation":"order.lines","has":"count","operator":"equals","value":2}`:                                                                                                             event.FulfillmentOrder,
		`{"relation":"fulfillmentOrder.lines","has":"count","operator":"equals","value":1}`:                                                                                                  event.FulfillmentOrder,
		`{"relation":"fulfillmentOrder.lines","has":"all","where":{"all":[{"field":"line.sku","operator":"equals","value":"A"},{"field":"order.lineCount","operator":"equals","value":2}]}}`: event.FulfillmentOrder,
		`{"relation":"line.fulfillmentOrders","has":"all","where":{"field":"fulfillmentOrder.location","operator":"equals","value":"Seattle"}}`:                                              event.Line,
		`{"relation":"line.fulfillmentOrders","has":"none","where":{"field":"fulfillmentOrder.location","operator":"equals","value":"Chicago"}}`:                                             event.Line,
	} {
		p := parse(t, fmt.Sprintf(`{"id":"p","version":1,"title":"P","kind":"filter","entity":%q,"rules":[{"name":"r","when":%s}]}`, entity, when))
		if res := policy.Evaluate(p, of[entity]); !res.Holds {
			t.Errorf("%s: %+v", when, res)
		}
		expr, want := policy.JSONata(p, "facts")
		if got := evalExpr(t, expr, policy.FactsOf(of[entity], want)); got != true {
			t.Errorf("%s: the expression gives %v\n%s", when, got, expr)
		}
	}
}

// A sum that floating point could not hold exactly is no data, in both back ends.
func TestASumThatIsNotExactHasNoData(t *testing.T) {
	t.Parallel()
	doc := order.Document{Currency: "JPY", Lines: []order.Line{{ID: "1", Price: "9007199254740991"}, {ID: "2", Price: "1"}}}
	status := order.NewStatus("ord_1", &doc)
	record := policy.OrderRecord(&doc, &status, clock)
	sum := `{"relation":"order.lines","has":"sum","of":"line.price","operator":%q,"value":0}`
	for operator, want := range map[string]bool{"greater": false, "differs": true} {
		p := parse(t, fmt.Sprintf(`{"id":"p","version":1,"title":"P","kind":"filter","entity":"order","rules":[{"name":"r","when":`+sum+`}]}`, operator))
		expr, facts := policy.JSONata(p, "facts")
		if got := evalExpr(t, expr, policy.FactsOf(record, facts)); got != want || policy.Evaluate(p, record).Holds != want {
			t.Errorf("%s: %v %+v", operator, got, policy.Evaluate(p, record))
		}
	}
}

func TestAnExplanationIsBoundedAndTheOutcomeIsNot(t *testing.T) {
	t.Parallel()
	doc := order.Document{}
	for i := range 100 {
		doc.Lines = append(doc.Lines, order.Line{ID: fmt.Sprint(i), Quantity: 5})
	}
	doc.Lines[99].Quantity = 6
	status := order.NewStatus("ord_1", &doc)
	p := parse(t, `{"id":"p","version":1,"title":"P","kind":"filter","entity":"order","rules":[{"name":"r","when":{"relation":"order.lines","has":"all","where":`+met+`}}]}`)
	if res := policy.Evaluate(p, policy.OrderRecord(&doc, &status, clock)); res.Holds || len(res.Rules[0].Rows) != 50 {
		t.Errorf("%v, %d rows", res.Holds, len(res.Rules[0].Rows))
	}
}

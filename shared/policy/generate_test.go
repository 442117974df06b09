package policy_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"pgregory.net/rapid"

	"github.com/orderloom/orderloom/shared/event"
	"github.com/orderloom/orderloom/shared/order"
	"github.com/orderloom/orderloom/shared/policy"
)

// Few values for everything, so that conditions are often met.
var (
	words    = []string{"US", "CA", "physical", "digital", "Seattle", "a", "😀a", `q"\${%x%}`, "日本", "日本語"}
	amounts  = []string{"0", "10.00", "-0.01", "10", "1.5", "", "ten", "0.001", "9007199254740991"}
	patterns = []string{"[A-Z]{2}", "(?:US|CA)", ".*a", "[^日]+", `\w*`, `q"\\\$\{%x%\}`, "日本語?", "^(physic|digit)al$"}
)

func drawOrder(t *rapid.T) (*order.Document, *order.Status) {
	word := func(label string) string { return rapid.SampledFrom(append(words, "")).Draw(t, label) }
	amount := func(label string) string { return rapid.SampledFrom(amounts).Draw(t, label) }
	d := &order.Document{
		Channel: word("channel"), Currency: rapid.SampledFrom([]string{"USD", "JPY", "KWD", "???"}).Draw(t, "currency"),
		Totals: order.Totals{Total: amount("total"), Tax: amount("tax")},
	}
	if rapid.Bool().Draw(t, "hasShipTo") {
		d.ShipTo = &order.Address{Country: word("country"), City: word("city")}
	}
	if rapid.Bool().Draw(t, "hasTags") {
		d.Tags = []string{word("tag1"), word("tag2")}
	}
	if rapid.Bool().Draw(t, "placed") {
		d.PlacedAt = time.Date(2026, 1, rapid.IntRange(1, 3).Draw(t, "day"), 0, 0, 0, 0, time.UTC)
		requested := d.PlacedAt.Add(time.Duration(rapid.IntRange(-1, 2).Draw(t, "half days")) * 12 * time.Hour)
		d.RequestedAt = &requested
	}
	for i := range rapid.IntRange(0, 3).Draw(t, "lines") {
		d.Lines = append(d.Lines, order.Line{
			ID: fmt.Sprint(i), Kind: order.Kind(word("kind")), Quantity: rapid.IntRange(0, 4).Draw(t, "quantity"), Price: amount("price"),
		})
	}
	s := order.NewStatus("ord_1", d)
	s.Priority = rapid.IntRange(0, 2).Draw(t, "priority")
	if rapid.Bool().Draw(t, "attribute") {
		s.SetAttribute("", "city", word("attribute"))
	}
	for i := range rapid.IntRange(0, 2).Draw(t, "planned") {
		s.FulfillmentOrders = append(s.FulfillmentOrders, order.FulfillmentOrder{
			ID: fmt.Sprint("fo_1-", i+1), Location: word("location"),
			Lines: []order.FulfillmentLine{{Line: rapid.SampledFrom([]string{"0", "1"}).Draw(t, "planned line"), Quantity: rapid.IntRange(0, 4).Draw(t, "planned quantity")}},
		})
	}
	return d, &s
}

const fulfillmentOrder = "fo_1-1"

type object = map[string]any

var (
	orderPaths = []string{
		"order.shipTo.country", "order.totals.total", "order.totals.tax", "order.tags", "order.placedAt", "order.requestedAt", "order.lineCount", "order.priority",
		"order.channel", "order.attributes.city", "now",
	}
	// A condition on a record sees its fields and those of its order.
	pathsOf = map[event.Entity][]string{
		event.Order:            orderPaths,
		event.Line:             append([]string{"line.kind", "line.quantity", "line.price", "line.amount"}, orderPaths...),
		event.FulfillmentOrder: append([]string{"fulfillmentOrder.location", "fulfillmentOrder.quantity", "fulfillmentOrder.lineCount"}, orderPaths...),
	}
	relationsOf = map[event.Entity][]string{
		event.Order:            {"order.lines", "order.fulfillmentOrders"},
		event.Line:             {"order.lines", "order.fulfillmentOrders", "line.fulfillmentOrders"},
		event.FulfillmentOrder: {"order.lines", "order.fulfillmentOrders", "fulfillmentOrder.lines"},
	}
	leadsTo = map[string]event.Entity{
		"order.lines": event.Line, "fulfillmentOrder.lines": event.Line,
		"order.fulfillmentOrders": event.FulfillmentOrder, "line.fulfillmentOrders": event.FulfillmentOrder,
	}
	sums = map[event.Entity][]string{
		event.Line: {"line.quantity", "line.price", "line.amount"}, event.FulfillmentOrder: {"fulfillmentOrder.quantity", "fulfillmentOrder.lineCount"},
	}
)

func drawCondition(t *rapid.T, depth int, of event.Entity, related bool) object {
	forms := []string{"row", "row", "all", "any", "not"}
	if !related {
		forms = append(forms, "relation")
	}
	if depth == 0 {
		forms = forms[:1]
	}
	switch form := rapid.SampledFrom(forms).Draw(t, "form"); form {
	case "all", "any":
		var list []object
		for range rapid.IntRange(1, 3).Draw(t, "size") {
			list = append(list, drawCondition(t, depth-1, of, related))
		}
		return object{form: list}
	case "not":
		return object{"not": drawCondition(t, depth-1, of, related)}
	case "relation":
		return drawRelation(t, depth, of)
	}
	f, _ := policy.LookupField(rapid.SampledFrom(pathsOf[of]).Draw(t, "field"))
	c := drawComparison(t, f.Type, of)
	c["field"] = f.Path
	return c
}

func drawRelation(t *rapid.T, depth int, of event.Entity) object {
	relation := rapid.SampledFrom(relationsOf[of]).Draw(t, "relation")
	to := leadsTo[relation]
	has := rapid.SampledFrom([]string{"any", "all", "none", "count", "sum"}).Draw(t, "has")
	c := object{}
	kind := policy.Number
	if has == "sum" {
		f, _ := policy.LookupField(rapid.SampledFrom(sums[to]).Draw(t, "of"))
		kind = f.Type
		defer func() { c["of"] = f.Path }()
	}
	compares := has == "count" || has == "sum"
	if compares {
		c = drawComparison(t, kind, of)
		if c["operator"] == "containsData" || c["operator"] == "containsNoData" {
			c = object{"operator": "atLeast", "value": 1}
		}
	}
	c["relation"], c["has"] = relation, has
	if !compares || rapid.Bool().Draw(t, "some") {
		c["where"] = drawCondition(t, depth-1, to, true)
	}
	return c
}

var operators = map[policy.Type][]string{
	policy.Text: {"equals", "differs", "in", "notIn", "containsText", "startsWith", "matches", "containsData", "containsNoData"},
	policy.Tags: {"equals", "differs", "in", "notIn", "contains", "containsAll", "containsData", "containsNoData"},
	policy.Time: {"equals", "differs", "greater", "atLeast", "less", "atMost", "between", "in", "notIn", "dateBefore", "dateAfter", "within", "containsData", "containsNoData"},
	"":          {"equals", "differs", "greater", "atLeast", "less", "atMost", "between", "in", "notIn", "containsData", "containsNoData"},
}

// comparable are the operators that take a field in place of the value.
var comparable = []string{"equals", "differs", "greater", "atLeast", "less", "atMost", "containsText", "startsWith", "dateBefore", "dateAfter"}

func drawComparison(t *rapid.T, kind policy.Type, of event.Entity) object {
	list, ok := operators[kind]
	if !ok {
		list = operators[""]
	}
	op := rapid.SampledFrom(list).Draw(t, "operator")
	if kind != policy.Tags && slices.Contains(comparable, op) && rapid.IntRange(0, 2).Draw(t, "other") == 0 {
		same := slices.DeleteFunc(slices.Clone(pathsOf[of]), func(path string) bool {
			f, _ := policy.LookupField(path)
			return f.Type != kind
		})
		return object{"operator": op, "valueField": rapid.SampledFrom(same).Draw(t, "valueField")}
	}
	switch value := func() any { return drawValue(t, kind) }; op {
	case "containsData", "containsNoData":
		return object{"operator": op}
	case "matches":
		return object{"operator": op, "value": rapid.SampledFrom(patterns).Draw(t, "pattern")}
	case "dateBefore", "dateAfter":
		return object{"operator": op, "value": rapid.SampledFrom([]string{"now", "P1D", "-PT12H", "2026-01-02", "2026-01-02T12:00:00Z"}).Draw(t, "date")}
	case "within":
		return object{"operator": op, "value": rapid.SampledFrom([]string{"P1D", "-P2D", "PT12H", "-P1W"}).Draw(t, "duration")}
	case "in", "notIn", "containsAll":
		return object{"operator": op, "value": []any{value(), value()}[:rapid.IntRange(1, 2).Draw(t, "values")]}
	case "between":
		switch kind {
		case policy.Time:
			return object{"operator": op, "value": []any{"2026-01-02T00:00:00Z", "2026-01-03T00:00:00Z"}}
		case policy.Money:
			return object{"operator": op, "value": []any{"-1", "10"}}
		}
		return object{"operator": op, "value": []any{1, 2}}
	default:
		return object{"operator": op, "value": value()}
	}
}

func drawValue(t *rapid.T, kind policy.Type) any {
	switch kind {
	case policy.Number:
		return json.Number(rapid.SampledFrom([]string{"0", "1", "2", "1.5", "-1"}).Draw(t, "value"))
	case policy.Money:
		return rapid.SampledFrom([]string{"0", "10", "10.00", "1.5", "-0.01", "0.001"}).Draw(t, "value")
	case policy.Time:
		return fmt.Sprintf("2026-01-0%dT00:00:00Z", rapid.IntRange(1, 3).Draw(t, "value"))
	}
	return rapid.SampledFrom(words).Draw(t, "value")
}

func drawPolicy(t *rapid.T) policy.Policy {
	var rules []object
	of := rapid.SampledFrom([]event.Entity{event.Order, event.Line, event.FulfillmentOrder}).Draw(t, "entity")
	for i := range rapid.IntRange(1, 2).Draw(t, "rules") {
		rules = append(rules, object{"name": fmt.Sprint("rule ", i), "when": drawCondition(t, 3, of, false)})
	}
	data, err := json.Marshal(object{"id": "p", "version": 1, "title": "P", "kind": "filter", "entity": of, "rules": rules})
	if err != nil {
		t.Fatal(err)
	}
	p, problems := policy.Parse(data)
	if problems != nil {
		t.Fatalf("%s\n%v", data, problems)
	}
	return p
}

// recordOf is the record of an order that a policy looks at.
func recordOf(p policy.Policy, doc *order.Document, status *order.Status) policy.Record {
	switch p.Entity {
	case event.FulfillmentOrder:
		return policy.FulfillmentOrderRecord(doc, status, fulfillmentOrder, clock)
	case event.Line:
		return policy.LineRecord(doc, status, "0", clock)
	}
	return policy.OrderRecord(doc, status, clock)
}

package policy_test

import (
	"encoding/json"
	"fmt"
	"time"

	"pgregory.net/rapid"

	"github.com/orderloom/orderloom/shared/event"
	"github.com/orderloom/orderloom/shared/order"
	"github.com/orderloom/orderloom/shared/policy"
)

// Few values for everything, so that conditions are often met.
var (
	words   = []string{"US", "CA", "physical", "digital", "Seattle", "a", "😀a", `q"\${%x%}`, "日本", "日本語"}
	amounts = []string{"0", "10.00", "-0.01", "10", "1.5", "", "ten", "0.001"}
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
	}
	for i := range rapid.IntRange(0, 3).Draw(t, "lines") {
		d.Lines = append(d.Lines, order.Line{
			ID: fmt.Sprint(i), Kind: order.Kind(word("kind")), Quantity: rapid.IntRange(0, 4).Draw(t, "quantity"), Price: amount("price"),
		})
	}
	s := order.NewStatus("ord_1", d)
	if rapid.Bool().Draw(t, "planned") {
		s.FulfillmentOrders = []order.FulfillmentOrder{{
			ID: fulfillmentOrder, Location: word("location"), Lines: []order.FulfillmentLine{{Line: "0", Quantity: rapid.IntRange(0, 4).Draw(t, "planned quantity")}},
		}}
	}
	return d, &s
}

const fulfillmentOrder = "fo_1-1"

type object = map[string]any

var (
	orderPaths = []string{"order.shipTo.country", "order.totals.total", "order.totals.tax", "order.tags", "order.placedAt", "order.lineCount", "order.channel"}
	// A condition on a record sees its fields and those of its order.
	pathsOf = map[event.Entity][]string{
		event.Order:            orderPaths,
		event.Line:             append([]string{"line.kind", "line.quantity", "line.price"}, orderPaths...),
		event.FulfillmentOrder: append([]string{"fulfillmentOrder.location", "fulfillmentOrder.quantity", "fulfillmentOrder.lineCount"}, orderPaths...),
	}
)

func drawCondition(t *rapid.T, depth int, of event.Entity) object {
	forms := []string{"row", "row", "all", "any", "not", "relation"}
	if depth == 0 {
		forms = forms[:1]
	}
	switch form := rapid.SampledFrom(forms).Draw(t, "form"); form {
	case "all", "any":
		var list []object
		for range rapid.IntRange(1, 3).Draw(t, "size") {
			list = append(list, drawCondition(t, depth-1, of))
		}
		return object{form: list}
	case "not":
		return object{"not": drawCondition(t, depth-1, of)}
	case "relation":
		if of != event.Line {
			return drawRelation(t, depth)
		}
	}
	f, _ := policy.LookupField(rapid.SampledFrom(pathsOf[of]).Draw(t, "field"))
	c := drawComparison(t, f.Type)
	c["field"] = f.Path
	return c
}

func drawRelation(t *rapid.T, depth int) object {
	has := rapid.SampledFrom([]string{"any", "all", "none", "count"}).Draw(t, "has")
	c := object{}
	if has == "count" {
		c = drawComparison(t, policy.Number)
		if _, ok := c["value"]; !ok {
			c = object{"operator": "atLeast", "value": 1}
		}
	}
	c["relation"], c["has"], c["where"] = "order.lines", has, drawCondition(t, depth-1, event.Line)
	return c
}

var operators = map[policy.Type][]string{
	policy.Text: {"equals", "differs", "in", "containsText", "startsWith", "containsData", "containsNoData"},
	policy.Tags: {"equals", "differs", "in", "containsData", "containsNoData"},
	"":          {"equals", "differs", "greater", "atLeast", "less", "atMost", "between", "in", "containsData", "containsNoData"},
}

func drawComparison(t *rapid.T, kind policy.Type) object {
	list, ok := operators[kind]
	if !ok {
		list = operators[""]
	}
	op := rapid.SampledFrom(list).Draw(t, "operator")
	value := func() any {
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
	switch op {
	case "containsData", "containsNoData":
		return object{"operator": op}
	case "in":
		return object{"operator": op, "value": []any{value(), value()}}
	case "between":
		switch kind {
		case policy.Time:
			return object{"operator": op, "value": []any{"2026-01-02T00:00:00Z", "2026-01-03T00:00:00Z"}}
		case policy.Money:
			return object{"operator": op, "value": []any{"-1", "10"}}
		}
		return object{"operator": op, "value": []any{1, 2}}
	}
	return object{"operator": op, "value": value()}
}

func drawPolicy(t *rapid.T) policy.Policy {
	var rules []object
	of := rapid.SampledFrom([]event.Entity{event.Order, event.FulfillmentOrder}).Draw(t, "entity")
	for i := range rapid.IntRange(1, 2).Draw(t, "rules") {
		rules = append(rules, object{"name": fmt.Sprint("rule ", i), "when": drawCondition(t, 3, of)})
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

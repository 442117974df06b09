package policy_test

import (
	"fmt"
	"testing"

	"github.com/orderloom/orderloom/shared/order"
	"github.com/orderloom/orderloom/shared/policy"
)

// BenchmarkEvaluate decides a policy with one rule of each kind on orders of
// growing size.
func BenchmarkEvaluate(b *testing.B) {
	p, problems := policy.Parse([]byte(`{"id":"p","version":1,"title":"P","kind":"execution","criticality":"critical","entity":"order","rules":[
		{"name":"country","when":{"field":"order.shipTo.country","operator":"in","value":["US","CA","MX"]}},
		{"name":"zip","when":{"field":"order.shipTo.zip","operator":"matches","value":"[0-9]{5}(-[0-9]{4})?"}},
		{"name":"recent","when":{"field":"order.placedAt","operator":"within","value":"-P7D"}},
		{"name":"total","when":{"relation":"order.lines","has":"sum","of":"line.amount","operator":"equals","valueField":"order.totals.total"}},
		{"name":"goods","when":{"relation":"order.lines","has":"any","where":{"field":"line.kind","operator":"equals","value":"physical"}}},
		{"name":"net","then":[{"set":"order.attributes.net","compute":{"difference":[{"field":"order.totals.total"},{"field":"order.totals.tax"}]}}]}]}`))
	if problems != nil {
		b.Fatal(problems)
	}
	for _, lines := range []int{1, 10, 100} {
		doc := order.Document{
			Currency: "USD", ShipTo: &order.Address{Country: "US", Zip: "60601"}, PlacedAt: clock.AddDate(0, 0, -1),
			Totals: order.Totals{Total: fmt.Sprintf("%d.50", lines), Tax: "0.10"},
		}
		for i := range lines {
			doc.Lines = append(doc.Lines, order.Line{ID: fmt.Sprint(i), Kind: order.Physical, Quantity: 1, Price: "1.00"})
		}
		doc.Lines[0].Price = "1.50"
		status := order.NewStatus("ord_1", &doc)
		b.Run(fmt.Sprintf("lines=%d", lines), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if res := policy.Evaluate(p, policy.OrderRecord(&doc, &status, clock)); !res.Holds || len(res.Actions) != 1 {
					b.Fatalf("%+v", res)
				}
			}
		})
	}
}

// BenchmarkParse reads a table of 100 rows.
func BenchmarkParse(b *testing.B) {
	rows := ""
	for i := range 100 {
		if i > 0 {
			rows += ","
		}
		rows += fmt.Sprintf(`{"name":"%d","when":["sku-%d"],"then":[{"set":"line.location","value":"L"}]}`, i, i)
	}
	doc := []byte(tabledRow(rows))
	b.ReportAllocs()
	for b.Loop() {
		if _, problems := policy.Parse(doc); problems != nil {
			b.Fatal(problems)
		}
	}
}

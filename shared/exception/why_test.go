package exception_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/orderloom/orderloom/shared/exception"
)

func TestWhyExplainsWithWhatWasFound(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, data string
		want       []string
	}{
		{"nothing known", ``, nil},
		{"not ours", `"text"`, nil},
		{"a field", `{"message":"m","field":"lines.0.sku","value":"X","hint":"Add a mapping"}`, []string{"lines.0.sku is X", "Add a mapping"}},
		{"policies", `{"field":"order.shipTo.country","value":"AQ","hint":"Correct the order, then reprocess","data":{"policies":[
			{"policy":"header@1","holds":false,"rules":[
				{"name":"Ship-to country is served","met":false,"rows":[{"field":"order.shipTo.country","found":"AQ","operator":"in","expected":["US","CA"],"outcome":false}]},
				{"name":"Total is not negative","met":true,"rows":[{"field":"order.totals.total","found":1772,"operator":"atLeast","expected":"0","outcome":true}]}]},
			{"policy":"line@2","holds":false,"rules":[
				{"name":"Quantity is at least 5","met":false,"rows":[
					{"field":"line.quantity","record":"1","found":1,"operator":"atLeast","expected":5,"outcome":false},
					{"field":"line.quantity","record":"2","operator":"atLeast","expected":5,"outcome":false}]}]},
			{"policy":"other@1","holds":true,"rules":[{"name":"An alternative","met":false,"rows":[]}]}]}}`,
			[]string{
				"Not met: Ship-to country is served; order.shipTo.country is AQ, not in US, CA",
				"Not met: Quantity is at least 5; line.quantity of 1 is 1, not at least 5; line.quantity of 2 is not there, not at least 5",
				"Correct the order, then reprocess",
			}},
		{"compared with a field", `{"data":{"policies":[{"holds":false,"rules":[{"name":"Paid","rows":[{"field":"order.note","found":"a","operator":"equals","expected":"b","expectedField":"order.name"}]}]}]}}`,
			[]string{"Not met: Paid; order.note is a, not equals b (order.name)"}},
		{"rules that exclude each other", `{"data":{"policies":[{"title":"Size","holds":false,"ambiguous":["small","large"],"rules":[{"name":"small","met":true},{"name":"none","met":false}]}]}}`,
			[]string{"Size: only one of its rules may be met, not small and large"}},
	} {
		if diff := cmp.Diff(c.want, exception.Exception{Data: []byte(c.data)}.Why()); diff != "" {
			t.Errorf("%s: %s", c.name, diff)
		}
	}
}

package jsonata_test

import (
	"context"
	"testing"

	"github.com/orderloom/orderloom/shared/jsonata"
)

// The shapes that a compiled flow evaluates for every step of every order.
func BenchmarkEval(b *testing.B) {
	states := jsonata.NewObject()
	result, err := jsonata.Decode([]byte(`{"version":3,"facts":{"country":"US","total":12900,"lines":[{"id":"l1","qty":110},{"id":"l2","qty":10}]}}`))
	if err != nil {
		b.Fatal(err)
	}
	states.Set("result", result)
	facts, _ := result.(*jsonata.Object).Get("facts")
	vars := jsonata.Vars{"states": states, "order": facts, "version": 3.0}
	for _, k := range []struct{ name, expr string }{
		{"variable", `$version`},
		{"path", `$states.result.facts.country`},
		{"comparison", `$order.country = "US"`},
		{"condition", `$order.country = "US" and $order.total >= 10000`},
		{"constructor", `{"id": $order.country, "version": $version, "list": [1, $version]}`},
		{"arithmetic", `$version + 1`},
		{"guarded", `$exists($order.total) and $type($order.total) = "number" ? $order.total > 100 : false`},
		{"filter", `$order.lines[qty > 50].id`},
		{"sum", `$sum($order.lines.qty)`},
		{"lambda", `$map($order.lines, function($l){$l.qty * 2})`},
		{"parent", `$order.lines.{"id": id, "country": %.country}`},
		{"focus", `$order.lines@$l[$l.qty > 50].{"id": $l.id}`},
		{"position", `$order.lines#$i[$i > 0].id`},
		{"transform", `$order ~> |lines|{"qty": qty + 1}|`},
		{"concat", `"order " & $order.country`},
		{"money", `$formatNumber($order.total / 100, "#,##0.00")`},
		{"date", `$fromMillis(1521801216617, "[D1o] [MNn] [Y0001]")`},
		{"timestamp", `$toMillis("2018-03-27 14:03", "[Y0001]-[M01]-[D01] [H01]:[m01]")`},
	} {
		b.Run(k.name, func(b *testing.B) {
			e, err := jsonata.Compile(k.expr)
			if err != nil {
				b.Fatal(err)
			}
			b.ReportAllocs()
			for b.Loop() {
				if _, err := e.Eval(context.Background(), jsonata.Undefined, vars); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func BenchmarkCompile(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		if _, err := jsonata.Compile(`{"id": $order.id, "ok": $order.total > 5 and $count($order.lines[qty > 1]) > 0}`); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkDecode(b *testing.B) {
	data := readCorpus(b).Inputs["order"]
	b.SetBytes(int64(len(data)))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := jsonata.Decode(data); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkEncode(b *testing.B) {
	data := readCorpus(b).Inputs["order"]
	v := decode(b, data)
	b.SetBytes(int64(len(data)))
	b.ReportAllocs()
	var buf []byte
	for b.Loop() {
		var err error
		if buf, err = jsonata.AppendEncode(buf[:0], v); err != nil {
			b.Fatal(err)
		}
	}
}

package jsonpath_test

import (
	"testing"

	"github.com/orderloom/orderloom/shared/jsonata"
	"github.com/orderloom/orderloom/shared/jsonpath"
)

// What a state costs: a plain path, one that looks through an array, a function,
// and putting a result into the input.
func BenchmarkEval(b *testing.B) {
	doc, err := jsonata.Decode([]byte(store))
	if err != nil {
		b.Fatal(err)
	}
	s := &jsonpath.Scope{Input: doc}
	for _, src := range []string{"$.bicycle.color", "$.book[*].title", "$.book[?(@.price < 10)].title", "States.Format('{} {}', $.bicycle.color, $.detail-type)"} {
		b.Run(src, func(b *testing.B) {
			e, err := jsonpath.Compile(src)
			if err != nil {
				b.Fatal(err)
			}
			b.ReportAllocs()
			for b.Loop() {
				if _, err := e.Eval(s); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
	b.Run("Set $.a.b", func(b *testing.B) {
		p := compile(b, "$.a.b")
		b.ReportAllocs()
		for b.Loop() {
			if _, err := p.Set(doc, true); err != nil {
				b.Fatal(err)
			}
		}
	})
}

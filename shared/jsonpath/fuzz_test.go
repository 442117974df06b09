package jsonpath_test

import (
	"errors"
	"testing"

	"github.com/orderloom/orderloom/shared/jsonata"
	"github.com/orderloom/orderloom/shared/jsonpath"
)

func seeds(f *testing.F, more ...string) {
	for _, s := range append(more, "$", "$$.a", "$v.b", "$.a['b'][0,-1][1:2]..c[*].d", "$.a[?(@.b == 'c' && @.d > 1)]", "$.a[?(@.x =~ /a]/)]", `$.a\.b`) {
		f.Add(s)
	}
}

// valid fails unless the error is one of the package, at a place in the source.
func valid(t *testing.T, src string, err error) {
	var e *jsonpath.Error
	if !errors.As(err, &e) || e.Code != jsonpath.CodeSyntax || e.Position < 0 || e.Position > len(src) {
		t.Fatalf("%q: %#v", src, err)
	}
}

// A path is refused with a position or can be evaluated on anything.
func FuzzPath(f *testing.F) {
	seeds(f)
	doc, err := jsonata.Decode([]byte(store))
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, src string) {
		p, err := jsonpath.CompilePath(src)
		if err != nil {
			valid(t, src, err)
			return
		}
		v, found := p.Get(doc)
		if !found {
			return
		}
		if _, err := jsonata.Encode(v); err != nil {
			t.Fatalf("%q yields %v", src, v)
		}
		if p.IsReference() && p.FromInput() {
			if out, err := p.Set(doc, v); err != nil || encode(t, out) != encode(t, doc) {
				t.Fatalf("%q: what it finds cannot be put back: %v", src, err)
			}
		}
	})
}

func FuzzIntrinsic(f *testing.F) {
	seeds(f, "States.Format('{} \\{\\}', $.a)", "States.Array(States.MathAdd(1, -2), true, null, 'x')", "States.ArrayRange(1, 9, 2)",
		"States.StringToJson('{}')", "States.JsonMerge($.a, $.b, false)", "States.UUID()")
	f.Fuzz(func(t *testing.T, src string) {
		e, err := jsonpath.Compile(src)
		if err != nil {
			valid(t, src, err)
			return
		}
		v, err := e.Eval(scope(t, store))
		var failure *jsonpath.Error
		if err == nil {
			encode(t, v)
		} else if !errors.As(err, &failure) {
			t.Fatalf("%q: %v", src, err)
		}
	})
}

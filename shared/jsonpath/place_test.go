package jsonpath_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/orderloom/orderloom/shared/jsonata"
	"github.com/orderloom/orderloom/shared/jsonpath"
)

func compile(t interface{ Fatal(...any) }, src string) *jsonpath.Path {
	p, err := jsonpath.CompilePath(src)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func TestSet(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ path, doc, want string }{
		{"$", `{"a":1}`, `"new"`},
		{"$.a", `{"a":1,"b":2}`, `{"a":"new","b":2}`},
		{"$.c", `{"a":1,"b":2}`, `{"a":1,"b":2,"c":"new"}`},
		{"$.x.y['z w']", `{"a":1}`, `{"a":1,"x":{"y":{"z w":"new"}}}`},
		{"$.a[1]", `{"a":[1,2,3]}`, `{"a":[1,"new",3]}`},
		{"$[0].b", `[{"c":1}]`, `[{"c":1,"b":"new"}]`},
		{"$.a[3]", `{"a":[1,2,3]}`, `!no item 3`},
		{"$.b[0]", `{"a":[1,2,3]}`, `!no item 0`},
		{"$.a.b", `{"a":[1]}`, `!"b" cannot be set`},
		{"$.a.b", `{"a":null}`, `!"b" cannot be set`},
		{"$.a", `"text"`, `!"a" cannot be set`},
		{"$..a", `{}`, `!no single place`},
		{"$$.a", `{}`, `!no single place`},
		{"$v.a", `{}`, `!no single place`},
	} {
		doc := decode(t, c.doc)
		got, err := compile(t, c.path).Set(doc, "new")
		if want, fails := strings.CutPrefix(c.want, "!"); fails {
			var e *jsonpath.Error
			if !errors.As(err, &e) || e.Code != jsonpath.CodePlace || !strings.Contains(e.Message, want) || (e.Step == "") != (want == "no single place") {
				t.Errorf("%s in %s: %v %v", c.path, c.doc, got, err)
			}
		} else if err != nil || encode(t, got) != c.want {
			t.Errorf("%s in %s: %v %v", c.path, c.doc, got, err)
		}
		if encode(t, doc) != c.doc {
			t.Errorf("%s changed the input: %s", c.path, encode(t, doc))
		}
	}
}

// documents are values to put things into.
func documents(depth int) *rapid.Generator[any] {
	return rapid.Custom(func(r *rapid.T) any {
		kind := rapid.IntRange(0, 4).Draw(r, "kind")
		if depth == 0 {
			kind %= 3
		}
		switch kind {
		case 1:
			return float64(rapid.IntRange(-9, 9).Draw(r, "number"))
		case 2:
			return rapid.SampledFrom([]string{"", "x", "ä"}).Draw(r, "text")
		case 3:
			return rapid.SliceOfN(documents(depth-1), 0, 3).Draw(r, "items")
		case 4:
			o := jsonata.NewObject()
			for _, k := range rapid.SliceOfN(rapid.SampledFrom([]string{"a", "b", "c d", "'"}), 0, 3).Draw(r, "keys") {
				o.Set(k, documents(depth-1).Draw(r, "value"))
			}
			return o
		}
		return nil
	})
}

// What is set is found at its place; setting it again changes nothing; what was
// elsewhere stays.
func TestWhatIsSetIsFound(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(r *rapid.T) {
		doc := documents(3).Draw(r, "document")
		src := "$"
		for _, step := range rapid.SliceOfN(rapid.SampledFrom([]string{"['a']", ".b", "['c d']", `['\'']`, "[0]", "[2]"}), 0, 4).Draw(r, "steps") {
			src += step
		}
		p := compile(r, src)
		before := encode(t, doc)
		out, err := p.Set(doc, "new")
		if encode(t, doc) != before {
			r.Fatalf("%s changed its input", src)
		}
		if err != nil {
			if v, ok := p.Get(doc); ok {
				r.Fatalf("%s names %v, but nothing can be put there: %v", src, v, err)
			}
			return
		}
		if v, ok := p.Get(out); !ok || v != "new" {
			r.Fatalf("%s: %v %v in %s", src, v, ok, encode(t, out))
		}
		if again, err := p.Set(out, "new"); err != nil || encode(t, again) != encode(t, out) {
			r.Fatalf("%s: again %v", src, err)
		}
		if old, ok := p.Get(doc); ok {
			if back, err := p.Set(out, old); err != nil || encode(t, back) != before {
				r.Fatalf("%s: %s does not go back to %s", src, encode(t, back), before)
			}
		}
	})
}

func ExamplePath_Set() {
	order, _ := jsonata.Decode([]byte(`{"id":7,"lines":[{"sku":"MUG"}]}`))
	p, _ := jsonpath.CompilePath("$.lines[0].stock.reserved")
	v, _ := p.Set(order, true)
	raw, _ := jsonata.Encode(v)
	fmt.Println(string(raw))
	// Output: {"id":7,"lines":[{"sku":"MUG","stock":{"reserved":true}}]}
}

func ExampleCompile() {
	order, _ := jsonata.Decode([]byte(`{"id":7,"lines":[{"sku":"MUG"},{"sku":"TEE"}]}`))
	e, err := jsonpath.Compile("States.Format('order {}: {}', $.id, $.lines[*].sku)")
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(e.Eval(&jsonpath.Scope{Input: order}))
	// Output: order 7: [MUG, TEE] <nil>
}

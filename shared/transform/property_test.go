package transform_test

import (
	"encoding/json"
	"errors"
	"maps"
	"testing"

	"pgregory.net/rapid"

	"github.com/orderloom/orderloom/shared/fault"
	"github.com/orderloom/orderloom/shared/transform"
)

// all uses every kind of rule at once.
const all = `{
	"id":{"path":["id","key"],"type":"id","required":true}, "channel":{"context":"channel"}, "total":{"path":"total","type":"decimal","default":"0"},
	"state":{"path":"state","values":{"a":"A","b":"B"},"other":"?"}, "country":{"path":"country","lookup":{"table":"country","missing":"keep"}},
	"tags":{"split":{"path":"tags","separator":","}}, "attributes":{"pairs":{"path":"lines","key":"sku","value":"note"}},
	"lines":{"each":"lines","object":{"sku":{"path":"sku"},"quantity":{"path":"quantity","type":"integer"},"gift":{"path":"gift","type":"boolean"}}},
	"canceled":{"when":"at","object":{"at":{"path":"at","type":"time"}}}}`

// value draws JSON values, more often than not of the type that is wanted.
func value(want *rapid.Generator[any]) *rapid.Generator[any] {
	return rapid.OneOf(want, want, want, rapid.SampledFrom([]any{nil, "", 7, 1.5, true, "x", []any{}, map[string]any{"y": 1}}))
}

func document(t *rapid.T) []byte {
	text := rapid.SampledFrom([]any{"a", "b", "c, d", "United States", "2026-03-02T08:00:00Z", "ä\u2028\"\\"})
	line := rapid.Custom(func(t *rapid.T) any {
		return map[string]any{
			"sku": value(text).Draw(t, "sku"), "quantity": value(rapid.Just(any(3))).Draw(t, "quantity"),
			"gift": value(rapid.Just(any(true))).Draw(t, "gift"), "note": value(text).Draw(t, "note"),
		}
	})
	doc := map[string]any{
		"id": value(rapid.SampledFrom([]any{1, "k-1"})).Draw(t, "id"), "total": value(rapid.SampledFrom([]any{"1.10", 2.5, 3})).Draw(t, "total"),
		"state": value(text).Draw(t, "state"), "country": value(text).Draw(t, "country"), "tags": value(text).Draw(t, "tags"),
		"at":    value(rapid.Just(any("2026-03-02T08:00:00Z"))).Draw(t, "at"),
		"lines": value(rapid.Map(rapid.SliceOfN(line, 0, 5), func(l []any) any { return l })).Draw(t, "lines"),
	}
	for _, name := range rapid.SliceOf(rapid.SampledFrom([]string{"id", "total", "state", "lines"})).Draw(t, "absent") {
		delete(doc, name)
	}
	data, err := json.Marshal(doc)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// The same bytes and the same lookups give the same bytes or the same problems,
// the source is not touched, and what comes out is JSON that holds no value of
// another type than the mapping says.
func TestAMappingIsPure(t *testing.T) {
	t.Parallel()
	m := parse(t, all)
	rapid.Check(t, func(t *rapid.T) {
		source := document(t)
		kept := string(source)
		one, err := m.Apply(source, lookups, known)
		if string(source) != kept {
			t.Fatalf("the source became %s", source)
		}
		fresh, parseErr := transform.Parse([]byte(`{"format":"1.0","title":"t","fields":` + all + `}`))
		if parseErr != nil {
			t.Fatal(parseErr)
		}
		two, again := fresh.Apply([]byte(kept), lookups, known)
		if string(one) != string(two) || text(err) != text(again) {
			t.Fatalf("%s, %v\nand %s, %v", one, err, two, again)
		}
		if err != nil {
			f, ok := errors.AsType[*fault.Error](err)
			if !ok || f.Field == "" || one != nil {
				t.Fatalf("%#v with %s", err, one)
			}
			return
		}
		var out struct {
			ID, Channel, Total, State, Country string
			Tags                               []string
			Attributes                         map[string]string
			Lines                              []struct {
				SKU      string
				Quantity int
				Gift     bool
			}
		}
		if err := json.Unmarshal(one, &out); err != nil || out.ID == "" || out.Channel != "web" || out.Total == "" {
			t.Fatalf("%s: %v", one, err)
		}
	})
}

// text is a failure with all its problems.
func text(err error) string {
	if err == nil {
		return ""
	}
	data, _ := json.Marshal(err)
	return string(data)
}

func FuzzParse(f *testing.F) {
	f.Add([]byte(`{"format":"1.0","title":"t","fields":`+all+`}`), []byte(`{"id":1,"lines":[{"sku":"a","quantity":1}],"tags":"a,b"}`))
	f.Add([]byte(`{"format":"1.0","fields":{"a":{"path":"a.#(b==1)#.c|@reverse"}}}`), []byte(`{"a":[{"b":1,"c":2}]}`))
	f.Add([]byte(`{"format":"1.0","fields":{"a":{"each":"","object":{"b":{"path":""}}}}}`), []byte(`[]`))
	f.Fuzz(func(t *testing.T, mapping, source []byte) {
		m, err := transform.Parse(mapping)
		if err != nil {
			if fault.Code(err) != fault.Invalid || m != nil {
				t.Errorf("%v with %v", err, m)
			}
			return
		}
		check(t, m, source)
	})
}

func FuzzApply(f *testing.F) {
	m := parse(f, all)
	f.Add([]byte(`{"id":1,"lines":[{"sku":"a","quantity":1,"gift":true}],"tags":"a,b","at":"2026-03-02T08:00:00Z"}`))
	f.Add([]byte(`{"id":"x","total":"1e20","lines":[[]],"at":"0000-01-01T00:00:00+23:59"}`))
	f.Add([]byte(`[[[[`))
	f.Fuzz(func(t *testing.T, source []byte) { check(t, m, source) })
}

// check applies a mapping: it must not panic, and it either says what is wrong
// or yields JSON.
func check(t *testing.T, m *transform.Mapping, source []byte) {
	out, err := m.Apply(source, lookups, known)
	if (err == nil) != json.Valid(out) {
		t.Errorf("%s, %v", out, err)
	}
	if _, ok := errors.AsType[*fault.Error](err); err != nil && !ok {
		t.Errorf("not a fault: %v", err)
	}
}

// asked notes what is looked up.
type asked map[[2]string]bool

func (a asked) Lookup(table, key string) (string, bool) {
	a[[2]string{table, key}] = true
	return key, true
}

// What is read beforehand is what a mapping then needs.
func TestAsksCallsTheLookupsOfApply(t *testing.T) {
	t.Parallel()
	m := parse(t, `{"country":{"path":"country","lookup":{"table":"country","missing":"keep"}}, "fixed":{"const":"x","lookup":{"table":"fixed","missing":"keep"}},
		"state":{"path":"state"}, "lines":{"each":"lines","object":{"sku":{"path":"sku","lookup":{"table":"sku","missing":"keep"}},"quantity":{"path":"quantity"}}}}`)
	compared := 0
	rapid.Check(t, func(t *rapid.T) {
		source := document(t)
		before, during := asked{}, asked{}
		m.Asks(source, before, known)
		if _, err := m.Apply(source, during, known); err != nil {
			return
		}
		if !maps.Equal(before, during) {
			t.Errorf("%s: asked %v beforehand, %v then", source, before, during)
		}
		if len(during) > 1 { // the constant is always asked for
			compared++
		}
	})
	if compared == 0 {
		t.Error("no document asked for more than the constant")
	}
}

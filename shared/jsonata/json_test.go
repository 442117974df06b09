package jsonata_test

import (
	"errors"
	"fmt"
	"math"
	"strings"
	"testing"

	"github.com/orderloom/orderloom/shared/jsonata"
	"pgregory.net/rapid"
)

func TestEncodeWritesWhatJavaScriptWrites(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		`1.0`: `1`, `1e21`: `1e+21`, `1E20`: `100000000000000000000`, `1e-7`: `1e-7`, `0.000001`: `0.000001`,
		`-0`: `0`, `1.5e300`: `1.5e+300`, `5e-324`: `5e-324`, `123456789012345678`: `123456789012345680`,
		`0.1`: `0.1`, `1e5`: `100000`, `1.10`: `1.1`, `9007199254740993`: `9007199254740992`, `1e-10`: `1e-10`,
		"\n{ \"b\" : 1 , \"a\" : [ ] , \"b\" : 2 }\n":  `{"b":2,"a":[]}`,
		`"<&>\u2028\u0001\t\/\"\\é\u00e9\ud83d\ude00"`: "\"<&>\u2028\\u0001\\t/\\\"\\\\éé😀\"",
		`"\ud800x"`: "\"\uFFFDx\"", `[null,true,false]`: `[null,true,false]`, `{"2":1,"1":2}`: `{"2":1,"1":2}`,
	} {
		got, err := jsonata.Encode(decode(t, []byte(in)))
		if err != nil || string(got) != want {
			t.Errorf("%s: %s %v, want %s", in, got, err, want)
		}
	}
	for in, most := range map[string]int{`{"k":[1,-20,"a\"\\b"],"é":null}`: 3, `"\u0001\n"`: 4, `[1.5,1e300,-1.2345678901234567e-308]`: 45, "\"\xff\"": 6, `true`: 1} {
		v := decode(t, []byte(in))
		b, _ := jsonata.Encode(v)
		if n := jsonata.EncodedSize(v); n < len(b) || n > len(b)+most {
			t.Errorf("%s has %d bytes, not %d", in, len(b), n)
		}
	}
	if b, err := jsonata.AppendEncode([]byte("x"), []any{math.Inf(1), math.NaN()}); err != nil || string(b) != `x[null,null]` {
		t.Errorf("%s %v", b, err)
	}
	for _, v := range []any{jsonata.Undefined, 1, map[string]any{}, []any{struct{}{}}} {
		if b, err := jsonata.Encode(v); err == nil {
			t.Errorf("%v became %s", v, b)
		}
	}
}

func TestDecodeRefusesWhatIsNotJSON(t *testing.T) {
	t.Parallel()
	for in, pos := range map[string]int{
		``: 0, ` `: 1, `1 2`: 2, `[1,]`: 3, `{"a":1,}`: 7, `{a:1}`: 1, `{"a" 1}`: 5, `01`: 0, `-`: 0, `1.`: 0, `.5`: 0, `+1`: 0,
		`"a`: 0, `"\x"`: 1, "\"a\nb\"": 2, `tru`: 0, `nulll`: 4, `[1`: 2, `1e999`: 0, `NaN`: 0, `'a'`: 0, `1e`: 0, `--1`: 0, `[`: 1,
		strings.Repeat("[", 600) + strings.Repeat("]", 600): 513,
	} {
		v, err := jsonata.Decode([]byte(in))
		var je *jsonata.Error
		if !errors.As(err, &je) || je.Position != pos {
			t.Errorf("%.20q: %v %v, want position %d", in, v, err, pos)
		}
	}
}

// An Object behaves as a map and a list of its keys would.
func TestObjectKeepsOrder(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		o := jsonata.NewObject()
		values := map[string]any{}
		var order []string
		key := rapid.Custom(func(t *rapid.T) string { return fmt.Sprint("k", rapid.IntRange(0, 15).Draw(t, "n")) })
		t.Repeat(map[string]func(*rapid.T){
			"set": func(t *rapid.T) {
				k, v := key.Draw(t, "key"), rapid.Float64().Draw(t, "value")
				if _, known := values[k]; !known {
					order = append(order, k)
				}
				o.Set(k, v)
				values[k] = v
			},
			"delete": func(t *rapid.T) {
				k := key.Draw(t, "key")
				o.Delete(k)
				delete(values, k)
				for i := range order {
					if order[i] == k {
						order = append(order[:i:i], order[i+1:]...)
						break
					}
				}
			},
			"": func(t *rapid.T) {
				if o.Len() != len(order) || fmt.Sprint(o.Keys()) != fmt.Sprint(order) {
					t.Fatalf("keys %v, want %v", o.Keys(), order)
				}
				seen := 0
				o.Range(func(k string, v any) bool {
					got, ok := o.Get(k)
					if k != order[seen] || v != values[k] || !ok || got != v {
						t.Fatalf("%s: %v %v, want %v", k, v, got, values[k])
					}
					seen++
					return seen < 5
				})
				if _, ok := o.Get("no such key"); ok || seen != min(5, len(order)) {
					t.Fatalf("ranged over %d of %d", seen, len(order))
				}
			},
		})
	})
}

func TestGroupingKeepsTheOrderOfNumericKeys(t *testing.T) {
	t.Parallel()
	got := run(t, `$.{"10": a, "9": a}[0]`, decode(t, []byte(`[{"a":1}]`)), nil)
	if got != `{"10":1,"9":1}` {
		t.Error(got)
	}
}

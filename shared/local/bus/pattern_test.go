package bus_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/orderloom/orderloom/shared/fn"
	"github.com/orderloom/orderloom/shared/local/bus"
)

const event = `{"source":"orderloom.orders","detail-type":"OrderReceived","detail":{
	"state":"new","total":1.50e2,"paid":true,"note":null,"tags":["a","b"],"empty":[],
	"shipTo":{"country":"US"},"lines":[{"sku":"X","quantity":1},{"sku":"Y","quantity":120}]}}`

// match matches a pattern of the detail.
func match(t *testing.T, detail string) bool {
	t.Helper()
	p, err := bus.ParsePattern([]byte(`{"detail":` + detail + `}`))
	if err != nil {
		t.Fatalf("%s: %v", detail, err)
	}
	d := json.NewDecoder(strings.NewReader(event))
	d.UseNumber()
	var e map[string]any
	if err := d.Decode(&e); err != nil {
		t.Fatal(err)
	}
	return p.Match(bus.Object(e))
}

func TestPatternsMatchAsEventBridgeDoes(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ matches, not string }{
		{`{"state":["old","new"]}`, `{"state":["old"]}`},
		{`{"state":["new"],"paid":[true]}`, `{"state":["new"],"paid":[false]}`},
		{`{"total":[150]}`, `{"total":["150"]}`},
		{`{"note":[null]}`, `{"absent":[null]}`},
		{`{"tags":["b"]}`, `{"tags":["c"]}`},
		{`{"shipTo":{"country":["US","CA"]}}`, `{"shipTo":{"country":["CA"]}}`},
		{`{"lines":{"sku":["Y"],"quantity":[{"numeric":[">=",120]}]}}`, `{"lines":{"sku":["X"],"quantity":[120]}}`},
		{`{"state":[{"prefix":"ne"}]}`, `{"state":[{"prefix":"ew"}]}`},
		{`{"state":[{"suffix":"ew"}]}`, `{"total":[{"suffix":"0"}]}`},
		{`{"state":[{"equals-ignore-case":"NEW"}]}`, `{"state":[{"equals-ignore-case":"N"}]}`},
		{`{"state":[{"anything-but":"old"}]}`, `{"state":[{"anything-but":["old","new"]}]}`},
		{`{"state":[{"anything-but":{"prefix":"x"}}]}`, `{"absent":[{"anything-but":"x"}]}`},
		{`{"state":[{"exists":true}]}`, `{"state":[{"exists":false}]}`},
		{`{"absent":[{"exists":false}]}`, `{"absent":[{"exists":true}]}`},
		{`{"shipTo":[{"exists":false}]}`, `{"empty":[{"exists":true}]}`},
		{`{"none":{"field":[{"exists":false}]}}`, `{"none":{"field":["x"]}}`},
		{`{"absent":[{"exists":false},"x"]}`, `{"state":[{"exists":false},"x"]}`},
		{`{"total":[{"numeric":[">",0,"<=",150]}]}`, `{"total":[{"numeric":[">",150]}]}`},
		{`{"total":[{"numeric":["=",150.0]}]}`, `{"state":[{"numeric":["=",0]}]}`},
	} {
		if !match(t, c.matches) {
			t.Errorf("%s does not match", c.matches)
		}
		if match(t, c.not) {
			t.Errorf("%s matches", c.not)
		}
	}
}

var refused = []string{
	``, `[]`, `null`, `{}`, `{"a":{}}`, `{"a":[]}`, `{"a":"b"}`, `{"a":[["b"]]}`, `{"a":[{}]}`, `{"a":[{"wildcard":"x*"}]}`, `{"a":[{"cidr":"10.0.0.0/8"}]}`,
	`{"a":[{"prefix":1}]}`, `{"a":[{"prefix":"x","suffix":"y"}]}`, `{"a":[{"exists":"yes"}]}`, `{"a":[{"anything-but":[]}]}`, `{"a":[{"anything-but":{"wildcard":"x"}}]}`,
	`{"a":[{"numeric":["~",1]}]}`, `{"a":[{"numeric":["<"]}]}`, `{"a":[{"numeric":["<","1"]}]}`, `{"a":[{"numeric":["<",1e999999999]}]}`, `{"$or":[{"a":["b"]}]}`, `{"a":["b"]} x`,
}

func TestPatternsThatAreNotUnderstoodAreRefusedAtConstruction(t *testing.T) {
	t.Parallel()
	for _, text := range refused {
		if _, err := bus.New([]bus.Rule{{Name: "the-rule", Pattern: json.RawMessage(text)}}, bus.Options{}); err == nil || !strings.Contains(err.Error(), "the-rule") {
			t.Errorf("%s: %v", text, err)
		}
	}
}

func FuzzParsePattern(f *testing.F) {
	for _, text := range refused {
		f.Add(text, event)
	}
	f.Add(`{"detail":{"total":[{"numeric":[">",0,"<",5]}],"state":[{"anything-but":["x"]}]}}`, event)
	f.Fuzz(func(t *testing.T, pattern, detail string) {
		b, err := bus.New([]bus.Rule{{Pattern: json.RawMessage(pattern)}}, bus.Options{})
		if err != nil {
			return
		}
		outcomes, err := b.Deliver(t.Context(), []fn.BusEntry{{Source: "s", DetailType: "d", Detail: json.RawMessage(detail)}})
		if err == nil && outcomes[0].ErrorCode == "" && !json.Valid([]byte(detail)) {
			t.Errorf("a detail that is not JSON was put: %q", detail)
		}
	})
}

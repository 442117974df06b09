package policy_test

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/orderloom/orderloom/shared/money"
	"github.com/orderloom/orderloom/shared/policy"
)

// example is a record that has the fields of an overlap's example.
type example map[string]any

func (e example) Field(path string) (any, bool) {
	if path == "order.currencyDigits" {
		code, _ := e["order.currency"].(string)
		digits, err := money.Digits(code)
		return int64(digits), err == nil
	}
	v, ok := e[path]
	return v, ok
}

func (e example) Related(string) []policy.Record { return nil }

// filter is a filter policy on orders with one rule.
func filter(t interface{ Fatal(...any) }, when string) policy.Policy {
	p, problems := policy.Parse([]byte(`{"id":"f","version":1,"title":"F","kind":"filter","entity":"order","rules":[{"name":"r","when":` + when + `}]}`))
	if problems != nil {
		t.Fatal(when, problems)
	}
	return p
}

func passes(r policy.Record, filters ...policy.Policy) bool {
	for _, f := range filters {
		if !policy.Evaluate(f, r).Holds {
			return false
		}
	}
	return true
}

func TestOverlaps(t *testing.T) {
	t.Parallel()
	row := func(field, operator, value string) string {
		text := `{"field":"order.` + field + `","operator":"` + operator + `"`
		if value != "" {
			text += `,"value":` + value
		}
		return text + "}"
	}
	not := func(c string) string { return `{"not":` + c + `}` }
	all := func(list ...string) string { return `{"all":[` + strings.Join(list, ",") + `]}` }
	anyOf := func(list ...string) string { return `{"any":[` + strings.Join(list, ",") + `]}` }
	channel := func(operator, value string) string { return row("channel", operator, value) }
	for says, c := range map[string]struct {
		a, b string
		want policy.Overlap
	}{
		"one channel, all others":            {channel("equals", `"lab"`), channel("differs", `"lab"`), policy.Overlap{Verdict: policy.Disjoint}},
		"two channels":                       {channel("equals", `"a"`), channel("in", `["b","c"]`), policy.Overlap{Verdict: policy.Disjoint}},
		"lists with a channel in common":     {channel("in", `["a","b"]`), channel("in", `["b","c"]`), policy.Overlap{Verdict: policy.Overlapping, Example: example{"order.channel": "b"}}},
		"two fields":                         {channel("equals", `"a"`), row("risk", "equals", `"high"`), policy.Overlap{Verdict: policy.Overlapping, Example: example{"order.channel": "a", "order.risk": "high"}}},
		"beginnings that differ":             {row("name", "startsWith", `"A-"`), row("name", "startsWith", `"B-"`), policy.Overlap{Verdict: policy.Disjoint}},
		"a beginning inside another":         {row("name", "startsWith", `"A"`), all(row("name", "startsWith", `"A-1"`), row("name", "differs", `"A-1"`)), policy.Overlap{Verdict: policy.Overlapping, Example: example{"order.name": "A-1x"}}},
		"a list against a pattern":           {row("shipTo.country", "in", `["US","CA"]`), row("shipTo.country", "matches", `"[D-F].*"`), policy.Overlap{Verdict: policy.Disjoint}},
		"a pattern alone":                    {row("name", "matches", `"[0-9]+"`), channel("equals", `"a"`), policy.Overlap{Verdict: policy.Undecided, Fields: []string{"order.name"}}},
		"data and no data":                   {row("note", "containsData", ""), row("note", "containsNoData", ""), policy.Overlap{Verdict: policy.Disjoint}},
		"not a value is no data, too":        {not(row("note", "equals", `"x"`)), row("note", "containsNoData", ""), policy.Overlap{Verdict: policy.Overlapping, Example: example{}}},
		"numbers with room":                  {row("lineCount", "greater", `3`), row("lineCount", "less", `5`), policy.Overlap{Verdict: policy.Overlapping, Example: example{"order.lineCount": int64(4)}}},
		"numbers without":                    {row("lineCount", "greater", `3`), row("lineCount", "less", `4`), policy.Overlap{Verdict: policy.Disjoint}},
		"an order has lines":                 {row("lineCount", "less", `1`), row("channel", "containsData", ""), policy.Overlap{Verdict: policy.Disjoint}},
		"amounts in dollars":                 {row("totals.total", "greater", `"9.98"`), row("totals.total", "less", `"10"`), policy.Overlap{Verdict: policy.Overlapping, Example: example{"order.currency": "USD", "order.totals.total": int64(999)}}},
		"amounts that only the dinar has":    {row("totals.total", "greater", `"9.99"`), row("totals.total", "less", `"10"`), policy.Overlap{Verdict: policy.Overlapping, Example: example{"order.currency": "BHD", "order.totals.total": int64(9991)}}},
		"the same, but not in dollars":       {row("totals.total", "greater", `"9.99"`), all(row("totals.total", "less", `"10"`), row("currency", "equals", `"USD"`)), policy.Overlap{Verdict: policy.Disjoint}},
		"amounts below and above":            {row("totals.total", "atMost", `"100"`), row("totals.total", "greater", `"100"`), policy.Overlap{Verdict: policy.Disjoint}},
		"days":                               {row("shipBy", "dateBefore", `"2026-02-01"`), row("shipBy", "dateAfter", `"2026-01-31"`), policy.Overlap{Verdict: policy.Disjoint}},
		"days that touch":                    {row("shipBy", "atMost", `"2026-02-01T00:00:00Z"`), row("shipBy", "dateAfter", `"2026-01-31"`), policy.Overlap{Verdict: policy.Overlapping, Example: example{"order.shipBy": "2026-02-01T00:00:00Z"}}},
		"from now":                           {row("shipBy", "dateBefore", `"P2D"`), row("shipBy", "dateAfter", `"P3D"`), policy.Overlap{Verdict: policy.Undecided, Fields: []string{"now+P2D", "now+P3D", "order.shipBy"}}},
		"a tag that must and must not be":    {row("tags", "contains", `"rush"`), row("tags", "differs", `"rush"`), policy.Overlap{Verdict: policy.Disjoint}},
		"two tags":                           {row("tags", "contains", `"rush"`), row("tags", "containsAll", `["gift"]`), policy.Overlap{Verdict: policy.Overlapping, Example: example{"order.tags": []string{"gift", "rush", "x"}}}},
		"not all of the tags that must be":   {row("tags", "containsAll", `["a","b"]`), not(row("tags", "containsAll", `["a"]`)), policy.Overlap{Verdict: policy.Disjoint}},
		"relations":                          {`{"relation":"order.lines","has":"any","where":{"field":"line.kind","operator":"equals","value":"digital"}}`, channel("equals", `"a"`), policy.Overlap{Verdict: policy.Undecided, Fields: []string{"order.lines"}}},
		"relations beside what is disjoint":  {all(channel("equals", `"b"`), `{"relation":"order.lines","has":"count","operator":"greater","value":1}`), channel("equals", `"a"`), policy.Overlap{Verdict: policy.Disjoint}},
		"fields compared":                    {`{"field":"order.shipBy","operator":"less","valueField":"order.promisedAt"}`, channel("equals", `"a"`), policy.Overlap{Verdict: policy.Undecided, Fields: []string{"order.promisedAt", "order.shipBy"}}},
		"one of the cases":                   {anyOf(channel("equals", `"a"`), row("risk", "equals", `"high"`)), not(anyOf(channel("equals", `"a"`), row("risk", "differs", `"high"`))), policy.Overlap{Verdict: policy.Overlapping, Example: example{"order.channel": "ax", "order.risk": "high"}}},
		"none of the cases":                  {anyOf(channel("equals", `"a"`), channel("equals", `"b"`)), not(channel("in", `["a","b"]`)), policy.Overlap{Verdict: policy.Disjoint}},
		"a case that is told beside another": {anyOf(channel("equals", `"a"`), row("name", "matches", `"[0-9]+"`)), channel("equals", `"a"`), policy.Overlap{Verdict: policy.Overlapping, Example: example{"order.channel": "a"}}},
	} {
		t.Run(says, func(t *testing.T) {
			t.Parallel()
			a, b := filter(t, c.a), filter(t, c.b)
			for _, got := range []policy.Overlap{policy.Overlaps([]policy.Policy{a}, []policy.Policy{b}), policy.Overlaps([]policy.Policy{a, b}, nil)} {
				if diff := cmp.Diff(policy.Overlap{Verdict: c.want.Verdict, Fields: c.want.Fields, Example: c.want.Example}, got); diff != "" {
					t.Error(diff)
				}
				if got.Verdict == policy.Overlapping && !passes(example(got.Example), a, b) {
					t.Errorf("the example %v does not pass", got.Example)
				}
			}
		})
	}
}

// A flow without filters takes every order.
func TestNoFiltersOverlapWithAll(t *testing.T) {
	t.Parallel()
	if got := policy.Overlaps(nil, nil); got.Verdict != policy.Overlapping {
		t.Errorf("%+v", got)
	}
}

// A condition with very many cases is left undecided.
func TestTooManyCases(t *testing.T) {
	t.Parallel()
	either := `{"any":[{"field":"order.channel","operator":"equals","value":"a"},{"field":"order.risk","operator":"equals","value":"b"}]}`
	got := policy.Overlaps([]policy.Policy{filter(t, `{"all":[`+strings.Repeat(either+",", 20)+either+`]}`)}, nil)
	if diff := cmp.Diff(policy.Overlap{Verdict: policy.Undecided, Fields: []string{"order.channel", "order.risk"}}, got); diff != "" {
		t.Error(diff)
	}
}

// Whatever the filters: an example passes both, and no order passes filters that
// are said to be disjoint.
func TestNothingIsClaimedThatIsNotSo(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		draw := func() policy.Policy {
			when, err := json.Marshal(drawCondition(t, 2, "order", false))
			if err != nil {
				t.Fatal(err)
			}
			return filter(t, string(when))
		}
		a, b := draw(), draw()
		switch got := policy.Overlaps([]policy.Policy{a}, []policy.Policy{b}); got.Verdict {
		case policy.Overlapping:
			if !passes(example(got.Example), a, b) {
				t.Fatalf("%v does not pass", got.Example)
			}
		case policy.Disjoint:
			for range 20 {
				doc, status := drawOrder(t)
				if len(doc.Lines) > 0 && passes(policy.OrderRecord(doc, status, time.Date(2026, 1, 2, 0, 0, 0, 0, time.UTC)), a, b) {
					t.Fatalf("%+v passes both", doc)
				}
			}
		case policy.Undecided:
			if len(got.Fields) == 0 {
				t.Fatal("no field is named")
			}
		default:
			t.Fatalf("%+v", got)
		}
	})
}

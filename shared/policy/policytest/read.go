package policytest

import (
	"bytes"
	"encoding/json"
	"maps"
	"time"

	"github.com/orderloom/orderloom/shared/entity"
	"github.com/orderloom/orderloom/shared/order"
	"github.com/orderloom/orderloom/shared/policy"
	"github.com/orderloom/orderloom/shared/policy/jsondoc"
)

// Parse reads a suite. With problems it must not be run.
func Parse(data []byte) (Suite, jsondoc.Problems) {
	r := reader{jsondoc.Parse(data)}
	var s Suite
	if r.Root != nil {
		s = r.suite(r.Root)
	}
	return s, r.Problems()
}

type reader struct{ *jsondoc.Parser }

// epoch is the time of tests that give none.
var epoch = time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)

func (r reader) suite(n *jsondoc.Node) Suite {
	r.Known(n, "now", "order", "document", "status", "tests")
	now := r.time(n, epoch)
	tests := r.Need(n, "tests")
	if tests == nil || !r.Is(tests, jsondoc.Array) {
		return Suite{}
	}
	if len(tests.Items) == 0 {
		r.At(tests, policy.EmptyGroup, "there are no tests")
	}
	var s Suite
	names := map[string]bool{}
	for _, item := range tests.Items {
		if !r.Is(item, jsondoc.Object) {
			continue
		}
		r.In(r.Text(item, "name"))
		t := r.test(n, item, now)
		if t.Name != "" && names[t.Name] {
			r.At(item.Get("name"), policy.DuplicateRule, "two tests have the name %q", t.Name)
		}
		names[t.Name] = true
		s.Tests = append(s.Tests, t)
		r.In("")
	}
	return s
}

func (r reader) test(common, n *jsondoc.Node, now time.Time) Test {
	r.Known(n, "name", "order", "document", "status", "now", "record", "expect")
	t := Test{Name: r.NeedText(n, "name"), Record: r.Text(n, "record"), Now: r.time(n, now)}
	if common.Get("document") == nil && n.Get("document") == nil {
		r.decode(common, n, "order", &t.Document, nil)
		fresh := order.NewStatus("ord_test", &t.Document)
		r.decode(common, n, "status", &t.Status, &fresh)
	} else {
		r.decode(common, n, "document", &t.Fields, nil)
		r.decode(common, n, "status", &t.Standing, &entity.Status{ID: "record_test"})
	}
	if expect := r.Need(n, "expect"); expect != nil && r.Is(expect, jsondoc.Object) {
		t.Expect = r.expect(expect)
	}
	return t
}

func (r reader) time(n *jsondoc.Node, def time.Time) time.Time {
	v := n.Get("now")
	if v == nil || !r.Is(v, jsondoc.String) {
		return def
	}
	t, err := time.Parse(time.RFC3339, v.Text)
	if err != nil {
		r.At(v, jsondoc.InvalidValue, "%q is not a time such as 2026-01-31T12:00:00Z", v.Text)
	}
	return t.UTC()
}

// decode merges what all tests share, or else from, with what one changes.
func (r reader) decode(common, n *jsondoc.Node, key string, to, from any) {
	var value any = map[string]any{}
	if from != nil {
		data, err := json.Marshal(from)
		if err == nil {
			err = json.Unmarshal(data, &value)
		}
		if err != nil {
			r.At(n, jsondoc.InvalidValue, "%s: %v", key, err)
		}
	}
	at := n
	for _, level := range []*jsondoc.Node{common, n} {
		if given := level.Get(key); given != nil && r.Is(given, jsondoc.Object) {
			value, at = merged(value, given.Value()), given
		}
	}
	data, err := json.Marshal(value)
	if err == nil {
		d := json.NewDecoder(bytes.NewReader(data))
		d.DisallowUnknownFields()
		err = d.Decode(to)
	}
	if err != nil {
		r.At(at, jsondoc.InvalidValue, "this is no %s: %v", key, err)
	}
}

// merged applies a merge patch (RFC 7396).
func merged(value, patch any) any {
	changes, ok := patch.(map[string]any)
	if !ok {
		return patch
	}
	out := map[string]any{}
	if have, ok := value.(map[string]any); ok {
		out = maps.Clone(have)
	}
	for key, change := range changes {
		if change == nil {
			delete(out, key)
			continue
		}
		out[key] = merged(out[key], change)
	}
	return out
}

func (r reader) expect(n *jsondoc.Node) Expect {
	r.Known(n, "holds", "met", "notMet", "actions", "ambiguous")
	if len(n.Members) == 0 {
		r.At(n, policy.EmptyGroup, "nothing is expected")
	}
	e := Expect{Met: r.Texts(n, "met"), NotMet: r.Texts(n, "notMet")}
	if n.Get("ambiguous") != nil {
		e.Ambiguous = append([]string{}, r.Texts(n, "ambiguous")...)
	}
	if v := n.Get("holds"); v != nil && r.Is(v, jsondoc.Bool) {
		holds := v.Text == "true"
		e.Holds = &holds
	}
	if n.Get("actions") != nil {
		e.Actions = []policy.Action{}
	}
	for _, item := range r.List(n, "actions") {
		if r.Is(item, jsondoc.Object) {
			e.Actions = append(e.Actions, r.action(item))
		}
	}
	return e
}

func (r reader) action(n *jsondoc.Node) policy.Action {
	r.Known(n, "set", "value", "addTag", "hold")
	a := policy.Action{Set: r.Text(n, "set"), AddTag: r.Text(n, "addTag"), Hold: r.Text(n, "hold")}
	if v := n.Get("value"); v != nil && (v.Kind == jsondoc.Number || r.Is(v, jsondoc.String)) {
		a.Value = v.Text
	}
	return a
}

package policytest_test

import (
	"context"
	"encoding/json"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/orderloom/orderloom/shared/entity"
	"github.com/orderloom/orderloom/shared/jsonata"
	"github.com/orderloom/orderloom/shared/policy"
	"github.com/orderloom/orderloom/shared/policy/jsondoc"
	"github.com/orderloom/orderloom/shared/policy/policytest"
	"github.com/orderloom/orderloom/statemachines"
)

const folder = "../../../statemachines/policies/"

func suite(t *testing.T, doc string) policytest.Suite {
	t.Helper()
	s, problems := policytest.Parse([]byte(doc))
	if problems != nil {
		t.Fatalf("%s\n%v", doc, problems)
	}
	return s
}

func read(t *testing.T, file string) string {
	t.Helper()
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

func entities(t *testing.T) []entity.Entity {
	t.Helper()
	all, err := statemachines.Entities()
	if err != nil {
		t.Fatal(err)
	}
	return all
}

func parse(t *testing.T, doc string) policy.Policy {
	t.Helper()
	p, problems := policy.Parse([]byte(doc), entity.Customs(entities(t))...)
	if problems != nil {
		t.Fatalf("%s\n%v", doc, problems)
	}
	return p
}

// Every policy of the repository has tests; they pass, in both back ends.
func TestPoliciesOfTheRepository(t *testing.T) {
	t.Parallel()
	entries, err := os.ReadDir(folder)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		name, isPolicy := strings.CutSuffix(e.Name(), ".json")
		if !isPolicy || strings.HasSuffix(e.Name(), policy.TestSuffix) {
			continue
		}
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := parse(t, read(t, folder+name+".json"))
			for _, o := range suite(t, read(t, folder+name+policy.TestSuffix)).Run(p, entities(t)...) {
				for _, wrong := range o.Wrong {
					t.Errorf("%s: %s", o.Test, wrong)
				}
				if p.Kind == policy.Filter && inline(t, p, o.Record) != o.Result.Holds {
					t.Errorf("%s: the expression decides differently", o.Test)
				}
			}
		})
	}
}

// inline decides a filter as a running machine does.
func inline(t *testing.T, p policy.Policy, r policy.Record) any {
	t.Helper()
	text, want := policy.JSONata(p, "facts")
	expr, err := jsonata.Compile(text)
	if err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	data, err := json.Marshal(policy.FactsOf(r, want))
	if err != nil {
		t.Fatal(err)
	}
	facts, err := jsonata.Decode(data)
	if err != nil {
		t.Fatal(err)
	}
	got, err := expr.Eval(context.Background(), nil, jsonata.Vars{"facts": facts})
	if err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	return got
}

const line = `{"id":"p","version":1,"title":"P","kind":"execution","criticality":"critical","entity":"line","hit":"unique","rules":[
	{"name":"old","when":{"field":"order.placedAt","operator":"dateBefore","value":"-P1D"},"then":[{"addTag":"old"}]},
	{"name":"vip","when":{"field":"order.tags","operator":"contains","value":"vip"},"then":[{"set":"line.attributes.n","compute":{"sum":[{"field":"line.quantity"},1]}}]},
	{"name":"some","when":{"field":"line.quantity","operator":"atLeast","value":1}}]}`

// What a test states is merged over what all have in common.
func TestATestIsOneOrderAndWhatIsExpected(t *testing.T) {
	t.Parallel()
	s := suite(t, `{"now":"2026-03-01T00:00:00Z","order":{"placedAt":"2026-02-01T00:00:00Z","tags":["vip"],"shipTo":{"country":"US","city":"Chicago"},"lines":[{"id":"1","quantity":2}]},"status":{"tags":["checked"]},"tests":[
		{"name":"both","record":"1","expect":{"holds":false,"ambiguous":["old","vip"],"actions":[],"met":["old","vip","some"]}},
		{"name":"at that time","record":"1","now":"2026-02-01T00:00:00Z","expect":{"holds":true,"ambiguous":[],"actions":[{"set":"line.attributes.n","value":3}],"notMet":["old"]}},
		{"name":"no tags","record":"1","order":{"tags":null,"shipTo":{"city":null}},"expect":{"holds":true,"actions":[{"addTag":"old"}]}}]}`)
	for _, o := range s.Run(parse(t, line)) {
		if o.Wrong != nil {
			t.Errorf("%s: %q", o.Test, o.Wrong)
		}
	}
	if to := s.Tests[2].Document.ShipTo; to.Country != "US" || to.City != "" || s.Tests[0].Document.ShipTo.City != "Chicago" {
		t.Errorf("%+v", to)
	}
	if st := s.Tests[0].Status; st.Order != "ord_test" || len(st.Lines) != 1 || !cmp.Equal(st.Tags, []string{"checked"}) {
		t.Errorf("%+v", st)
	}
}

func TestWhatIsNotAsExpectedIsSaid(t *testing.T) {
	t.Parallel()
	s := suite(t, `{"order":{"tags":["vip"],"lines":[{"id":"1","quantity":0}]},"tests":[
		{"name":"a","record":"1","expect":{"holds":true,"met":["some"],"notMet":["vip","none"],"actions":[],"ambiguous":["x"]}},
		{"name":"b","record":"2","expect":{"holds":false}},
		{"name":"c","expect":{"actions":[{"hold":"h"}]}}]}`)
	var got []string
	for _, o := range s.Run(parse(t, line)) {
		got = append(got, o.Wrong...)
	}
	want := []string{
		"holds is false, expected true",
		`rule "some" is not met; line.quantity is 0, expected at least 1`,
		`rule "vip" is met; order.tags is [vip], expected contains "vip"`,
		`there is no rule "none"`,
		"actions are set line.attributes.n to 1, expected none",
		`ambiguous are [], expected ["x"]`,
		`the order has no line "2"; "record" must name one`,
		"actions are none, expected hold: h",
		`the order has no line ""; "record" must name one`,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestProblemsOfASuiteHaveAPlace(t *testing.T) {
	t.Parallel()
	one := func(test string) string { return `{"tests":[` + test + `]}` }
	for doc, code := range map[string]string{
		`¦[]`:           jsondoc.InvalidJSON,
		`¦{}`:           jsondoc.MissingField,
		`{"tests":¦{}}`: jsondoc.WrongType,
		`{"tests":¦[]}`: policy.EmptyGroup,
		`{¦"orders":{},"tests":[{"name":"a","expect":{"holds":true}}]}`: jsondoc.UnknownField,
		one(`¦7`):                                                                         jsondoc.WrongType,
		one(`¦{"expect":{"holds":true}}`):                                                 jsondoc.MissingField,
		one(`¦{"name":"a"}`):                                                              jsondoc.MissingField,
		one(`{"name":"a","expect":¦{}}`):                                                  policy.EmptyGroup,
		one(`{"name":"a","expect":{"holds":¦1}}`):                                         jsondoc.WrongType,
		one(`{"name":"a","expect":{"actions":[¦1]}}`):                                     jsondoc.WrongType,
		one(`{"name":"a","expect":{"actions":[{"set":"x","value":¦true}]}}`):              jsondoc.WrongType,
		one(`{"name":"a","now":¦"today","expect":{"holds":true}}`):                        jsondoc.InvalidValue,
		one(`{"name":"a","order":¦{"orderLines":[]},"expect":{"holds":true}}`):            jsondoc.InvalidValue,
		one(`{"name":"a","order":¦{"lines":{}},"expect":{"holds":true}}`):                 jsondoc.InvalidValue,
		one(`{"name":"a","order":¦[],"expect":{"holds":true}}`):                           jsondoc.WrongType,
		one(`{"name":"a","status":¦{"lines":7},"expect":{"holds":true}}`):                 jsondoc.InvalidValue,
		one(`{"name":"a","expect":{"holds":true}},{"name":¦"a","expect":{"holds":true}}`): policy.DuplicateRule,
	} {
		pos := strings.Index(doc, "¦")
		_, problems := policytest.Parse([]byte(strings.Replace(doc, "¦", "", 1)))
		if len(problems) != 1 || problems[0].Code != code || problems[0].Pos != pos {
			t.Errorf("%s: %v", doc, problems)
		}
	}
}

func FuzzParse(f *testing.F) {
	f.Add(`{"order":{"tags":["a"]},"tests":[{"name":"a","order":{"tags":null},"expect":{"holds":true,"actions":[{"set":"x","value":1}]}}]}`)
	f.Add(`{"tests":[{"name":"a","status":{"lines":[null]},"record":"1","expect":{"met":["old"]}}]}`)
	f.Fuzz(func(t *testing.T, doc string) {
		s, problems := policytest.Parse([]byte(doc))
		for _, p := range problems {
			if p.Code == "" || p.Pos < 0 || p.Pos > len(doc) {
				t.Errorf("%+v", p)
			}
		}
		if problems == nil && len(s.Run(parse(t, line))) != len(s.Tests) {
			t.Error("not every test was run")
		}
	})
}

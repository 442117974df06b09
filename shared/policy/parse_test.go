package policy_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/orderloom/orderloom/shared/policy"
	"github.com/orderloom/orderloom/shared/policy/jsondoc"
)

const head = `{"id":"p","version":1,"title":"P","kind":"execution","criticality":"critical","entity":"line","rules":[`

// ruled is a policy with one rule; when and then are its texts, "" for none.
func ruled(when, then string) string {
	rule := `{"name":"r"`
	if when != "" {
		rule += `,"when":` + when
	}
	if then != "" {
		rule += `,"then":` + then
	}
	return head + rule + `}]}`
}

func row(field, operator, value string) string {
	r := `{"field":` + field + `,"operator":` + operator
	if value != "" {
		r += `,"value":` + value
	}
	return r + `}`
}

// marker stands before the text at which a problem must be reported.
const marker = "¦"

// Every code once for each reason: one problem, at the marked place.
func TestEveryProblemIsReportedAtItsPlace(t *testing.T) {
	t.Parallel()
	text := func(field, operator, value string) string { return ruled(row(field, operator, value), "") }
	sku := func(operator, value string) string { return text(`"line.sku"`, operator, value) }
	quantity := func(operator, value string) string { return text(`"line.quantity"`, operator, value) }
	good := ruled(met, "")
	for name, c := range map[string]struct{ code, doc string }{
		"no JSON":          {jsondoc.InvalidJSON, `{"id": ¦}`},
		"no object":        {jsondoc.InvalidJSON, `¦7`},
		"a key twice":      {jsondoc.DuplicateKey, strings.Replace(good, `"title"`, `¦"id":"q","title"`, 1)},
		"unknown field":    {jsondoc.UnknownField, strings.Replace(good, `"title"`, `¦"note":"q","title"`, 1)},
		"no title":         {jsondoc.MissingField, "¦" + strings.Replace(good, `"title":"P",`, ``, 1)},
		"id no id":         {jsondoc.InvalidValue, strings.Replace(good, `"p"`, `¦"p@1"`, 1)},
		"version 0":        {jsondoc.InvalidValue, strings.Replace(good, `"version":1`, `"version":¦0`, 1)},
		"version a text":   {jsondoc.WrongType, strings.Replace(good, `"version":1`, `"version":¦"1"`, 1)},
		"no version":       {jsondoc.MissingField, "¦" + strings.Replace(good, `"version":1,`, ``, 1)},
		"unknown kind":     {jsondoc.InvalidValue, strings.Replace(good, `"execution"`, `¦"approval"`, 1)},
		"no criticality":   {jsondoc.MissingField, "¦" + strings.Replace(good, `"criticality":"critical",`, ``, 1)},
		"unknown entity":   {jsondoc.InvalidValue, strings.Replace(strings.Replace(good, `"line"`, `¦"shipment"`, 1), met, row(`"order.name"`, `"containsData"`, ""), 1)},
		"unknown hit":      {jsondoc.InvalidValue, strings.Replace(good, `"rules"`, `"hit":¦"last","rules"`, 1)},
		"no rules":         {policy.EmptyGroup, strings.Replace(head+`]}`, `"rules":`, `"rules":¦`, 1)},
		"rule no object":   {jsondoc.WrongType, head + `¦1]}`},
		"rule no name":     {jsondoc.MissingField, head + `¦{"when":` + met + `}]}`},
		"rule unknown":     {jsondoc.UnknownField, head + `{"name":"r",¦"if":1,"when":` + met + `}]}`},
		"two rules":        {policy.DuplicateRule, head + `{"name":"r","when":` + met + `},{"name":¦"r","when":` + met + `}]}`},
		"rule no point":    {policy.RuleWithoutPoint, head + `¦{"name":"r"}]}`},
		"no actions":       {policy.EmptyGroup, ruled(met, `¦[]`)},
		"filter acts":      {policy.FilterActs, strings.Replace(ruled(met, `¦[{"hold":"x"}]`), `"execution"`, `"filter"`, 1)},
		"two actions":      {policy.AmbiguousForm, ruled(met, `[¦{"hold":"x","addTag":"y"}]`)},
		"tag with a value": {policy.AmbiguousForm, ruled(met, `[{"addTag":"y","value":¦"z"}]`)},
		"set no value":     {jsondoc.MissingField, ruled(met, `[¦{"set":"line.location"}]`)},
		"not settable":     {policy.NotSettable, ruled(met, `[{"set":¦"line.sku","value":"z"}]`)},

		"two forms":              {policy.AmbiguousForm, ruled(`¦{"all":[`+met+`],"any":[`+met+`]}`, "")},
		"no form":                {policy.AmbiguousForm, ruled(`¦{}`, "")},
		"condition a text":       {jsondoc.WrongType, ruled(`¦"x"`, "")},
		"empty group":            {policy.EmptyGroup, ruled(`{"all":¦[]}`, "")},
		"group no list":          {jsondoc.WrongType, ruled(`{"all":¦{}}`, "")},
		"unknown path":           {policy.UnknownPath, text(`¦"line.color"`, `"equals"`, `"x"`)},
		"unreachable":            {policy.UnreachablePath, text(`¦"fulfillmentOrder.location"`, `"equals"`, `"x"`)},
		"unknown operator":       {jsondoc.InvalidValue, sku(`¦"like"`, `"x"`)},
		"operator of another":    {policy.OperatorMismatch, sku(`¦"greater"`, `"x"`)},
		"no value":               {jsondoc.MissingField, text(`"line.sku"`, `"equals"`, "")},
		"a value too many":       {policy.AmbiguousForm, sku(`"containsData"`, `¦"x"`)},
		"text a number":          {policy.ValueMismatch, sku(`"equals"`, `¦1`)},
		"text empty":             {policy.ValueMismatch, sku(`"equals"`, `¦""`)},
		"text long":              {policy.ValueMismatch, sku(`"equals"`, `¦"`+strings.Repeat("x", 1001)+`"`)},
		"number a text":          {policy.ValueMismatch, quantity(`"equals"`, `¦"5"`)},
		"number too precise":     {policy.ValueMismatch, quantity(`"equals"`, `¦5.0001`)},
		"number too large":       {policy.ValueMismatch, quantity(`"equals"`, `¦1e13`)},
		"amount a word":          {policy.ValueMismatch, text(`"order.totals.total"`, `"equals"`, `¦"ten"`)},
		"time a date":            {policy.ValueMismatch, text(`"order.placedAt"`, `"equals"`, `¦"2026-01-31"`)},
		"in one":                 {policy.ValueMismatch, sku(`"in"`, `¦"x"`)},
		"in none":                {policy.ValueMismatch, sku(`"in"`, `¦[]`)},
		"in something else":      {policy.ValueMismatch, sku(`"in"`, `["x",¦7]`)},
		"between one":            {policy.ValueMismatch, quantity(`"between"`, `¦[1]`)},
		"between backwards":      {policy.ValueMismatch, quantity(`"between"`, `¦[2,1]`)},
		"between late and early": {policy.ValueMismatch, text(`"order.placedAt"`, `"between"`, `¦["2026-01-02T00:00:00Z","2026-01-01T00:00:00Z"]`)},
		"unknown relation":       {jsondoc.InvalidValue, ruled(`{"relation":¦"order.notes","has":"any","where":`+met+`}`, "")},
		"relation in another":    {policy.UnreachablePath, ruled(`{"relation":"order.lines","has":"any","where":¦{"relation":"order.lines","has":"any","where":`+met+`}}`, "")},
		"relation asks nothing":  {jsondoc.MissingField, ruled(`¦{"relation":"order.lines","where":`+met+`}`, "")},
		"relation of what":       {jsondoc.MissingField, ruled(`¦{"relation":"order.lines","has":"any"}`, "")},
		"any with a value":       {policy.AmbiguousForm, ruled(`{"relation":"order.lines","has":"any","where":`+met+`,"value":¦1}`, "")},
		"a count has data":       {policy.OperatorMismatch, ruled(`{"relation":"order.lines","has":"count","operator":¦"containsData","where":`+met+`}`, "")},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			pos := strings.Index(c.doc, marker)
			doc := strings.Replace(c.doc, marker, "", 1)
			_, problems := policy.Parse([]byte(doc))
			if len(problems) != 1 {
				t.Fatalf("want one problem %s, got:\n%v\nin %s", c.code, problems, doc)
			}
			p := problems[0]
			if p.Code != c.code || p.Message == "" {
				t.Errorf("want %s: %v", c.code, p)
			}
			if pos >= 0 && p.Pos != pos {
				t.Errorf("%v\nat %q; want at %q", p, doc[p.Pos:], doc[pos:])
			}
		})
	}
}

func TestProblemsOfARuleNameIt(t *testing.T) {
	t.Parallel()
	_, problems := policy.Parse([]byte(head + `{"name":"first","when":{}},{"name":"second","when":{"not":{}}}]}`))
	var got []string
	for _, p := range problems {
		got = append(got, p.Step+" "+p.Pointer)
	}
	if diff := cmp.Diff([]string{"first /rules/0/when", "second /rules/1/when/not"}, got); diff != "" {
		t.Error(diff)
	}
}

func TestWhatIsWrittenReadsBackTheSame(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("../../statemachines/policies/*.json")
	if err != nil || len(files) == 0 {
		t.Fatal("no policies", err)
	}
	for _, file := range files {
		doc, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		p := parse(t, string(doc))
		if p.ID+".json" != filepath.Base(file) {
			t.Errorf("%s has the id %s", file, p.ID)
		}
		written, err := json.Marshal(p)
		if err != nil {
			t.Fatal(err)
		}
		var again policy.Policy
		if err := json.Unmarshal(written, &again); err != nil || !reflect.DeepEqual(p, again) {
			t.Errorf("%s: %v\n%s", file, err, written)
		}
	}
	var p policy.Policy
	if err := json.Unmarshal([]byte(`{}`), &p); err == nil || !strings.Contains(err.Error(), jsondoc.MissingField) {
		t.Errorf("an incomplete document: %v", err)
	}
}

// Whatever is given: no panic, problems inside the document, and a policy
// without problems decides and reads back the same.
func FuzzParse(f *testing.F) {
	f.Add(ruled(met, ""))
	f.Add(ruled(`{"any":[`+met+`,{"not":`+unmet+`}]}`, `[{"set":"line.location","value":"x"},{"addTag":"t"},{"hold":"h"}]`))
	f.Add(ruled(`{"relation":"order.lines","has":"count","operator":"between","value":[1,2.5],"where":`+met+`}`, ""))
	f.Add(ruled(row(`"order.placedAt"`, `"in"`, `["2026-01-31T12:00:00+14:00"]`), ""))
	f.Add(ruled(row(`"order.totals.total"`, `"equals"`, `"1e2"`), ""))
	f.Add(`{"rules":{"name":null}}`)
	f.Fuzz(func(t *testing.T, doc string) {
		p, problems := policy.Parse([]byte(doc))
		for _, problem := range problems {
			if problem.Code == "" || problem.Message == "" || problem.Pos < 0 || problem.Pos > len(doc) || problem.Line < 1 || problem.Column < 1 {
				t.Errorf("%+v", problem)
			}
		}
		if again, same := policy.Parse([]byte(doc)); !reflect.DeepEqual(p, again) || !slices.Equal(problems, same) {
			t.Error("reading it again gives another result")
		}
		if problems != nil {
			return
		}
		written, err := json.Marshal(p)
		if err != nil {
			t.Fatal(err)
		}
		again := parse(t, string(written))
		full, empty, broken := records()
		for _, r := range []policy.Record{full, empty, broken} {
			if diff := cmp.Diff(policy.Evaluate(p, r), policy.Evaluate(again, r)); diff != "" {
				t.Error(diff)
			}
		}
	})
}

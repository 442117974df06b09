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

	declared "github.com/orderloom/orderloom/shared/entity"
	"github.com/orderloom/orderloom/shared/policy"
	"github.com/orderloom/orderloom/shared/policy/jsondoc"
	"github.com/orderloom/orderloom/statemachines"
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

// compute is a policy that sets an attribute to a computed value.
func compute(expression string) string {
	return ruled(met, `[{"set":"line.attributes.a","compute":`+expression+`}]`)
}

// tabled is a policy with a table, tabledRow one with rows of one column.
func tabled(table string) string {
	return strings.Replace(head, `"rules":[`, `"table":`, 1) + table + `}`
}

func tabledRow(rows string) string {
	return tabled(`{"columns":[{"field":"line.sku","operator":"equals"}],"rows":[` + rows + `]}`)
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

		"not settable by lines": {policy.NotSettable, ruled(met, `[{"set":¦"order.priority","value":1}]`)},
		"priority a word":       {policy.ValueMismatch, strings.Replace(ruled("", `[{"set":"order.priority","value":¦"high"}]`), `"line"`, `"order"`, 1)},
		"priority too high":     {policy.ValueMismatch, strings.Replace(ruled("", `[{"set":"order.priority","value":¦1000001}]`), `"line"`, `"order"`, 1)},
		"attribute a number":    {policy.ValueMismatch, ruled(met, `[{"set":"line.attributes.a","value":¦7}]`)},
		"set nothing":           {jsondoc.InvalidValue, ruled(met, `[{"set":¦"","value":"7"}]`)},
		"tag computed":          {policy.AmbiguousForm, ruled(met, `[{"addTag":"y","compute":¦"z"}]`)},
		"value and computed":    {policy.AmbiguousForm, ruled(met, `[{"set":"line.attributes.a","value":"7","compute":¦"z"}]`)},
		"computed from null":    {jsondoc.WrongType, compute(`¦null`)},
		"computed from nothing": {policy.AmbiguousForm, compute(`¦{}`)},
		"computed in two ways":  {policy.AmbiguousForm, compute(`¦{"sum":[1,2],"join":["a","b"]}`)},
		"computed unknown":      {policy.UnknownPath, compute(`{"join":["a",{"field":¦"line.color"}]}`)},
		"computed unreachable":  {policy.UnreachablePath, compute(`{"field":¦"fulfillmentOrder.id"}`)},
		"computed from a list":  {policy.ValueMismatch, compute(`{"field":¦"order.tags"}`)},
		"computed from one":     {jsondoc.InvalidValue, compute(`{"sum":¦[1]}`)},
		"three differences":     {jsondoc.InvalidValue, compute(`{"difference":¦[1,2,3]}`)},
		"sum no list":           {jsondoc.WrongType, compute(`{"sum":¦1}`)},
		"sum of texts":          {policy.ValueMismatch, compute(`{"sum":[1,¦"2"]}`)},
		"amount and quantity":   {policy.ValueMismatch, compute(`{"sum":¦[{"field":"line.price"},{"field":"line.quantity"}]}`)},
		"amount times amount":   {policy.ValueMismatch, compute(`{"product":¦[{"field":"line.price"},{"field":"line.price"}]}`)},
		"computed too large":    {policy.ValueMismatch, compute(`{"sum":[1,¦1e13]}`)},
		"computed too precise":  {policy.ValueMismatch, compute(`{"sum":[1,¦0.0000000001]}`)},
		"total no object":       {jsondoc.WrongType, compute(`{"total":¦"line.quantity"}`)},
		"total of nothing":      {jsondoc.MissingField, compute(`{"total":¦{"relation":"order.lines"}}`)},
		"total of a text":       {policy.ValueMismatch, compute(`{"total":{"relation":"order.lines","of":¦"line.sku"}}`)},
		"total of no relation":  {jsondoc.MissingField, compute(`{"total":¦{"of":"line.quantity"}}`)},
		"total unreachable":     {policy.UnreachablePath, compute(`{"total":{"relation":¦"fulfillmentOrder.lines","of":"line.quantity"}}`)},
		"total of a relation":   {policy.UnreachablePath, compute(`{"total":{"relation":"order.lines","of":"line.quantity","where":¦{"relation":"order.lines","has":"any","where":` + met + `}}}`)},
		"total and quantity":    {policy.ValueMismatch, compute(`{"sum":¦[{"total":{"relation":"order.lines","of":"line.amount"}},{"field":"line.quantity"}]}`)},
		"computed empty":        {policy.ValueMismatch, compute(`¦""`)},
		"computed too long":     {jsondoc.InvalidValue, compute(`{"sum":[` + strings.Repeat("1,", 49) + `¦1]}`)},
		"priority a text":       {policy.ValueMismatch, strings.Replace(ruled("", `[{"set":"order.priority","compute":¦{"field":"order.name"}}]`), `"line"`, `"order"`, 1)},

		"rules and table":     {policy.AmbiguousForm, strings.Replace(good, `"rules"`, `"table":¦{},"rules"`, 1)},
		"table a list":        {jsondoc.WrongType, tabled(`¦[]`)},
		"table no rows":       {jsondoc.MissingField, tabled(`¦{"columns":[{"field":"line.sku","operator":"in"}]}`)},
		"table empty rows":    {policy.EmptyGroup, tabled(`{"columns":[{"field":"line.sku","operator":"in"}],"rows":¦[]}`)},
		"table no columns":    {jsondoc.MissingField, tabled(`¦{"rows":[{"name":"a","when":[],"then":[{"addTag":"x"}]}]}`)},
		"table empty columns": {policy.EmptyGroup, tabled(`{"columns":¦[],"rows":[{"name":"a","when":[],"then":[{"addTag":"x"}]}]}`)},
		"column unknown":      {policy.UnknownPath, tabled(`{"columns":[{"field":¦"line.color","operator":"in"}],"rows":[{"name":"a","when":[1],"then":[{"addTag":"x"}]}]}`)},
		"column takes none":   {policy.OperatorMismatch, tabled(`{"columns":[{"field":"line.sku","operator":¦"containsData"}],"rows":[{"name":"a","when":[1],"then":[{"addTag":"x"}]}]}`)},
		"row without then":    {jsondoc.MissingField, tabledRow(`¦{"name":"a","when":["x"]}`)},
		"row acts on nothing": {policy.EmptyGroup, tabledRow(`{"name":"a","when":["x"],"then":¦[]}`)},
		"row too short":       {policy.CellsMismatch, tabledRow(`{"name":"a","when":¦[],"then":[{"addTag":"x"}]}`)},
		"row too long":        {policy.CellsMismatch, tabledRow(`{"name":"a","when":¦["x",null],"then":[{"addTag":"x"}]}`)},
		"two rows":            {policy.DuplicateRule, tabledRow(`{"name":"a","when":["x"],"then":[{"addTag":"x"}]},{"name":¦"a","when":["y"],"then":[{"addTag":"x"}]}`)},
		"cell of another":     {policy.ValueMismatch, tabledRow(`{"name":"a","when":[¦5],"then":[{"addTag":"x"}]}`)},
		"cell of no operator": {policy.OperatorMismatch, tabledRow(`{"name":"a","when":[{"operator":¦"less","value":5}],"then":[{"addTag":"x"}]}`)},
		"cell unknown":        {jsondoc.UnknownField, tabledRow(`{"name":"a","when":[{¦"field":"line.sku","operator":"equals","value":"x"}],"then":[{"addTag":"x"}]}`)},
		"table of a filter":   {policy.FilterActs, strings.Replace(tabled(`¦{"columns":[{"field":"line.sku","operator":"equals"}],"rows":[{"name":"a","when":["x"],"then":[{"addTag":"x"}]}]}`), `"execution"`, `"filter"`, 1)},

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
		"not in one":             {policy.ValueMismatch, sku(`"notIn"`, `¦"x"`)},
		"contains all of one":    {policy.ValueMismatch, text(`"order.tags"`, `"containsAll"`, `¦"x"`)},
		"pattern a number":       {policy.ValueMismatch, sku(`"matches"`, `¦7`)},
		"pattern not closed":     {policy.InvalidPattern, sku(`"matches"`, `¦"(a"`)},
		"date a word":            {policy.ValueMismatch, text(`"order.placedAt"`, `"dateBefore"`, `¦"tomorrow"`)},
		"date no day":            {policy.ValueMismatch, text(`"order.placedAt"`, `"dateAfter"`, `¦"2026-02-30"`)},
		"date a month from now":  {policy.ValueMismatch, text(`"order.placedAt"`, `"dateAfter"`, `¦"P1M"`)},
		"within a time":          {policy.ValueMismatch, text(`"order.placedAt"`, `"within"`, `¦"2026-01-31T12:00:00Z"`)},
		"within nothing":         {policy.ValueMismatch, text(`"order.placedAt"`, `"within"`, `¦"PT0S"`)},
		"within a century":       {policy.ValueMismatch, text(`"order.placedAt"`, `"within"`, `¦"P9999DT9999H"`)},
		"value and field":        {policy.AmbiguousForm, ruled(`{"field":"line.sku","operator":"equals","value":"x","valueField":¦"line.title"}`, "")},
		"field of nothing":       {policy.AmbiguousForm, ruled(`{"field":"line.sku","operator":"containsData","valueField":¦"line.title"}`, "")},
		"field in a list":        {policy.OperatorMismatch, ruled(`{"field":"line.sku","operator":"in","valueField":¦"line.title"}`, "")},
		"field of another type":  {policy.ValueMismatch, ruled(`{"field":"line.quantity","operator":"equals","valueField":¦"line.price"}`, "")},
		"field a list":           {policy.ValueMismatch, ruled(`{"field":"order.tags","operator":"equals","valueField":¦"order.tags"}`, "")},
		"field unknown":          {policy.UnknownPath, ruled(`{"field":"line.sku","operator":"equals","valueField":¦"line.color"}`, "")},
		"field unreachable":      {policy.UnreachablePath, ruled(`{"field":"line.sku","operator":"equals","valueField":¦"fulfillmentOrder.id"}`, "")},
		"relation unreachable":   {policy.UnreachablePath, ruled(`{"relation":¦"fulfillmentOrder.lines","has":"any","where":`+met+`}`, "")},
		"sum of nothing":         {jsondoc.MissingField, ruled(`¦{"relation":"order.lines","has":"sum","operator":"equals","value":1}`, "")},
		"sum of a text":          {policy.ValueMismatch, ruled(`{"relation":"order.lines","has":"sum","of":¦"line.sku","operator":"equals","value":1}`, "")},
		"sum of the order":       {policy.ValueMismatch, ruled(`{"relation":"order.lines","has":"sum","of":¦"order.lineCount","operator":"equals","value":1}`, "")},
		"count of a field":       {policy.AmbiguousForm, ruled(`{"relation":"order.lines","has":"count","of":¦"line.quantity","operator":"equals","value":1}`, "")},
		"a sum has data":         {policy.OperatorMismatch, ruled(`{"relation":"order.lines","has":"sum","of":"line.quantity","operator":¦"containsData"}`, "")},
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
	entities, err := statemachines.Entities()
	if err != nil {
		t.Fatal(err)
	}
	customs := declared.Customs(entities)
	for _, file := range files {
		doc, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if strings.HasSuffix(file, policy.TestSuffix) {
			continue
		}
		p, problems := policy.Parse(doc, customs...)
		if problems != nil || p.ID+".json" != filepath.Base(file) {
			t.Errorf("%s has the id %s: %v", file, p.ID, problems)
		}
		written, err := json.Marshal(p)
		if err != nil {
			t.Fatal(err)
		}
		if again, problems := policy.Parse(written, customs...); problems != nil || !reflect.DeepEqual(p, again) {
			t.Errorf("%s: %v\n%s", file, problems, written)
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
	f.Add(compute(`{"join":["a",{"sum":[{"field":"line.price"},{"product":[2,{"field":"order.totals.tax"}]}]},{"difference":[{"field":"line.quantity"},0.5]}]}`))
	f.Add(tabledRow(`{"name":"a","when":["x"],"then":[{"set":"line.attributes.a","value":"b"}]},{"name":"b","when":[{"operator":"matches","value":"[^a-c]+(\\d{2,3}|x)?"}],"then":[{"hold":"h"}]}`))
	f.Add(ruled(`{"relation":"order.lines","has":"sum","of":"line.amount","operator":"less","valueField":"order.totals.total"}`, ""))
	f.Add(ruled(row(`"order.placedAt"`, `"within"`, `"-P1DT2H"`), ""))
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
			res := policy.Evaluate(p, r)
			if diff := cmp.Diff(res, policy.Evaluate(again, r)); diff != "" {
				t.Error(diff)
			}
			expr, facts := policy.JSONata(p, "facts")
			if got := evalExpr(t, expr, policy.FactsOf(r, facts)); res.Ambiguous == nil && got != res.Holds {
				t.Errorf("%s yields %v\n%s", expr, got, written)
			}
		}
	})
}

package flow_test

import (
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/orderloom/orderloom/shared/flow"
	"github.com/orderloom/orderloom/shared/policy"
	"github.com/orderloom/orderloom/shared/policy/jsondoc"
)

// drawn is a document around steps; the first one starts the flow.
func drawn(steps string) string {
	return `{"format":"1.0","id":"f","title":"F","type":"order","entry":{"event":"OrderReceived"},"start":"a","steps":[` + steps + `]}`
}

// around is a document whose for-each has the inner steps.
func around(steps string) string {
	return drawn(`{"id":"a","name":"A","type":"for-each","each":"fulfillmentOrder","next":"z","start":"b","steps":[` + steps + `]},` + end("z"))
}

func end(id string) string {
	return `{"id":"` + id + `","name":"` + strings.ToUpper(id) + `","type":"end"}`
}

// branch is a branch of a parallel that ends at once.
func branch(name, id string) string {
	return `{"name":"` + name + `","start":"` + id + `","steps":[` + end(id) + `]}`
}

// marker stands before the text at which a problem must be reported.
const marker = "¦"

// Every code of the document's form, once for each reason: one problem, at the
// marked place, of the named step.
func TestEveryProblemIsReportedAtItsPlace(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("x", 60)
	for name, c := range map[string]struct{ code, step, doc string }{
		"no JSON":            {jsondoc.InvalidJSON, "", `{"format": tru¦}`},
		"no JSON, deep":      {jsondoc.InvalidJSON, "", "{\"a\": {\"b\":\n [1, 2, nul¦]}}"},
		"a comma too many":   {jsondoc.InvalidJSON, "", `{"a":[1,¦]}`},
		"ends too early":     {jsondoc.InvalidJSON, "", `{"a": [1¦`},
		"more than one":      {jsondoc.InvalidJSON, "", `{} ¦{}`},
		"no object":          {jsondoc.InvalidJSON, "", ` ¦[]`},
		"a key twice":        {jsondoc.DuplicateKey, "", strings.Replace(drawn(end("a")), `"type":"order"`, `"type":"order",¦"type":"order"`, 1)},
		"unknown field":      {jsondoc.UnknownField, "", strings.Replace(drawn(end("a")), `"type"`, `¦"titel":"x","type"`, 1)},
		"unknown in entry":   {jsondoc.UnknownField, "", strings.Replace(drawn(end("a")), `"OrderReceived"`, `"OrderReceived",¦"x":1`, 1)},
		"no format":          {jsondoc.MissingField, "", "¦" + strings.Replace(drawn(end("a")), `"format":"1.0",`, ``, 1)},
		"newer format":       {flow.NewerFormat, "", `{"format":¦"2.0","whatever":1}`},
		"no title":           {jsondoc.MissingField, "", "¦" + strings.Replace(drawn(end("a")), `"title":"F",`, ``, 1)},
		"empty title":        {jsondoc.InvalidValue, "", strings.Replace(drawn(end("a")), `"F"`, `¦""`, 1)},
		"long title":         {jsondoc.InvalidValue, "", strings.Replace(drawn(end("a")), `"F"`, `¦"`+strings.Repeat("é", 201)+`"`, 1)},
		"title no text":      {jsondoc.WrongType, "", strings.Replace(drawn(end("a")), `"F"`, `¦7`, 1)},
		"id no id":           {jsondoc.InvalidValue, "", strings.Replace(drawn(end("a")), `"id":"f"`, `"id":¦"F x"`, 1)},
		"id too long":        {jsondoc.InvalidValue, "", strings.Replace(drawn(end("a")), `"id":"f"`, `"id":¦"`+long+`"`, 1)},
		"unknown flow type":  {jsondoc.InvalidValue, "", strings.Replace(drawn(end("a")), `"order"`, `¦"refund"`, 1)},
		"announced type":     {flow.TypeNotOffered, "", strings.Replace(drawn(end("a")), `"order"`, `¦"return"`, 1)},
		"unknown profile":    {jsondoc.InvalidValue, "", strings.Replace(drawn(end("a")), `"type":"order"`, `"type":"order","profile":¦"tiny"`, 1)},
		"unknown entry":      {jsondoc.InvalidValue, "", strings.Replace(drawn(end("a")), `"OrderReceived"`, `¦"OrderDanced"`, 1)},
		"entry no reference": {flow.InvalidRef, "", strings.Replace(drawn(end("a")), `"OrderReceived"`, `"OrderReceived","filter":["ok@1",¦"lab"]`, 1)},
		"too many lines":     {jsondoc.InvalidValue, "", strings.Replace(drawn(end("a")), `"type":"order"`, `"type":"order","maxLines":¦2001`, 1)},
		"half a line":        {jsondoc.InvalidValue, "", strings.Replace(drawn(end("a")), `"type":"order"`, `"type":"order","maxLines":¦1.5`, 1)},
		"no steps":           {jsondoc.InvalidValue, "", strings.Replace(drawn(``), `"steps":[`, `"steps":¦[`, 1)},
		"step no object":     {jsondoc.WrongType, "", drawn(`¦"a"`)},
		"layout of nothing":  {jsondoc.InvalidValue, "", strings.Replace(drawn(end("a")), `"type":"order"`, `"type":"order","layout":{"a":{"x":1,"y":2},¦"b":{"x":1}}`, 1)},

		"step without id":      {jsondoc.MissingField, "", drawn(end("a") + `,¦{"name":"B","type":"end"}`)},
		"step id reserved":     {jsondoc.InvalidValue, "exception", drawn(end("a") + `,{"id":¦"exception","name":"B","type":"end"}`)},
		"two ids":              {flow.DuplicateID, "a", drawn(end("a") + `,{"id":¦"a","name":"B","type":"end"}`)},
		"two ids, one inside":  {flow.DuplicateID, "z", around(end("b") + `,{"id":"z","name":"C","type":"end"}`)},
		"two names":            {flow.DuplicateName, "b", drawn(end("a") + `,{"id":"b","name":¦"a","type":"end"}`)},
		"long name":            {flow.InvalidName, "a", drawn(`{"id":"a","name":¦"` + long + `","type":"end"}`)},
		"name ends in a blank": {flow.InvalidName, "a", drawn(`{"id":"a","name":¦"A ","type":"end"}`)},
		"name of two lines":    {flow.InvalidName, "a", drawn(`{"id":"a","name":¦"A\nB","type":"end"}`)},
		"name substitutes":     {flow.InvalidName, "a", drawn(`{"id":"a","name":¦"A ${x}","type":"end"}`)},
		"name reserved":        {flow.InvalidName, "a", drawn(`{"id":"a","name":¦"Order Canceled","type":"end"}`)},
		"name of a state":      {flow.InvalidName, "a", drawn(`{"id":"a","name":¦"A – B","type":"end"}`)},
		"unknown step type":    {flow.UnknownType, "a", drawn(`{"id":"a","name":"A","type":¦"dance"}`)},
		"inner step outside":   {flow.MisplacedStep, "a", drawn(`{"id":"a","name":"A","type":¦"wait-for-shipment","deadline":"P1D","next":"b"},` + end("b"))},
		"outer step inside":    {flow.MisplacedStep, "b", around(`{"id":"b","name":"B","type":¦"reserve","deadline":"P1D","next":"c"},` + end("c"))},
		"field of another":     {flow.MisplacedField, "a", drawn(`{"id":"a","name":"A","type":"end",¦"policies":["x@1"]}`)},
		"path without an end":  {flow.MissingNext, "a", drawn(`¦{"id":"a","name":"A","type":"create-fulfillment-orders"}`)},
		"next a number":        {jsondoc.WrongType, "a", drawn(`{"id":"a","name":"A","type":"create-fulfillment-orders","next":¦1}`)},
		"back without maximum": {jsondoc.MissingField, "a", drawn(`{"id":"a","name":"A","type":"create-fulfillment-orders","next":{"to":"a","again":¦{}}}`)},
		"back too often":       {jsondoc.InvalidValue, "a", drawn(`{"id":"a","name":"A","type":"create-fulfillment-orders","next":{"to":"a","again":{"maximum":¦1001}}}`)},
		"no policies":          {jsondoc.MissingField, "a", drawn(`¦{"id":"a","name":"A","type":"validate-header","next":"b"},` + end("b"))},
		"empty policies":       {jsondoc.InvalidValue, "a", drawn(`{"id":"a","name":"A","type":"validate-header","policies":¦[],"next":"b"},` + end("b"))},
		"version 0":            {flow.InvalidRef, "a", drawn(`{"id":"a","name":"A","type":"validate-header","policies":[¦"x@0"],"next":"b"},` + end("b"))},
		"wait for ever":        {flow.NoDeadline, "a", drawn(`¦{"id":"a","name":"A","type":"reserve","next":"b"},` + end("b"))},
		"deadline no duration": {jsondoc.InvalidValue, "a", drawn(`{"id":"a","name":"A","type":"reserve","deadline":¦"soon","next":"b"},` + end("b"))},
		"cap below interval":   {jsondoc.InvalidValue, "a", drawn(`{"id":"a","name":"A","type":"create-fulfillment-orders","retry":¦{"interval":"PT10S","maxDelay":"PT5S"},"next":"b"},` + end("b"))},
		"rate too large":       {jsondoc.InvalidValue, "a", drawn(`{"id":"a","name":"A","type":"create-fulfillment-orders","retry":{"rate":¦11},"next":"b"},` + end("b"))},
		"raises what is none":  {jsondoc.InvalidValue, "a", drawn(`{"id":"a","name":"A","type":"provider-action","action":"x/y","instance":"i","raises":¦"StockPosted","next":"b"},` + end("b"))},
		"each of what":         {jsondoc.InvalidValue, "a", strings.Replace(around(end("b")), `"each":"fulfillmentOrder"`, `"each":¦"shipment"`, 1)},
		"too many at a time":   {jsondoc.InvalidValue, "a", strings.Replace(around(end("b")), `"each"`, `"concurrency":¦41,"each"`, 1)},
		"splitter not covered": {flow.NotCovered, "a", drawn(`¦{"id":"a","name":"A","type":"splitter","branches":[{"name":"x","filter":["x@1"],"next":"b"}]},` + end("b"))},
		"no branches":          {jsondoc.InvalidValue, "a", drawn(`{"id":"a","name":"A","type":"splitter","branches":¦[],"otherwise":"exception"}`)},
		"two branches":         {flow.DuplicateName, "a", drawn(`{"id":"a","name":"A","type":"splitter","branches":[{"name":"x","filter":["x@1"],"next":"b"},{"name":¦"x","filter":["y@1"],"next":"b"}],"otherwise":"exception"},` + end("b"))},
		"branch takes all":     {jsondoc.InvalidValue, "a", drawn(`{"id":"a","name":"A","type":"splitter","branches":[{"name":"x","filter":¦[],"next":"b"}],"otherwise":"exception"},` + end("b"))},
		"branch leads nowhere": {flow.MissingNext, "a", drawn(`{"id":"a","name":"A","type":"splitter","branches":[¦{"name":"x","filter":["x@1"]}],"otherwise":"exception"}`)},
		"wait for nothing":     {policy.AmbiguousForm, "a", drawn(`¦{"id":"a","name":"A","type":"wait","next":"b"},` + end("b"))},
		"wait for and until":   {policy.AmbiguousForm, "a", drawn(`¦{"id":"a","name":"A","type":"wait","for":"PT1H","until":{"field":"order.shipBy"},"next":"b"},` + end("b"))},
		"wait for how long":    {jsondoc.InvalidValue, "a", drawn(`{"id":"a","name":"A","type":"wait","for":¦"-PT1H","next":"b"},` + end("b"))},
		"until no field":       {policy.UnknownPath, "a", drawn(`{"id":"a","name":"A","type":"wait","until":{"field":¦"order.shippedBy"},"next":"b"},` + end("b"))},
		"until no date":        {jsondoc.InvalidValue, "a", drawn(`{"id":"a","name":"A","type":"wait","until":{"field":¦"order.name"},"next":"b"},` + end("b"))},
		"until what":           {jsondoc.MissingField, "a", drawn(`{"id":"a","name":"A","type":"wait","until":¦{},"next":"b"},` + end("b"))},
		"until with another":   {jsondoc.UnknownField, "a", drawn(`{"id":"a","name":"A","type":"wait","until":{"field":"order.shipBy",¦"plus":"P1D"},"next":"b"},` + end("b"))},
		"offset no duration":   {jsondoc.InvalidValue, "a", drawn(`{"id":"a","name":"A","type":"wait","until":{"field":"order.shipBy","offset":¦"--P1D"},"next":"b"},` + end("b"))},
		"hold without reason":  {jsondoc.MissingField, "a", drawn(`¦{"id":"a","name":"A","type":"hold","next":"b"},` + end("b"))},
		"long reason":          {jsondoc.InvalidValue, "a", drawn(`{"id":"a","name":"A","type":"hold","reason":¦"` + strings.Repeat("é", 201) + `","next":"b"},` + end("b"))},
		"expiry then what":     {jsondoc.MissingField, "a", drawn(`¦{"id":"a","name":"A","type":"hold","reason":"r","expiry":"P1D","next":"b"},` + end("b"))},
		"expiry then else":     {jsondoc.InvalidValue, "a", drawn(`{"id":"a","name":"A","type":"hold","reason":"r","expiry":"P1D","onExpiry":¦"approve","next":"b"},` + end("b"))},
		"onExpiry of nothing":  {flow.MisplacedField, "a", drawn(`{"id":"a","name":"A","type":"hold","reason":"r","onExpiry":¦"continue","next":"b"},` + end("b"))},
		"hold inside":          {flow.MisplacedStep, "b", around(`{"id":"b","name":"B","type":¦"hold","reason":"r","next":"c"},` + end("c"))},
		"approval for ever":    {flow.NoDeadline, "a", drawn(`¦{"id":"a","name":"A","type":"approval","who":"w","question":"q","default":"reject","yes":"b","no":"b"},` + end("b"))},
		"approval by nobody":   {jsondoc.MissingField, "a", drawn(`¦{"id":"a","name":"A","type":"approval","question":"q","deadline":"P1D","default":"reject","yes":"b","no":"b"},` + end("b"))},
		"approval then what":   {jsondoc.InvalidValue, "a", drawn(`{"id":"a","name":"A","type":"approval","who":"w","question":"q","deadline":"P1D","default":¦"continue","yes":"b","no":"b"},` + end("b"))},
		"approval leads on":    {flow.MissingNext, "a", drawn(`¦{"id":"a","name":"A","type":"approval","who":"w","question":"q","deadline":"P1D","default":"reject","yes":"b"},` + end("b"))},
		"set nothing":          {jsondoc.InvalidValue, "a", drawn(`{"id":"a","name":"A","type":"set-fields","set":¦[],"next":"b"},` + end("b"))},
		"set without set":      {jsondoc.MissingField, "a", drawn(`¦{"id":"a","name":"A","type":"set-fields","next":"b"},` + end("b"))},
		"set what is said":     {policy.NotSettable, "a", drawn(`{"id":"a","name":"A","type":"set-fields","set":[{"set":¦"order.name","value":"x"}],"next":"b"},` + end("b"))},
		"set of what":          {jsondoc.InvalidValue, "a", drawn(`{"id":"a","name":"A","type":"set-fields","entity":¦"stock","set":[{"addTag":"x"}],"next":"b"},` + end("b"))},
		"set of the order":     {policy.NotSettable, "a", drawn(`{"id":"a","name":"A","type":"set-fields","set":[{"set":¦"line.attributes.x","value":"x"}],"next":"b"},` + end("b"))},
		"set a location":       {policy.NotSettable, "a", drawn(`{"id":"a","name":"A","type":"set-fields","entity":"line","set":[{"set":¦"line.location","value":"x"}],"next":"b"},` + end("b"))},
		"set a hold":           {policy.NotSettable, "a", drawn(`{"id":"a","name":"A","type":"set-fields","set":[¦{"hold":"x"}],"next":"b"},` + end("b"))},
		"copy of nothing":      {policy.UnknownPath, "a", drawn(`{"id":"a","name":"A","type":"set-fields","set":[{"set":"order.attributes.x","compute":{"field":¦"order.nam"}}],"next":"b"},` + end("b"))},
		"id continue":          {jsondoc.InvalidValue, "continue", drawn(end("a") + `,{"id":¦"continue","name":"B","type":"end"}`)},
		"failure no text":      {jsondoc.WrongType, "a", drawn(`{"id":"a","name":"A","type":"set-fields","set":[{"addTag":"x"}],"onFailure":¦{"to":"b"},"next":"b"},` + end("b"))},
		"failure of a wait":    {flow.MisplacedField, "a", drawn(`{"id":"a","name":"A","type":"wait","for":"PT1H",¦"onFailure":"b","next":"b"},` + end("b"))},
		"raise what":           {jsondoc.MissingField, "a", drawn(`¦{"id":"a","name":"A","type":"raise-event","next":"b"},` + end("b"))},
		"raise with nothing":   {policy.UnknownPath, "a", drawn(`{"id":"a","name":"A","type":"raise-event","event":"E","payload":{"x":{"field":¦"order.nam"}},"next":"b"},` + end("b"))},
		"value without name":   {jsondoc.InvalidValue, "a", drawn(`{"id":"a","name":"A","type":"raise-event","event":"E","payload":{¦"":"x"},"next":"b"},` + end("b"))},
		"neither condition":    {policy.AmbiguousForm, "a", drawn(`¦{"id":"a","name":"A","type":"condition","yes":"b","no":"b"},` + end("b"))},
		"two conditions":       {policy.AmbiguousForm, "a", drawn(`¦{"id":"a","name":"A","type":"condition","when":{"field":"order.name","operator":"containsData"},"outcome":{"step":"b","is":"failed"},"yes":"b","no":"b"},` + end("b"))},
		"outcome of what":      {jsondoc.MissingField, "a", drawn(`{"id":"a","name":"A","type":"condition","outcome":¦{"is":"failed"},"yes":"b","no":"b"},` + end("b"))},
		"outcome is what":      {jsondoc.InvalidValue, "a", drawn(`{"id":"a","name":"A","type":"condition","outcome":{"step":"b","is":¦"late"},"yes":"b","no":"b"},` + end("b"))},
		"merge leads back":     {jsondoc.InvalidValue, "a", drawn(`{"id":"a","name":"A","type":"merge","next":¦{"to":"a","again":{"maximum":2}}},` + end("b"))},
		"merge leads nowhere":  {flow.MissingNext, "a", drawn(`¦{"id":"a","name":"A","type":"merge"},` + end("b"))},
		"event of what":        {jsondoc.MissingField, "a", drawn(`¦{"id":"a","name":"A","type":"wait-for-event","deadline":"P1D","next":"b"},` + end("b"))},
		"event for ever":       {flow.NoDeadline, "a", drawn(`¦{"id":"a","name":"A","type":"wait-for-event","event":"OrderChanged","next":"b"},` + end("b"))},
		"onDeadline no text":   {jsondoc.WrongType, "a", drawn(`{"id":"a","name":"A","type":"wait-for-event","event":"OrderChanged","deadline":"P1D","onDeadline":¦1,"next":"b"},` + end("b"))},
		"one branch":           {jsondoc.InvalidValue, "a", drawn(`{"id":"a","name":"A","type":"parallel","next":"b","branches":¦[` + branch("X", "c") + `]},` + end("b"))},
		"branches of one name": {flow.DuplicateName, "a", drawn(`{"id":"a","name":"A","type":"parallel","next":"b","branches":[` + branch("X", "c") + `,` + strings.Replace(branch("X", "d"), `"X"`, `¦"X"`, 1) + `]},` + end("b"))},
		"branch of a sentence": {flow.InvalidName, "a", drawn(`{"id":"a","name":"A","type":"parallel","next":"b","branches":[` + branch("X", "c") + `,` + strings.Replace(branch("X", "d"), `"X"`, `¦"`+long+`"`, 1) + `]},` + end("b"))},
		"branch no object":     {jsondoc.WrongType, "a", drawn(`{"id":"a","name":"A","type":"parallel","next":"b","branches":[` + branch("X", "c") + `,¦7]},` + end("b"))},
		"branch of a splitter": {jsondoc.UnknownField, "a", drawn(`{"id":"a","name":"A","type":"parallel","next":"b","branches":[` + branch("X", "c") + `,` + strings.Replace(branch("Y", "d"), `"start"`, `¦"filter":["x@1"],"start"`, 1) + `]},` + end("b"))},
		"hold in a branch":     {flow.MisplacedStep, "c", drawn(`{"id":"a","name":"A","type":"parallel","next":"b","branches":[` + branch("Y", "d") + `,{"name":"X","start":"c","steps":[{"id":"c","name":"C","type":¦"hold","reason":"r","next":"e"},` + end("e") + `]}]},` + end("b"))},
		"maximum of lines":     {flow.MisplacedField, "a", drawn(`{"id":"a","name":"A","type":"for-each","each":"line","maximum":¦3,"next":"b","start":"c","steps":[` + end("c") + `]},` + end("b"))},
		"no line at a time":    {jsondoc.InvalidValue, "a", drawn(`{"id":"a","name":"A","type":"for-each","each":"line","concurrency":¦0,"next":"b","start":"c","steps":[` + end("c") + `]},` + end("b"))},
		"shipment of a line":   {policy.UnreachablePath, "c", drawn(`{"id":"a","name":"A","type":"for-each","each":"line","next":"b","start":"c","steps":[{"id":"c","name":"C","type":"condition","when":{"field":¦"shipment.complete","operator":"equals","value":true},"yes":"d","no":"d"},` + end("d") + `]},` + end("b"))},
		"fields of each line":  {jsondoc.MissingField, "c", drawn(`{"id":"a","name":"A","type":"for-each","each":"line","next":"b","start":"c","steps":[¦{"id":"c","name":"C","type":"set-fields","set":[{"addTag":"x"}],"next":"d"},` + end("d") + `]},` + end("b"))},
		"parallel inside":      {flow.MisplacedStep, "b", around(`{"id":"b","name":"B","type":¦"parallel","next":"e","branches":[` + branch("X", "c") + `,` + branch("Y", "d") + `]},` + end("e"))},
		"condition of what":    {policy.UnreachablePath, "a", drawn(`{"id":"a","name":"A","type":"condition","when":{"field":¦"shipment.complete","operator":"equals","value":true},"yes":"b","no":"b"},` + end("b"))},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			pos := strings.Index(c.doc, marker)
			doc := strings.Replace(c.doc, marker, "", 1)
			_, problems := flow.Parse([]byte(doc))
			if len(problems) != 1 {
				t.Fatalf("want one problem %s, got:\n%v\nin %s", c.code, problems, doc)
			}
			p := problems[0]
			if p.Code != c.code || p.Step != c.step || p.Message == "" {
				t.Errorf("got %s of step %q, want %s of step %q: %v", p.Code, p.Step, c.code, c.step, p)
			}
			if pos >= 0 && p.Pos != pos {
				t.Errorf("%s at %d, before %q; want %d, before %q", p.Code, p.Pos, doc[p.Pos:], pos, doc[pos:])
			}
		})
	}
}

func TestAllProblemsAreReportedAtOnceInTheOrderOfTheDocument(t *testing.T) {
	t.Parallel()
	doc := "{\"format\":\"1.0\",\n  \"id\":\"F\", \"title\":\"ü\", \"typ\":1,\n  \"entry\":{\"event\":\"x\"}, \"start\":\"a\", \"steps\":[{\"id\":\"a\",\"name\":\"A\",\"type\":\"reserve\"}]}"
	_, problems := flow.Parse([]byte(doc))
	var got []string
	for _, p := range problems {
		got = append(got, fmt.Sprintf("%d:%d %s %s", p.Line, p.Column, p.Code, p.Pointer))
	}
	want := []string{
		"1:1 MISSING_FIELD ", "2:8 INVALID_VALUE /id", "2:26 UNKNOWN_FIELD /typ", "3:20 INVALID_VALUE /entry/event",
		"3:48 MISSING_NEXT /steps/0", "3:48 WAIT_WITHOUT_DEADLINE /steps/0",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("%s\n%v", diff, problems)
	}
}

// A for-each whose id is missing still has inner steps inside.
func TestAMissingIDDoesNotHideThatStepsAreInside(t *testing.T) {
	t.Parallel()
	inner := `{"id":"b","name":"B","type":"wait-for-shipment","deadline":"P1D","next":"c"},` + end("c")
	_, problems := flow.Parse([]byte(strings.Replace(around(inner), `"id":"a",`, ``, 1)))
	if len(problems) != 1 || problems[0].Code != jsondoc.MissingField {
		t.Errorf("%v", problems)
	}
}

func TestTooManySteps(t *testing.T) {
	t.Parallel()
	var steps []string
	for i := range flow.MaxSteps + 3 {
		steps = append(steps, fmt.Sprintf(`{"id":"a%d","name":"A%d","type":"end"}`, i, i))
	}
	_, problems := flow.Parse([]byte(drawn(strings.Join(steps, ","))))
	if len(problems) != 1 || problems[0].Pointer != fmt.Sprintf("/steps/%d", flow.MaxSteps) {
		t.Errorf("%v", problems)
	}
}

func TestADocumentIsReadWhole(t *testing.T) {
	t.Parallel()
	doc, problems := flow.Parse([]byte(`{"format":"1.0","id":"f","title":"F","description":"D","type":"order","profile":"standard",
	"entry":{"event":"OrderReceived","filter":["us@1","big@2"]},"maxLines":7,"start":"v","layout":{"v":{"x":-3,"y":4}},"steps":[
	{"id":"v","name":"V","type":"validate-lines","policies":["x@1"],"timeout":"PT20S","retry":{"attempts":0,"interval":"PT3S","rate":1.5},"next":"r"},
	{"id":"r","name":"R","type":"reserve","deadline":"P90D","again":{"maximum":50},"next":"s"},
	{"id":"s","name":"S","type":"splitter","branches":[{"name":"x","filter":["x@1"],"next":"c"}],"otherwise":"exception"},
	{"id":"c","name":"C","type":"condition","when":{"field":"order.name","operator":"equals","value":"x"},"yes":"a","no":{"to":"r","again":{"maximum":3}}},
	{"id":"a","name":"A","type":"provider-action","action":"p/q","instance":"channel","parameters":{"deep":[1.50]},"raises":"OrderSourced","next":"e"},
	{"id":"e","name":"E","type":"for-each","each":"fulfillmentOrder","maximum":3,"concurrency":2,"next":"z","start":"w","steps":[
	  {"id":"w","name":"W","type":"wait-for-shipment","deadline":"P30D","next":"d"},{"id":"d","name":"D","type":"end"}]},
	{"id":"z","name":"Z","description":"the end","type":"end"}]}`))
	if problems != nil {
		t.Fatal(problems)
	}
	want := flow.Document{
		Format: "1.0", ID: "f", Title: "F", Description: "D", Type: "order", Profile: "standard", MaxLines: 7,
		Entry: flow.Entry{Event: "OrderReceived", Filter: []string{"us@1", "big@2"}}, Layout: map[string]flow.Point{"v": {X: -3, Y: 4}},
		Scope: flow.Scope{Start: "v", Steps: []flow.Step{
			{At: "/steps/0", ID: "v", Name: "V", Type: flow.ValidateLines, Policies: []string{"x@1"}, Timeout: 20 * time.Second, Next: flow.Edge{To: "r"},
				Retry: &flow.Retry{Attempts: 0, Interval: 3 * time.Second, Rate: 1.5, MaxDelay: time.Minute}},
			{At: "/steps/1", ID: "r", Name: "R", Type: flow.Reserve, Deadline: 90 * 24 * time.Hour, Wait: 50, Next: flow.Edge{To: "s"}},
			{At: "/steps/2", ID: "s", Name: "S", Type: flow.Splitter, Otherwise: flow.Edge{To: flow.ToException},
				Branches: []flow.Branch{{Name: "x", Filter: []string{"x@1"}, To: flow.Edge{To: "c"}}}},
			{At: "/steps/3", ID: "c", Name: "C", Type: flow.ConditionStep, Yes: flow.Edge{To: "a"}, No: flow.Edge{To: "r", Again: 3}},
			{At: "/steps/4", ID: "a", Name: "A", Type: flow.ProviderAction, Action: "p/q", Instance: "channel", Parameters: []byte(`{"deep":[1.50]}`), Raises: "OrderSourced", Next: flow.Edge{To: "e"}},
			{At: "/steps/5", ID: "e", Name: "E", Type: flow.ForEach, Each: "fulfillmentOrder", Maximum: 3, Concurrency: 2, Next: flow.Edge{To: "z"}, Inner: flow.Scope{Start: "w", Steps: []flow.Step{
				{At: "/steps/5/steps/0", ID: "w", Name: "W", Type: flow.WaitForShipment, Deadline: 30 * 24 * time.Hour, Next: flow.Edge{To: "d"}},
				{At: "/steps/5/steps/1", ID: "d", Name: "D", Type: flow.End},
			}}},
			{At: "/steps/6", ID: "z", Name: "Z", Description: "the end", Type: flow.End},
		}},
	}
	if when := doc.Steps[3].When; when == nil {
		t.Error("the condition was not read")
	}
	doc.Steps[3].When = nil // policy's own tests say how a condition is read
	if diff := cmp.Diff(want, doc); diff != "" {
		t.Error(diff)
	}
}

func TestStepsThatWaitAreReadWhole(t *testing.T) {
	t.Parallel()
	doc, problems := flow.Parse([]byte(drawn(`{"id":"a","name":"A","type":"wait","for":"PT2H","next":"b"},
	{"id":"b","name":"B","type":"wait","until":{"field":"order.promisedAt","offset":"-P1DT1H"},"next":"c"},
	{"id":"c","name":"C","type":"hold","reason":"look","expiry":"P3D","onExpiry":"exception","next":"d"},
	{"id":"d","name":"D","type":"hold","reason":"ask","next":"e"},
	{"id":"e","name":"E","type":"approval","who":"Sales","question":"Really?","deadline":"P1D","default":"reject","yes":"z","no":"z"},` + end("z"))))
	if problems != nil {
		t.Fatal(problems)
	}
	const day = 24 * time.Hour
	want := []flow.Step{
		{At: "/steps/0", ID: "a", Name: "A", Type: flow.WaitStep, For: 2 * time.Hour, Next: flow.Edge{To: "b"}},
		{At: "/steps/1", ID: "b", Name: "B", Type: flow.WaitStep, Until: flow.Date{Field: "order.promisedAt", Offset: -25 * time.Hour}, Next: flow.Edge{To: "c"}},
		{At: "/steps/2", ID: "c", Name: "C", Type: flow.HoldStep, Reason: "look", Deadline: 3 * day, Default: flow.LateException, Next: flow.Edge{To: "d"}},
		{At: "/steps/3", ID: "d", Name: "D", Type: flow.HoldStep, Reason: "ask", Next: flow.Edge{To: "e"}},
		{At: "/steps/4", ID: "e", Name: "E", Type: flow.ApprovalStep, Who: "Sales", Question: "Really?", Deadline: day, Default: flow.LateReject, Yes: flow.Edge{To: "z"}, No: flow.Edge{To: "z"}},
		{At: "/steps/5", ID: "z", Name: "Z", Type: flow.End},
	}
	if diff := cmp.Diff(want, doc.Steps); diff != "" {
		t.Error(diff)
	}
}

func TestTheCommittedFlowsAreWellFormed(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("../../statemachines/*/flow.json")
	if err != nil || len(files) == 0 {
		t.Fatal("no flows", err)
	}
	for _, file := range files {
		data, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		catalog, err := flow.LoadCatalog()
		if err != nil {
			t.Fatal(err)
		}
		if doc, problems := flow.Parse(data, catalog.Entities...); problems != nil || doc.ID != filepath.Base(filepath.Dir(file)) {
			t.Errorf("%s: id %q, %v", file, doc.ID, problems)
		}
	}
}

func TestDurations(t *testing.T) {
	t.Parallel()
	const day = 24 * time.Hour
	for text, want := range map[string]time.Duration{
		"PT1S": time.Second, "PT90S": 90 * time.Second, "PT1H30M": 90 * time.Minute, "P30D": 30 * day, "P1DT2H3M4S": day + 2*time.Hour + 3*time.Minute + 4*time.Second, "P365D": 365 * day,
	} {
		if got, ok := flow.ParseDuration(text); !ok || got != want {
			t.Errorf("%s: %v %v", text, got, ok)
		}
	}
	for _, text := range []string{"", "P", "PT", "P1DT", "PT0S", "P0D", "P366D", "P365DT1S", "PT99999999S", "P999999DT999999H", "P1M", "P1Y", "P1W", "PT1.5S", "1S", "pt1s", "PT-1S", " PT1S", "PT1S ", "PT1S2M", "PT9999999999999S"} {
		if got, ok := flow.ParseDuration(text); ok {
			t.Errorf("%q was read as %v", text, got)
		}
	}
}

// Whatever is given: no panic, and each problem has a code, a sentence and a
// place inside the document; the same input reads the same.
func FuzzParse(f *testing.F) {
	f.Add(drawn(end("a")))
	f.Add(around(`{"id":"b","name":"B","type":"splitter","branches":[{"name":"x","filter":["x@1"],"next":"c"}],"otherwise":"exception"},` + end("c")))
	f.Add(around(`{"id":"b","name":"B","type":"condition","when":{"all":[{"field":"shipment.complete","operator":"equals","value":true}]},"yes":"c","no":{"to":"b","again":{"maximum":3}}},` + end("c")))
	f.Add(drawn(`{"id":"a","name":"A","type":"provider-action","action":"x","instance":"i","parameters":{"a":[1e999,null]},"retry":{"rate":2},"timeout":"PT1S","raises":"x","next":1},{}`))
	f.Add(drawn(`{"id":"a","name":"A","type":"wait","until":{"field":"order.shipBy","offset":"-P1D"},"next":"b"},{"id":"b","name":"B","type":"hold","reason":"r","expiry":"P1D","onExpiry":"continue","next":"c"},
		{"id":"c","name":"C","type":"approval","who":"w","question":"q","deadline":"P1D","default":"reject","yes":"d","no":"d"},` + end("d")))
	f.Add(`{"format":"2.0"}`)
	f.Add(`[`)
	f.Fuzz(func(t *testing.T, doc string) {
		d, problems := flow.Parse([]byte(doc))
		for _, p := range problems {
			if p.Code == "" || p.Message == "" || p.Pos < 0 || p.Pos > len(doc) || p.Line < 1 || p.Column < 1 {
				t.Errorf("%+v", p)
			}
		}
		again, same := flow.Parse([]byte(doc))
		if !reflect.DeepEqual(d, again) || !slices.Equal(problems, same) {
			t.Error("reading it again gives another result")
		}
		if problems == nil && (d.ID == "" || d.Start == "" || len(d.Steps) == 0) {
			t.Errorf("no problem and no document: %+v", d)
		}
	})
}

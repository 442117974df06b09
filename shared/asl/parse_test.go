package asl_test

import (
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/orderloom/orderloom/shared/asl"
	"github.com/orderloom/orderloom/shared/jsonata"
)

// machine is a definition around its states; A is the first.
func machine(states string) string {
	return `{"QueryLanguage":"JSONata","StartAt":"A","States":{` + states + `}}`
}

// one is a machine of the one state A.
func one(state string) string { return machine(`"A":` + state) }

// task is a machine of one Task with more fields.
func task(more string) string {
	return one(`{"Type":"Task","Resource":"arn:aws:states:::lambda:invoke","Arguments":{"FunctionName":"f"},"End":true` + more + `}`)
}

// choice is a machine whose Choice has the rules.
func choice(rules string) string {
	return machine(`"A":{"Type":"Choice","Choices":[` + rules + `],"Default":"B"},"B":{"Type":"Succeed"}`)
}

// inside is a Map around a state.
func inside(state string) string {
	return one(`{"Type":"Map","End":true,"ItemProcessor":{"StartAt":"B","States":{"B":` + state + `}}}`)
}

// marker stands before the text at which a problem must be reported.
const marker = "¦"

// Every code once for each reason: one problem, at the marked place, of the
// named state.
func TestEveryProblemIsReportedAtItsPlace(t *testing.T) {
	t.Parallel()
	good := one(`{"Type":"Succeed"}`)
	long := strings.Repeat("x", 81)
	for name, c := range map[string]struct{ code, state, doc string }{
		"no JSON":              {asl.InvalidJSON, "", `{"a":{"b":` + "\n" + `[1,nul¦]}}`},
		"ends too early":       {asl.InvalidJSON, "", `{"a":[1¦`},
		"more than one":        {asl.InvalidJSON, "", good + ` ¦7`},
		"a key twice":          {asl.InvalidJSON, "", strings.Replace(good, `"StartAt"`, `¦"QueryLanguage":"JSONPath","StartAt"`, 1)},
		"no object":            {asl.InvalidJSON, "", ` ¦[]`},
		"too deep":             {asl.InvalidJSON, "", strings.Repeat("[", 300) + strings.Repeat("]", 300)},
		"no StartAt":           {asl.MissingField, "", "¦" + strings.Replace(good, `"StartAt":"A",`, ``, 1)},
		"no States":            {asl.MissingField, "", `¦{"QueryLanguage":"JSONata","StartAt":"A"}`},
		"empty States":         {asl.InvalidValue, "", `{"QueryLanguage":"JSONata","StartAt":"A","States":¦{}}`},
		"unknown field":        {asl.UnknownField, "", strings.Replace(good, `"StartAt"`, `¦"Start":1,"StartAt"`, 1)},
		"version 2":            {asl.InvalidValue, "", strings.Replace(good, `"StartAt"`, `"Version":¦"2.0","StartAt"`, 1)},
		"timeout 0":            {asl.InvalidValue, "", strings.Replace(good, `"StartAt"`, `"TimeoutSeconds":¦0,"StartAt"`, 1)},
		"comment a number":     {asl.InvalidValue, "", strings.Replace(good, `"StartAt"`, `"Comment":¦0,"StartAt"`, 1)},
		"field of JSONata":     {asl.UnsupportedLanguage, "A", strings.Replace(one(`{"Type":"Pass","End":true,¦"Output":1}`), `"QueryLanguage":"JSONata",`, ``, 1)},
		"a third language":     {asl.InvalidValue, "", strings.Replace(good, `"JSONata"`, `¦"CEL"`, 1)},
		"JSONPath in a state":  {asl.UnsupportedLanguage, "A", one(`¦{"Type":"Succeed","QueryLanguage":"JSONPath"}`)},
		"JSONPath in a field":  {asl.UnsupportedLanguage, "A", one(`{"Type":"Pass","End":true,¦"ResultPath":null}`)},
		"distributed map":      {asl.OnlyOnAWS, "A", one(`{"Type":"Map","End":true,¦"ItemReader":{},"ItemProcessor":{"StartAt":"B","States":{"B":{"Type":"Succeed"}}}}`)},
		"distributed mode":     {asl.OnlyOnAWS, "A", one(`{"Type":"Map","End":true,"ItemProcessor":{"ProcessorConfig":{"Mode":¦"DISTRIBUTED"},"StartAt":"B","States":{"B":{"Type":"Succeed"}}}}`)},
		"asynchronous":         {asl.OnlyOnAWS, "A", one(`{"Type":"Task","Resource":"arn:aws:states:::lambda:invoke","Arguments":{"FunctionName":"f","InvocationType":¦"Event"},"End":true}`)},
		"StartAt unknown":      {asl.UnknownTarget, "", strings.Replace(good, `"StartAt":"A"`, `"StartAt":¦"X"`, 1)},
		"Next unknown":         {asl.UnknownTarget, "A", one(`{"Type":"Pass","Next":¦"X"}`)},
		"Next in a branch":     {asl.UnknownTarget, "B", machine(`"A":{"Type":"Map","Next":"C","ItemProcessor":{"StartAt":"B","States":{"B":{"Type":"Pass","Next":¦"C"}}}},"C":{"Type":"Succeed"}`)},
		"unreachable":          {asl.UnreachableState, "B", machine(`"A":{"Type":"Succeed"},¦"B":{"Type":"Succeed"}`)},
		"two of one name":      {asl.DuplicateState, "A", strings.Replace(inside(`{"Type":"Succeed"}`), `"StartAt":"B","States":{"B"`, `"StartAt":"A","States":{¦"A"`, 1)},
		"no type":              {asl.MissingField, "A", one(`¦{}`)},
		"unknown type":         {asl.UnknownType, "A", one(`{"Type":¦"Dance"}`)},
		"state no object":      {asl.InvalidValue, "A", one(`¦7`)},
		"name too long":        {asl.InvalidValue, long, strings.ReplaceAll(`{"QueryLanguage":"JSONata","StartAt":"A","States":{¦"A":{"Type":"Succeed"}}}`, `"A"`, `"`+long+`"`)},
		"neither Next nor End": {asl.MissingField, "A", one(`¦{"Type":"Pass"}`)},
		"End false":            {asl.MissingField, "A", one(`¦{"Type":"Pass","End":false}`)},
		"both Next and End":    {asl.InvalidValue, "A", one(`{"Type":"Pass","Next":"A","End":¦true}`)},
		"field of another":     {asl.UnknownField, "A", one(`{"Type":"Succeed",¦"Next":"A"}`)},

		"wait for nothing":      {asl.InvalidValue, "A", one(`¦{"Type":"Wait","End":true}`)},
		"wait for both":         {asl.InvalidValue, "A", one(`¦{"Type":"Wait","Seconds":1,"Timestamp":"2026-01-02T00:00:00Z","End":true}`)},
		"timestamp a word":      {asl.InvalidValue, "A", one(`{"Type":"Wait","Timestamp":¦"noon","End":true}`)},
		"timestamp empty":       {asl.InvalidValue, "A", one(`{"Type":"Wait","Timestamp":¦"","End":true}`)},
		"timestamp a number":    {asl.InvalidValue, "A", one(`{"Type":"Wait","Timestamp":¦5,"End":true}`)},
		"half a second":         {asl.InvalidValue, "A", one(`{"Type":"Wait","Seconds":¦0.5,"End":true}`)},
		"no rules":              {asl.MissingField, "A", one(`¦{"Type":"Choice","Choices":[]}`)},
		"rule no condition":     {asl.MissingField, "A", choice(`¦{"Next":"B"}`)},
		"rule no next":          {asl.MissingField, "A", choice(`¦{"Condition":true}`)},
		"condition a text":      {asl.InvalidValue, "A", choice(`{"Condition":¦"yes","Next":"B"}`)},
		"rule no object":        {asl.InvalidValue, "A", choice(`¦true`)},
		"no branches":           {asl.MissingField, "A", one(`¦{"Type":"Parallel","Branches":[],"End":true}`)},
		"branch no object":      {asl.InvalidValue, "A", one(`{"Type":"Parallel","Branches":[¦1],"End":true}`)},
		"no processor":          {asl.MissingField, "A", one(`¦{"Type":"Map","End":true}`)},
		"items a number":        {asl.InvalidValue, "A", one(`{"Type":"Map","Items":¦7,"End":true,"ItemProcessor":{"StartAt":"B","States":{"B":{"Type":"Succeed"}}}}`)},
		"fail code a number":    {asl.InvalidValue, "A", one(`{"Type":"Fail","Error":¦7}`)},
		"variable no name":      {asl.InvalidValue, "A", one(`{"Type":"Pass","Assign":{¦"1st":1},"End":true}`)},
		"variable states":       {asl.InvalidValue, "A", one(`{"Type":"Pass","Assign":{¦"states":1},"End":true}`)},
		"assign a list":         {asl.InvalidValue, "A", one(`{"Type":"Pass","Assign":¦[],"End":true}`)},
		"no resource":           {asl.MissingField, "A", one(`¦{"Type":"Task","End":true}`)},
		"unknown resource":      {asl.UnsupportedResource, "A", one(`{"Type":"Task","Resource":¦"arn:aws:states:::sqs:receiveMessage","End":true}`)},
		"events to their end":   {asl.UnsupportedResource, "A", one(`{"Type":"Task","Resource":¦"arn:aws:states:::events:putEvents.sync","Arguments":{"Entries":[]},"End":true}`)},
		"no queue":              {asl.MissingField, "A", one(`¦{"Type":"Task","Resource":"arn:aws:states:::sqs:sendMessage","Arguments":{},"End":true}`)},
		"no end":                {asl.NoTerminalState, "", strings.Replace(one(`{"Type":"Pass","Next":"A"}`), `"States":`, `"States":¦`, 1)},
		"catch covered":         {asl.UnreachableCatch, "B", machine(`"B":{"Type":"Task","Resource":"arn:aws:lambda:us-east-1:0:function:f","Catch":[{"ErrorEquals":["States.TaskFailed"],"Next":"A"},¦{"ErrorEquals":["X","Y"],"Next":"A"}],"Next":"A"},"A":{"Type":"Choice","Choices":[{"Condition":true,"Next":"B"}],"Default":"C"},"C":{"Type":"Succeed"}`)},
		"no function":           {asl.MissingField, "A", one(`¦{"Type":"Task","Resource":"arn:aws:states:::lambda:invoke","Arguments":{},"End":true}`)},
		"token not passed on":   {asl.MissingTaskToken, "A", one(`¦{"Type":"Task","Resource":"arn:aws:states:::lambda:invoke.waitForTaskToken","Arguments":{"FunctionName":"f"},"End":true}`)},
		"heartbeat too slow":    {asl.InvalidValue, "A", task(`,"TimeoutSeconds":5,"HeartbeatSeconds":¦5`)},
		"retry no list":         {asl.InvalidValue, "A", task(`,"Retry":¦{}`)},
		"retry of what":         {asl.MissingField, "A", task(`,"Retry":[¦{}]`)},
		"retry unknown":         {asl.UnknownField, "A", task(`,"Retry":[{"ErrorEquals":["X"],¦"Times":3}]`)},
		"retry slower than 1":   {asl.InvalidValue, "A", task(`,"Retry":[{"ErrorEquals":["X"],"BackoffRate":¦0.5}]`)},
		"jitter some":           {asl.InvalidValue, "A", task(`,"Retry":[{"ErrorEquals":["X"],"JitterStrategy":¦"SOME"}]`)},
		"States.ALL first":      {asl.MisplacedStatesAll, "A", task(`,"Retry":[{"ErrorEquals":[¦"States.ALL"]},{"ErrorEquals":["X"]}]`)},
		"States.ALL with X":     {asl.MisplacedStatesAll, "A", task(`,"Retry":[{"ErrorEquals":["X",¦"States.ALL"]}]`)},
		"catch leads nowhere":   {asl.MissingField, "A", task(`,"Catch":[¦{"ErrorEquals":["X"]}]`)},
		"catch leads astray":    {asl.UnknownTarget, "A", task(`,"Catch":[{"ErrorEquals":["X"],"Next":¦"X"}]`)},
		"expression broken":     {asl.InvalidExpression, "A", one(`{"Type":"Pass","Output":"{% 1 +¦ %}","End":true}`)},
		"expression past a \\n": {asl.InvalidExpression, "A", one(`{"Type":"Pass","Output":{"x":["{% '\n\u00e9\ud83d\ude00' * * ¦2 %}"]},"End":true}`)},
		"variable nobody sets":  {asl.UndefinedVariable, "A", one(`{"Type":"Pass","Output":¦"{% $x %}","End":true}`)},
		"set at the same time":  {asl.UndefinedVariable, "A", one(`{"Type":"Pass","Assign":{"x":1,"y":¦"{% $x %}"},"End":true}`)},
		"set in a branch":       {asl.UndefinedVariable, "C", machine(`"A":{"Type":"Map","Next":"C","ItemProcessor":{"StartAt":"B","States":{"B":{"Type":"Pass","Assign":{"x":1},"End":true}}}},"C":{"Type":"Succeed","Output":¦"{% $x %}"}`)},
		"set from inside":       {asl.ShadowedVariable, "B", machine(`"Z":{"Type":"Map","End":true,"ItemProcessor":{"StartAt":"B","States":{¦"B":{"Type":"Pass","Assign":{"x":1},"End":true}}}},"A":{"Type":"Pass","Assign":{"x":1},"Next":"Z"}`)},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			pos := strings.Index(c.doc, marker)
			doc := strings.Replace(c.doc, marker, "", 1)
			m, problems := asl.Parse([]byte(doc))
			if m != nil || len(problems) != 1 {
				t.Fatalf("want one problem %s, got:\n%v\nin %s", c.code, problems, doc)
			}
			p := problems[0]
			if p.Code != c.code || p.State != c.state || p.Message == "" {
				t.Errorf("want %s of state %q: %+v", c.code, c.state, p)
			}
			if pos >= 0 && p.Position != pos {
				t.Errorf("%v\nat %q; want at %q", p, doc[p.Position:], doc[pos:])
			}
		})
	}
}

func TestAllProblemsAreReportedAtOnce(t *testing.T) {
	t.Parallel()
	_, problems := asl.Parse([]byte(machine(`"A":{"Type":"Pass","Next":"X","Output":"{% ( %}"},"B":{"Type":"Dance"}`)))
	var got []string
	for _, p := range problems {
		got = append(got, p.Code+" "+p.Pointer)
	}
	want := []string{"UNKNOWN_TARGET /States/A/Next", "INVALID_EXPRESSION /States/A/Output", "UNREACHABLE_STATE /States/B", "UNKNOWN_STATE_TYPE /States/B/Type"}
	if !slices.Equal(got, want) {
		t.Errorf("%v\n%v", got, problems)
	}
}

func TestAPlaceInsideAStateIsAJSONPointer(t *testing.T) {
	t.Parallel()
	_, problems := asl.Parse([]byte(strings.ReplaceAll(one(`{"Type":"Succeed","Output":{"x/y":["{% ( %}"]}}`), `"A"`, `"A~B"`)))
	if len(problems) != 1 || problems[0].Pointer != "/States/A~0B/Output/x~1y/0" {
		t.Errorf("%v", problems)
	}
}

func TestAMachineIsLinked(t *testing.T) {
	t.Parallel()
	m, problems := asl.Parse([]byte(machine(`"A":{"Type":"Task","Resource":"arn:aws:states:::lambda:invoke.waitForTaskToken",
		"Arguments":{"FunctionName":"f","Payload":{"token":"{% $states.context.Task.Token %}"}},"TimeoutSeconds":60,"HeartbeatSeconds":"{% 5 %}",
		"Retry":[{"ErrorEquals":["X"],"IntervalSeconds":2,"BackoffRate":1.5,"MaxAttempts":0,"MaxDelaySeconds":9,"JitterStrategy":"FULL"},{"ErrorEquals":["States.ALL"]}],
		"Catch":[{"ErrorEquals":["States.ALL"],"Assign":{"e":"{% $states.errorOutput %}"},"Next":"C"}],"Assign":{"v":1},"Next":"B"},
		"B":{"Type":"Choice","Choices":[{"Condition":"{% $v = 1 %}","Next":"C"},{"Condition":false,"Next":"A"}],"Default":"C"},
		"C":{"Type":"Parallel","Branches":[{"StartAt":"D","States":{"D":{"Type":"Wait","Seconds":1,"End":true}}}],"End":true}`)))
	if problems != nil {
		t.Fatal(problems)
	}
	a, b, c := m.States[0], m.States[1], m.States[2]
	if m.Scope.Start != a || a.Next != b || a.Catch[0].Next != c || b.Rules[0].Next != c || b.Rules[1].Next != a || b.Default != c || !c.End {
		t.Error("transitions lead elsewhere")
	}
	if d := c.Branches[0].Start; d != m.States[3] || d.Index != 3 || d.Pointer() != "/States/C/Branches/0/States/D" {
		t.Errorf("%+v", d)
	}
	want := []asl.Retrier{
		{ErrorEquals: []string{"X"}, IntervalSeconds: 2, BackoffRate: 1.5, MaxDelaySeconds: 9, FullJitter: true},
		{ErrorEquals: []string{"States.ALL"}, IntervalSeconds: 1, BackoffRate: 2, MaxAttempts: 3},
	}
	if !reflect.DeepEqual(a.Retry, want) {
		t.Errorf("%+v", a.Retry)
	}
	if r := a.Resource; r.Service != asl.LambdaInvoke || !r.Token || r.Type() != "lambda" || r.Action() != "invoke.waitForTaskToken" {
		t.Errorf("%+v", r)
	}
	if v, ok := a.Timeout.Constant(); !ok || v != 60.0 {
		t.Errorf("%v %v", v, ok)
	}
}

func TestAValueIsBuiltFromItsExpressions(t *testing.T) {
	t.Parallel()
	m, problems := asl.Parse([]byte(one(`{"Type":"Succeed","Output":{"b":[1,"{% 'x' & 'y' %}",null],"a":{"c":true,"d":"no expression"}}}`)))
	if problems != nil {
		t.Fatal(problems)
	}
	var fields []string
	got, err := m.States[0].Output.Eval(func(e *asl.Expr) (any, error) {
		fields = append(fields, e.Field)
		return e.Eval(t.Context(), nil, nil)
	})
	if err != nil {
		t.Fatal(err)
	}
	text, err := jsonata.Encode(got)
	if err != nil || string(text) != `{"b":[1,"xy",null],"a":{"c":true,"d":"no expression"}}` || !slices.Equal(fields, []string{"Output/b/1"}) {
		t.Errorf("%s %v %v", text, err, fields)
	}
}

func TestWhatAnExpressionNeeds(t *testing.T) {
	t.Parallel()
	for src, want := range map[string][2]bool{ // states, context
		"1":                                  {false, false},
		"$states.input.a":                    {true, false},
		"$states . result + $states.input.b": {true, false},
		"$states.context.Execution.Id":       {true, true},
		"$states":                            {true, true},
		"$states.input & $states.context.x":  {true, true},
		"$lookup($states, 'context')":        {true, true},
	} {
		m, problems := asl.Parse([]byte(one(fmt.Sprintf(`{"Type":"Succeed","Output":%q}`, "{% "+src+" %}"))))
		if problems != nil {
			t.Fatal(problems)
		}
		m.States[0].Output.Each(func(e *asl.Expr) {
			if e.NeedsStates != want[0] || e.NeedsContext != want[1] {
				t.Errorf("%s: states %v, context %v", src, e.NeedsStates, e.NeedsContext)
			}
		})
	}
}

func TestMatches(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		list []string
		name string
		want bool
	}{
		{[]string{"A", "B"}, "B", true},
		{[]string{"A"}, "B", false},
		{[]string{"States.ALL"}, "Anything", true},
		{[]string{"States.ALL"}, asl.ErrTimeout, true},
		{[]string{"States.ALL"}, asl.ErrRuntime, false},
		{[]string{asl.ErrRuntime}, asl.ErrRuntime, false},
		{[]string{"States.ALL"}, asl.ErrDataLimit, false},
		{[]string{asl.ErrDataLimit}, asl.ErrDataLimit, true},
		{[]string{asl.ErrTaskFailed}, "Provider.Unavailable", true},
		{[]string{asl.ErrTaskFailed}, asl.ErrTimeout, false},
		{[]string{asl.ErrTaskFailed}, asl.ErrHeartbeatTimeout, false},
		{[]string{asl.ErrTaskFailed}, asl.ErrDataLimit, false},
		{[]string{asl.ErrTimeout}, asl.ErrHeartbeatTimeout, true},
		{[]string{asl.ErrHeartbeatTimeout}, asl.ErrTimeout, false},
		{nil, "A", false},
	} {
		if got := asl.Matches(c.list, c.name); got != c.want {
			t.Errorf("%v covers %s: %v", c.list, c.name, got)
		}
	}
}

func TestTheCommittedMachinesParse(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("../../statemachines/*/statemachine.asl.json")
	if err != nil || len(files) == 0 {
		t.Fatal("no machines", err)
	}
	for _, file := range files {
		data, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if _, problems := asl.Parse(data); problems != nil {
			t.Errorf("%s: %v", file, problems)
		}
	}
}

// Whatever is given: no panic, problems inside the document in its order, and a
// machine without problems is whole.
func FuzzParse(f *testing.F) {
	f.Add(one(`{"Type":"Wait","Timestamp":5,"End":true}`))
	f.Add(task(`,"TimeoutSeconds":5,"HeartbeatSeconds":"{% 1 %}","Retry":[{"ErrorEquals":["X"]}],"Catch":[{"ErrorEquals":["States.ALL"],"Next":"A","Assign":{"x":"{% $states.errorOutput %}"}}]`))
	f.Add(choice(`{"Condition":"{% $x %}","Next":"B","Output":[{},1e999]}`))
	f.Add(inside(`{"Type":"Pass","Assign":{"x":"{% '\u00e9\ud83d\ude00' * %}"},"End":true}`))
	f.Add(one(`{"Type":"Parallel","Branches":[{"StartAt":1,"States":[]}],"End":0}`))
	f.Add(one(`{"Type":"Map","Items":"{% [] %}","MaxConcurrency":-1,"ItemProcessor":{"ProcessorConfig":7},"End":true}`))
	f.Add(everyPath)
	f.Add(paths(`"A":{"Type":"Choice","Choices":[{"Not":{"And":[1]}}]},"B":{"Type":"Map","Iterator":{}},"C":{"Type":"Fail","ErrorPath":1,"Error":2}`))
	f.Fuzz(func(t *testing.T, doc string) {
		m, problems := asl.Parse([]byte(doc))
		if (m == nil) == (problems == nil) {
			t.Errorf("machine %v, problems %v", m, problems)
		}
		last := 0
		for _, p := range problems {
			if p.Code == "" || p.Message == "" || p.Position < last || p.Position > len(doc) {
				t.Errorf("%+v", p)
			}
			last = p.Position
		}
		if m == nil {
			return
		}
		for i, st := range m.States {
			if st.Index != i || st.Type == "" || (st.Next == nil && !st.End && st.Type != asl.Choice) {
				t.Errorf("%+v", st)
			}
		}
	})
}

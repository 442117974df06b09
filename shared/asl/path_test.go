package asl_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/orderloom/orderloom/shared/asl"
	"github.com/orderloom/orderloom/shared/jsonata"
	"github.com/orderloom/orderloom/shared/jsonpath"
)

// paths is a definition of JSONPath states; A is the first.
func paths(states string) string { return `{"StartAt":"A","States":{` + states + `}}` }

// everyPath has every field that only JSONPath states have.
const everyPath = `{"StartAt":"P","States":{
 "P":{"Type":"Pass","InputPath":"$.in","Parameters":{"x.$":"States.Array($.a, $$.State.Name)","y":[1]},"Result":{"r.$":1},"ResultPath":"$.p[0]","OutputPath":null,"Assign":{"v.$":"$.r","w":{"z.$":"$"}},"Next":"T"},
 "T":{"Type":"Task","Resource":"arn:aws:states:::states:startExecution.sync:2","Parameters":{"StateMachineArn.$":"$v.arn"},"ResultSelector":{"o.$":"$.Output"},"TimeoutSecondsPath":"$.t","HeartbeatSecondsPath":"$.h",
  "Catch":[{"ErrorEquals":["States.ALL"],"ResultPath":null,"Next":"F"}],"Next":"C"},
 "C":{"Type":"Choice","Choices":[{"And":[{"Variable":"$.n","NumericEquals":1},{"Not":{"Variable":"$.s","StringEqualsPath":"$w.z"}}],"Next":"W"},{"Or":[{"Variable":"$.n","IsPresent":false}],"Next":"W"}],"Default":"W"},
 "W":{"Type":"Wait","SecondsPath":"$.s","Next":"X"},
 "X":{"Type":"Wait","TimestampPath":"$.at","Next":"M"},
 "M":{"Type":"Map","ItemsPath":"$.l","Parameters":{"v.$":"$$.Map.Item.Value"},"MaxConcurrencyPath":"$.c","Iterator":{"StartAt":"J","States":{"J":{"Type":"Pass","QueryLanguage":"JSONata","Output":"{% $w %}","End":true}}},"End":true},
 "F":{"Type":"Fail","ErrorPath":"$.Error","CausePath":"States.Format('{}', $.Cause)"}}}`

func TestParseJSONPath(t *testing.T) {
	t.Parallel()
	m, problems := asl.Parse([]byte(everyPath))
	if problems != nil {
		t.Fatal(problems)
	}
	by := map[string]*asl.State{}
	for _, st := range m.States {
		by[st.Name] = st
	}
	for field, c := range map[string]struct {
		value *asl.Value
		want  string // sources of its expressions
	}{
		"InputPath":            {by["P"].InputPath, "$.in"},
		"Parameters":           {by["P"].Arguments, "States.Array($.a, $$.State.Name)"},
		"Assign":               {by["P"].Assign[1].Value, "$"},
		"ResultSelector":       {by["T"].ResultSelector, "$.Output"},
		"TimeoutSecondsPath":   {by["T"].Timeout, "$.t"},
		"HeartbeatSecondsPath": {by["T"].Heartbeat, "$.h"},
		"SecondsPath":          {by["W"].Seconds, "$.s"},
		"TimestampPath":        {by["X"].Timestamp, "$.at"},
		"ItemsPath":            {by["M"].Items, "$.l"},
		"Map's Parameters":     {by["M"].ItemSelector, "$$.Map.Item.Value"},
		"MaxConcurrencyPath":   {by["M"].MaxConcurrency, "$.c"},
		"ErrorPath":            {by["F"].Error, "$.Error"},
		"CausePath":            {by["F"].Cause, "States.Format('{}', $.Cause)"},
	} {
		var got []string
		c.value.Each(func(e *asl.Expr) {
			got = append(got, e.Source())
			if e.Path == nil || e.Expr != nil {
				t.Errorf("%s is no path", field)
			}
		})
		if strings.Join(got, " ") != c.want {
			t.Errorf("%s: %q", field, got)
		}
	}
	if v, ok := by["P"].OutputPath.Constant(); !ok || v.(*jsonata.Object).Len() != 0 {
		t.Error("a null OutputPath selects {}")
	}
	if v, ok := by["P"].Result.Constant(); !ok || v.(*jsonata.Object).Keys()[0] != "r.$" {
		t.Error("Result is no template")
	}
	if by["P"].Language != asl.JSONPath || by["J"].Language != asl.JSONata || by["J"].Output == nil || by["M"].Processor.Start != by["J"] {
		t.Error("languages or scopes are wrong")
	}
	if r := by["T"].Resource; r.Service != asl.StartExecution || !r.Sync || !r.SyncJSON || r.Action() != "startExecution.sync:2" || r.Type() != "states" {
		t.Errorf("%+v", r)
	}
	first, second := by["C"].Rules[0].Test, by["C"].Rules[1].Test
	if len(first.And) != 2 || first.And[0].Operand != 1.0 || first.And[1].Not.OperandAt.Source() != "$w.z" || !second.Or[0].Comparison.IsPresent() {
		t.Errorf("%+v %+v", first, second)
	}
	place := func(r *asl.ResultPath) string {
		in, _ := jsonata.Decode([]byte(`{"p":[1,2]}`))
		v, err := r.Place(in, "new")
		if err != nil {
			return err.Error()
		}
		raw, _ := jsonata.Encode(v)
		return string(raw)
	}
	if got := place(by["P"].ResultPath) + place(by["T"].ResultPath) + place(by["T"].Catch[0].ResultPath); got != `{"p":["new",2]}"new"{"p":[1,2]}` {
		t.Error(got)
	}
}

// A template keeps the order of its keys, which lose their ".$".
func TestATemplateIsBuilt(t *testing.T) {
	t.Parallel()
	m, problems := asl.Parse([]byte(paths(`"A":{"Type":"Pass","Parameters":{"z.$":"$.n","b":["$.n",{"y.$":"States.MathAdd($.n, 1)"}],"a":{"c":null}},"End":true}`)))
	if problems != nil {
		t.Fatal(problems)
	}
	in, _ := jsonata.Decode([]byte(`{"n":1}`))
	var fields []string
	v, err := m.States[0].Arguments.Eval(func(e *asl.Expr) (any, error) {
		fields = append(fields, e.Field)
		return e.Path.Eval(&jsonpath.Scope{Input: in})
	})
	if err != nil {
		t.Fatal(err)
	}
	raw, err := jsonata.Encode(v)
	if err != nil || string(raw) != `{"z":1,"b":["$.n",{"y":2}],"a":{"c":null}}` || !slices.Equal(fields, []string{"Parameters/z.$", "Parameters/b/1/y.$"}) {
		t.Errorf("%s %v %q", raw, err, fields)
	}
}

// Problems of JSONPath stand at the marked place.
func TestProblemsOfPathsAreReportedAtTheirPlace(t *testing.T) {
	t.Parallel()
	const z = `,"Z":{"Type":"Succeed"}`
	rule := func(r string) string {
		return paths(`"A":{"Type":"Choice","Choices":[` + r + `],"Default":"Z"}` + z)
	}
	for name, c := range map[string]struct{ code, pointer, doc string }{
		"inside a path":              {asl.InvalidExpression, "/States/A/InputPath", paths(`"A":{"Type":"Pass","InputPath":"$.a[¦x]","End":true}`)},
		"behind an escape":           {asl.InvalidExpression, "/States/A/Parameters/x.$", paths(`"A":{"Type":"Pass","Parameters":{"x.$":"States.Array('\\'\u00e9', ¦b)"},"End":true}`)},
		"in a list":                  {asl.InvalidExpression, "/States/A/Parameters/l/1/y.$", paths(`"A":{"Type":"Pass","Parameters":{"l":[1,{"y.$":"¦y"}]},"End":true}`)},
		"a field of the other":       {asl.UnsupportedLanguage, "/States/A/Items", paths(`"A":{"Type":"Map",¦"Items":[],"ItemProcessor":{"StartAt":"B","States":{"B":{"Type":"Succeed"}}},"End":true}`)},
		"twice":                      {asl.InvalidValue, "/States/A/Assign/x", paths(`"A":{"Type":"Pass","Assign":{"x.$":"$",¦"x":1},"End":true}`)},
		"a variable":                 {asl.UndefinedVariable, "/States/A/ResultSelector/x.$", paths(`"A":{"Type":"Task","Resource":"arn:aws:lambda:us-east-1:0:function:f","ResultSelector":{"x.$":¦"$v"},"End":true}`)},
		"no test":                    {asl.MissingField, "/States/A/Choices/0", rule(`¦{"Variable":"$.a","Next":"Z"}`)},
		"two tests":                  {asl.InvalidValue, "/States/A/Choices/0/Or", rule(`{"And":[{"Variable":"$.a","IsNull":true}],¦"Or":[{"Variable":"$.a","IsNull":true}],"Next":"Z"}`)},
		"Variable beside And":        {asl.InvalidValue, "/States/A/Choices/0/Variable", rule(`{"And":[{"Variable":"$.a","IsNull":true}],"Variable":¦"$.a","Next":"Z"}`)},
		"operand deep inside":        {asl.InvalidValue, "/States/A/Choices/0/And/0/Not/NumericEquals", rule(`{"And":[{"Not":{"Variable":"$.a","NumericEquals":¦"1"}}],"Next":"Z"}`)},
		"a test that is none":        {asl.InvalidValue, "/States/A/Choices/0/And/0", rule(`{"And":[¦1],"Next":"Z"}`)},
		"where results cannot go":    {asl.InvalidExpression, "/States/A/ResultPath", paths(`"A":{"Type":"Pass","ResultPath":¦"$$.a","End":true}`)},
		"a token that nobody gets":   {asl.MissingTaskToken, "/States/A/Parameters", paths(`"A":¦{"Type":"Task","Resource":"arn:aws:states:::sqs:sendMessage.waitForTaskToken","Parameters":{"QueueUrl":"q"},"End":true}`)},
		"a function that is no text": {asl.InvalidExpression, "/States/A/ErrorPath", paths(`"A":{"Type":"Fail","ErrorPath":¦"States.Array()"}`)},
		"a template that is none":    {asl.InvalidValue, "/States/A/ItemSelector", paths(`"A":{"Type":"Map","ItemSelector":¦[],"ItemProcessor":{"StartAt":"B","States":{"B":{"Type":"Succeed"}}},"End":true}`)},
	} {
		pos := strings.Index(c.doc, marker)
		doc := strings.Replace(c.doc, marker, "", 1)
		m, problems := asl.Parse([]byte(doc))
		if m != nil || len(problems) != 1 || problems[0].Code != c.code || problems[0].Pointer != c.pointer || problems[0].Position != pos || problems[0].Message == "" {
			t.Errorf("%s: want %s of %s at byte %d, got:\n%v\nin %s", name, c.code, c.pointer, pos, problems, doc)
		}
	}
}

// Every field that a language does not have is answered with what it has.
func TestFieldsOfTheOtherLanguageNameTheRightOne(t *testing.T) {
	t.Parallel()
	for field, advice := range map[string]string{"InputPath": "Arguments", "Parameters": "Arguments", "ResultPath": "Output", "ItemsPath": "Items", "SecondsPath": "Seconds", "Variable": "Condition", "StringEquals": "Condition", "CausePath": "Cause"} {
		wantAdvice(t, one(`{"Type":"Pass","`+field+`":"$","End":true}`), field+" belongs to JSONPath; with JSONata use "+advice)
	}
	for field, advice := range map[string]string{"Arguments": "Parameters", "Output": "ResultSelector", "Items": "ItemsPath", "Condition": "Variable"} {
		wantAdvice(t, paths(`"A":{"Type":"Pass","`+field+`":1,"End":true}`), field+" belongs to JSONata; with JSONPath use "+advice)
	}
}

func wantAdvice(t *testing.T, definition, message string) {
	t.Helper()
	_, problems := asl.Parse([]byte(definition))
	if len(problems) != 1 || problems[0].Code != asl.UnsupportedLanguage || !strings.HasPrefix(problems[0].Message, message) {
		t.Errorf("want %q: %v", message, problems)
	}
}

// Ten mistakes in a JSONPath machine are ten problems, in the order of the text.
func TestAllProblemsOfPathsAtOnce(t *testing.T) {
	t.Parallel()
	_, problems := asl.Parse([]byte(`{"StartAt":"A","States":{
 "A":{"Type":"Pass","InputPath":"a","Parameters":{"x.$":"States.No()"},"ResultPath":"$..a","Output":1,"Next":"B"},
 "B":{"Type":"Choice","Choices":[{"Variable":"$.a","NumericEquals":"1","Next":"C"}],"Default":"C"},
 "C":{"Type":"Wait","Seconds":1,"SecondsPath":"$.s","Next":"D"},
 "D":{"Type":"Task","Resource":"arn:aws:states:::sns:publish","TimeoutSeconds":0,"Next":"E"},
 "E":{"Type":"Pass","Parameters":{"x.$":"$v"},"End":true},
 "F":{"Type":"Succeed"}}}`))
	var got []string
	for i, p := range problems {
		got = append(got, p.Code+" "+p.State)
		if i > 0 && p.Position <= problems[i-1].Position {
			t.Errorf("%v comes after %v", p, problems[i-1])
		}
	}
	want := []string{"INVALID_EXPRESSION A", "INVALID_EXPRESSION A", "INVALID_EXPRESSION A", "UNSUPPORTED_QUERY_LANGUAGE A", "INVALID_VALUE B",
		"INVALID_VALUE C", "UNSUPPORTED_RESOURCE D", "INVALID_VALUE D", "UNDEFINED_VARIABLE E", "UNREACHABLE_STATE F"}
	if !slices.Equal(got, want) {
		t.Errorf("got  %q\nwant %q\n%v", got, want, problems)
	}
}

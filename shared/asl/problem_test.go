package asl_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/orderloom/orderloom/shared/asl"
)

// withStates wraps states; A is the first.
func withStates(states string) string {
	return `{"QueryLanguage":"JSONata","StartAt":"A","States":{` + states + `}}`
}

const (
	lastZ = `"Z":{"Type":"Succeed"}`
	aTask = `"Type":"Task","Resource":"arn:aws:states:::lambda:invoke","Arguments":{"FunctionName":"f"}`
)

// Each problem: its code, the state, the JSON pointer, and where it points in
// the text: the position is that of the text after the mark ‸.
func TestProblems(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ name, definition, code, state, pointer string }{
		{"no JSON", `{"StartAt":‸x}`, asl.InvalidJSON, "", ""},
		{"JSON that ends early", `{"StartAt":"A"‸`, asl.InvalidJSON, "", ""},
		{"more after the end", `{} ‸{}`, asl.InvalidJSON, "", ""},
		{"no object", `‸[]`, asl.InvalidJSON, "", ""},
		{"a key twice", `{"QueryLanguage":"JSONata","StartAt":"A",‸"StartAt":"A","States":{"A":{"Type":"Succeed"}}}`, asl.InvalidJSON, "", ""},

		{"no StartAt", `‸{"QueryLanguage":"JSONata","States":{"A":{"Type":"Succeed"}}}`, asl.MissingField, "", ""},
		{"no States", `‸{"QueryLanguage":"JSONata","StartAt":"A"}`, asl.MissingField, "", ""},
		{"no Type", withStates(`"A":‸{}`), asl.MissingField, "A", "/States/A"},
		{"neither Next nor End", withStates(`"A":‸{"Type":"Pass"}`), asl.MissingField, "A", "/States/A"},
		{"no Resource", withStates(`"A":‸{"Type":"Task","End":true}`), asl.MissingField, "A", "/States/A"},
		{"no FunctionName", withStates(`"A":‸{"Type":"Task","Resource":"arn:aws:states:::lambda:invoke","Arguments":{},"End":true}`), asl.MissingField, "A", "/States/A/Arguments"},
		{"no Choices", withStates(`"A":‸{"Type":"Choice"}`), asl.MissingField, "A", "/States/A"},
		{"no Condition", withStates(`"A":{"Type":"Choice","Choices":[‸{"Next":"Z"}]},` + lastZ), asl.MissingField, "A", "/States/A/Choices/0"},
		{"no Next in a rule", withStates(`"A":{"Type":"Choice","Choices":[‸{"Condition":true}],"Default":"Z"},` + lastZ), asl.MissingField, "A", "/States/A/Choices/0"},
		{"no Branches", withStates(`"A":‸{"Type":"Parallel","End":true}`), asl.MissingField, "A", "/States/A"},
		{"no ItemProcessor", withStates(`"A":‸{"Type":"Map","End":true}`), asl.MissingField, "A", "/States/A"},
		{"no ErrorEquals", withStates(`"A":{` + aTask + `,"Retry":[‸{"MaxAttempts":1}],"End":true}`), asl.MissingField, "A", "/States/A/Retry/0"},
		{"no Next in a catcher", withStates(`"A":{` + aTask + `,"Catch":[‸{"ErrorEquals":["E"]}],"End":true}`), asl.MissingField, "A", "/States/A/Catch/0"},

		{"an unknown field", withStates(`"A":{"Type":"Pass",‸"Nxt":"Z","End":true}`), asl.UnknownField, "A", "/States/A/Nxt"},
		{"an unknown field of the machine", `{"QueryLanguage":"JSONata","StartAt":"A",‸"Start":1,"States":{"A":{"Type":"Succeed"}}}`, asl.UnknownField, "", "/Start"},
		{"a field of another type", withStates(`"A":{"Type":"Pass",‸"Seconds":1,"End":true}`), asl.UnknownField, "A", "/States/A/Seconds"},
		{"Retry on a Choice", withStates(`"A":{"Type":"Choice",‸"Retry":[],"Choices":[{"Condition":true,"Next":"Z"}]},` + lastZ), asl.UnknownField, "A", "/States/A/Retry"},

		{"Next and End", withStates(`"A":{"Type":"Pass","Next":"Z","End":‸true},` + lastZ), asl.InvalidValue, "A", "/States/A/End"},
		{"a number for a string", withStates(`"A":{"Type":"Pass","Next":‸1},` + lastZ), asl.InvalidValue, "A", "/States/A/Next"},
		{"Seconds and Timestamp", withStates(`"A":‸{"Type":"Wait","Seconds":1,"Timestamp":"2026-01-01T00:00:00Z","End":true}`), asl.InvalidValue, "A", "/States/A"},
		{"neither Seconds nor Timestamp", withStates(`"A":‸{"Type":"Wait","End":true}`), asl.InvalidValue, "A", "/States/A"},
		{"a Timestamp that is none", withStates(`"A":{"Type":"Wait","Timestamp":‸"tomorrow","End":true}`), asl.InvalidValue, "A", "/States/A/Timestamp"},
		{"an empty Timestamp", withStates(`"A":{"Type":"Wait","Timestamp":‸"","End":true}`), asl.InvalidValue, "A", "/States/A/Timestamp"},
		{"a Timestamp that is a number", withStates(`"A":{"Type":"Wait","Timestamp":‸5,"End":true}`), asl.InvalidValue, "A", "/States/A/Timestamp"},
		{"negative Seconds", withStates(`"A":{"Type":"Wait","Seconds":‸-1,"End":true}`), asl.InvalidValue, "A", "/States/A/Seconds"},
		{"a part of a second", withStates(`"A":{"Type":"Wait","Seconds":‸1.5,"End":true}`), asl.InvalidValue, "A", "/States/A/Seconds"},
		{"a heartbeat as long as the timeout", withStates(`"A":{` + aTask + `,"TimeoutSeconds":5,"HeartbeatSeconds":‸5,"End":true}`), asl.InvalidValue, "A", "/States/A/HeartbeatSeconds"},
		{"TimeoutSeconds 0", withStates(`"A":{` + aTask + `,"TimeoutSeconds":‸0,"End":true}`), asl.InvalidValue, "A", "/States/A/TimeoutSeconds"},
		{"a BackoffRate below 1", withStates(`"A":{` + aTask + `,"Retry":[{"ErrorEquals":["E"],"BackoffRate":‸0.5}],"End":true}`), asl.InvalidValue, "A", "/States/A/Retry/0/BackoffRate"},
		{"an unknown JitterStrategy", withStates(`"A":{` + aTask + `,"Retry":[{"ErrorEquals":["E"],"JitterStrategy":‸"SOME"}],"End":true}`), asl.InvalidValue, "A", "/States/A/Retry/0/JitterStrategy"},
		{"an ErrorEquals that is no string", withStates(`"A":{` + aTask + `,"Retry":[{"ErrorEquals":[‸1]}],"End":true}`), asl.InvalidValue, "A", "/States/A/Retry/0/ErrorEquals/0"},
		{"a Condition that is text", withStates(`"A":{"Type":"Choice","Choices":[{"Condition":‸"yes","Next":"Z"}]},` + lastZ), asl.InvalidValue, "A", "/States/A/Choices/0/Condition"},
		{"a variable named states", withStates(`"A":{"Type":"Pass","Assign":{‸"states":1},"End":true}`), asl.InvalidValue, "A", "/States/A/Assign/states"},
		{"a variable with a dash", withStates(`"A":{"Type":"Pass","Assign":{‸"a-b":1},"End":true}`), asl.InvalidValue, "A", "/States/A/Assign/a-b"},
		{"a long name", withStates(`"A":{"Type":"Pass","Next":"` + strings.Repeat("x", 81) + `"},‸"` + strings.Repeat("x", 81) + `":{"Type":"Succeed"}`), asl.InvalidValue, strings.Repeat("x", 81), "/States/" + strings.Repeat("x", 81)},
		{"a state that is no object", withStates(`"A":‸[]`), asl.InvalidValue, "A", "/States/A"},
		{"no states", `{"QueryLanguage":"JSONata","States":‸{},"StartAt":"A"}`, asl.InvalidValue, "", "/States"},
		{"another version", `{"Version":‸"2.0","QueryLanguage":"JSONata","StartAt":"A","States":{"A":{"Type":"Succeed"}}}`, asl.InvalidValue, "", "/Version"},
		{"Items that are a number", withStates(`"A":{"Type":"Map","Items":‸5,"End":true,"ItemProcessor":{"StartAt":"Z","States":{` + lastZ + `}}}`), asl.InvalidValue, "A", "/States/A/Items"},

		{"a field of JSONata", `{"StartAt":"A","States":{"A":{"Type":"Pass",‸"Output":1,"End":true}}}`, asl.UnsupportedLanguage, "A", "/States/A/Output"},
		{"JSONPath in a state", withStates(`"A":‸{"Type":"Succeed","QueryLanguage":"JSONPath"}`), asl.UnsupportedLanguage, "A", "/States/A"},
		{"a field of JSONPath", withStates(`"A":{"Type":"Pass",‸"ResultPath":"$.a","End":true}`), asl.UnsupportedLanguage, "A", "/States/A/ResultPath"},
		{"an unknown type", withStates(`"A":{"Type":‸"Loop"}`), asl.UnknownType, "A", "/States/A/Type"},
		{"a name twice, in other scopes", withStates(`"A":{"Type":"Parallel","Next":"Z","Branches":[{"StartAt":"Z","States":{` + lastZ + `}}]},‸` + lastZ), asl.DuplicateState, "Z", "/States/Z"},
		{"StartAt names nothing", `{"QueryLanguage":"JSONata","StartAt":‸"B","States":{"A":{"Type":"Succeed"}}}`, asl.UnknownTarget, "", "/StartAt"},
		{"Next names nothing", withStates(`"A":{"Type":"Pass","Next":‸"B"}`), asl.UnknownTarget, "A", "/States/A/Next"},
		{"Default names nothing", withStates(`"A":{"Type":"Choice","Choices":[{"Condition":true,"Next":"Z"}],"Default":‸"B"},` + lastZ), asl.UnknownTarget, "A", "/States/A/Default"},
		{"Next leaves a branch", withStates(`"A":{"Type":"Parallel","Next":"Z","Branches":[{"StartAt":"B","States":{"B":{"Type":"Pass","Next":‸"Z"}}}]},` + lastZ), asl.UnknownTarget, "B", "/States/A/Branches/0/States/B/Next"},
		{"nothing leads there", withStates(`"A":{"Type":"Succeed"},‸"B":{"Type":"Succeed"}`), asl.UnreachableState, "B", "/States/B"},
		{"a pointer with special characters", withStates(`"A":{"Type":"Succeed"},‸"b/c~":{"Type":"Succeed"}`), asl.UnreachableState, "b/c~", "/States/b~1c~0"},
		{"States.ALL with others", withStates(`"A":{` + aTask + `,"Retry":[{"ErrorEquals":["E",‸"States.ALL"]}],"End":true}`), asl.MisplacedStatesAll, "A", "/States/A/Retry/0/ErrorEquals/1"},
		{"States.ALL before others", withStates(`"A":{` + aTask + `,"Catch":[{"ErrorEquals":[‸"States.ALL"],"Next":"Z"},{"ErrorEquals":["E"],"Next":"Z"}],"End":true},` + lastZ), asl.MisplacedStatesAll, "A", "/States/A/Catch/0/ErrorEquals/0"},
		{"a token that is not passed on", withStates(`"A":‸{"Type":"Task","Resource":"arn:aws:states:::lambda:invoke.waitForTaskToken","Arguments":{"FunctionName":"f"},"End":true}`), asl.MissingTaskToken, "A", "/States/A/Arguments"},
		{"an expression that is none", withStates(`"A":{"Type":"Pass","Output":"{% 1 +‸ %}","End":true}`), asl.InvalidExpression, "A", "/States/A/Output"},
		{"a variable that nobody sets", withStates(`"A":{"Type":"Pass","Output":{"x":‸"{% $v %}"},"End":true}`), asl.UndefinedVariable, "A", "/States/A/Output/x"},
		{"a variable of another branch", withStates(`"A":{"Type":"Parallel","End":true,"Branches":[{"StartAt":"B","States":{"B":{"Type":"Pass","Assign":{"v":1},"End":true}}},{"StartAt":"C","States":{"C":{"Type":"Pass","Output":‸"{% $v %}","End":true}}}]}`), asl.UndefinedVariable, "C", "/States/A/Branches/1/States/C/Output"},
		{"a variable of a branch after it", withStates(`"A":{"Type":"Parallel","Next":"Z","Branches":[{"StartAt":"B","States":{"B":{"Type":"Pass","Assign":{"v":1},"End":true}}}]},"Z":{"Type":"Succeed","Output":‸"{% $v %}"}`), asl.UndefinedVariable, "Z", "/States/Z/Output"},
		{"a variable that only the failure path has not", withStates(`"A":{` + aTask + `,"Assign":{"v":1},"Catch":[{"ErrorEquals":["E"],"Next":"Z"}],"End":true},"Z":{"Type":"Succeed","Output":‸"{% $v %}"}`), asl.UndefinedVariable, "Z", "/States/Z/Output"},
		{"an outer variable is set inside", withStates(`"A":{"Type":"Pass","Assign":{"v":1},"Next":"M"},"M":{"Type":"Map","End":true,"ItemProcessor":{"StartAt":"B","States":{‸"B":{"Type":"Pass","Assign":{"v":2},"End":true}}}}`), asl.ShadowedVariable, "B", "/States/M/ItemProcessor/States/B"},
		{"a service that is not there", withStates(`"A":{"Type":"Task","Resource":‸"arn:aws:states:::sns:publish","End":true}`), asl.UnsupportedResource, "A", "/States/A/Resource"},
		{"a pattern that is not there", withStates(`"A":{"Type":"Task","Resource":‸"arn:aws:states:::states:startExecution.sync:3","Arguments":{"StateMachineArn":"x"},"End":true}`), asl.UnsupportedResource, "A", "/States/A/Resource"},
		{"a distributed Map", withStates(`"A":{"Type":"Map","End":true,"ItemProcessor":{"ProcessorConfig":{"Mode":‸"DISTRIBUTED"},"StartAt":"Z","States":{` + lastZ + `}}}`), asl.OnlyOnAWS, "A", "/States/A/ItemProcessor/ProcessorConfig/Mode"},
		{"a field of it", withStates(`"A":{"Type":"Map",‸"Label":"x","End":true,"ItemProcessor":{"StartAt":"Z","States":{` + lastZ + `}}}`), asl.OnlyOnAWS, "A", "/States/A/Label"},
		{"an asynchronous invocation", withStates(`"A":{"Type":"Task","Resource":"arn:aws:states:::lambda:invoke","Arguments":{"FunctionName":"f","InvocationType":‸"Event"},"End":true}`), asl.OnlyOnAWS, "A", "/States/A/Arguments/InvocationType"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			before, after, marked := strings.Cut(c.definition, "‸")
			m, problems := asl.Parse([]byte(before + after))
			if m != nil || !marked {
				t.Fatal("it parses")
			}
			var at []int
			for _, p := range problems {
				if p.Code == c.code && p.State == c.state && p.Pointer == c.pointer && p.Message != "" {
					if at = append(at, p.Position); p.Position == len(before) {
						return
					}
				}
			}
			t.Errorf("no %s of %q at %s, byte %d (but at %v):\n%v", c.code, c.state, c.pointer, len(before), at, problems)
		})
	}
}

// Ten mistakes are ten problems, in the order of the text.
func TestAllProblemsAtOnce(t *testing.T) {
	t.Parallel()
	_, problems := asl.Parse([]byte(`{
  "QueryLanguage": "JSONata", "Version": "3", "StartAt": "A",
  "States": {
    "A": {"Type": "Pass", "Next": "Nowhere", "Foo": 1},
    "B": {"Type": "Loop"},
    "C": {"Type": "Wait", "End": true},
    "D": {"Type": "Pass", "Output": "{% ( %}", "End": true},
    "E": {"Type": "Task", "Resource": "arn:aws:states:::x", "End": true},
    "F": {"Type": "Choice"},
    "G": {}
  }
}`))
	var got []string
	for i, p := range problems {
		got = append(got, p.Code+" "+p.State)
		if i > 0 && p.Position < problems[i-1].Position {
			t.Errorf("%v comes after %v", p, problems[i-1])
		}
	}
	want := []string{
		"INVALID_VALUE ", "UNKNOWN_TARGET A", "UNKNOWN_FIELD A",
		"UNREACHABLE_STATE B", "UNKNOWN_STATE_TYPE B", "UNREACHABLE_STATE C", "INVALID_VALUE C",
		"UNREACHABLE_STATE D", "INVALID_EXPRESSION D", "UNREACHABLE_STATE E", "UNSUPPORTED_RESOURCE E",
		"UNREACHABLE_STATE F", "MISSING_FIELD F", "UNREACHABLE_STATE G", "MISSING_FIELD G",
	}
	if fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("got  %q\nwant %q", got, want)
	}
}

func TestSizeAndDepth(t *testing.T) {
	t.Parallel()
	pad := func(n int) string {
		s := `{"Comment":"` + "%s" + `",` + withStates(`"A":{"Type":"Succeed"}`)[1:]
		return fmt.Sprintf(s, strings.Repeat("x", n-len(s)+2))
	}
	if _, problems := asl.Parse([]byte(pad(asl.MaxDefinition))); problems != nil {
		t.Errorf("1 MiB: %v", problems)
	}
	if _, problems := asl.Parse([]byte(pad(asl.MaxDefinition + 1))); len(problems) != 1 || problems[0].Code != asl.InvalidValue {
		t.Errorf("1 MiB and a byte: %v", problems)
	}
	deep := strings.Repeat("[", 5000) + strings.Repeat("]", 5000)
	if _, problems := asl.Parse([]byte(withStates(`"A":{"Type":"Pass","Output":` + deep + `,"End":true}`))); len(problems) != 1 || problems[0].Code != asl.InvalidJSON {
		t.Errorf("5,000 levels: %v", problems)
	}
}

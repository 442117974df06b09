package engine

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

const invokeB = `"Type":"Task","Resource":"arn:aws:states:::lambda:invoke","Arguments":{"FunctionName":"f","Payload":"{% $states.input.n %}"}`

// One state is tried alone: what it yields, where it leads and what its data
// went through.
func TestTestState(t *testing.T) {
	t.Parallel()
	const ata = `{"QueryLanguage":"JSONata",`
	for _, c := range []struct {
		name string
		in   StateTest
		want StateTested
	}{
		{"Pass", StateTest{Definition: []byte(`{"Type":"Pass","InputPath":"$.a","Parameters":{"x.$":"$.b"},"ResultPath":"$.r","Next":"N"}`), Input: []byte(`{"a":{"b":1}}`)},
			StateTested{Status: "SUCCEEDED", Next: "N", Output: []byte(`{"a":{"b":1},"r":{"x":1}}`), Data: map[string]string{"input": `{"a":{"b":1}}`, "afterInputPath": `{"b":1}`,
				"afterParameters": `{"x":1}`, "afterResultSelector": `{"x":1}`, "afterResultPath": `{"a":{"b":1},"r":{"x":1}}`}}},
		{"Pass with a Result", StateTest{Definition: []byte(`{"Type":"Pass","Result":7,"End":true}`)},
			StateTested{Status: "SUCCEEDED", Output: []byte(`7`), Data: map[string]string{"input": `{}`, "result": `7`, "afterResultSelector": `7`, "afterResultPath": `7`}}},
		{"Fail", StateTest{Definition: []byte(`{"Type":"Fail","Error":"E","Cause":"c"}`)},
			StateTested{Status: "FAILED", Error: "E", Cause: "c", Data: map[string]string{"input": `{}`}}},
		{"Choice", StateTest{Definition: []byte(ata + `"Type":"Choice","Choices":[{"Condition":"{% $limit < $states.input.n %}","Next":"Big"}],"Default":"Small"}`), Input: []byte(`{"n":5}`), Variables: []byte(`{"limit":3}`)},
			StateTested{Status: "SUCCEEDED", Next: "Big", Output: []byte(`{"n":5}`), Data: map[string]string{"input": `{"n":5}`, "variables": `{"limit":3}`}}},
		{"Wait", StateTest{Definition: []byte(ata + `"Type":"Wait","Seconds":100000,"Next":"N"}`)},
			StateTested{Status: "SUCCEEDED", Next: "N", Output: []byte(`{}`), Data: map[string]string{"input": `{}`}}},
		{"Task", StateTest{Definition: []byte(ata + invokeB + `,"Assign":{"v":"{% $states.result.Payload %}"},"Output":"{% $v & '+' %}","End":true}`), Input: []byte(`{"n":"x"}`), Variables: []byte(`{"v":"old"}`)},
			StateTested{Status: "SUCCEEDED", Output: []byte(`"old+"`), Data: map[string]string{"input": `{"n":"x"}`, "afterArguments": `{"FunctionName":"f","Payload":"x"}`,
				"result": `{"ExecutedVersion":"$LATEST","Payload":"x","StatusCode":200}`, "variables": `{"v":"x"}`}}},
		{"a Task that is mocked", StateTest{Definition: []byte(ata + invokeB + `,"Output":"{% $states.result.Payload %}","End":true}`), Input: []byte(`{"n":"x"}`), Mock: &Mock{Result: []byte(`{"Payload":"mock"}`)}},
			StateTested{Status: "SUCCEEDED", Output: []byte(`"mock"`), Data: map[string]string{"input": `{"n":"x"}`, "afterArguments": `{"FunctionName":"f","Payload":"x"}`, "result": `{"Payload":"mock"}`}}},
		{"a Task that is to be retried", StateTest{Definition: []byte(ata + invokeB + `,"Retry":[{"ErrorEquals":["X"]},{"ErrorEquals":["E"],"IntervalSeconds":3,"BackoffRate":2}],"End":true}`), Input: []byte(`{"n":"x"}`), Retried: 1, Mock: &Mock{Failure: &TaskError{"E", "c"}}},
			StateTested{Status: "RETRIABLE", Error: "E", Cause: "c", Retrier: 1, RetryIn: 6, Data: map[string]string{"input": `{"n":"x"}`, "afterArguments": `{"FunctionName":"f","Payload":"x"}`}}},
		{"a Task whose retries are used up", StateTest{Definition: []byte(ata + invokeB + `,"Retry":[{"ErrorEquals":["E"]}],"Catch":[{"ErrorEquals":["X"],"Next":"No"},{"ErrorEquals":["E"],"Output":"{% $states.errorOutput.Cause %}","Next":"Caught"}],"End":true}`), Input: []byte(`{"n":"x"}`), Retried: 3, Mock: &Mock{Failure: &TaskError{"E", "c"}}},
			StateTested{Status: "CAUGHT_ERROR", Error: "E", Cause: "c", Catcher: 1, Next: "Caught", Output: []byte(`"c"`), Data: map[string]string{"input": `{"n":"x"}`, "afterArguments": `{"FunctionName":"f","Payload":"x"}`}}},
		{"a Map that is mocked", StateTest{Definition: []byte(`{"Type":"Map","ResultPath":"$.r","ItemProcessor":{"StartAt":"B","States":{"B":{"Type":"Succeed"}}},"End":true}`), Mock: &Mock{Result: []byte(`[1]`)}},
			StateTested{Status: "SUCCEEDED", Output: []byte(`{"r":[1]}`), Data: map[string]string{"input": `{}`, "result": `[1]`, "afterResultSelector": `[1]`, "afterResultPath": `{"r":[1]}`}}},
		{"a state of a machine, with a context", StateTest{State: "C", Input: []byte(`{"n":1}`), Context: []byte(`{"Execution":{"Name":"x"}}`), Mock: &Mock{Result: []byte(`0`)}, Definition: []byte(ata + `"StartAt":"A","States":{"A":{"Type":"Parallel","End":true,"Branches":[{"StartAt":"C","States":{"C":{` + invokeB + `,"Output":"{% $states.context.Execution.Name %}","Next":"D"},"D":{"Type":"Succeed"}}}]}}}`)},
			StateTested{Status: "SUCCEEDED", Output: []byte(`"x"`), Next: "D", Data: map[string]string{"input": `{"n":1}`, "afterArguments": `{"FunctionName":"f","Payload":1}`, "result": `0`}}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			r := newRig(t)
			got, err := r.TestState(ctx, c.in)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Error(diff)
			}
			if r.Stats().Running != 0 || len(r.all) != 0 {
				t.Error("something of the test is left")
			}
		})
	}
}

func TestTestStateRefuses(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	for _, c := range []struct {
		name string
		in   StateTest
		code string
	}{
		{"no JSON", StateTest{Definition: []byte(`{`)}, ErrInvalidDefinition},
		{"no state", StateTest{Definition: []byte(`[]`)}, ErrInvalidDefinition},
		{"a bad state", StateTest{Definition: []byte(`{"Type":"Pass"}`)}, ErrInvalidDefinition},
		{"a variable that is not set", StateTest{Definition: []byte(`{"QueryLanguage":"JSONata","Type":"Pass","Output":"{% $x %}","End":true}`)}, ErrInvalidDefinition},
		{"a state that is not there", StateTest{Definition: []byte(machine(`"A":{"Type":"Succeed"}`)), State: "B"}, ErrValidation},
		{"an input that is no JSON", StateTest{Definition: []byte(`{"Type":"Succeed"}`), Input: []byte(`{`)}, ErrInvalidInput},
		{"variables that are no object", StateTest{Definition: []byte(`{"Type":"Succeed"}`), Variables: []byte(`1`)}, ErrValidation},
		{"a Pass that is mocked", StateTest{Definition: []byte(`{"Type":"Succeed"}`), Mock: &Mock{Result: []byte(`1`)}}, ErrValidation},
		{"a mock that is no JSON", StateTest{Definition: []byte(`{"Type":"Succeed"}`), Mock: &Mock{Result: []byte(`x`)}}, ErrValidation},
		{"a Parallel without a mock", StateTest{Definition: []byte(`{"Type":"Parallel","Branches":[{"StartAt":"B","States":{"B":{"Type":"Succeed"}}}],"End":true}`)}, ErrValidation},
		{"a token without a mock", StateTest{Definition: []byte(ask), State: "A"}, ErrValidation},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			_, err := r.TestState(ctx, c.in)
			wantCode(t, err, c.code)
		})
	}
}

package asl_test

import (
	"testing"

	"github.com/orderloom/orderloom/shared/asl"
)

// every has every type of state and every field.
const every = `{"Comment":"all","QueryLanguage":"JSONata","Version":"1.0","TimeoutSeconds":60,"StartAt":"P","States":{
 "P":{"Type":"Pass","Comment":"c","Assign":{"v":1},"Output":{"a":["{% $states.input %}"]},"Next":"T"},
 "T":{"Type":"Task","Resource":"arn:aws:states:::lambda:invoke.waitForTaskToken","Arguments":{"FunctionName":"f","Payload":{"t":"{% $states.context.Task.Token %}"}},
  "TimeoutSeconds":"{% $v * 60 %}","HeartbeatSeconds":5,"Retry":[{"ErrorEquals":["E","F"],"IntervalSeconds":2,"BackoffRate":1.5,"MaxAttempts":0,"MaxDelaySeconds":9,"JitterStrategy":"FULL"},{"ErrorEquals":["States.ALL"]}],
  "Catch":[{"ErrorEquals":["States.ALL"],"Assign":{"e":"{% $states.errorOutput %}"},"Output":1,"Next":"X"}],"Next":"C"},
 "C":{"Type":"Choice","Choices":[{"Condition":"{% $v = 1 %}","Assign":{"w":2},"Output":3,"Next":"W"}],"Default":"W"},
 "W":{"Type":"Wait","Timestamp":"2026-01-01T00:00:00Z","Next":"L"},
 "L":{"Type":"Parallel","Arguments":{},"Branches":[{"StartAt":"L1","States":{"L1":{"Type":"Pass","Output":"{% $v %}","End":true}}}],"Next":"M"},
 "M":{"Type":"Map","Items":[1],"ItemSelector":"{% $states.context.Map.Item.Value %}","MaxConcurrency":3,"ItemProcessor":{"ProcessorConfig":{"Mode":"INLINE"},"StartAt":"M1","States":{"M1":{"Type":"Succeed"}}},"Next":"S"},
 "S":{"Type":"Succeed","Output":"{% $v %}"},
 "X":{"Type":"Fail","Error":"{% 'E' %}","Cause":"c"}}}`

func TestParse(t *testing.T) {
	t.Parallel()
	m, problems := asl.Parse([]byte(every))
	if problems != nil {
		t.Fatal(problems)
	}
	by := map[string]*asl.State{}
	for i, st := range m.States {
		if by[st.Name] = st; st.Index != i {
			t.Errorf("%s has index %d at place %d", st.Name, st.Index, i)
		}
	}
	if m.Comment != "all" || m.TimeoutSeconds != 60 || m.Scope.Start != by["P"] || len(m.Scope.States) != 8 || len(m.States) != 10 {
		t.Errorf("%+v", m)
	}
	if by["P"].Next != by["T"] || by["T"].Catch[0].Next != by["X"] || by["C"].Default != by["W"] || by["C"].Rules[0].Next != by["W"] {
		t.Error("transitions are not linked")
	}
	if by["L"].Branches[0].Start != by["L1"] || !by["L1"].End || by["M"].Processor.Start != by["M1"] {
		t.Error("scopes are not linked")
	}
	first, second := by["T"].Retry[0], by["T"].Retry[1]
	if len(first.ErrorEquals) != 2 || first.IntervalSeconds != 2 || first.BackoffRate != 1.5 || first.MaxAttempts != 0 || first.MaxDelaySeconds != 9 || !first.FullJitter {
		t.Errorf("%+v", first)
	}
	if second.IntervalSeconds != 1 || second.BackoffRate != 2 || second.MaxAttempts != 3 || second.MaxDelaySeconds != 0 || second.FullJitter {
		t.Errorf("defaults: %+v", second)
	}
	if v, ok := by["M"].MaxConcurrency.Constant(); !ok || v != 3.0 {
		t.Errorf("a constant is %v", v)
	}
	if _, ok := by["T"].Timeout.Constant(); ok {
		t.Error("an expression is constant")
	}
	if by["L1"].Pointer() != "/States/L/Branches/0/States/L1" || every[by["L1"].Position()] != '"' {
		t.Errorf("%s at byte %d", by["L1"].Pointer(), by["L1"].Position())
	}
}

// Resources, and what history calls them.
func TestResources(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		arn, arguments string
		service        asl.Service
		token          bool
		typ, action    string
	}{
		{"arn:aws:states:::lambda:invoke", `{"FunctionName":"f"}`, asl.LambdaInvoke, false, "lambda", "invoke"},
		{"arn:aws:states:::lambda:invoke.waitForTaskToken", `"{% $states.context.Task.Token %}"`, asl.LambdaInvoke, true, "lambda", "invoke.waitForTaskToken"},
		{"arn:aws:lambda:us-east-1:000000000000:function:f:live", `{}`, asl.LambdaFunction, false, "", "lambda"},
		{"arn:aws:states:::events:putEvents", `{"Entries":[]}`, asl.PutEvents, false, "events", "putEvents"},
		{"arn:aws:states:::states:startExecution", `{"StateMachineArn":"a"}`, asl.StartExecution, false, "states", "startExecution"},
		{"arn:aws:states:::aws-sdk:sfn:startSyncExecution", `"{% $states.input %}"`, asl.StartSyncExecution, false, "aws-sdk:sfn", "startSyncExecution"},
	} {
		m, problems := asl.Parse([]byte(withStates(`"A":{"Type":"Task","Resource":"` + c.arn + `","Arguments":` + c.arguments + `,"End":true}`)))
		if problems != nil {
			t.Errorf("%s: %v", c.arn, problems)
			continue
		}
		r := m.States[0].Resource
		if r.ARN != c.arn || r.Service != c.service || r.Token != c.token || r.Type() != c.typ || r.Action() != c.action {
			t.Errorf("%s: %+v %s %s", c.arn, r, r.Type(), r.Action())
		}
	}
}

// What is set on some path may be read; a state may choose JSONata for itself.
func TestNoProblem(t *testing.T) {
	t.Parallel()
	for name, definition := range map[string]string{
		"a variable that one path sets":       withStates(`"A":{"Type":"Choice","Choices":[{"Condition":true,"Assign":{"v":1},"Next":"Z"}],"Default":"Z"},"Z":{"Type":"Succeed","Output":"{% $v %}"}`),
		"a variable from a loop":              withStates(`"A":{"Type":"Choice","Choices":[{"Condition":"{% $states.input.again and $v > 1 %}","Next":"Z"}],"Default":"B"},"B":{"Type":"Pass","Assign":{"v":1},"Next":"A"},"Z":{"Type":"Succeed"}`),
		"a variable inside the expression":    withStates(`"A":{"Type":"Succeed","Output":"{% ($x := 1; $x + 1) %}"}`),
		"the same variable in two branches":   withStates(`"A":{"Type":"Parallel","End":true,"Branches":[{"StartAt":"B","States":{"B":{"Type":"Pass","Assign":{"v":1},"End":true}}},{"StartAt":"C","States":{"C":{"Type":"Pass","Assign":{"v":1},"End":true}}}]}`),
		"JSONata chosen by each state":        `{"StartAt":"A","States":{"A":{"Type":"Pass","QueryLanguage":"JSONata","Output":"{% 1 %}","End":true}}}`,
		"a name of 80 characters, not bytes":  withStates(`"A":{"Type":"Pass","Next":"` + wide + `"},"` + wide + `":{"Type":"Succeed"}`),
		"a token in a whole Arguments":        withStates(`"A":{"Type":"Task","Resource":"arn:aws:states:::lambda:invoke.waitForTaskToken","Arguments":"{% {'FunctionName': 'f', 'Payload': $states.context} %}","End":true}`),
		"only a catcher leads there":          withStates(`"A":{` + aTask + `,"Catch":[{"ErrorEquals":["E"],"Next":"Z"}],"End":true},` + lastZ),
		"a string that only looks like marks": withStates(`"A":{"Type":"Succeed","Output":"{%}"}`),
	} {
		if _, problems := asl.Parse([]byte(definition)); problems != nil {
			t.Errorf("%s: %v", name, problems)
		}
	}
}

const wide = "ÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄ"

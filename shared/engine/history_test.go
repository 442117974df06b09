package engine

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// The types, order and predecessors of events as AWS writes them: id<previous.
func TestHistory(t *testing.T) {
	t.Parallel()
	branch := func(name, fields string) string {
		return `{"StartAt":"` + name + `","States":{"` + name + `":{` + fields + `}}}`
	}
	for _, c := range []struct{ name, states, input, want string }{
		{"Pass, Choice, Wait, Succeed", `"A":{"Type":"Pass","Next":"B"},"B":{"Type":"Choice","Choices":[{"Condition":true,"Next":"C"}]},"C":{"Type":"Wait","Seconds":1,"Next":"D"},"D":{"Type":"Succeed"}`, `{}`, `
			1<0 ExecutionStarted
			2<0 PassStateEntered A
			3<2 PassStateExited A
			4<3 ChoiceStateEntered B
			5<4 ChoiceStateExited B
			6<5 WaitStateEntered C
			7<6 WaitStateExited C
			8<7 SucceedStateEntered D
			9<8 SucceedStateExited D
			10<9 ExecutionSucceeded`},
		{"Fail has no exit", `"A":{"Type":"Fail","Error":"E"}`, `{}`, `
			1<0 ExecutionStarted
			2<0 FailStateEntered A
			3<2 ExecutionFailed E`},
		{"Task", `"A":` + invoking("f", `{}`, end), `{}`, `
			1<0 ExecutionStarted
			2<0 TaskStateEntered A
			3<2 TaskScheduled invoke
			4<3 TaskStarted invoke
			5<4 TaskSucceeded invoke
			6<5 TaskStateExited A
			7<6 ExecutionSucceeded`},
		{"Task with a function's ARN", `"A":{"Type":"Task","Resource":"arn:aws:lambda:us-east-1:000000000000:function:f","End":true}`, `{}`, `
			1<0 ExecutionStarted
			2<0 TaskStateEntered A
			3<2 LambdaFunctionScheduled arn:aws:lambda:us-east-1:000000000000:function:f
			4<3 LambdaFunctionStarted
			5<4 LambdaFunctionSucceeded
			6<5 TaskStateExited A
			7<6 ExecutionSucceeded`},
		{"Task, tried again, caught", `"A":` + invoking("busy", `{}`, `"Retry":[{"ErrorEquals":["Busy"],"MaxAttempts":1}],"Catch":[{"ErrorEquals":["Busy"],"Next":"B"}],"Next":"B"`) + `,"B":{"Type":"Succeed"}`, `{}`, `
			1<0 ExecutionStarted
			2<0 TaskStateEntered A
			3<2 TaskScheduled invoke
			4<3 TaskStarted invoke
			5<4 TaskFailed invoke Busy
			6<5 TaskScheduled invoke
			7<6 TaskStarted invoke
			8<7 TaskFailed invoke Busy
			9<8 TaskStateExited A
			10<9 SucceedStateEntered B
			11<10 SucceedStateExited B
			12<11 ExecutionSucceeded`},
		{"a token that nobody answers", `"A":` + asking(`"TimeoutSeconds":9,"End":true`), `{}`, `
			1<0 ExecutionStarted
			2<0 TaskStateEntered A
			3<2 TaskScheduled invoke.waitForTaskToken
			4<3 TaskStarted invoke.waitForTaskToken
			5<4 TaskSubmitted invoke.waitForTaskToken
			6<5 TaskTimedOut invoke.waitForTaskToken States.Timeout
			7<6 ExecutionFailed States.Timeout`},
		{"an expression fails", `"A":{"Type":"Pass","Output":{"x":"{% $states.input.no %}"},"End":true}`, `{}`, `
			1<0 ExecutionStarted
			2<0 PassStateEntered A
			3<0 EvaluationFailed A Output/x States.QueryEvaluationError
			4<3 ExecutionFailed States.QueryEvaluationError`},
		{"an expression fails in a later state", `"A":{"Type":"Pass","Next":"B"},"B":{"Type":"Pass","Output":"{% $states.input.no %}","End":true}`, `{}`, `
			1<0 ExecutionStarted
			2<0 PassStateEntered A
			3<2 PassStateExited A
			4<3 PassStateEntered B
			5<3 EvaluationFailed B Output States.QueryEvaluationError
			6<5 ExecutionFailed States.QueryEvaluationError`},
		{"an expression of a Wait fails", `"A":{"Type":"Wait","Timestamp":"{% 'noon' %}","End":true}`, `{}`, `
			1<0 ExecutionStarted
			2<0 WaitStateEntered A
			3<2 EvaluationFailed A Timestamp States.QueryEvaluationError
			4<3 ExecutionFailed States.QueryEvaluationError`},
		{"an expression fails after the task", `"A":` + invoking("echo", `{}`, `"Output":"{% $states.input.no %}","End":true`), `{}`, `
			1<0 ExecutionStarted
			2<0 TaskStateEntered A
			3<2 TaskScheduled invoke
			4<3 TaskStarted invoke
			5<4 TaskSucceeded invoke
			6<5 EvaluationFailed A Output States.QueryEvaluationError
			7<6 ExecutionFailed States.QueryEvaluationError`},
		{"an expression fails at every attempt", `"A":` + invoking("f", `"{% $states.input.no %}"`, `"Retry":[{"ErrorEquals":["States.ALL"],"MaxAttempts":1}],"End":true`), `{}`, `
			1<0 ExecutionStarted
			2<0 TaskStateEntered A
			3<0 EvaluationFailed A Arguments/Payload States.QueryEvaluationError
			4<3 EvaluationFailed A Arguments/Payload States.QueryEvaluationError
			5<4 ExecutionFailed States.QueryEvaluationError`},
		{"Parallel", `"A":{"Type":"Parallel","End":true,"Branches":[` + branch("B", `"Type":"Pass","End":true`) + `,` + branch("C", `"Type":"Wait","Seconds":1,"End":true`) + `]}`, `{}`, `
			1<0 ExecutionStarted
			2<0 ParallelStateEntered A
			3<2 ParallelStateStarted
			4<3 PassStateEntered B
			5<4 PassStateExited B
			6<3 WaitStateEntered C
			7<6 WaitStateExited C
			8<7 ParallelStateSucceeded
			9<7 ParallelStateExited A
			10<9 ExecutionSucceeded`},
		{"Parallel that fails and is caught", `"A":{"Type":"Parallel","Catch":[{"ErrorEquals":["E"],"Next":"Z"}],"Next":"Z","Branches":[` + branch("B", `"Type":"Fail","Error":"E"`) + `]},"Z":{"Type":"Pass","End":true}`, `{}`, `
			1<0 ExecutionStarted
			2<0 ParallelStateEntered A
			3<2 ParallelStateStarted
			4<3 FailStateEntered B
			5<4 ParallelStateFailed
			6<5 ParallelStateExited A
			7<6 PassStateEntered Z
			8<7 PassStateExited Z
			9<8 ExecutionSucceeded`},
		{"Parallel fails once, after its retries", `"A":{"Type":"Parallel","Retry":[{"ErrorEquals":["E"],"MaxAttempts":2}],"End":true,"Branches":[` + branch("B", `"Type":"Fail","Error":"E"`) + `]}`, `{}`, `
			1<0 ExecutionStarted
			2<0 ParallelStateEntered A
			3<2 ParallelStateStarted
			4<3 FailStateEntered B
			5<4 ParallelStateStarted
			6<5 FailStateEntered B
			7<6 ParallelStateStarted
			8<7 FailStateEntered B
			9<8 ParallelStateFailed
			10<9 ExecutionFailed E`},
		{"a Task whose branch fails is aborted", `"A":{"Type":"Parallel","End":true,"Branches":[` + `{"StartAt":"B","States":{"B":` + asking(end) + `}},` + `{"StartAt":"C","States":{"C":` + invoking("busy", `{}`, end) + `}}]}`, `{}`, `
			1<0 ExecutionStarted
			2<0 ParallelStateEntered A
			3<2 ParallelStateStarted
			4<3 TaskStateEntered B
			5<4 TaskScheduled invoke.waitForTaskToken
			6<5 TaskStarted invoke.waitForTaskToken
			7<3 TaskStateEntered C
			8<7 TaskScheduled invoke
			9<8 TaskStarted invoke
			10<6 TaskSubmitted invoke.waitForTaskToken
			11<9 TaskFailed invoke Busy
			12<11 TaskStateAborted
			13<11 TaskStateAborted
			14<11 ParallelStateFailed
			15<14 ExecutionFailed Busy`},
		{"Map one by one", `"A":{"Type":"Map","MaxConcurrency":1,"End":true,"ItemProcessor":` + branch("B", `"Type":"Pass","End":true`) + `}`, `[1,2]`, `
			1<0 ExecutionStarted
			2<0 MapStateEntered A
			3<2 MapStateStarted of 2
			4<3 MapIterationStarted A [0]
			5<4 PassStateEntered B
			6<5 PassStateExited B
			7<6 MapIterationSucceeded A [0]
			8<6 MapIterationStarted A [1]
			9<8 PassStateEntered B
			10<9 PassStateExited B
			11<10 MapIterationSucceeded A [1]
			12<11 MapStateSucceeded
			13<11 MapStateExited A
			14<13 ExecutionSucceeded`},
		{"Map all at once", `"A":{"Type":"Map","End":true,"ItemProcessor":` + branch("B", `"Type":"Wait","Seconds":"{% $states.input %}","End":true`) + `}`, `[1,2]`, `
			1<0 ExecutionStarted
			2<0 MapStateEntered A
			3<2 MapStateStarted of 2
			4<3 MapIterationStarted A [0]
			5<3 MapIterationStarted A [1]
			6<4 WaitStateEntered B
			7<5 WaitStateEntered B
			8<6 WaitStateExited B
			9<8 MapIterationSucceeded A [0]
			10<7 WaitStateExited B
			11<10 MapIterationSucceeded A [1]
			12<11 MapStateSucceeded
			13<11 MapStateExited A
			14<13 ExecutionSucceeded`},
		{"Map over nothing", `"A":{"Type":"Map","End":true,"ItemProcessor":` + branch("B", `"Type":"Pass","End":true`) + `}`, `[]`, `
			1<0 ExecutionStarted
			2<0 MapStateEntered A
			3<2 MapStateStarted of 0
			4<3 MapStateSucceeded
			5<3 MapStateExited A
			6<5 ExecutionSucceeded`},
		{"Map that fails: the other iterations are aborted", `"A":{"Type":"Map","End":true,"ItemProcessor":{"StartAt":"B","States":{"B":{"Type":"Wait","Seconds":"{% $states.input %}","Next":"C"},"C":{"Type":"Fail","Error":"E"}}}}`, `[2,1]`, `
			1<0 ExecutionStarted
			2<0 MapStateEntered A
			3<2 MapStateStarted of 2
			4<3 MapIterationStarted A [0]
			5<3 MapIterationStarted A [1]
			6<4 WaitStateEntered B
			7<5 WaitStateEntered B
			8<7 WaitStateExited B
			9<8 FailStateEntered C
			10<9 MapIterationFailed A [1]
			11<9 MapIterationAborted A [0]
			12<9 WaitStateAborted
			13<9 MapStateFailed
			14<13 ExecutionFailed E`},
		{"Map, tried again", `"A":{"Type":"Map","Retry":[{"ErrorEquals":["E"],"MaxAttempts":1}],"End":true,"ItemProcessor":` + branch("B", `"Type":"Fail","Error":"E"`) + `}`, `[1]`, `
			1<0 ExecutionStarted
			2<0 MapStateEntered A
			3<2 MapStateStarted of 1
			4<3 MapIterationStarted A [0]
			5<4 FailStateEntered B
			6<5 MapIterationFailed A [0]
			7<5 MapStateStarted of 1
			8<7 MapIterationStarted A [0]
			9<8 FailStateEntered B
			10<9 MapIterationFailed A [0]
			11<9 MapStateFailed
			12<11 ExecutionFailed E`},
		{"an input is no array", `"A":{"Type":"Map","End":true,"ItemProcessor":` + branch("B", `"Type":"Pass","End":true`) + `}`, `{}`, `
			1<0 ExecutionStarted
			2<0 MapStateEntered A
			3<0 EvaluationFailed A States.QueryEvaluationError
			4<3 MapStateFailed
			5<4 ExecutionFailed States.QueryEvaluationError`},
		{"Items are no array", `"A":{"Type":"Map","Items":"{% 1 %}","End":true,"ItemProcessor":` + branch("B", `"Type":"Pass","End":true`) + `}`, `{}`, `
			1<0 ExecutionStarted
			2<0 MapStateEntered A
			3<0 EvaluationFailed A Items States.QueryEvaluationError
			4<3 MapStateFailed
			5<4 ExecutionFailed States.QueryEvaluationError`},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			r := newRig(t)
			r.do["busy"] = func(string) (string, *TaskError) {
				r.eventually("the token is handed out", func() bool { return r.Stats().Busy <= 1 })
				return "", &TaskError{"Busy", ""}
			}
			_, h := r.run(machine(c.states), c.input)
			want := strings.ReplaceAll(strings.TrimPrefix(c.want, "\n"), "\t", "") + "\n"
			if diff := cmp.Diff(want, shape(h)); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// The details of a task's events, field for field.
func TestHistoryDetails(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	_, h := r.run(machine(`"A":`+invoking("f", `{"n":1}`, `"TimeoutSeconds":30,"HeartbeatSeconds":10,"Assign":{"v":{"k":"{% $states.result.Payload.n %}"}},"Output":"{% $states.result.Payload %}",`+end)), `{"in":1}`)
	want := []struct{ key, details string }{
		{"executionStartedEventDetails", `{"input":"{\"in\":1}","inputDetails":{"truncated":false},"roleArn":"arn:aws:iam::000000000000:role/flow"}`},
		{"stateEnteredEventDetails", `{"name":"A","input":"{\"in\":1}","inputDetails":{"truncated":false}}`},
		{"taskScheduledEventDetails", `{"resource":"invoke","resourceType":"lambda","region":"us-east-1","parameters":"{\"FunctionName\":\"f\",\"Payload\":{\"n\":1}}","timeoutInSeconds":30,"heartbeatInSeconds":10}`},
		{"taskStartedEventDetails", `{"resource":"invoke","resourceType":"lambda"}`},
		{"taskSucceededEventDetails", `{"output":"{\"ExecutedVersion\":\"$LATEST\",\"Payload\":{\"n\":1},\"StatusCode\":200}","outputDetails":{"truncated":false},"resource":"invoke","resourceType":"lambda"}`},
		{"stateExitedEventDetails", `{"name":"A","output":"{\"n\":1}","outputDetails":{"truncated":false},"assignedVariables":{"v":"{\"k\":1}"},"assignedVariablesDetails":{"truncated":false}}`},
		{"executionSucceededEventDetails", `{"output":"{\"n\":1}","outputDetails":{"truncated":false}}`},
	}
	for i, w := range want {
		got, _ := json.Marshal(h[i].Details)
		if h[i].Key != w.key || string(got) != w.details {
			t.Errorf("event %d\ngot  %s %s\nwant %s %s", i+1, h[i].Key, got, w.key, w.details)
		}
	}
	hidden, _, err := r.GetExecutionHistory(ctx, r.byMachine[r.MachineARN("m")][0].arn, HistoryPage{WithoutData: true})
	if err != nil {
		t.Fatal(err)
	}
	for _, ev := range hidden {
		if got, _ := json.Marshal(ev.Details); strings.Contains(string(got), "put\"") || strings.Contains(string(got), `n\"`) {
			t.Errorf("%s shows data: %s", ev.Type, got)
		}
	}
}

// Pages hold the whole history once, in either order.
func TestHistoryPages(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	_, whole := r.run(machine(`"A":{"Type":"Pass","Next":"B"},"B":{"Type":"Pass","Next":"C"},"C":{"Type":"Pass","End":true}`), `{}`)
	arn := r.byMachine[r.MachineARN("m")][0].arn
	for _, reverse := range []bool{false, true} {
		var ids []int64
		page := HistoryPage{Page: Page{Max: 3}, Reverse: reverse}
		for {
			part, next, err := r.GetExecutionHistory(ctx, arn, page)
			if err != nil || len(part) > 3 {
				t.Fatal(part, err)
			}
			for _, ev := range part {
				ids = append(ids, ev.ID)
			}
			if page.Token = next; next == "" {
				break
			}
		}
		if len(ids) != len(whole) {
			t.Fatalf("%d events, not %d", len(ids), len(whole))
		}
		for i, id := range ids {
			if want := int64(i + 1); !reverse && id != want || reverse && id != int64(len(ids)-i) {
				t.Errorf("reverse %v: place %d has event %d", reverse, i, id)
			}
		}
	}
	_, _, err := r.GetExecutionHistory(ctx, arn, HistoryPage{Page: Page{Token: "?"}})
	wantCode(t, err, ErrPageToken)
	_, _, err = r.GetExecutionHistory(ctx, arn+"x", HistoryPage{})
	wantCode(t, err, ErrExecutionDoesNotExist)
}

package engine

import (
	"context"
	"encoding/json"
	"strings"
	"testing"
)

// events:putEvents passes Arguments on; an entry that was refused is a failure.
func TestPutEvents(t *testing.T) {
	t.Parallel()
	const states = `"A":{"Type":"Task","Resource":"arn:aws:states:::events:putEvents","Arguments":{"Entries":[{"Source":"s","Detail":{"n":"{% $states.input.n %}"}}]},"End":true}`
	for _, c := range []struct {
		name, answer string
		failure      *TaskError
		want         string
	}{
		{"taken", `{"FailedEntryCount":0,"Entries":[{"EventId":"1"}]}`, nil, `{"FailedEntryCount":0,"Entries":[{"EventId":"1"}]}`},
		{"one entry refused", `{"FailedEntryCount":1,"Entries":[{"ErrorCode":"x"}]}`, nil, `FAILED EventBridge.FailedEntry {"FailedEntryCount":1,"Entries":[{"ErrorCode":"x"}]}`},
		{"the bus fails", ``, &TaskError{"EventBridge.Down", "away"}, `FAILED EventBridge.Down away`},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			var got string
			r := newRig(t, func(o *Options) {
				o.PutEvents = func(_ context.Context, entries []byte) ([]byte, *TaskError) {
					got = string(entries)
					return []byte(c.answer), c.failure
				}
			})
			x, h := r.run(machine(states), `{"n":5}`)
			if outcome(x) != c.want {
				t.Errorf("got %s, want %s", outcome(x), c.want)
			}
			if want := `{"Entries":[{"Source":"s","Detail":{"n":5}}]}`; got != want {
				t.Errorf("the bus got %s", got)
			}
			if d := h[2].Details; d.ResourceType != "events" || d.Resource != "putEvents" {
				t.Errorf("history says %s %s", d.ResourceType, d.Resource)
			}
		})
	}
	x, _ := newRig(t).run(machine(states), `{"n":5}`)
	if x.Error != "States.Runtime" {
		t.Errorf("without a bus: %s", outcome(x))
	}
}

// states:startExecution does not wait; a name makes it idempotent.
func TestStartExecutionTask(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	child, err := r.CreateStateMachine(ctx, CreateMachine{Name: "child", Definition: []byte(machine(`"A":{"Type":"Wait","Seconds":60,"End":true}`))})
	if err != nil {
		t.Fatal(err)
	}
	x, _ := r.run(machine(`"A":{"Type":"Task","Resource":"arn:aws:states:::states:startExecution","Arguments":{"StateMachineArn":"`+child.ARN+`","Name":"kid","Input":{"n":"{% $states.input.n %}"}},"End":true}`), `{"n":5}`)
	kid := r.executionARN(child.ARN, "kid")
	if got, want := outcome(x), `{"ExecutionArn":"`+kid+`","StartDate":"2026-01-02T03:04:05.000Z"}`; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	if r.status(kid) != Running {
		t.Error("the parent waited for its child")
	}
	if got := outcome(r.finish(kid)); got != `{"n":5}` {
		t.Errorf("the child got %s", got)
	}
	r.DeleteStateMachine(ctx, r.MachineARN("m"))
	x, _ = r.run(machine(`"A":{"Type":"Task","Resource":"arn:aws:states:::states:startExecution","Arguments":{"StateMachineArn":"`+child.ARN+`","Name":"kid"},"Catch":[{"ErrorEquals":["StepFunctions.ExecutionAlreadyExistsException"],"Output":"there","Next":"B"}],"Next":"B"},"B":{"Type":"Succeed"}`), `{}`)
	if got := outcome(x); got != `"there"` {
		t.Errorf("a name that was used: %s", got)
	}
}

// aws-sdk:sfn:startSyncExecution runs an Express machine to its end. A failed
// one is no failure of the task.
func TestStartSyncExecutionTask(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ name, child, want string }{
		{"succeeds", machine(`"A":{"Type":"Pass","Output":{"got":"{% $states.input.n %}"},"End":true}`), `{"status":"SUCCEEDED","output":{"got":5},"error":"none"}`},
		{"fails", machine(`"A":{"Type":"Fail","Error":"Bad"}`), `{"status":"FAILED","output":null,"error":"Bad"}`},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			r := newRig(t)
			child, err := r.CreateStateMachine(ctx, CreateMachine{Name: "child", Type: Express, Definition: []byte(c.child)})
			if err != nil {
				t.Fatal(err)
			}
			x, _ := r.run(machine(`"A":{"Type":"Task","Resource":"arn:aws:states:::aws-sdk:sfn:startSyncExecution","Arguments":{"StateMachineArn":"`+child.ARN+`","Input":"{% $string($states.input) %}"},
				"Output":{"status":"{% $states.result.Status %}","output":"{% $states.result.Output ? $parse($states.result.Output) : null %}","error":"{% $states.result.Error ? $states.result.Error : 'none' %}"},"End":true}`), `{"n":5}`)
			if got := outcome(x); got != c.want {
				t.Errorf("got %s, want %s", got, c.want)
			}
		})
	}
	r := newRig(t)
	standard, err := r.CreateStateMachine(ctx, CreateMachine{Name: "standard", Definition: []byte(machine(`"A":{"Type":"Succeed"}`))})
	if err != nil {
		t.Fatal(err)
	}
	x, _ := r.run(machine(`"A":{"Type":"Task","Resource":"arn:aws:states:::aws-sdk:sfn:startSyncExecution","Arguments":{"StateMachineArn":"`+standard.ARN+`"},"End":true}`), `{}`)
	if x.Error != "Sfn.StateMachineTypeNotSupportedException" || !strings.Contains(x.Cause, "Standard") {
		t.Errorf("a Standard machine: %s", outcome(x))
	}
}

// sqs:sendMessage is for engines that have queues; others refuse the definition,
// and fail the task if they had accepted it before.
func TestSendMessage(t *testing.T) {
	t.Parallel()
	definition := machine(`"A":{"Type":"Task","Resource":"arn:aws:states:::sqs:sendMessage","Arguments":{"QueueUrl":"https://queue","MessageBody":{"n":"{% $states.input.n %}"}},"End":true}`)
	dir := t.TempDir()
	var got string
	r := newRig(t, func(o *Options) {
		o.Dir = dir
		o.SendMessage = func(_ context.Context, message []byte) ([]byte, *TaskError) {
			got = string(message)
			return []byte(`{"MessageId":"1"}`), nil
		}
	})
	x, h := r.run(definition, `{"n":5}`)
	if want := `{"QueueUrl":"https://queue","MessageBody":{"n":5}}`; got != want || outcome(x) != `{"MessageId":"1"}` {
		t.Errorf("the queue got %s, the task %s", got, outcome(x))
	}
	if d := h[2].Details; d.ResourceType != "sqs" || d.Resource != "sendMessage" {
		t.Errorf("history says %s %s", d.ResourceType, d.Resource)
	}
	r.Close()
	r.open(func(o *Options) { o.Dir = dir })
	wantCode(t, r.Validate([]byte(definition), ""), ErrInvalidDefinition)
	if x = r.finish(r.start(r.MachineARN("m"), "", `{"n":5}`)); x.Error != "States.Runtime" || x.Cause != "this engine has no queue https://queue" {
		t.Errorf("without queues: %s", outcome(x))
	}
}

// An event that carries a token is answered by it.
func TestPutEventsWithToken(t *testing.T) {
	t.Parallel()
	tokens := make(chan string, 1)
	r := newRig(t, func(o *Options) {
		o.PutEvents = func(_ context.Context, entries []byte) ([]byte, *TaskError) {
			var p struct {
				Entries []struct{ Detail struct{ Token string } }
			}
			if err := json.Unmarshal(entries, &p); err != nil {
				return nil, &TaskError{"Test", err.Error()}
			}
			tokens <- p.Entries[0].Detail.Token
			return []byte(`{"FailedEntryCount":0,"Entries":[{"EventId":"1"}]}`), nil
		}
	})
	arn := r.start(r.create(machine(`"A":{"Type":"Task","Resource":"arn:aws:states:::events:putEvents.waitForTaskToken","Arguments":{"Entries":[{"Detail":{"Token":"{% $states.context.Task.Token %}"}}]},"End":true}`)), "", `{}`)
	r.rest()
	if err := r.SendTaskSuccess(ctx, <-tokens, []byte(`"heard"`)); err != nil {
		t.Fatal(err)
	}
	if got := outcome(r.finish(arn)); got != `"heard"` {
		t.Error(got)
	}
	h := r.history(arn)
	if d := h[4].Details; h[4].Type != "TaskSubmitted" || d.Resource != "putEvents.waitForTaskToken" || *d.Output != `{"FailedEntryCount":0,"Entries":[{"EventId":"1"}]}` {
		t.Errorf("submitted %s %+v", h[4].Type, d)
	}
}

// A function gets exactly its payload, under the name that the definition has.
func TestLambdaArguments(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.do["f:live"] = script(`"ok"`)
	x, _ := r.run(machine(`"A":{"Type":"Task","Resource":"arn:aws:states:::lambda:invoke","Arguments":{"FunctionName":"f","Qualifier":"live","Payload":[1,"{% $states.input %}"]},"Output":"{% $states.result.Payload %}","End":true}`), `"in"`)
	if got := strings.Join(r.called(), "\n"); got != `f:live [1,"in"]` || outcome(x) != `"ok"` {
		t.Errorf("called %s, yields %s", got, outcome(x))
	}
	r = newRig(t)
	r.do["f"] = script(`{"a":`)
	if x, _ := r.run(machine(`"A":`+invoking("f", `{}`, end)), `{}`); x.Error != "States.Runtime" {
		t.Errorf("a function that returns no JSON: %s", outcome(x))
	}
	r = newRig(t)
	r.do["f"] = script(``)
	if x, _ := r.run(machine(`"A":`+invoking("f", `{}`, `"Output":"{% $states.result.Payload = null %}",`+end)), `{}`); outcome(x) != `true` {
		t.Errorf("a function that returns nothing: %s", outcome(x))
	}
}

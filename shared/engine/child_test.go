package engine

import (
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/orderloom/orderloom/shared/clock"
)

// child makes a machine of that name.
func (r *rig) child(name, states string, typ MachineType) string {
	r.t.Helper()
	m, err := r.CreateStateMachine(ctx, CreateMachine{Name: name, Type: typ, Definition: []byte(machine(states))})
	if err != nil {
		r.t.Fatal(err)
	}
	return m.ARN
}

// parent has one task that runs the machine "child".
func parent(suffix, arguments, rest string) string {
	return machine(`"A":{"Type":"Task","Resource":"arn:aws:states:::states:startExecution` + suffix + `","Arguments":{"StateMachineArn":"arn:aws:states:us-east-1:000000000000:stateMachine:child"` + arguments + `},` + rest + `}`)
}

// startExecution.sync waits for the end; the description that it returns has
// texts, that of .sync:2 has JSON.
func TestChildIsAwaited(t *testing.T) {
	t.Parallel()
	for suffix, data := range map[string][2]string{".sync": {`"{\"n\":1}"`, `"[1]"`}, ".sync:2": {`{"n":1}`, `[1]`}} {
		t.Run(suffix, func(t *testing.T) {
			t.Parallel()
			r := newRig(t)
			r.child("child", `"A":{"Type":"Wait","Seconds":60,"Output":["{% $states.input.n %}"],"End":true}`, Standard)
			x, h := r.run(parent(suffix, `,"Name":"kid","Input":{"n":"{% $states.input.n %}"}`, `"End":true`), `{"n":1}`)
			want := `{"ExecutionArn":"arn:aws:states:us-east-1:000000000000:execution:child:kid","Input":` + data[0] + `,"InputDetails":{"Included":true},"Name":"kid","Output":` + data[1] +
				`,"OutputDetails":{"Included":true},"RedriveCount":0,"RedriveStatus":"NOT_REDRIVABLE","RedriveStatusReason":"Execution is SUCCEEDED and cannot be redriven","StartDate":1767323045000,` +
				`"StateMachineArn":"arn:aws:states:us-east-1:000000000000:stateMachine:child","Status":"SUCCEEDED","StopDate":1767323105000}`
			if outcome(x) != want {
				t.Errorf("got %s, want %s", outcome(x), want)
			}
			action := "startExecution" + suffix
			if got, want := shape(h), strings.ReplaceAll(`1<0 ExecutionStarted
2<0 TaskStateEntered A
3<2 TaskScheduled ?
4<3 TaskStarted ?
5<4 TaskSubmitted ?
6<5 TaskSucceeded ?
7<6 TaskStateExited A
8<7 ExecutionSucceeded
`, "?", action); got != want {
				t.Errorf("got\n%s", got)
			}
			if d := h[4].Details; *d.Output != `{"ExecutionArn":"arn:aws:states:us-east-1:000000000000:execution:child:kid","StartDate":"2026-01-02T03:04:05.000Z"}` || d.ResourceType != "states" {
				t.Errorf("submitted %+v", d)
			}
		})
	}
}

// A child that does not succeed fails the task with its description as cause.
func TestChildFails(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.child("child", `"A":{"Type":"Fail","Error":"Bad","Cause":"why"}`, Standard)
	x, h := r.run(parent(".sync:2", `,"Name":"kid"`, `"Catch":[{"ErrorEquals":["States.TaskFailed"],"Output":"{% $merge([{'Error':$states.errorOutput.Error},$parse($states.errorOutput.Cause).{'child':Error & ' ' & Cause & ' ' & Status & ' ' & RedriveStatus}]) %}","Next":"B"}],"Next":"B"},"B":{"Type":"Succeed"`), `{}`)
	if got := outcome(x); got != `{"Error":"States.TaskFailed","child":"Bad why FAILED REDRIVABLE"}` {
		t.Errorf("%s\n%s", got, lines(h))
	}
}

// A child is stopped when nobody waits for it any more.
func TestChildIsStopped(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, definition string
		end              func(r *rig, parent string)
	}{
		{"the parent is stopped", parent(".sync", `,"Name":"kid"`, `"End":true`), func(r *rig, arn string) { r.StopExecution(ctx, arn, "", "") }},
		{"the task times out", parent(".sync", `,"Name":"kid"`, `"TimeoutSeconds":5,"End":true`), func(r *rig, arn string) { r.finish(arn) }},
		{"a neighbor fails", machine(`"A":{"Type":"Parallel","End":true,"Branches":[` + parent(".sync", `,"Name":"kid"`, `"End":true`) + `,{"StartAt":"B","States":{"B":{"Type":"Wait","Seconds":5,"Next":"C"},"C":{"Type":"Fail"}}}]}`),
			func(r *rig, arn string) { r.finish(arn) }},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			r := newRig(t)
			r.child("child", `"A":{"Type":"Wait","Seconds":60,"End":true}`, Standard)
			definition := strings.Replace(c.definition, `[{"QueryLanguage":"JSONata","StartAt":"A","States":{"A":`, `[{"StartAt":"K","States":{"K":`, 1)
			arn := r.start(r.create(definition), "", `{}`)
			r.rest()
			c.end(r, arn)
			r.rest()
			if got := r.status("arn:aws:states:us-east-1:000000000000:execution:child:kid"); got != Aborted {
				t.Errorf("the child is %s", got)
			}
		})
	}
}

func TestChildThatCannotBe(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	definition := parent(".sync:2", ``, `"End":true`)
	x, _ := r.run(definition, `{}`)
	if x.Error != "StepFunctions.StateMachineDoesNotExistException" || !strings.HasPrefix(x.Cause, "State Machine Does Not Exist: 'arn:aws:states:us-east-1:000000000000:stateMachine:child' (Service: AWSStepFunctions; Status Code: 400; Error Code: StateMachineDoesNotExist; Request ID: ") {
		t.Error(outcome(x))
	}
	r.child("child", `"A":{"Type":"Succeed"}`, Express)
	if x = r.finish(r.start(r.MachineARN("m"), "", `{}`)); x.Error != "StepFunctions.StateMachineTypeNotSupportedException" {
		t.Errorf("an Express child: %s", outcome(x))
	}
	wantCode(t, r.Validate([]byte(definition), Express), ErrInvalidDefinition)
}

// startExecution with a token starts and waits for the answer.
func TestStartExecutionWithToken(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.child("child", `"A":`+invoking("ask", `{"Token":"{% $states.input.Token %}"}`, `"End":true`), Standard)
	arn := r.start(r.create(parent(".waitForTaskToken", `,"Input":{"Token":"{% $states.context.Task.Token %}"}`, `"End":true`)), "", `{}`)
	r.rest()
	if err := r.SendTaskSuccess(ctx, r.tokens()[0], []byte(`"done"`)); err != nil {
		t.Fatal(err)
	}
	if got := outcome(r.finish(arn)); got != `"done"` {
		t.Error(got)
	}
}

// From every record on, a parent, its child and the child of an aborted parent
// come to the same ends, and no child is started twice.
func TestChildrenAreDurable(t *testing.T) {
	t.Parallel()
	open := func(dir string) *rig {
		r := &rig{t: t, clock: clock.NewManual(epoch), do: map[string]func(string) (string, *TaskError){}}
		r.open(func(o *Options) { o.Dir, o.SegmentBytes = dir, 700 })
		return r
	}
	dir := t.TempDir()
	r := open(dir)
	r.child("child", `"A":{"Type":"Wait","Seconds":60,"Output":"kid","End":true}`, Standard)
	m := r.create(parent(".sync:2", ``, `"Output":"{% $states.result.Output %}","End":true`))
	arn, gone := r.start(m, "x", `{}`), r.start(m, "gone", `{}`)
	r.rest()
	if _, err := r.StopExecution(ctx, gone, "", ""); err != nil {
		t.Fatal(err)
	}
	r.finish(arn)
	r.Close()
	log := readLog(t, dir)
	for _, keep := range borders(log) {
		t.Run(fmt.Sprint("byte ", keep), func(t *testing.T) {
			crashed := t.TempDir()
			if err := os.CopyFS(crashed, os.DirFS(dir)); err != nil {
				t.Fatal(err)
			}
			writeLog(t, crashed, log[:keep:keep])
			r := open(crashed)
			r.until(func() bool { return r.Stats().Running == 0 })
			r.rest()
			if x, err := r.DescribeExecution(ctx, arn); err != nil || outcome(x) != `"kid"` {
				t.Errorf("%s %v", outcome(x), err)
			}
			list, _, err := r.ListExecutions(ctx, r.MachineARN("child"), "", Page{})
			if err != nil || len(list) > 2 {
				t.Errorf("%d children, %v", len(list), err)
			}
			parents, _, _ := r.ListExecutions(ctx, m, "", Page{})
			for _, p := range parents {
				if p.Name == "gone" && p.Status == Aborted {
					aborted := 0
					for _, x := range list {
						if x.Status == Aborted {
							aborted++
						}
					}
					if aborted != 1 {
						t.Errorf("the child of the aborted parent goes on: %+v", list)
					}
				}
			}
		})
	}
}

// After ninety days a name is free again.
func TestNamesAreFreeAfterNinetyDays(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	m := r.create(machine(`"A":{"Type":"Succeed"}`))
	arn := r.start(m, "x", `{}`)
	r.finish(arn)
	r.clock.Advance(90 * 24 * time.Hour)
	_, err := r.StartExecution(ctx, StartExecution{m, "x", []byte(`{}`)})
	wantCode(t, err, ErrExecutionAlreadyExists)
	r.clock.Advance(time.Millisecond)
	if r.start(m, "x", `{"n":2}`) != arn {
		t.Error("another ARN")
	}
	if x, err := r.DescribeExecution(ctx, arn); err != nil || string(x.Input) != `{"n":2}` {
		t.Errorf("%+v %v", x, err)
	}
}

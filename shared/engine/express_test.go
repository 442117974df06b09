package engine

import (
	"context"
	"errors"
	"testing"
	"time"
)

// Express machines run in memory to their end.
func TestStartSyncExecution(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ name, states, want string }{
		{"succeeds", `"A":` + invoking("echo", `{"n":"{% $states.input.n %}"}`, `"Output":"{% $states.result.Payload %}",`+end), `SUCCEEDED {"n":1} `},
		{"fails", `"A":{"Type":"Fail","Error":"E","Cause":"c"}`, `FAILED  E c`},
		{"forks", `"A":{"Type":"Map","Items":[1,2],"End":true,"ItemProcessor":{"StartAt":"B","States":{"B":{"Type":"Parallel","Branches":[{"StartAt":"C","States":{"C":{"Type":"Succeed"}}}],"End":true}}}}`, `SUCCEEDED [[1],[2]] `},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			r := newRig(t)
			m := r.create(machine(c.states), Express)
			for range 2 { // the name may repeat
				x, err := r.StartSyncExecution(ctx, StartExecution{m, "same", []byte(`{"n":1}`)})
				got := string(x.Status) + " " + string(x.Output) + " " + x.Error
				if x.Cause != "" {
					got += " " + x.Cause
				}
				if err != nil || got != c.want || x.Name != "same" || x.StateMachineARN != m || string(x.Input) != `{"n":1}` {
					t.Errorf("%+v %v", x, err)
				}
			}
			if s := r.Stats(); s.Running != 0 || len(r.all) != 0 {
				t.Errorf("%d executions are still there", len(r.all))
			}
		})
	}
}

func TestExpressIsNotKept(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	m := r.create(waiting, Express)
	arn := r.start(m, "x", `{}`)
	_, err := r.DescribeExecution(ctx, arn)
	wantCode(t, err, ErrExecutionDoesNotExist)
	_, _, err = r.ListExecutions(ctx, m, "", Page{})
	wantCode(t, err, ErrMachineType)
	standard, err := r.CreateStateMachine(ctx, CreateMachine{Name: "standard", Definition: []byte(waiting)})
	if err != nil {
		t.Fatal(err)
	}
	_, err = r.StartSyncExecution(ctx, StartExecution{StateMachineARN: standard.ARN})
	wantCode(t, err, ErrMachineType)
	if !r.until(func() bool { return r.Stats().Running == 0 }) {
		t.Error("the one that was started does not end")
	}
}

// A caller that goes away stops the execution.
func TestStartSyncExecutionIsCanceled(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	m := r.create(waiting, Express)
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error)
	go func() {
		_, err := r.StartSyncExecution(ctx, StartExecution{StateMachineARN: m})
		done <- err
	}()
	r.eventually("it runs", func() bool { return r.Stats().Running == 1 })
	cancel()
	if err := <-done; !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
	r.eventually("it is stopped", func() bool { return r.Stats().Running == 0 })
}

// The time limit of a machine holds for Express machines, too.
// An Express execution takes five minutes at most.
func TestExpressTimesOut(t *testing.T) {
	t.Parallel()
	for own, want := range map[string]time.Duration{`"TimeoutSeconds":5,`: 5 * time.Second, ``: 5 * time.Minute, `"TimeoutSeconds":3600,`: 5 * time.Minute} {
		t.Run(own, func(t *testing.T) {
			t.Parallel()
			r := newRig(t)
			m := r.create(`{"QueryLanguage":"JSONata",`+own+`"StartAt":"A","States":{"A":{"Type":"Wait","Seconds":6000,"End":true}}}`, Express)
			done := make(chan SyncResult)
			go func() {
				x, err := r.StartSyncExecution(ctx, StartExecution{StateMachineARN: m})
				if err != nil {
					t.Error(err)
				}
				done <- x
			}()
			r.eventually("it runs", func() bool { return r.Stats().Running == 1 })
			r.until(func() bool { return r.Stats().Running == 0 })
			if x := <-done; x.Status != TimedOut || x.Error != "States.Timeout" || !x.StopDate().Equal(epoch.Add(want)) {
				t.Errorf("%+v", x)
			}
		})
	}
}

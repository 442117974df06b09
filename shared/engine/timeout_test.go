package engine

import (
	"fmt"
	"testing"
	"time"
)

// asking is a task that waits for its token.
func asking(rest string) string {
	return `{"Type":"Task","Resource":"arn:aws:states:::lambda:invoke.waitForTaskToken","Arguments":{"FunctionName":"ask","Payload":{"token":"{% $states.context.Task.Token %}"}},` + rest + `}`
}

// What ends because it takes too long, and who matches it.
func TestTimeouts(t *testing.T) {
	t.Parallel()
	catching := func(name string) string {
		return `"Catch":[{"ErrorEquals":["` + name + `"],"Output":"caught","Next":"Z"}],"Next":"Z"`
	}
	for _, c := range []struct{ name, machine, want, after string }{
		{"a token that nobody answers", machine(`"A":` + asking(`"TimeoutSeconds":60,"End":true`)), "FAILED States.Timeout ", "1m0s"},
		{"seconds as an expression", machine(`"A":` + asking(`"TimeoutSeconds":"{% $states.input.s %}","End":true`)), "FAILED States.Timeout ", "7s"},
		{"no sign of life", machine(`"A":` + asking(`"TimeoutSeconds":60,"HeartbeatSeconds":20,"End":true`)), "FAILED States.Timeout ", "20s"},
		{"no sign of life, no time limit", machine(`"A":` + asking(`"HeartbeatSeconds":"{% 5 %}","End":true`)), "FAILED States.Timeout ", "5s"},
		{"States.Timeout catches", machine(`"A":` + asking(`"TimeoutSeconds":60,`+catching("States.Timeout")) + `,"Z":{"Type":"Succeed"}`), `"caught"`, "1m0s"},
		{"States.Timeout catches a missing heartbeat", machine(`"A":` + asking(`"HeartbeatSeconds":60,`+catching("States.Timeout")) + `,"Z":{"Type":"Succeed"}`), `"caught"`, "1m0s"},
		{"States.HeartbeatTimeout catches one", machine(`"A":` + asking(`"HeartbeatSeconds":60,`+catching("States.HeartbeatTimeout")) + `,"Z":{"Type":"Succeed"}`), `"caught"`, "1m0s"},
		{"and is called States.Timeout there", machine(`"A":` + asking(`"HeartbeatSeconds":60,"Catch":[{"ErrorEquals":["States.HeartbeatTimeout"],"Output":"{% $states.errorOutput.Error %}","Next":"Z"}],"Next":"Z"`) + `,"Z":{"Type":"Succeed"}`), `"States.Timeout"`, "1m0s"},
		{"States.HeartbeatTimeout catches one of a branch", machine(`"A":{"Type":"Parallel","Branches":[{"StartAt":"B","States":{"B":` + asking(`"HeartbeatSeconds":60,"End":true`) + `}}],` + catching("States.HeartbeatTimeout") + `},"Z":{"Type":"Succeed"}`), `"caught"`, "1m0s"},
		{"a missing heartbeat is tried again", machine(`"A":` + asking(`"HeartbeatSeconds":60,"Retry":[{"ErrorEquals":["States.HeartbeatTimeout"],"IntervalSeconds":5,"MaxAttempts":1}],"End":true`)), "FAILED States.Timeout ", "2m5s"},
		{"States.TaskFailed does not catch one", machine(`"A":` + asking(`"HeartbeatSeconds":60,`+catching("States.TaskFailed")) + `,"Z":{"Type":"Succeed"}`), "FAILED States.Timeout ", "1m0s"},
		{"States.HeartbeatTimeout catches nothing else", machine(`"A":` + asking(`"TimeoutSeconds":60,`+catching("States.HeartbeatTimeout")) + `,"Z":{"Type":"Succeed"}`), "FAILED States.Timeout ", "1m0s"},
		{"States.ALL catches", machine(`"A":` + asking(`"TimeoutSeconds":60,`+catching("States.ALL")) + `,"Z":{"Type":"Succeed"}`), `"caught"`, "1m0s"},
		{"States.TaskFailed does not", machine(`"A":` + asking(`"TimeoutSeconds":60,`+catching("States.TaskFailed")) + `,"Z":{"Type":"Succeed"}`), "FAILED States.Timeout ", "1m0s"},
		{"a timeout is tried again", machine(`"A":` + asking(`"TimeoutSeconds":60,"Retry":[{"ErrorEquals":["States.Timeout"],"IntervalSeconds":5,"MaxAttempts":1}],"End":true`)), "FAILED States.Timeout ", "2m5s"},
		{"the whole execution", `{"QueryLanguage":"JSONata","TimeoutSeconds":90,"StartAt":"A","States":{"A":{"Type":"Wait","Seconds":1000,"End":true}}}`, "TIMED_OUT States.Timeout ", "1m30s"},
		{"which no Catch prevents", `{"QueryLanguage":"JSONata","TimeoutSeconds":90,"StartAt":"A","States":{"A":` + asking(catching("States.ALL")) + `,"Z":{"Type":"Succeed"}}}`, "TIMED_OUT States.Timeout ", "1m30s"},
		{"an execution after a year", machine(`"A":{"Type":"Wait","Seconds":99999999,"End":true}`), "TIMED_OUT States.Timeout ", "8760h0m0s"},
		{"whatever the machine says", `{"QueryLanguage":"JSONata","TimeoutSeconds":99999999,"StartAt":"A","States":{"A":{"Type":"Wait","Seconds":99999999,"End":true}}}`, "TIMED_OUT States.Timeout ", "8760h0m0s"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			x, h := newRig(t).run(c.machine, `{"s":7}`)
			if got, after := outcome(x), x.StopDate.Sub(x.StartDate).String(); got != c.want || after != c.after {
				t.Errorf("%s after %s, want %s after %s\n%s", got, after, c.want, c.after, shape(h))
			}
		})
	}
}

// An invocation that takes too long is told so, and its late result is dropped.
func TestTimeoutOfAnInvocation(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	began, end := make(chan bool), make(chan bool)
	r.do["slow"] = func(string) (string, *TaskError) { close(began); <-end; return `"late"`, nil }
	arn := r.start(r.create(machine(`"A":`+invoking("slow", `{}`, `"TimeoutSeconds":10,"Catch":[{"ErrorEquals":["States.Timeout"],"Output":"in time","Next":"Z"}],"Next":"Z"`)+`,"Z":{"Type":"Wait","Seconds":5,"End":true}`)), "x", `{}`)
	<-began
	r.clock.Advance(10 * time.Second)
	r.eventually("the task times out", func() bool { return len(r.history(arn)) > 5 })
	close(end)
	if got := outcome(r.finish(arn)); got != `"in time"` {
		t.Error(got)
	}
}

// A heartbeat begins HeartbeatSeconds anew, not TimeoutSeconds.
func TestHeartbeat(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	arn := r.start(r.create(machine(`"A":`+asking(`"TimeoutSeconds":50,"HeartbeatSeconds":20,"End":true`))), "x", `{}`)
	r.rest()
	for range 3 {
		r.clock.Advance(15 * time.Second)
		r.rest()
		if err := r.SendTaskHeartbeat(ctx, r.tokens()[0]); err != nil {
			t.Fatal(err)
		}
	}
	x := r.finish(arn)
	if got := fmt.Sprint(outcome(x), " after ", x.StopDate.Sub(x.StartDate)); got != "FAILED States.Timeout  after 50s" {
		t.Error(got)
	}
}

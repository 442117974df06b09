package engine

import (
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/orderloom/orderloom/shared/clock"
)

func (r *rig) redrive(arn string) {
	r.t.Helper()
	if _, err := r.RedriveExecution(ctx, arn, ""); err != nil {
		r.t.Fatal(err)
	}
}

// The context says how often the execution was redriven and when.
func TestRedriveInTheContext(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.do["f"] = script("!Down", "!Down", `1`)
	x, _ := r.run(machine(`"A":`+invoking("f", `"{% $states.context.Execution.RedriveCount & ($exists($states.context.Execution.RedriveTime) ? ' ' & $states.context.Execution.RedriveTime : '') %}"`, end)), `{}`)
	for range 2 {
		r.clock.Advance(time.Minute)
		r.redrive(x.ARN)
		r.finish(x.ARN)
	}
	if got := strings.Join(r.called(), ","); got != `f "0",f "1 2026-01-02T03:05:05.000Z",f "2 2026-01-02T03:06:05.000Z"` {
		t.Error(got)
	}
}

// A redrive goes on with the state that failed; what succeeded is not run again.
func TestRedriveATask(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.do["pay"] = script("!Down", "!Down", `"paid"`)
	x, _ := r.run(machine(`"A":`+invoking("look", `1`, `"Assign":{"seen":"{% $states.result.Payload %}"},"Next":"B"`)+`,
		"B":`+invoking("pay", `"{% $seen %}"`, `"Retry":[{"ErrorEquals":["Down"],"MaxAttempts":1}],"Output":"{% $states.result.Payload %}","End":true`)), `{}`)
	if x.Status != Failed || x.RedriveStatus() != "REDRIVABLE" || x.RedriveCount != 0 {
		t.Fatalf("%+v", x)
	}
	r.clock.Advance(time.Hour)
	at, err := r.RedriveExecution(ctx, x.ARN, "")
	if err != nil || !at.Equal(r.clock.Now()) {
		t.Fatal(at, err)
	}
	x = r.finish(x.ARN)
	if outcome(x) != `"paid"` || x.RedriveCount != 1 || !x.RedriveDate.Equal(at) || x.RedriveStatus() != "NOT_REDRIVABLE" || x.NotRedrivable != "Execution is SUCCEEDED and cannot be redriven" {
		t.Errorf("%s %+v", outcome(x), x)
	}
	if got := strings.Join(r.called(), ","); got != `look 1,pay 1,pay 1,pay 1` {
		t.Errorf("called %s", got)
	}
	const want = `1<0 ExecutionStarted
2<0 TaskStateEntered A
3<2 TaskScheduled invoke
4<3 TaskStarted invoke
5<4 TaskSucceeded invoke
6<5 TaskStateExited A
7<6 TaskStateEntered B
8<7 TaskScheduled invoke
9<8 TaskStarted invoke
10<9 TaskFailed invoke Down
11<10 TaskScheduled invoke
12<11 TaskStarted invoke
13<12 TaskFailed invoke Down
14<13 ExecutionFailed Down
15<14 ExecutionRedriven
16<15 TaskScheduled invoke
17<16 TaskStarted invoke
18<17 TaskSucceeded invoke
19<18 TaskStateExited B
20<19 ExecutionSucceeded
`
	h := r.history(x.ARN)
	if got := shape(h); got != want {
		t.Errorf("got\n%s", got)
	}
	if h[14].Details.RedriveCount != 1 || h[14].Key != "executionRedrivenEventDetails" {
		t.Errorf("%+v", h[14])
	}
}

// Inside Parallel and Map only what was unsuccessful runs again, however deep.
func TestRedriveBranchesAndIterations(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ name, states, calls, again, want string }{
		{"a branch that failed and one that was aborted",
			`"A":{"Type":"Parallel","End":true,"Branches":[{"StartAt":"B","States":{"B":` + invoking("good", `1`, yields) + `}},
			 {"StartAt":"C","States":{"C":{"Type":"Wait","Seconds":5,"Next":"C2"},"C2":` + invoking("bad", `2`, yields) + `}},
			 {"StartAt":"D","States":{"D":{"Type":"Wait","Seconds":60,"Next":"D2"},"D2":` + invoking("good", `3`, yields) + `}}]}`,
			`good 1,bad 2`, `bad 2,good 3`, `[1,"ok",3]`},
		{"an iteration, and those that had not begun",
			`"A":{"Type":"Map","Items":[1,2,3],"MaxConcurrency":1,"End":true,"ItemProcessor":{"StartAt":"B","States":{"B":` + invoking("{% $states.input = 2 ? 'bad' : 'good' %}", `"{% $states.input %}"`, yields) + `}}}`,
			`good 1,bad 2`, `bad 2,good 3`, `[1,"ok",3]`},
		{"a branch of an iteration",
			`"A":{"Type":"Map","Items":[1],"End":true,"ItemProcessor":{"StartAt":"P","States":{"P":{"Type":"Parallel","End":true,"Branches":[
			 {"StartAt":"B","States":{"B":` + invoking("good", `1`, yields) + `}},{"StartAt":"C","States":{"C":{"Type":"Wait","Seconds":5,"Next":"C2"},"C2":` + invoking("bad", `2`, yields) + `}}]}}}}`,
			`good 1,bad 2`, `bad 2`, `[[1,"ok"]]`},
		{"a branch that had not begun",
			`"A":{"Type":"Parallel","End":true,"Branches":[{"StartAt":"B","States":{"B":{"Type":"Choice","Choices":[{"Condition":"{% $now() > '2026-01-02T03:30:00Z' %}","Next":"E","Output":"late"}]},"E":{"Type":"Succeed"}}},
			 {"StartAt":"C","States":{"C":` + invoking("good", `2`, yields) + `}}]}`,
			``, `good 2`, `["late",2]`},
		{"a result that was too large",
			`"A":{"Type":"Parallel","Output":"{% $length($string($states.result)) > 100 ? $pad('', 300000, 'x') : $states.result %}","End":true,"Branches":[{"StartAt":"B","States":{"B":` + invoking("large", `1`, yields) + `}}]}`,
			`large 1`, `large 1`, `["small"]`},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			r := newRig(t)
			r.do["bad"] = script("!Down", `"ok"`)
			r.do["large"] = script(`"`+strings.Repeat("x", 200)+`"`, `"small"`)
			x, _ := r.run(machine(c.states), `{"n":[1]}`)
			calls := r.called()
			if got := strings.Join(calls, ","); x.Status != Failed || got != c.calls {
				t.Fatalf("%s after %s", outcome(x), got)
			}
			r.clock.Advance(time.Hour)
			r.redrive(x.ARN)
			x = r.finish(x.ARN)
			if got := strings.Join(r.called()[len(calls):], ","); outcome(x) != c.want || got != c.again {
				t.Errorf("the redrive: %s after %s\n%s", outcome(x), got, lines(r.history(x.ARN)))
			}
		})
	}
}

const yields = `"Output":"{% $states.result.Payload %}","End":true`

// An execution that was stopped while it waited waits anew; the answer to the
// old token comes too late.
func TestRedriveAWait(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	arn := r.start(r.create(ask), "x", `{}`)
	r.rest()
	if _, err := r.StopExecution(ctx, arn, "", ""); err != nil {
		t.Fatal(err)
	}
	r.redrive(arn)
	r.rest()
	tokens := r.tokens()
	if len(tokens) != 2 || tokens[0] == tokens[1] {
		t.Fatalf("tokens are %v", tokens)
	}
	wantCode(t, r.SendTaskSuccess(ctx, tokens[0], []byte(`1`)), ErrTaskTimedOut)
	if err := r.SendTaskSuccess(ctx, tokens[1], []byte(`2`)); err != nil {
		t.Fatal(err)
	}
	if x := r.finish(arn); x.Status != Succeeded {
		t.Error(outcome(x))
	}
}

// The time limit of the machine begins anew.
func TestRedriveAfterTimeout(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	x, _ := r.run(`{"QueryLanguage":"JSONata","TimeoutSeconds":30,"StartAt":"A","States":{"A":{"Type":"Wait","Seconds":20,"Next":"B"},"B":{"Type":"Wait","Seconds":20,"End":true}}}`, `{}`)
	if x.Status != TimedOut {
		t.Fatal(outcome(x))
	}
	r.redrive(x.ARN)
	if x = r.finish(x.ARN); x.Status != Succeeded || !x.StopDate.Equal(epoch.Add(50*time.Second)) {
		t.Errorf("%s at %s", outcome(x), x.StopDate)
	}
}

func TestRedriveRefuses(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	refused := func(arn, code, why string) {
		t.Helper()
		_, err := r.RedriveExecution(ctx, arn, "")
		if wantCode(t, err, code); err != nil && !strings.Contains(err.Error(), why) {
			t.Error(err)
		}
	}
	m := r.create(waiting)
	arn := r.start(m, "x", `{}`)
	refused(arn, ErrNotRedrivable, "Execution is RUNNING and cannot be redriven")
	r.finish(arn)
	refused(arn, ErrNotRedrivable, "Execution is SUCCEEDED and cannot be redriven")
	refused(arn+"y", ErrExecutionDoesNotExist, "")
	short, err := r.CreateStateMachine(ctx, CreateMachine{Name: "short", Definition: []byte(waiting)})
	if err != nil {
		t.Fatal(err)
	}
	arn = r.start(short.ARN, "x", `{}`)
	r.StopExecution(ctx, arn, "", "")
	r.DeleteStateMachine(ctx, short.ARN)
	refused(arn, ErrNotRedrivable, "State machine is in DELETING status")
	arn = r.start(m, "old", `{}`)
	r.StopExecution(ctx, arn, "", "")
	r.clock.Advance(14*24*time.Hour + time.Millisecond)
	refused(arn, ErrNotRedrivable, "Execution redrivable period exceeded")
	if x, _ := r.DescribeExecution(ctx, arn); x.NotRedrivable != "Execution redrivable period exceeded" {
		t.Errorf("%+v", x)
	}
}

// Whoever hears of starts and ends hears of a redrive as of a start.
func TestRedriveIsTold(t *testing.T) {
	t.Parallel()
	var heard told
	r := newRig(t, func(o *Options) { o.StatusChanged = heard.hear })
	r.do["f"] = script("!Down", `1`)
	arn := r.start(r.create(machine(`"A":`+invoking("f", `1`, `"End":true`))), "x", `{}`)
	r.finish(arn)
	r.redrive(arn)
	r.finish(arn)
	r.Close()
	if got := heard.String(); got != "x RUNNING, x FAILED, x RUNNING, x SUCCEEDED" {
		t.Error(got)
	}
}

// The same token is the same redrive, for a quarter of an hour.
func TestRedriveToken(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	x, _ := r.run(machine(`"A":{"Type":"Fail"}`), `{}`)
	for _, c := range []struct {
		token string
		count int
	}{{"a", 1}, {"a", 1}, {"b", 2}, {"", 3}, {"", 4}} {
		if _, err := r.RedriveExecution(ctx, x.ARN, c.token); err != nil {
			t.Fatal(err)
		}
		if x = r.finish(x.ARN); x.RedriveCount != c.count {
			t.Errorf("token %q: %d", c.token, x.RedriveCount)
		}
	}
	r.RedriveExecution(ctx, x.ARN, "c")
	r.clock.Advance(15 * time.Minute)
	r.RedriveExecution(ctx, x.ARN, "c")
	if x = r.finish(x.ARN); x.RedriveCount != 6 {
		t.Errorf("after its time: %d", x.RedriveCount)
	}
}

// From every record on, before and after two redrives, a process that was
// abandoned there goes on to the same end.
func TestRedriveIsDurable(t *testing.T) {
	t.Parallel()
	states := machine(`"A":{"Type":"Parallel","End":true,"Branches":[{"StartAt":"B","States":{"B":` + invoking("good", `1`, yields) + `}},
		{"StartAt":"C","States":{"C":{"Type":"Wait","Seconds":5,"Next":"C2"},"C2":` + invoking("bad", `2`, yields) + `}}]}`)
	open := func(dir string, answers ...string) *rig {
		r := &rig{t: t, clock: clock.NewManual(epoch), do: map[string]func(string) (string, *TaskError){"bad": script(answers...)}}
		r.open(func(o *Options) { o.Dir, o.SegmentBytes = dir, 600 })
		return r
	}
	const want = `[1,"ok"]`
	dir := t.TempDir()
	r := open(dir, "!Down", "!Down", `"ok"`)
	arn := r.start(r.create(states), "x", `{}`)
	for range 2 {
		r.finish(arn)
		r.redrive(arn)
	}
	if x := r.finish(arn); outcome(x) != want || x.RedriveCount != 2 {
		t.Fatal(outcome(x))
	}
	r.Close()
	log := readLog(t, dir)
	for _, keep := range borders(log) {
		t.Run(fmt.Sprint("byte ", keep), func(t *testing.T) {
			crashed := t.TempDir()
			if err := os.CopyFS(crashed, os.DirFS(dir)); err != nil {
				t.Fatal(err)
			}
			writeLog(t, crashed, log[:keep:keep])
			r := open(crashed, `"ok"`)
			x := r.finish(arn)
			before := x.RedriveCount
			if x.Status == Failed {
				r.redrive(arn)
				if x = r.finish(arn); x.RedriveCount != before+1 {
					t.Errorf("%d redrives after %d", x.RedriveCount, before)
				}
			}
			if outcome(x) != want {
				t.Errorf("%s\n%s", outcome(x), lines(r.history(arn)))
			}
			for i, ev := range r.history(arn) {
				if ev.ID != int64(i+1) || ev.PreviousID >= ev.ID {
					t.Errorf("event %d has id %d after %d", i+1, ev.ID, ev.PreviousID)
				}
			}
		})
	}
}

// Reclaiming the log loses nothing of an execution that was redriven.
func TestRedriveSurvivesReclaiming(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	r := newRig(t, func(o *Options) { o.Dir, o.SegmentBytes, o.RetainBytes = dir, 2000, 8000 })
	failing, err := r.CreateStateMachine(ctx, CreateMachine{Name: "failing", Definition: []byte(machine(`"A":{"Type":"Wait","Seconds":1,"Next":"B"},"B":{"Type":"Wait","Seconds":1000000,"End":true}`))})
	if err != nil {
		t.Fatal(err)
	}
	arn := r.start(failing.ARN, "x", `{"a":1}`)
	r.clock.Advance(time.Second)
	r.StopExecution(ctx, arn, "", "")
	r.redrive(arn)
	short := r.create(machine(`"A":{"Type":"Pass","End":true}`))
	for i := 0; r.Stats().LogOldest < 4; i++ {
		r.start(short, fmt.Sprint(i), `{"a":1}`)
	}
	r.Close()
	r.open(func(o *Options) { o.Dir = dir })
	if x, err := r.DescribeExecution(ctx, arn); err != nil || x.Status != Running || x.RedriveCount != 1 {
		t.Fatalf("%+v %v", x, err)
	}
	if x := r.finish(arn); outcome(x) != `{"a":1}` {
		t.Error(outcome(x))
	}
}

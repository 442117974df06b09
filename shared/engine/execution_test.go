package engine

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/orderloom/orderloom/shared/fault"
)

const waiting = `{"QueryLanguage":"JSONata","StartAt":"A","States":{"A":{"Type":"Wait","Seconds":60,"End":true}}}`

// A name stands for one execution: the same start again is success while it
// runs, everything else is refused.
func TestStartIsIdempotentByName(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	m := r.create(waiting)
	start := func(name, input string) (Started, error) {
		return r.StartExecution(ctx, StartExecution{m, name, []byte(input)})
	}
	first, err := start("order-1", `{"n":1}`)
	if err != nil {
		t.Fatal(err)
	}
	if want := "arn:aws:states:us-east-1:000000000000:execution:m:order-1"; first.ExecutionARN != want || !first.StartDate.Equal(epoch) {
		t.Errorf("started %+v", first)
	}
	r.clock.Advance(time.Second)
	again, err := start("order-1", `{"n":1}`)
	if err != nil || again != first {
		t.Errorf("the same start again: %+v %v", again, err)
	}
	_, err = start("order-1", `{"n":2}`)
	wantCode(t, err, ErrExecutionAlreadyExists)
	r.finish(first.ExecutionARN)
	_, err = start("order-1", `{"n":1}`)
	wantCode(t, err, ErrExecutionAlreadyExists)
	if n := r.Stats().Started; n != 1 {
		t.Errorf("%d executions were started", n)
	}
	if s, err := start("", `{}`); err != nil || s.ExecutionARN == first.ExecutionARN {
		t.Errorf("without a name: %+v %v", s, err)
	}
}

func TestStartRefuses(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	m := r.create(waiting)
	for _, c := range []struct{ name, machine, execution, input, code string }{
		{"no machine", r.MachineARN("other"), "x", `{}`, ErrMachineDoesNotExist},
		{"no version", m + ":7", "x", `{}`, ErrMachineDoesNotExist},
		{"no alias", m + ":live", "x", `{}`, ErrMachineDoesNotExist},
		{"no ARN", "m", "x", `{}`, ErrInvalidArn},
		{"another region", strings.Replace(m, "us-east-1", "eu-west-1", 1), "x", `{}`, ErrInvalidArn},
		{"a name with a space", m, "a b", `{}`, ErrInvalidName},
		{"a name with a colon", m, "a:b", `{}`, ErrInvalidName},
		{"a long name", m, strings.Repeat("x", 81), `{}`, ErrInvalidName},
		{"a long name in Chinese", m, strings.Repeat("\u6f22", 81), `{}`, ErrInvalidName},
		{"a name with a slash", m, "a/b", `{}`, ErrInvalidName},
		{"a name with a NUL", m, "a\x00b", `{}`, ErrInvalidName},
		{"a name that is no UTF-8", m, "a\xffb", `{}`, ErrInvalidName},
		{"a name with no character", m, "a\uffffb", `{}`, ErrInvalidName},
		{"input that is no JSON", m, "x", `{"a":`, ErrInvalidInput},
		{"no input at all", m, "x", ``, ErrInvalidInput},
		{"input over 256 KiB", m, "x", `"` + strings.Repeat("x", maxData) + `"`, ErrValidation},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := r.StartExecution(ctx, StartExecution{c.machine, c.execution, []byte(c.input)})
			wantCode(t, err, c.code)
		})
	}
	if s, err := r.StartExecution(ctx, StartExecution{StateMachineARN: m, Name: strings.Repeat("x", 80)}); err != nil {
		t.Error(s, err)
	}
}

func TestDescribeExecution(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	m := r.create(machine(`"A":{"Type":"Wait","Seconds":60,"Output":"done","Next":"B"},"B":{"Type":"Choice","Choices":[{"Condition":"{% $states.context.Execution.Input.ok %}","Next":"C"}],"Default":"D"},"C":{"Type":"Succeed"},"D":{"Type":"Fail","Error":"E","Cause":"c"}`))
	good, bad := r.start(m, "good", `{"ok": true}`), r.start(m, "bad", `{"ok": false}`)
	x, err := r.DescribeExecution(ctx, good)
	if err != nil || x.Status != Running || !x.StopDate.IsZero() || x.Output != nil || string(x.Input) != `{"ok": true}` {
		t.Errorf("while it runs: %+v %v", x, err)
	}
	if x = r.finish(good); x.Status != Succeeded || string(x.Output) != `"done"` || x.Name != "good" || x.StateMachineARN != m || !x.StopDate.Equal(epoch.Add(time.Minute)) {
		t.Errorf("%+v", x)
	}
	if x = r.finish(bad); x.Status != Failed || x.Error != "E" || x.Cause != "c" || x.Output != nil {
		t.Errorf("%+v", x)
	}
	_, err = r.DescribeExecution(ctx, good+"x")
	wantCode(t, err, ErrExecutionDoesNotExist)
}

func TestStopExecution(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	arn := r.start(r.create(waiting), "x", `{}`)
	r.clock.Advance(5 * time.Second)
	at, err := r.StopExecution(ctx, arn, "Why", "because")
	if err != nil || !at.Equal(epoch.Add(5*time.Second)) {
		t.Errorf("stopped at %v: %v", at, err)
	}
	x := r.finish(arn)
	if got := outcome(x); got != "ABORTED Why because" {
		t.Error(got)
	}
	if got, want := shape(r.history(arn)), "1<0 ExecutionStarted\n2<0 WaitStateEntered A\n3<2 ExecutionAborted Why\n"; got != want {
		t.Errorf("got\n%swant\n%s", got, want)
	}
	r.clock.Advance(time.Hour)
	r.rest()
	again, err := r.StopExecution(ctx, arn, "Other", "")
	if err != nil || !again.Equal(at) || outcome(r.finish(arn)) != "ABORTED Why because" {
		t.Errorf("stopped twice: %v %v", again, err)
	}
	_, err = r.StopExecution(ctx, arn+"x", "", "")
	wantCode(t, err, ErrExecutionDoesNotExist)
}

// Stopping ends the invocations that run.
func TestStopEndsInvocations(t *testing.T) {
	t.Parallel()
	began, ended := make(chan bool), make(chan bool)
	r := newRig(t)
	r.Close()
	r.open(func(o *Options) { o.InvokeLambda = waitForEnd(began, ended) })
	arn := r.start(r.create(machine(`"A":`+invoking("f", `{}`, end))), "x", `{}`)
	<-began
	if _, err := r.StopExecution(ctx, arn, "", ""); err != nil {
		t.Fatal(err)
	}
	<-ended
}

func TestListExecutions(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	m := r.create(waiting)
	for i := range 7 {
		arn := r.start(m, fmt.Sprint("x", i), `{}`)
		if i%3 == 0 {
			if _, err := r.StopExecution(ctx, arn, "", ""); err != nil {
				t.Fatal(err)
			}
		}
	}
	names := func(arn string, status Status, size int) string {
		t.Helper()
		out, page := "", Page{Max: size}
		for {
			list, next, err := r.ListExecutions(ctx, arn, status, page)
			if err != nil || len(list) > size {
				t.Fatal(list, err)
			}
			for _, x := range list {
				out += x.Name + " "
			}
			if next == "" {
				return out
			}
			out, page.Token = out+"| ", next
		}
	}
	for _, c := range []struct {
		status Status
		size   int
		want   string
	}{
		{"", 10, "x6 x5 x4 x3 x2 x1 x0 "},
		{"", 3, "x6 x5 x4 | x3 x2 x1 | x0 "},
		{Running, 2, "x5 x4 | x2 x1 "},
		{Aborted, 2, "x6 x3 | x0 "},
		{Failed, 2, ""},
	} {
		if got := names(m, c.status, c.size); got != c.want {
			t.Errorf("%q by %d: %q, want %q", c.status, c.size, got, c.want)
		}
	}
	_, next, _ := r.ListExecutions(ctx, m, "", Page{Max: 3})
	r.start(m, "new", `{}`)
	if list, _, _ := r.ListExecutions(ctx, m, "", Page{Max: 1, Token: next}); list[0].Name != "x3" {
		t.Errorf("a start between two pages moves the second: %s", list[0].Name)
	}
	_, _, err := r.ListExecutions(ctx, m, "", Page{Token: "!"})
	wantCode(t, err, ErrPageToken)
	_, _, err = r.ListExecutions(ctx, r.MachineARN("other"), "", Page{})
	wantCode(t, err, ErrMachineDoesNotExist)
}

// A name has 80 characters of any language, not bytes.
func TestNamesInEveryLanguage(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	r := newRig(t, func(o *Options) { o.Dir = dir })
	name := strings.Repeat("\u6f22", 79) + "😀"
	arn := r.start(r.create(waiting), name, `{}`)
	r.Close()
	r.open(func(o *Options) { o.Dir = dir })
	if x := r.finish(arn); x.Name != name || x.Status != Succeeded {
		t.Errorf("%+v", x)
	}
}

// The token of one list means nothing in another.
func TestPageTokensOfAnotherList(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	m := r.create(waiting)
	for i := range 3 {
		name := fmt.Sprint("x", i)
		r.start(m, name, `{}`)
		if _, err := r.CreateStateMachine(ctx, CreateMachine{Name: name, Definition: says(name), Publish: true}); err != nil {
			t.Fatal(err)
		}
	}
	_, machines, _ := r.ListStateMachines(ctx, Page{Max: 1})
	_, executions, _ := r.ListExecutions(ctx, m, "", Page{Max: 1})
	arn := r.executionARN(m, "x1")
	_, forth, _ := r.GetExecutionHistory(ctx, arn, HistoryPage{Page: Page{Max: 1}})
	_, back, _ := r.GetExecutionHistory(ctx, arn, HistoryPage{Page: Page{Max: 1}, Reverse: true})
	for i, token := range []string{machines, executions, forth, back, "", "x", "AAAA", machines + "A"} {
		want := func(list string, fits bool, err error) {
			t.Helper()
			if fits || token == "" {
				if err != nil {
					t.Errorf("%s with token %d: %v", list, i, err)
				}
			} else if !fault.Is(err, ErrPageToken) {
				t.Errorf("%s with token %d: %v", list, i, err)
			}
		}
		_, _, err := r.ListStateMachines(ctx, Page{Token: token})
		want("machines", i == 0, err)
		_, _, err = r.ListExecutions(ctx, m, "", Page{Token: token})
		want("executions", i == 1, err)
		_, _, err = r.ListExecutions(ctx, r.MachineARN("x1"), "", Page{Token: token})
		want("executions of another machine", false, err)
		_, _, err = r.GetExecutionHistory(ctx, arn, HistoryPage{Page: Page{Token: token}})
		want("history", i == 2, err)
		_, _, err = r.GetExecutionHistory(ctx, arn, HistoryPage{Page: Page{Token: token}, Reverse: true})
		want("history backwards", i == 3, err)
		_, _, err = r.GetExecutionHistory(ctx, r.executionARN(m, "x2"), HistoryPage{Page: Page{Token: token}})
		want("another history", false, err)
		_, _, err = r.ListStateMachineVersions(ctx, m, Page{Token: token})
		want("versions", false, err)
		_, _, err = r.ListStateMachineAliases(ctx, m, Page{Token: token})
		want("aliases", false, err)
	}
}

// A history that is read backwards has every event once although it grows.
func TestHistoryBackwardsWhileItGrows(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	arn := r.start(r.create(waiting), "x", `{}`)
	first, next, _ := r.GetExecutionHistory(ctx, arn, HistoryPage{Page: Page{Max: 1}, Reverse: true})
	r.finish(arn)
	rest, _, err := r.GetExecutionHistory(ctx, arn, HistoryPage{Page: Page{Max: 9, Token: next}, Reverse: true})
	if err != nil || shape(first)+shape(rest) != "2<0 WaitStateEntered A\n1<0 ExecutionStarted\n" {
		t.Errorf("%v\n%s%s", err, shape(first), shape(rest))
	}
}

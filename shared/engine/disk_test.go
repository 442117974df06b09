package engine

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/orderloom/orderloom/shared/clock"
)

// fill makes the disk full: the log, whose segments hold one write each here,
// cannot begin the next one. The result makes room again.
func (r *rig) fill(dir string) (free func()) {
	r.t.Helper()
	_, _, newest, _ := r.journal.Stats()
	name := filepath.Join(dir, "log", fmt.Sprintf("%08d.log", newest+1))
	if err := os.Mkdir(name, 0o755); err != nil {
		r.t.Fatal(err)
	}
	return func() {
		if err := os.Remove(name); err != nil {
			r.t.Fatal(err)
		}
	}
}

// While the disk is full nothing is acknowledged and every caller is told why.
// What executions do meanwhile is not lost: they go on when there is room.
func TestFullDisk(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	r := newRig(t, func(o *Options) { o.Dir, o.SegmentBytes = dir, 1 })
	m := r.create(waiting)
	kept := r.start(m, "kept", `{}`)
	free := r.fill(dir)
	_, err := r.StartExecution(ctx, StartExecution{m, "unsure", []byte(`{}`)})
	wantCode(t, err, ErrUnavailable)
	if !strings.Contains(err.Error(), "beginning a log segment") {
		t.Errorf("the error does not say why: %v", err)
	}
	_, err = r.StartExecution(ctx, StartExecution{m, "refused", []byte(`{}`)})
	wantCode(t, err, ErrUnavailable)
	_, err = r.StopExecution(ctx, kept, "", "")
	wantCode(t, err, ErrUnavailable)
	_, err = r.DescribeExecution(ctx, r.executionARN(m, "unsure"))
	wantCode(t, err, ErrUnavailable)
	r.clock.Advance(time.Minute) // a timer fires meanwhile
	r.eventually("the timer has fired", func() bool { return r.status(kept) == Succeeded })
	free()
	r.eventually("the log goes on", func() bool { return r.refuses() == nil })
	for _, arn := range []string{kept, r.executionARN(m, "unsure")} {
		if got := outcome(r.finish(arn)); got != `{}` {
			t.Error(got)
		}
	}
	if r.byARN(r.executionARN(m, "refused")) != nil {
		t.Error("what was refused was started")
	}
	r.Close()
	r.open(func(o *Options) { o.Dir = dir })
	if got := outcome(r.finish(kept)); got != `{}` {
		t.Errorf("after a restart: %s", got)
	}
}

// A process that dies while the disk is full has promised nothing that is lost.
func TestEndWhileTheDiskIsFull(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	r := newRig(t, func(o *Options) { o.Dir, o.SegmentBytes = dir, 1 })
	m := r.create(waiting)
	kept := r.start(m, "kept", `{}`)
	free := r.fill(dir)
	_, err := r.StartExecution(ctx, StartExecution{m, "lost", []byte(`{}`)})
	wantCode(t, err, ErrUnavailable)
	r.clock.Advance(time.Minute)
	if err := r.Close(); err == nil {
		t.Error("Close hides the failure")
	}
	free()
	r.open(func(o *Options) { o.Dir = dir })
	if got := outcome(r.finish(kept)); got != `{}` {
		t.Error(got)
	}
	_, err = r.DescribeExecution(ctx, r.executionARN(m, "lost"))
	wantCode(t, err, ErrExecutionDoesNotExist)
}

// wallClock is a clock that somebody sets; timers count down regardless.
type wallClock struct {
	*clock.Manual
	off atomic.Int64
}

func (c *wallClock) Now() time.Time { return c.Manual.Now().Add(time.Duration(c.off.Load())) }

// A clock that is set back delays timers, one that is set forward is noticed
// within the nap; no timer is lost.
func TestClockThatIsSet(t *testing.T) {
	t.Parallel()
	states := machine(`"A":{"Type":"Wait","Seconds":60,"Next":"B"},"B":` + invoking("f", `{}`, `"TimeoutSeconds":60,"Retry":[{"ErrorEquals":["States.Timeout"],"IntervalSeconds":60,"MaxAttempts":1}],`+end))
	for _, c := range []struct {
		name  string
		off   time.Duration
		until time.Duration // counted down after the clock was set
	}{
		{"back", -time.Hour, time.Hour + 30*time.Second},
		{"forward", time.Hour, 30 * time.Second},
		{"not", 0, 30 * time.Second},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			r := newRig(t)
			wall := &wallClock{Manual: r.clock}
			r.open(func(o *Options) { o.Clock = wall })
			r.timers.nap = 30 * time.Second
			arn := r.start(r.create(states), "x", `{}`)
			r.clock.Advance(30 * time.Second)
			r.rest()
			wall.off.Store(int64(c.off))
			for range c.until / (30 * time.Second) {
				r.rest()
				if r.status(arn) != Running || len(r.called()) != 0 {
					t.Fatal("too early")
				}
				r.clock.Advance(30 * time.Second)
			}
			if got := outcome(r.finish(arn)); !strings.HasPrefix(got, "{") {
				t.Error(got)
			}
		})
	}
}

// The machine's own time-out obeys the clock, too.
func TestTimeoutWhenTheClockIsSetBack(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	wall := &wallClock{Manual: r.clock}
	r.open(func(o *Options) { o.Clock = wall })
	arn := r.start(r.create(`{"QueryLanguage":"JSONata","TimeoutSeconds":60,"StartAt":"A","States":{"A":{"Type":"Wait","Seconds":600,"End":true}}}`), "x", `{}`)
	wall.off.Store(int64(-time.Hour))
	r.clock.Advance(time.Minute)
	r.rest()
	if got := r.status(arn); got != Running {
		t.Fatalf("%s too early", got)
	}
	r.clock.Advance(time.Hour)
	if got := outcome(r.finish(arn)); !strings.HasPrefix(got, "TIMED_OUT") {
		t.Error(got)
	}
}

// A task that starts an execution while the disk is full waits until there is
// room; it does not fail. Nor does one that hears of the end of its child.
func TestNestedExecutionWhileTheDiskIsFull(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	r := newRig(t, func(o *Options) { o.Dir, o.SegmentBytes, o.Workers = dir, 1, 1 })
	began, goOn := make(chan bool), make(chan bool)
	r.do["block"] = func(string) (string, *TaskError) {
		began <- true
		<-goOn
		return `1`, nil
	}
	create := func(name, states string) string {
		m, err := r.CreateStateMachine(ctx, CreateMachine{Name: name, Definition: []byte(machine(states))})
		if err != nil {
			t.Fatal(err)
		}
		return m.ARN
	}
	child := create("child", `"A":{"Type":"Pass","Output":"done","End":true}`)
	parent := create("parent", `"A":{"Type":"Task","Resource":"arn:aws:states:::states:startExecution.sync:2","Arguments":{"StateMachineArn":"`+child+`"},"Output":"{% $states.result.Output %}","End":true}`)
	r.start(create("busy", `"A":`+invoking("block", `1`, end)), "x", `{}`)
	<-began // the only worker is busy
	arn := r.start(parent, "x", `{}`)
	free := r.fill(dir)
	close(goOn)
	r.eventually("the disk is full", func() bool { return r.refuses() != nil })
	free()
	if got := outcome(r.finish(arn)); got != `"done"` {
		t.Errorf("%s\n%s", got, lines(r.history(arn)))
	}
}

// What is durable already is acknowledged although the disk is full by now.
func TestPromiseThatIsKept(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	x := r.byARN(r.start(r.create(waiting), "x", `{}`))
	r.alarm.set(errors.New("full"))
	for range 20 { // select draws one of two
		if err := r.settle(x); err != nil {
			t.Fatal(err)
		}
	}
}

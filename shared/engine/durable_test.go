package engine

import (
	"context"
	"encoding/binary"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/orderloom/orderloom/shared/clock"
	"github.com/orderloom/orderloom/shared/engine/wal"
)

// borders are the ends of the log's records.
func borders(log []byte) []int {
	var out []int
	for at := 0; at < len(log); {
		at += 8 + int(binary.LittleEndian.Uint32(log[at:])&0x7fffffff)
		out = append(out, at)
	}
	return out
}

// types counts the events of a history by type, without TaskSubmitted: a token
// may be answered before its invocation returns.
func types(h []HistoryEvent) string {
	count := map[string]int{}
	for _, ev := range h {
		if ev.Type != "TaskSubmitted" {
			count[ev.Type]++
		}
	}
	return fmt.Sprint(count)
}

// From every record on, a process that was abandoned there and one that was
// closed there go on to the same end, with the same events.
func TestReopenAtEveryRecord(t *testing.T) {
	t.Parallel()
	t.Run("JSONata", func(t *testing.T) { t.Parallel(); reopenAtEveryRecord(t, everything) })
	t.Run("JSONPath", func(t *testing.T) { t.Parallel(); reopenAtEveryRecord(t, everythingByPath) })
}

func reopenAtEveryRecord(t *testing.T, definition string) {
	dir := t.TempDir()
	r := newCrashRig(t, dir, clock.NewManual(epoch))
	arn := r.start(r.create(definition), "x", `{"n":7}`)
	r.drive(arn)
	want := types(r.history(arn))
	r.Close()
	handedOut := r.called()
	log := readLog(t, dir)
	for _, keep := range borders(log) {
		for _, closed := range []bool{false, true} {
			t.Run(fmt.Sprintf("byte %d, closed %v", keep, closed), func(t *testing.T) {
				crashed := t.TempDir()
				if err := os.CopyFS(crashed, os.DirFS(dir)); err != nil {
					t.Fatal(err)
				}
				writeLog(t, crashed, log[:keep:keep])
				c := clock.NewManual(epoch.Add(time.Minute))
				if closed {
					newCrashRig(t, crashed, c).Close()
				}
				r := newCrashRig(t, crashed, c)
				r.mu.Lock()
				r.calls = append(r.calls, handedOut...)
				r.mu.Unlock()
				if got := outcome(r.drive(arn)); got != everythingYields {
					t.Fatalf("%s\n%s", got, shape(r.history(arn)))
				}
				h := r.history(arn)
				if wellFormed(t, h); types(h) != want {
					t.Errorf("got  %s\nwant %s", types(h), want)
				}
			})
		}
	}
}

// An abandoned process: everything that was acknowledged is in a copy of its folder.
func TestAbandonedProcess(t *testing.T) {
	t.Parallel()
	dir, copied := t.TempDir(), t.TempDir()
	r := newRig(t, func(o *Options) { o.Dir = dir })
	arn, token := r.asked("x")
	r.settle(r.byARN(arn))
	if _, err := r.CreateStateMachineAlias(ctx, "live", "", r.routed(r.MachineARN("m"))); err != nil {
		t.Fatal(err)
	}
	if err := os.CopyFS(copied, os.DirFS(dir)); err != nil {
		t.Fatal(err)
	}
	r.open(func(o *Options) { o.Dir = copied })
	if err := r.SendTaskSuccess(ctx, token, []byte(`"there"`)); err != nil {
		t.Fatal(err)
	}
	if got := outcome(r.finish(arn)); got != `"there"` {
		t.Error(got)
	}
	if _, err := r.StartExecution(ctx, StartExecution{StateMachineARN: r.MachineARN("m") + ":live"}); err != nil {
		t.Errorf("the alias is lost: %v", err)
	}
	_, err := r.StartExecution(ctx, StartExecution{StateMachineARN: r.MachineARN("m"), Name: "x"})
	wantCode(t, err, ErrExecutionAlreadyExists)
}

// routed publishes the machine and routes everything there.
func (r *rig) routed(arn string) []Route {
	v, err := r.PublishStateMachineVersion(ctx, arn, "", "")
	if err != nil {
		r.t.Fatal(err)
	}
	return []Route{{v.ARN, 100}}
}

// An invocation that Close interrupts is made again, with the same payload.
func TestInterruptedInvocation(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	began, ended := make(chan bool), make(chan bool)
	r := newRig(t, func(o *Options) { o.Dir, o.InvokeLambda = dir, waitForEnd(began, ended) })
	arn := r.start(r.create(machine(`"A":`+invoking("f", `{"key":"{% $states.input.n & '-a' %}"}`, `"Output":"{% $states.result.Payload %}",`+end))), "x", `{"n":1}`)
	<-began
	r.Close()
	<-ended
	r.open(func(o *Options) { o.Dir = dir })
	if got := outcome(r.finish(arn)); got != `{"key":"1-a"}` {
		t.Error(got)
	}
	if got := shape(r.history(arn)); strings.Count(got, "TaskScheduled") != 1 {
		t.Error(got)
	}
}

// A timer that passed while nobody ran fires late, a later one in time.
func TestTimersSurvive(t *testing.T) {
	t.Parallel()
	for down, want := range map[time.Duration]string{10 * time.Second: "1m0s", 5 * time.Minute: "5m0s"} {
		dir := t.TempDir()
		r := newRig(t, func(o *Options) { o.Dir = dir })
		arn := r.start(r.create(waiting), "x", `{}`)
		r.Close()
		r.clock.Advance(down)
		r.open(func(o *Options) { o.Dir = dir })
		x := r.finish(arn)
		if got := x.StopDate.Sub(x.StartDate).String(); x.Status != Succeeded || got != want {
			t.Errorf("down for %s: %s after %s, want %s", down, x.Status, got, want)
		}
	}
}

// Variables, also those of iterations, and their items survive.
func TestVariablesSurvive(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	r := newRig(t, func(o *Options) { o.Dir = dir })
	arn := r.start(r.create(machine(`"A":{"Type":"Pass","Assign":{"o":"outer"},"Next":"M"},"M":{"Type":"Map","Items":["a","b"],"End":true,"ItemProcessor":{"StartAt":"B","States":{
		"B":{"Type":"Pass","Assign":{"mine":"{% $states.input & '!' %}"},"Next":"W"},
		"W":{"Type":"Wait","Seconds":60,"Output":"{% $o & $mine & $states.context.Map.Item.Value & $states.context.Map.Item.Index %}","End":true}}}}`)), "x", `{}`)
	r.Close()
	r.open(func(o *Options) { o.Dir = dir })
	if got := outcome(r.finish(arn)); got != `["outera!a0","outerb!b1"]` {
		t.Error(got)
	}
}

// A log that takes nothing any more is told to every caller; what was
// acknowledged before is there after the next Open.
func TestLogThatCannotBeWritten(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	r := newRig(t, func(o *Options) { o.Dir = dir })
	m := r.create(waiting)
	arn := r.start(m, "kept", `{}`)
	r.journal.(*wal.Log).Close() // as a disk that goes away would
	_, err := r.StartExecution(ctx, StartExecution{StateMachineARN: m, Name: "lost"})
	wantCode(t, err, ErrUnavailable)
	_, err = r.StartExecution(ctx, StartExecution{StateMachineARN: m})
	wantCode(t, err, ErrUnavailable)
	_, err = r.StopExecution(ctx, arn, "", "")
	wantCode(t, err, ErrUnavailable)
	r.Close()
	r.open(func(o *Options) { o.Dir = dir })
	if got := outcome(r.finish(arn)); got != `{}` {
		t.Error(got)
	}
	_, err = r.DescribeExecution(ctx, r.executionARN(m, "lost"))
	wantCode(t, err, ErrExecutionDoesNotExist)
}

// After Close everything is refused, nothing hangs.
func TestClosedEngine(t *testing.T) {
	t.Parallel()
	r := newRig(t, func(o *Options) { o.Dir = t.TempDir() })
	m := r.create(waiting)
	arn := r.start(m, "x", `{}`)
	_, token := arn, r.newToken(1, 3)
	if err := r.Close(); err != nil {
		t.Fatal(err)
	}
	if err := r.Close(); err != nil {
		t.Errorf("closed twice: %v", err)
	}
	_, err := r.StartExecution(ctx, StartExecution{StateMachineARN: m})
	wantCode(t, err, ErrUnavailable)
	_, err = r.StartSyncExecution(ctx, StartExecution{StateMachineARN: m})
	wantCode(t, err, ErrUnavailable)
	_, err = r.StopExecution(ctx, arn, "", "")
	wantCode(t, err, ErrUnavailable)
	wantCode(t, r.SendTaskSuccess(ctx, token, []byte(`1`)), ErrUnavailable)
}

// Damage is no torn tail: the engine does not open, and says what to do.
func TestDamagedLog(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	small := func(o *Options) { o.Dir, o.SegmentBytes = dir, 300 }
	r := newRig(t, small)
	m := r.create(waiting)
	for i := range 5 {
		r.start(m, fmt.Sprint(i), `{}`)
	}
	r.Close()
	name := dir + "/log/00000001.log"
	data, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	data[len(data)/2] ^= 1
	if err := os.WriteFile(name, data, 0o644); err != nil {
		t.Fatal(err)
	}
	_, err = Open(ctx, Options{Dir: dir, Clock: r.clock})
	if wantCode(t, err, ErrUnavailable); err == nil || !strings.Contains(err.Error(), "00000001.log") {
		t.Errorf("the error does not name the file: %v", err)
	}
}

// The log does not grow for ever: what ended first is forgotten first, what
// runs is kept however old it is.
func TestRetention(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	small := func(o *Options) { o.Dir, o.SegmentBytes, o.RetainBytes = dir, 4000, 16000 }
	r := newRig(t, small)
	old, token := r.asked("old")
	short, err := r.CreateStateMachine(ctx, CreateMachine{Name: "short", Definition: says("done")})
	if err != nil {
		t.Fatal(err)
	}
	first := r.start(short.ARN, "first", `{}`)
	last := ""
	for i := range 200 {
		last = r.start(short.ARN, fmt.Sprint("n", i), `{}`)
	}
	r.eventually("the first is forgotten", func() bool { return r.byARN(first) == nil })
	r.eventually("the log is small", func() bool { return r.Stats().LogBytes < 32000 })
	for range 2 {
		if got := outcome(r.finish(last)); got != `"done"` {
			t.Error(got)
		}
		list, _, err := r.ListExecutions(ctx, short.ARN, "", Page{Max: 1000})
		if err != nil || len(list) == 0 || len(list) > 190 {
			t.Errorf("%d executions are listed, %v", len(list), err)
		}
		if got := shape(r.history(old)); !strings.Contains(got, "1<0 ExecutionStarted") || strings.Count(got, "TaskSubmitted") != 1 {
			t.Error(got)
		}
		r.Close()
		r.open(small)
	}
	if err := r.SendTaskSuccess(ctx, token, []byte(`"at last"`)); err != nil {
		t.Fatal(err)
	}
	if got := outcome(r.finish(old)); got != `"at last"` {
		t.Error(got)
	}
}

// A context that ends during opening stops it; nothing is lost by that.
func TestOpenIsCanceled(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	r := newRig(t, func(o *Options) { o.Dir = dir })
	arn := r.start(r.create(waiting), "x", `{}`)
	r.Close()
	done, cancel := context.WithCancel(ctx)
	cancel()
	if e, err := Open(done, Options{Dir: dir, Clock: r.clock}); err == nil {
		e.Close()
		t.Fatal("it opened")
	}
	r.open(func(o *Options) { o.Dir = dir })
	if got := outcome(r.finish(arn)); got != `{}` {
		t.Error(got)
	}
}

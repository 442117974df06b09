package engine

import (
	"context"
	"fmt"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/orderloom/orderloom/shared/clock"
	"github.com/orderloom/orderloom/shared/fault"
)

var ctx = context.Background()

// finish lets virtual time pass until the execution has ended: while anything
// works, time stands still, so that histories have exact times.
func (r *rig) finish(arn string) Execution {
	r.t.Helper()
	if !r.until(func() bool { return r.status(arn) != Running }) {
		r.t.Fatalf("%s waits for ever:\n%s", arn, lines(r.history(arn)))
	}
	x, err := r.DescribeExecution(ctx, arn)
	if err != nil {
		r.t.Fatal(err)
	}
	return x
}

// until lets virtual time pass until done; false when nothing is left to wait for.
func (r *rig) until(done func() bool) bool {
	idle := func() bool { return r.Stats().Busy == 0 }
	return clock.Drive(ctx, r.clock, 400*24*time.Hour, idle, done)
}

// rest lets everything run that needs no time to pass.
func (r *rig) rest() {
	idle := func() bool { return r.Stats().Busy == 0 }
	clock.Drive(ctx, r.clock, -1, idle, func() bool { return false })
}

func (r *rig) status(arn string) Status {
	x := r.byARN(arn)
	if x == nil {
		r.t.Fatalf("there is no %s", arn)
	}
	return x.summary().Status
}

// run creates the machine, runs it and returns how it ended.
func (r *rig) run(definition, input string) (Execution, []HistoryEvent) {
	r.t.Helper()
	arn := r.start(r.create(definition), "", input)
	x := r.finish(arn)
	return x, r.history(arn)
}

// script makes a function that answers call after call; "!Name" fails. The last
// answer is repeated.
func script(answers ...string) func(string) (string, *TaskError) {
	var calls atomic.Int64
	return func(string) (string, *TaskError) {
		answer := answers[min(int(calls.Add(1)), len(answers))-1]
		if name, failed := strings.CutPrefix(answer, "!"); failed {
			return "", &TaskError{name, "cause of " + name}
		}
		return answer, nil
	}
}

// shape shows a history without data: id<previous, type, and name, index,
// error or resource.
func shape(h []HistoryEvent) string {
	var b strings.Builder
	for _, ev := range h {
		fmt.Fprintf(&b, "%d<%d %s", ev.ID, ev.PreviousID, ev.Type)
		if d := ev.Details; d != nil {
			for _, text := range []string{d.Name, d.Resource, d.State, d.Location, d.Error} {
				if text != "" {
					b.WriteString(" " + text)
				}
			}
			if d.Index != nil {
				fmt.Fprintf(&b, " [%d]", *d.Index)
			}
			if d.Length != nil {
				fmt.Fprintf(&b, " of %d", *d.Length)
			}
		}
		b.WriteString("\n")
	}
	return b.String()
}

// scheduledAt are the times, in seconds from the start, at which tasks began.
func scheduledAt(h []HistoryEvent) []float64 {
	var out []float64
	for _, ev := range h {
		if ev.Type == "TaskScheduled" {
			out = append(out, ev.At.Sub(epoch).Seconds())
		}
	}
	return out
}

func wantCode(t testing.TB, err error, code string) {
	t.Helper()
	if !fault.Is(err, code) {
		t.Errorf("the error is %v, not %s", err, code)
	}
}

// invoking is a task that invokes a function with a payload.
func invoking(function, payload, rest string) string {
	return `{"Type":"Task","Resource":"arn:aws:states:::lambda:invoke","Arguments":{"FunctionName":"` + function + `","Payload":` + payload + `},` + rest + `}`
}

// waitForEnd is a function that runs until nobody waits for it any more.
func waitForEnd(began, ended chan<- bool) func(context.Context, string, []byte) ([]byte, *TaskError) {
	return func(ctx context.Context, _ string, _ []byte) ([]byte, *TaskError) {
		close(began)
		<-ctx.Done()
		close(ended)
		return nil, nil
	}
}

package engine

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// drawEnd runs the execution to its end or stops it on the way.
func (r *trial) drawEnd(rt *rapid.T, arn string) {
	if !rapid.Bool().Draw(rt, "stopped") {
		r.end(arn)
		return
	}
	for range rapid.IntRange(0, 4).Draw(rt, "before it is stopped") {
		if r.rest(); r.reply() || r.status(arn) != Running {
			continue
		}
		if next, ok := r.clock.Next(); ok {
			r.clock.AdvanceTo(next)
		}
	}
	r.rest()
	if _, err := r.StopExecution(ctx, arn, "Stopped", ""); err != nil {
		rt.Fatal(err)
	}
}

// drawCrash may end the process at any byte of its log and start another one.
func (r *trial) drawCrash(rt *rapid.T, dir, arn string) *trial {
	if !rapid.Bool().Draw(rt, "crash") {
		return r
	}
	r.Close()
	log := wholeLog(r.t, dir)
	keep := rapid.IntRange(firstRecord(log), len(log)).Draw(rt, "bytes kept")
	writeLog(r.t, dir, log[:keep:keep])
	r = r.enter(r.t, dir, r.clock.Now().Add(time.Minute))
	r.forget(arn)
	return r
}

// left counts how often each state was left.
func left(h []HistoryEvent) string {
	count := map[string]int{}
	for _, ev := range h {
		if strings.HasSuffix(ev.Type, "StateExited") {
			count[ev.Details.Name]++
		}
	}
	return fmt.Sprint(count)
}

// However often an execution fails, is stopped or crashes: redriven in a world
// that works again it ends as if nothing had happened, and what succeeded is not done again.
func TestRandomRedrives(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		definition := drawMachine(rt, true)
		enter := func(world *outside, dir string) (*trial, string) {
			r := world.enter(t, dir, epoch)
			m, err := r.CreateStateMachine(ctx, CreateMachine{Name: "m", Definition: []byte(definition)})
			if err != nil {
				rt.Fatalf("%v\n%s", err, definition)
			}
			return r, r.start(m.ARN, "x", `{"k":1}`)
		}
		good := &outside{tasks: map[string]string{}}
		good.healthy.Store(true)
		r, arn := enter(good, "")
		want, once := r.end(arn), left(r.history(arn))
		r.Close()

		world := &outside{salt: rapid.IntRange(0, 255).Draw(rt, "outcomes"), tasks: map[string]string{}}
		dir := t.TempDir()
		r, arn = enter(world, dir)
		defer func() { r.Close() }()
		redriven := 0
		for range rapid.IntRange(1, 4).Draw(rt, "rounds") {
			r.drawEnd(rt, arn)
			r = r.drawCrash(rt, dir, arn)
			if r.status(arn) != Running && r.status(arn) != Succeeded {
				redriven++
				r.redrive(arn)
			}
		}
		world.healthy.Store(true)
		got := r.end(arn)
		if r.status(arn) != Succeeded {
			r.redrive(arn)
			got = r.end(arn)
		}
		h := r.history(arn)
		if got != want {
			rt.Fatalf("%s\nredriven %d times: %s\nwithout: %s\n%s", definition, redriven, got, want, shape(h))
		}
		if got := left(h); got != once {
			rt.Fatalf("%s\nredriven %d times, left %s\nwithout: %s\n%s", definition, redriven, got, once, shape(h))
		}
		for i, ev := range h {
			if ev.ID != int64(i+1) || ev.PreviousID >= ev.ID {
				rt.Fatalf("event %d has id %d after %d", i+1, ev.ID, ev.PreviousID)
			}
		}
	})
}

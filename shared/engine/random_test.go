package engine

import (
	"context"
	"encoding/json"
	"flag"
	"hash/fnv"
	"os"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/orderloom/orderloom/shared/clock"
	"github.com/orderloom/orderloom/shared/fault"
)

// Random tests draw the same values in every run, and few of them, unless
// RAPID_SEED and RAPID_CHECKS say otherwise (make crash).
func TestMain(m *testing.M) {
	flag.Parse()
	for name, value := range map[string]string{"rapid.seed": "20260102", "rapid.checks": "60"} {
		if f := flag.Lookup(name); f.Value.String() == f.DefValue {
			_ = f.Value.Set(value)
		}
	}
	os.Exit(m.Run())
}

// outside is the world around a random machine. What it answers depends on the
// question alone, as idempotent functions do, and it outlives the engine.
type outside struct {
	salt    int
	healthy atomic.Bool // nothing fails

	mu    sync.Mutex
	tasks map[string]string // token: what was asked with it
}

// fails decides about a question.
func (o *outside) fails(question string) bool {
	if o.healthy.Load() {
		return false
	}
	h := fnv.New32a()
	h.Write([]byte{byte(o.salt)})
	h.Write([]byte(question))
	return h.Sum32()%7 < 2
}

func (o *outside) invoke(_ context.Context, name string, payload []byte) ([]byte, *TaskError) {
	switch name {
	case "silent":
		return []byte(`{}`), nil
	case "ask":
		var with struct{ Token string }
		if err := json.Unmarshal(payload, &with); err != nil {
			return nil, &TaskError{"Test", err.Error()}
		}
		o.mu.Lock()
		defer o.mu.Unlock()
		o.tasks[with.Token] = strings.ReplaceAll(string(payload), with.Token, "")
		return []byte(`{}`), nil
	}
	if o.fails(string(payload)) {
		return nil, &TaskError{"Broken", "c"}
	}
	return payload, nil
}

// trial is one engine in that world, until it is closed.
type trial struct {
	*rig
	*outside
	answered map[string]bool
}

func (o *outside) enter(t testing.TB, dir string, at time.Time) *trial {
	r := &rig{t: t, clock: clock.NewManual(at)}
	r.open(func(opts *Options) {
		opts.Dir, opts.SegmentBytes, opts.InvokeLambda = dir, 700, o.invoke
	})
	return &trial{r, o, map[string]bool{}}
}

// forget drops tokens of tasks that the log does not have (any more): the ids
// that they name may be given again.
func (r *trial) forget(arn string) {
	r.rest()
	last := int64(len(r.history(arn)))
	r.mu().Lock()
	defer r.mu().Unlock()
	for token := range r.tasks {
		if _, event, ok := r.readToken(token); !ok || event > last {
			delete(r.tasks, token)
		}
	}
}

// reply answers the tokens that wait. It reports whether there was one.
func (r *trial) reply() (any bool) {
	r.mu().Lock()
	defer r.mu().Unlock()
	for token, question := range r.tasks {
		if r.answered[token] {
			continue
		}
		err := error(nil)
		if r.fails(question) {
			err = r.SendTaskFailure(ctx, token, "Broken", "c")
		} else {
			err = r.SendTaskSuccess(ctx, token, []byte(question))
		}
		if err != nil && !fault.Is(err, ErrTaskTimedOut) {
			r.t.Fatal(err)
		}
		r.answered[token] = true
		any = any || err == nil
	}
	return any
}

func (r *trial) mu() *sync.Mutex { return &r.outside.mu }

// end lets time pass until the execution has ended.
func (r *trial) end(arn string) string {
	for {
		r.rest()
		if r.status(arn) != Running {
			x, err := r.DescribeExecution(ctx, arn)
			if err != nil {
				r.t.Fatal(err)
			}
			return outcome(x)
		}
		if r.reply() {
			continue
		}
		next, ok := r.clock.Next()
		if !ok {
			r.t.Fatalf("%s waits for ever:\n%s", arn, shape(r.history(arn)))
		}
		r.clock.AdvanceTo(next)
	}
}

// Wherever the log breaks off, be it twice, a machine ends as if nothing had
// happened, and its history obeys AWS's grammar.
func TestRandomMachinesAndCrashes(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		world := &outside{salt: rapid.IntRange(0, 255).Draw(rt, "outcomes"), tasks: map[string]string{}}
		definition := drawMachine(rt, false)
		dir := t.TempDir()
		r := world.enter(t, dir, epoch)
		m, err := r.CreateStateMachine(ctx, CreateMachine{Name: "m", Definition: []byte(definition)})
		if err != nil {
			rt.Fatalf("%v\n%s", err, definition)
		}
		arn := r.start(m.ARN, "x", `{"k":1}`)
		want := r.end(arn)
		grammatical(rt, r.history(arn))
		r.Close()
		at := epoch
		for range rapid.IntRange(1, 2).Draw(rt, "crashes") {
			log := wholeLog(t, dir)
			keep := rapid.IntRange(firstRecord(log), len(log)).Draw(rt, "bytes kept")
			garbage := rapid.SliceOfN(rapid.Byte(), 0, 12).Draw(rt, "garbage after them")
			writeLog(t, dir, append(log[:keep:keep], garbage...))
			at = at.Add(time.Duration(rapid.IntRange(0, 7200).Draw(rt, "seconds later")) * time.Second)
			r = world.enter(t, dir, at)
			r.forget(arn)
			got := r.end(arn)
			h := r.history(arn)
			r.Close()
			if got != want {
				rt.Fatalf("%s\nafter a crash at byte %d: %s\nwithout:  %s\n%s", definition, keep, got, want, shape(h))
			}
			grammatical(rt, h)
		}
	})
}

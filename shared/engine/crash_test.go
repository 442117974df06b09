package engine

import (
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/orderloom/orderloom/shared/clock"
	"github.com/orderloom/orderloom/shared/fault"
)

// everything has each way to wait: tasks, retries, time, children and a token.
const everything = `{"QueryLanguage":"JSONata","StartAt":"First","States":{
 "First":{"Type":"Task","Resource":"arn:aws:states:::lambda:invoke","Arguments":{"FunctionName":"echo","Payload":{"n":"{% $states.input.n %}"}},
  "Assign":{"n":"{% $states.result.Payload.n %}"},"Output":{"first":"{% $states.result.Payload.n %}"},"Next":"Both"},
 "Both":{"Type":"Parallel","Next":"Each","Assign":{"both":"{% $states.result %}"},"Output":["a","b","c"],"Branches":[
  {"StartAt":"Rest","States":{"Rest":{"Type":"Wait","Seconds":30,"Next":"Rested"},"Rested":{"Type":"Pass","Output":"{% $n * 10 %}","End":true}}},
  {"StartAt":"Flaky","States":{"Flaky":{"Type":"Task","Resource":"arn:aws:states:::lambda:invoke","Arguments":{"FunctionName":"flaky","Payload":"{% $states.context.State.RetryCount %}"},
   "Output":"{% $states.result.Payload %}","Retry":[{"ErrorEquals":["Busy"],"IntervalSeconds":5,"MaxAttempts":4}],"End":true}}}]},
 "Each":{"Type":"Map","MaxConcurrency":2,"ItemSelector":{"v":"{% $states.context.Map.Item.Value & $string($states.context.Map.Item.Index) %}"},"Next":"Ask",
  "Assign":{"each":"{% $states.result %}"},
  "ItemProcessor":{"StartAt":"One","States":{"One":{"Type":"Task","Resource":"arn:aws:lambda:us-east-1:000000000000:function:echo","Assign":{"own":"{% $states.result.v %}"},"Next":"Two"},
   "Two":{"Type":"Pass","Output":"{% $own & '!' %}","End":true}}}},
 "Ask":{"Type":"Task","Resource":"arn:aws:states:::lambda:invoke.waitForTaskToken","Arguments":{"FunctionName":"ask","Payload":{"token":"{% $states.context.Task.Token %}"}},
  "TimeoutSeconds":9000000,"Next":"Which","Catch":[{"ErrorEquals":["States.ALL"],"Next":"Bad"}]},
 "Which":{"Type":"Choice","Choices":[{"Condition":"{% $states.input.answer = 'yes' %}","Next":"Good"}],"Default":"Bad"},
 "Good":{"Type":"Succeed","Output":{"n":"{% $n %}","both":"{% $both %}","each":"{% $each %}"}},
 "Bad":{"Type":"Fail","Error":"NotYes"}}}`

const everythingYields = `{"n":7,"both":[70,"after 2"],"each":["a0!","b1!","c2!"]}`

// newCrashRig scripts the functions that everything calls; asked collects tokens.
func newCrashRig(t testing.TB, dir string, c *clock.Manual) *rig {
	r := &rig{t: t, clock: c, do: map[string]func(string) (string, *TaskError){}}
	r.do["flaky"] = func(payload string) (string, *TaskError) {
		if payload == "2" {
			return `"after 2"`, nil
		}
		return "", &TaskError{"Busy", "try again"}
	}
	r.do["ask"] = func(string) (string, *TaskError) { return `{}`, nil }
	r.open(func(o *Options) { o.Dir, o.SegmentBytes = dir, 1000 })
	return r
}

// tokens are those that the function "ask" was given.
func (r *rig) tokens() []string {
	var out []string
	for _, call := range r.called() {
		if rest, ok := strings.CutPrefix(call, "ask "); ok {
			var p struct{ Token string }
			json.Unmarshal([]byte(rest), &p)
			out = append(out, p.Token)
		}
	}
	return out
}

// drive lets time pass and answers tokens until the execution ends.
func (r *rig) drive(arn string) Execution {
	var x Execution
	answered := map[string]bool{}
	r.eventually(arn+" ends", func() bool {
		for _, token := range r.tokens() {
			if answered[token] {
				continue
			}
			err := r.SendTaskSuccess(context.Background(), token, []byte(`{"answer":"yes"}`))
			if err != nil && !fault.Is(err, ErrTaskTimedOut) {
				r.t.Fatal(err)
			}
			answered[token] = err == nil
		}
		r.clock.Advance(5 * time.Second)
		var err error
		if x, err = r.DescribeExecution(context.Background(), arn); err != nil {
			r.t.Fatal(err)
		}
		return x.Status != Running
	})
	return x
}

// wellFormed checks what holds for every history.
func wellFormed(t testing.TB, h []HistoryEvent) {
	t.Helper()
	open := map[string]int{}
	for i, ev := range h {
		if ev.ID != int64(i+1) || ev.PreviousID >= ev.ID {
			t.Fatalf("event %d has id %d after %d", i+1, ev.ID, ev.PreviousID)
		}
		if strings.HasSuffix(ev.Type, "StateEntered") {
			open[ev.Details.Name]++
		}
		if strings.HasSuffix(ev.Type, "StateExited") {
			if open[ev.Details.Name]--; open[ev.Details.Name] < 0 {
				t.Fatalf("state %s is left more often than entered", ev.Details.Name)
			}
		}
	}
	if last := h[len(h)-1].Type; last != "ExecutionSucceeded" {
		t.Fatalf("the history ends with %s", last)
	}
	for name, n := range open {
		if n != 0 {
			t.Fatalf("state %s was entered and not left", name)
		}
	}
}

// Wherever the log breaks off, the execution ends as if nothing had happened.
func TestCrashAnywhere(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	r := newCrashRig(t, dir, clock.NewManual(epoch))
	arn := r.start(r.create(everything), "x", `{"n":7}`)
	if got := outcome(r.drive(arn)); got != everythingYields {
		t.Fatalf("without a crash: %s", got)
	}
	wellFormed(t, r.history(arn))
	r.Close()
	handedOut := r.called() // a token survives in the world, too
	log := readLog(t, dir)
	first := firstRecord(log)
	rapid.Check(t, func(rt *rapid.T) {
		keep := rapid.IntRange(first, len(log)).Draw(rt, "bytes kept")
		garbage := rapid.SliceOfN(rapid.Byte(), 0, 20).Draw(rt, "garbage after them")
		crashed := t.TempDir()
		if err := os.CopyFS(crashed, os.DirFS(dir)); err != nil {
			rt.Fatal(err)
		}
		writeLog(t, crashed, append(log[:keep:keep], garbage...))
		r := newCrashRig(t, crashed, clock.NewManual(epoch.Add(time.Hour)))
		defer r.Close()
		r.mu.Lock()
		r.calls = append(r.calls, handedOut...)
		r.mu.Unlock()
		if got := outcome(r.drive(arn)); got != everythingYields {
			rt.Fatalf("after a crash at byte %d: %s\n%s", keep, got, lines(r.history(arn)))
		}
		wellFormed(t, r.history(arn))
	})
}

// readLog joins the segments.
func readLog(t testing.TB, dir string) []byte {
	names, _ := filepath.Glob(filepath.Join(dir, "log", "*.log"))
	if len(names) < 2 {
		t.Fatal("the log has one segment; the test wants the border of two")
	}
	var out []byte
	for _, name := range names {
		data, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, data...)
	}
	return out
}

// writeLog replaces the log by one segment.
func writeLog(t testing.TB, dir string, data []byte) {
	folder := filepath.Join(dir, "log")
	if err := os.RemoveAll(folder); err != nil {
		t.Fatal(err)
	}
	if err := os.MkdirAll(folder, 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(folder, "00000001.log"), data, 0o644); err != nil {
		t.Fatal(err)
	}
}

// firstRecord is the length of the first record: without it nothing was
// acknowledged.
func firstRecord(log []byte) int { return 8 + int(log[0]) + int(log[1])<<8 }

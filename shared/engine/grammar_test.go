package engine

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// follows says which types of events an event may name as its predecessor, as
// AWS's histories have them. "State" stands for any type of state.
var follows = map[string]string{
	"ExecutionSucceeded": "StateExited", "ExecutionFailed": "any", "ExecutionTimedOut": "any", "ExecutionAborted": "any",
	"StateEntered": "start StateExited ParallelStateStarted MapIterationStarted",
	"StateExited": "StateEntered TaskSucceeded TaskFailed TaskTimedOut LambdaFunctionSucceeded LambdaFunctionFailed LambdaFunctionTimedOut " +
		"StateExited MapIterationSucceeded MapStateStarted ParallelStateFailed MapStateFailed EvaluationFailed",
	"TaskScheduled": "StateEntered TaskFailed TaskTimedOut", "TaskStarted": "TaskScheduled", "TaskSubmitted": "TaskStarted",
	"TaskSucceeded": "TaskStarted TaskSubmitted", "TaskFailed": "TaskStarted TaskSubmitted", "TaskTimedOut": "TaskStarted TaskSubmitted",
	"LambdaFunctionScheduled": "StateEntered LambdaFunctionFailed LambdaFunctionTimedOut", "LambdaFunctionStarted": "LambdaFunctionScheduled",
	"LambdaFunctionSucceeded": "LambdaFunctionStarted", "LambdaFunctionFailed": "LambdaFunctionStarted", "LambdaFunctionTimedOut": "LambdaFunctionStarted",
	"ParallelStateStarted": "any", "MapStateStarted": "any", // again after a failure inside
	"ParallelStateSucceeded": "StateExited", "MapStateSucceeded": "MapIterationSucceeded MapStateStarted",
	"ParallelStateFailed": "any", "MapStateFailed": "any", "StateAborted": "any",
	"MapIterationStarted": "MapStateStarted StateExited", "MapIterationSucceeded": "StateExited", "MapIterationFailed": "any", "MapIterationAborted": "any",
	"EvaluationFailed": "StateEntered EvaluationFailed TaskSucceeded",
}

type failer interface {
	Helper()
	Fatalf(string, ...any)
}

// word is an event's type in follows.
func word(typ string) string {
	for _, end := range []string{"StateEntered", "StateExited", "StateAborted"} {
		if strings.HasSuffix(typ, end) {
			return end
		}
	}
	return typ
}

// grammatical checks what holds for every history of an execution that has ended.
func grammatical(t failer, h []HistoryEvent) {
	t.Helper()
	entered := map[string]int{}
	broken := false
	for i, ev := range h {
		kind := word(ev.Type)
		switch {
		case ev.ID != int64(i+1) || ev.PreviousID >= ev.ID || ev.PreviousID < 0:
			t.Fatalf("event %d has id %d after %d\n%s", i+1, ev.ID, ev.PreviousID, shape(h))
		case i == 0:
			if ev.Type != "ExecutionStarted" {
				t.Fatalf("the history begins with %s", ev.Type)
			}
			continue
		case strings.HasPrefix(ev.Type, "Execution") && i != len(h)-1:
			t.Fatalf("%s is not the last event\n%s", ev.Type, shape(h))
		}
		before := "start"
		if ev.PreviousID > 0 {
			before = word(h[ev.PreviousID-1].Type)
		}
		if allowed, known := follows[kind]; !known || allowed != "any" && !strings.Contains(" "+allowed+" ", " "+before+" ") {
			t.Fatalf("event %d, %s, follows %s\n%s", ev.ID, ev.Type, before, shape(h))
		}
		switch kind {
		case "StateEntered":
			entered[ev.Details.Name]++
		case "StateExited":
			if entered[ev.Details.Name]--; entered[ev.Details.Name] < 0 {
				t.Fatalf("%s is left more often than entered\n%s", ev.Details.Name, shape(h))
			}
		case "ParallelStateFailed", "MapIterationFailed", "ExecutionFailed", "ParallelStateStarted", "MapStateStarted":
			broken = broken || strings.HasSuffix(kind, "Failed") || before != "StateEntered"
		}
	}
	if !strings.HasPrefix(h[len(h)-1].Type, "Execution") {
		t.Fatalf("the history ends with %s", h[len(h)-1].Type)
	}
	for name, n := range entered {
		if n != 0 && !broken {
			t.Fatalf("%s was entered and not left\n%s", name, shape(h))
		}
	}
}

// wholeLog joins the segments of a log.
func wholeLog(t testing.TB, dir string) []byte {
	names, _ := filepath.Glob(filepath.Join(dir, "log", "*.log"))
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

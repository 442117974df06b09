package engine

import (
	"context"
	"encoding/json"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/orderloom/orderloom/shared/clock"
)

var epoch = time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)

// bench is an engine with scripted functions and a manual clock.
type rig struct {
	t     testing.TB
	clock *clock.Manual
	*Engine

	mu    sync.Mutex
	calls []string // "function payload"
	do    map[string]func(payload string) (string, *TaskError)
}

func newRig(t testing.TB, change ...func(*Options)) *rig {
	r := &rig{t: t, clock: clock.NewManual(epoch), do: map[string]func(string) (string, *TaskError){}}
	r.open(change...)
	return r
}

func (r *rig) open(change ...func(*Options)) {
	r.t.Helper()
	opts := Options{Clock: r.clock, InvokeLambda: r.invoke, Rand: func() float64 { return 0.5 }}
	for _, f := range change {
		f(&opts)
	}
	e, err := Open(context.Background(), opts)
	if err != nil {
		r.t.Fatal(err)
	}
	r.Engine = e
	r.t.Cleanup(func() { e.Close() })
}

func (r *rig) invoke(_ context.Context, name string, payload []byte) ([]byte, *TaskError) {
	r.mu.Lock()
	r.calls = append(r.calls, name+" "+string(payload))
	f := r.do[name]
	r.mu.Unlock()
	if f == nil {
		return payload, nil // an echo
	}
	out, err := f(string(payload))
	return []byte(out), err
}

func (r *rig) called() []string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return append([]string(nil), r.calls...)
}

// create makes machine m of the states.
func (r *rig) create(definition string, typ ...MachineType) string {
	r.t.Helper()
	in := CreateMachine{Name: "m", Definition: []byte(definition), RoleARN: "arn:aws:iam::000000000000:role/flow"}
	if typ != nil {
		in.Type = typ[0]
	}
	m, err := r.CreateStateMachine(context.Background(), in)
	if err != nil {
		r.t.Fatal(err)
	}
	return m.ARN
}

func (r *rig) start(machine, name, input string) string {
	r.t.Helper()
	s, err := r.StartExecution(context.Background(), StartExecution{machine, name, []byte(input)})
	if err != nil {
		r.t.Fatal(err)
	}
	return s.ExecutionARN
}

// eventually waits until f holds: other goroutines work meanwhile.
func (r *rig) eventually(what string, f func() bool) {
	r.t.Helper()
	for begin := time.Now(); !f(); time.Sleep(200 * time.Microsecond) {
		if time.Since(begin) > 20*time.Second {
			r.t.Fatalf("it never happened that %s", what)
		}
	}
}

// outcome is an execution's end in one line.
func outcome(x Execution) string {
	if x.Status == Succeeded {
		return string(x.Output)
	}
	return fmt.Sprintf("%s %s %s", x.Status, x.Error, x.Cause)
}

func (r *rig) history(arn string) []HistoryEvent {
	r.t.Helper()
	h, _, err := r.GetExecutionHistory(context.Background(), arn, HistoryPage{Page: Page{Max: 1000}})
	if err != nil {
		r.t.Fatal(err)
	}
	return h
}

// lines shows a history, one event a line.
func lines(h []HistoryEvent) string {
	out := ""
	for _, ev := range h {
		details, _ := json.Marshal(ev.Details)
		out += fmt.Sprintf("%d<%d +%s %s %s\n", ev.ID, ev.PreviousID, ev.At.Sub(epoch), ev.Type, details)
	}
	return out
}

func machine(states string) string {
	return `{"QueryLanguage":"JSONata","StartAt":"A","States":{` + states + `}}`
}

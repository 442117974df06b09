package trial

import (
	"context"
	"fmt"
	"net/http"
	"sync/atomic"

	"github.com/orderloom/orderloom/shared/engine"
	"github.com/orderloom/orderloom/shared/fault"
	"github.com/orderloom/orderloom/shared/fn"
)

// states starts executions for functions. What it does not have no function asks
// for that a flow calls.
type states struct {
	fn.States
	s *sandbox
}

func (p states) Start(ctx context.Context, _, name string, input []byte) error {
	_, err := p.s.engine.StartExecution(ctx, engine.StartExecution{StateMachineARN: p.s.machine, Name: name, Input: input})
	if fault.Is(err, engine.ErrExecutionAlreadyExists) {
		return nil
	}
	return err
}

func (states) Succeed(context.Context, string, []byte) error      { return outside("a task token") }
func (states) Fail(context.Context, string, string, string) error { return outside("a task token") }
func (states) History(context.Context, string, int) ([]fn.HistoryEvent, error) {
	return nil, outside("a history")
}
func (states) Publish(context.Context, string, []byte) (version string, err error) {
	return "", outside("publishing")
}

// nobody is the outside world of a trial.
type nobody struct{}

func (nobody) Put(context.Context, []fn.BusEntry) ([]int, error) { return nil, nil }
func (nobody) Get(context.Context, string) (string, error)       { return "", outside("secrets") }
func (nobody) Do(req *http.Request) (*http.Response, error) {
	return nil, outside(req.Method + " " + req.URL.Redacted())
}
func noEvents(context.Context, []byte) ([]byte, *engine.TaskError) {
	return []byte(`{"FailedEntryCount":0,"Entries":[]}`), nil
}

// Outside is the failure of a function that reaches beyond the trial.
const Outside = "Trial.Outside"

func outside(what string) error {
	return fault.New(Outside, "a trial has no outside: %s", what).Do("Give the step's answer with the trial's answers")
}

// counted makes ids that are the same in every trial.
func counted(prefix string) func() string {
	var n atomic.Int64
	return func() string { return fmt.Sprintf("%s-%d", prefix, n.Add(1)) }
}

func prefixed() func(string) string {
	var n atomic.Int64
	return func(prefix string) string { return fmt.Sprintf("%s_%026d", prefix, n.Add(1)) }
}

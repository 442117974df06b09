package engine

import (
	"context"

	"github.com/orderloom/orderloom/shared/asl"
	"github.com/orderloom/orderloom/shared/fault"
)

// StateTest asks how one state behaves.
type StateTest struct {
	Definition []byte // of a state, or of a machine that has the state named State
	State      string
	Input      []byte // JSON; nil means {}
	Variables  []byte // a JSON object; nil means none
	Context    []byte // a JSON object in the place of the context object; nil means none
	RoleARN    string
	Retried    int // attempts that each retrier has used
	Mock       *Mock
}

// Mock is what a Task, Parallel or Map yields instead of what it does.
type Mock struct {
	Result  []byte     // JSON
	Failure *TaskError // when set, in the place of Result
}

// StateTested tells how the state behaved.
type StateTested struct {
	Status  string // SUCCEEDED, FAILED, RETRIABLE or CAUGHT_ERROR
	Output  []byte
	Error   string
	Cause   string
	Next    string
	Data    map[string]string // JSON texts by AWS's names: input, afterArguments, result, …
	Retrier int               // RETRIABLE: its index
	RetryIn int64             // RETRIABLE: seconds
	Catcher int               // CAUGHT_ERROR: its index
}

// The ways in which a state can end.
const (
	TestSucceeded = "SUCCEEDED"
	TestFailed    = "FAILED"
	TestRetriable = "RETRIABLE"
	TestCaught    = "CAUGHT_ERROR"
)

// TestState runs one state, in memory and without waiting: a Wait ends at once,
// a retry is not made. What a Task calls is really called, unless it is mocked.
func (e *Engine) TestState(ctx context.Context, in StateTest) (StateTested, error) {
	if err := e.refuses(); err != nil {
		return StateTested{}, err
	}
	x, input, vars, err := e.trial(in)
	if err != nil {
		return StateTested{}, err
	}
	p := x.live.probe
	if err := testable(p.state, in.Mock); err != nil {
		return StateTested{}, err
	}
	e.enroll(x)
	e.runs(x, 1)
	e.move(x, nil, func(t *turn) {
		t.emit(nil, event{kind: executionStarted, in: input})
		t.live.root.vars = vars
		t.later(func() { t.try(t.live.root, in) })
	})
	defer e.abort(x)
	select {
	case <-p.done:
		return p.tested(), nil
	case <-ctx.Done():
		return StateTested{}, ctx.Err()
	}
}

// testable refuses what cannot be tried alone.
func testable(st *asl.State, mock *Mock) error {
	composite := st.Type == asl.Map || st.Type == asl.Parallel
	switch {
	case mock == nil && composite:
		return fault.New(ErrValidation, "State type '%s' needs a mock. Supported without one are [Task, Wait, Pass, Succeed, Fail, Choice]", st.Type)
	case mock == nil && (st.Resource.Token || st.Resource.Sync):
		return fault.New(ErrValidation, "a Task that calls %s needs a mock", st.Resource.ARN)
	case mock != nil && !composite && st.Type != asl.Task:
		return fault.New(ErrValidation, "State type '%s' is not supported when a mock is specified", st.Type)
	}
	return nil
}

// try runs the state of a test.
func (t *turn) try(th *thread, in StateTest) {
	st := t.live.probe.state
	if in.Mock == nil {
		t.advance(th, st, th.input)
		if th.phase == onWait {
			next, input := t.leave(th, th.input, &sight{t: t, th: th})
			t.advance(th, next, input)
		}
		return
	}
	th.state = st
	t.emitState(th, event{kind: stateEntered, in: th.input})
	if st.Type != asl.Task {
		next, input := t.mockJoin(th, in.Mock)
		t.advance(th, next, input)
		return
	}
	next, input := t.schedule(th)
	if t.calls = nil; th.phase != onTask {
		t.advance(th, next, input)
		return
	}
	t.e.released(th)
	if f := in.Mock.Failure; f != nil {
		t.taskFailed(th, f.Error, f.Cause)
		return
	}
	t.taskDone(th, rawValue(in.Mock.Result))
}

// mockJoin leaves a Parallel or Map with a result that nothing has computed.
func (t *turn) mockJoin(th *thread, mock *Mock) (*asl.State, *value) {
	if f := mock.Failure; f != nil {
		return t.trouble(th, &problem{name: f.Error, cause: f.Cause})
	}
	result := rawValue(mock.Result)
	t.live.probe.saw("result", result)
	return t.leave(th, result, (&sight{t: t, th: th}).withResult(result.get()))
}

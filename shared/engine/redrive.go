package engine

import (
	"context"
	"time"

	"github.com/orderloom/orderloom/shared/asl"
	"github.com/orderloom/orderloom/shared/fault"
)

// An execution that failed is the sum of its history without the failure: the
// events with which the failure went up from a state to the execution, and which
// stand at the end of the record that closes it, are not applied. What is left
// stands where the unsuccessful states began, and a redrive goes on from there.
// A record of a redrive begins with its event, so that a scan of the log finds it.

// redrivablePeriod is how long after its end an execution can be redriven.
const redrivablePeriod = 14 * 24 * time.Hour

// tokenPeriod is how long the token of a redrive means the same redrive.
const tokenPeriod = 15 * time.Minute

// redrive is the latest redrive of an execution.
type redrive struct {
	count int64
	at    int64 // Unix milliseconds
	token string
}

// RedriveExecution runs the unsuccessful states of an execution that failed,
// timed out or was aborted again, and returns when that is durable. The same
// token again within a quarter of an hour is the same redrive.
func (e *Engine) RedriveExecution(ctx context.Context, arn, token string) (time.Time, error) {
	if err := e.refuses(); err != nil {
		return time.Time{}, err
	}
	e.revival.Lock()
	done := make(chan error, 1)
	at, err := e.takeUp(arn, token, func(err error) { done <- err })
	e.revival.Unlock()
	if err != nil {
		return time.Time{}, err
	}
	return millis(at), e.promise(ctx, done)
}

// takeUp makes the first turn of a redrive and returns its time.
func (e *Engine) takeUp(arn, token string, done func(error)) (int64, error) {
	x := e.byARN(arn)
	if x == nil {
		return 0, noExecution(arn)
	}
	if err := e.lockSettled(x); err != nil {
		return 0, err
	}
	if r := x.redrive; r != nil && token != "" && r.token == token && e.now()-r.at < tokenPeriod.Milliseconds() {
		x.mu.Unlock()
		done(nil)
		return r.at, nil
	}
	last, err := e.wake(x)
	if err != nil {
		x.mu.Unlock()
		return 0, err
	}
	count := int64(1)
	if x.redrive != nil {
		count = x.redrive.count + 1
	}
	at := e.now()
	e.move(x, done, func(t *turn) {
		t.now, t.live.events = at, last
		t.emit(t.live.root, event{kind: executionRedriven, prev: last, num: count, text: token})
		t.retake()
	})
	return at, nil
}

// wake rebuilds an execution that has ended and returns the id of its last event.
func (e *Engine) wake(x *execution) (last int64, err error) {
	if x.status != Running {
		end, err := e.end(x)
		if err != nil {
			return 0, err
		}
		last = end.id
	}
	if why := e.unredrivable(x, x.status, millis(x.stopped), last); why != "" {
		return 0, fault.New(ErrNotRedrivable, "%s", why)
	}
	if err := e.rebuild(x); err != nil {
		if x.live != nil {
			x.live = nil
			e.runs(x, -1)
		}
		return 0, err
	}
	return last, nil
}

// end is the event that closed an execution.
func (e *Engine) end(x *execution) (event, error) {
	x.logMu.Lock()
	pos := x.records[len(x.records)-1]
	x.logMu.Unlock()
	events, err := e.read(pos)
	if err != nil {
		return event{}, err
	}
	return events[len(events)-1], nil
}

// unredrivable says, in AWS's words, why an execution whose history has that
// many events cannot be redriven; "" when it can.
func (e *Engine) unredrivable(x *execution, status Status, stopped time.Time, events int64) string {
	machine := e.registry.get(x.birth.Machine)
	switch {
	case status == Running || status == Succeeded:
		return "Execution is " + string(status) + " and cannot be redriven"
	case e.opts.Clock.Now().Sub(stopped) > redrivablePeriod:
		return "Execution redrivable period exceeded"
	case events >= maxHistory-1:
		return "Execution history event limit exceeded"
	case machine == nil || machine.Deleting:
		return "State machine is in DELETING status"
	}
	return ""
}

// undone is how many of a record's events redriving keeps: all but the failure
// of the execution and what led up to it from the state that failed.
func undone(events []event) (kept int) {
	kept = len(events)
	if kept == 0 || !events[kept-1].kind.closes() {
		return kept
	}
	for kept--; kept > 0; kept-- {
		switch events[kept-1].kind {
		case mapIterationFailed, mapIterationAborted, stateAborted, parallelStateFailed, mapStateFailed, evaluationFailed:
		default:
			return kept
		}
	}
	return kept
}

// applyRedrive lets every line of control begin its state anew.
func (x *execution) applyRedrive(ev *event) {
	x.status, x.stopped = Running, 0
	x.redrive = &redrive{ev.num, ev.at, ev.text}
	x.live.began = ev.at
	walk(x.live.root, func(th *thread) {
		th.retries, th.retried = nil, 0
		if len(th.children) > 0 {
			return
		}
		th.last = ev.id
		if th.phase != onJoin {
			th.args, th.awaits = nil, ""
			th.set(idle)
		}
	})
}

// retake goes on with every line of control that has nothing inside it.
func (t *turn) retake() {
	walk(t.live.root, func(th *thread) {
		if len(th.children) > 0 {
			return
		}
		t.later(func() {
			if t.live.thread(th.id) == th {
				next, input := t.redo(th)
				t.advance(th, next, input)
			}
		})
	})
}

func (t *turn) redo(th *thread) (*asl.State, *value) {
	switch {
	case th.state == nil: // it had not begun
		return th.scope.Start, th.input
	case th.phase == onJoin && th.state.Type == asl.Map:
		return t.more(th, th.last)
	case th.phase == onJoin: // all branches had come to their ends
		return t.joined(th, parallelStateSucceeded)
	}
	return t.act(th)
}

// redriven notes a redrive that the scan of the log meets.
func (f *found) redriven(d *decoder) {
	if len(d.data) == 0 || kind(d.data[0]) != executionRedriven {
		return
	}
	ev := (&decoder{data: d.data}).event(nil)
	if f.redrive == nil || ev.num > f.redrive.count {
		f.redrive = &redrive{ev.num, ev.at, ev.text}
	}
}

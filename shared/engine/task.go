package engine

import (
	"github.com/orderloom/orderloom/shared/asl"
)

// TaskError is a task's failure: what Retry and Catch see as Error and Cause.
type TaskError struct {
	Error string
	Cause string
}

// call is one invocation that a turn wants.
type call struct {
	x     *execution
	th    *thread
	moves uint32 // of the thread when it began to wait for the result
	event int64  // id of the TaskScheduled event
	state *asl.State
	args  value // of its own: it is read without the lock
	ctx   *callContext
	child string // .sync: ARN of the execution that was started
	do    func() // work of the engine itself, instead of all that
}

// schedule begins the task of the thread's state.
func (t *turn) schedule(th *thread) (*asl.State, *value) {
	st := th.state
	s := &sight{t: t, th: th}
	if st.Resource.Token {
		s.token = t.e.newToken(t.x.seq, t.x.live.events+1)
	}
	args, p := s.arguments()
	if p == nil {
		p = limited(args, th.state.Name)
	}
	var timeout, heartbeat int64
	if p == nil {
		timeout, p = s.whole(st.Timeout, "TimeoutSeconds", 1)
	}
	if p == nil {
		heartbeat, p = s.whole(st.Heartbeat, "HeartbeatSeconds", 1)
	}
	if p != nil {
		return t.trouble(th, p)
	}
	t.emitState(th, event{kind: taskScheduled, in: args, num: timeout, num2: heartbeat})
	t.emitState(th, event{kind: taskStarted})
	if !t.full {
		t.calls = append(t.calls, t.e.newCall(t.x, th))
	}
	return nil, nil
}

// newCall describes the invocation that th waits for.
func (e *Engine) newCall(x *execution, th *thread) *call {
	th.args.get()
	if !x.express {
		th.args.json() // the log wants it anyway
	}
	c := &call{x: x, th: th, moves: th.moves, event: th.scheduled, state: th.state, args: *th.args, ctx: &callContext{engine: e.ctx}}
	th.call = c.ctx
	return c
}

// answered takes an invocation's result. One that nobody waits for any more is
// dropped. In memory, where there is no log to wait for, it returns the next
// invocation of the execution.
func (e *Engine) answered(c *call, result *value, failure *TaskError) (next *call) {
	var taken *turn
	e.turn(c.x, nil, func(t *turn) {
		taken, t.keeps = t, t.x.express
		th := c.th
		if t.live.thread(th.id) != th || th.moves != c.moves {
			return
		}
		e.released(th)
		switch {
		case failure != nil:
			t.taskFailed(th, failure.Error, failure.Cause)
		case th.state.Resource.Sync:
			t.emitState(th, event{kind: taskSubmitted, in: result, text: c.child})
			t.watch = append(t.watch, th)
		case th.state.Resource.Token:
			if limited(result, th.state.Name) != nil {
				result = nil
			}
			t.emitState(th, event{kind: taskSubmitted, in: result})
		default:
			t.taskDone(th, result)
		}
	})
	if taken != nil && taken.keeps && len(taken.calls) > 0 {
		return taken.calls[0]
	}
	return nil
}

// released forgets the invocation.
func (e *Engine) released(th *thread) {
	if th.call != nil {
		th.call.cancel()
		th.call = nil
	}
}

// taskDone goes on with a task's result.
func (t *turn) taskDone(th *thread, result *value) {
	if p := limited(result, th.state.Resource.Label()); p != nil {
		t.taskFailed(th, p.name, p.cause)
		return
	}
	t.emitState(th, event{kind: taskSucceeded, in: result})
	if t.full {
		return
	}
	s := (&sight{t: t, th: th}).withResult(result.get())
	next, input := t.leave(th, result, s)
	t.advance(th, next, input)
}

// taskFailed goes on with a task's failure.
func (t *turn) taskFailed(th *thread, name, cause string) {
	t.emitState(th, event{kind: taskFailed, err: name, cause: cause})
	next, input := t.trouble(th, &problem{name: name, cause: cause})
	t.advance(th, next, input)
}

// due handles the thread's timer.
func (t *turn) due(th *thread) {
	d := th.deadline()
	if d == 0 {
		return
	}
	if d > t.now { // the clock was set back
		t.e.timers.set(&th.timer, t.x, th, d)
		return
	}
	var next *asl.State
	var input *value
	switch th.phase {
	case onWait:
		next, input = t.leave(th, th.input, &sight{t: t, th: th})
	case onRetry:
		th.set(idle)
		next, input = t.act(th)
	case onTask, onToken:
		t.e.released(th)
		t.unwatch(th)
		p := &problem{name: asl.ErrTimeout}
		if d == th.beatAt && d != th.timeoutAt {
			p.also = asl.ErrHeartbeatTimeout // AWS reports it as States.Timeout all the same
		}
		t.emitState(th, event{kind: taskTimedOut, err: p.name})
		next, input = t.trouble(th, p)
	}
	t.advance(th, next, input)
}

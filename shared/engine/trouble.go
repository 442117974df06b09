package engine

import (
	"math"

	"github.com/orderloom/orderloom/shared/asl"
)

// trouble handles a failure of the thread's state: try again, go on at a
// catcher, or give up. It returns the state to go on with, if any.
func (t *turn) trouble(th *thread, p *problem) (*asl.State, *value) {
	if t.full {
		return nil, nil
	}
	if p.location != "" {
		t.emitState(th, event{kind: evaluationFailed, err: p.name, cause: p.cause, text: p.location})
	}
	for i, r := range th.state.Retry {
		if !asl.Matches(r.ErrorEquals, p.name) {
			continue
		}
		used := 0
		if th.retries != nil {
			used = th.retries[i]
		}
		if used < r.MaxAttempts {
			t.emit(th, event{kind: retryAt, num: t.now + t.e.delay(r, used), num2: int64(i)})
			return nil, nil
		}
		break
	}
	for _, c := range th.state.Catch {
		if asl.Matches(c.ErrorEquals, p.name) {
			return t.caught(th, c, p)
		}
	}
	t.giveUp(th, p.name, p.cause)
	return nil, nil
}

// delay is how long to wait before an attempt, in milliseconds.
func (e *Engine) delay(r asl.Retrier, used int) int64 {
	seconds := r.IntervalSeconds * math.Pow(r.BackoffRate, float64(used))
	if r.MaxDelaySeconds > 0 {
		seconds = min(seconds, r.MaxDelaySeconds)
	}
	seconds = min(seconds, 31_622_400)
	if r.FullJitter {
		seconds *= e.random()
	}
	return int64(seconds * 1000)
}

// caught goes on at a catcher. A failure of the catcher itself is final.
func (t *turn) caught(th *thread, c asl.Catcher, p *problem) (*asl.State, *value) {
	s := (&sight{t: t, th: th}).withError(p.name, p.cause)
	out, vars, bad := s.outcome(c.Assign, c.Output, newValue(s.errOut))
	if bad != nil {
		if bad.location != "" {
			t.emitState(th, event{kind: evaluationFailed, err: bad.name, cause: bad.cause, text: bad.location})
		}
		t.giveUp(th, bad.name, bad.cause)
		return nil, nil
	}
	return t.exit(th, c.Next, out, vars)
}

// giveUp fails the thread and what it is part of.
func (t *turn) giveUp(th *thread, name, cause string) {
	p := th.parent
	if p == nil {
		t.close(executionFailed, name, cause, nil)
		return
	}
	p.last = th.last
	failed := parallelStateFailed
	if p.state.Type == asl.Map {
		failed = mapStateFailed
		t.emitState(p, event{kind: mapIterationFailed, num: int64(th.index)})
		for _, c := range p.children {
			if c != th {
				t.emitState(p, event{kind: mapIterationAborted, num: int64(c.index)})
			}
		}
	}
	t.silence(p)
	t.emit(p, event{kind: failed})
	if t.full {
		return
	}
	next, input := t.trouble(p, &problem{name: name, cause: cause})
	t.advance(p, next, input)
}

// silence stops the timers and invocations of everything inside th.
func (t *turn) silence(th *thread) {
	walk(th, func(c *thread) {
		if c != th {
			t.e.quiet(c)
		}
	})
}

// quiet stops the timer and the invocation of one thread.
func (e *Engine) quiet(th *thread) {
	e.timers.set(&th.timer, nil, nil, 0)
	if th.cancel != nil {
		th.cancel()
		th.cancel = nil
	}
}

package engine

import (
	"fmt"
	"math"

	"github.com/orderloom/orderloom/shared/asl"
)

// trouble handles a failure of the thread's state: try again, go on at a
// catcher, or give up. It returns the state to go on with, if any.
func (t *turn) trouble(th *thread, p *problem) (*asl.State, *value) {
	if t.full {
		return nil, nil
	}
	t.misread(th, p)
	t.live.probe.met(p)
	for i, r := range th.state.Retry {
		if !p.matches(r.ErrorEquals) {
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
	if p.failed != 0 && p.name != asl.ErrRuntime {
		t.emitState(th, event{kind: p.failed})
	}
	for _, c := range th.state.Catch {
		if p.matches(c.ErrorEquals) {
			return t.caught(th, c, p)
		}
	}
	t.giveUp(th, p)
	return nil, nil
}

// matches reports whether a list of ErrorEquals covers the problem.
func (p *problem) matches(errorEquals []string) bool {
	return asl.Matches(errorEquals, p.name) || p.also != "" && asl.Matches(errorEquals, p.also)
}

// misread writes that an expression of the state failed. AWS's cause says where;
// only for JSONata there is an event of its own.
func (t *turn) misread(th *thread, p *problem) {
	if p.location == "" && !p.stated {
		return
	}
	p.cause = fmt.Sprintf("An error occurred while executing the state '%s' (entered at the event id #%d). %s", th.state.Name, th.entry, p.cause)
	if p.name != asl.ErrQuery {
		return
	}
	if th.last == th.entry && th.state.Type != asl.Wait {
		th.last = th.before // AWS evaluates on the way in, before the state counts as entered
	}
	t.emitState(th, event{kind: evaluationFailed, err: p.name, cause: p.cause, text: p.location})
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
	var out, vars *value
	var bad *problem
	if th.state.Language == asl.JSONPath {
		out, vars, bad = s.placedError(c)
	} else {
		out, vars, bad = s.outcome(c.Assign, c.Output, newValue(s.errOut))
	}
	if bad != nil {
		t.misread(th, bad)
		t.giveUp(th, bad)
		return nil, nil
	}
	return t.exit(th, c.Next, out, vars)
}

// giveUp fails the thread and what it is part of. States.Runtime, which nothing
// can catch, fails the execution at once, as on AWS.
func (t *turn) giveUp(th *thread, why *problem) {
	p := th.parent
	if p == nil || why.name == asl.ErrRuntime {
		t.x.live.root.last = th.last
		t.close(executionFailed, why.name, why.cause, nil)
		return
	}
	p.last = th.last
	failed := parallelStateFailed
	if p.state.Type == asl.Map {
		failed = mapStateFailed
	}
	t.abandon(p, th)
	next, input := t.trouble(p, &problem{name: why.name, also: why.also, cause: why.cause, failed: failed})
	t.advance(p, next, input)
}

// abandon ends everything inside a Parallel or Map; culprit is the branch or
// iteration whose failure is the reason, nil when there is none.
func (t *turn) abandon(p, culprit *thread) {
	if culprit != nil {
		t.aborted(p, culprit, mapIterationFailed)
	}
	for _, c := range p.children {
		if c != culprit {
			t.aborted(p, c, mapIterationAborted)
		}
	}
	t.silence(p)
}

// aborted writes that c, inside p, has not come to its end.
func (t *turn) aborted(p, c *thread, iteration kind) {
	if p.state.Type == asl.Map {
		t.emitState(p, event{kind: iteration, num: int64(c.index)})
	}
	if c.state == nil {
		return // it had not begun
	}
	switch c.state.Type {
	case asl.Task, asl.Wait, asl.Parallel, asl.Map:
		if iteration == mapIterationAborted || c.state.Type == asl.Task {
			t.emit(p, event{kind: stateAborted, state: c.state.Index + 1})
		}
	}
}

// silence stops the timers and invocations of everything inside th.
func (t *turn) silence(th *thread) {
	walk(th, func(c *thread) {
		if c != th {
			t.quiet(c)
		}
	})
}

// quiet stops the timer and what one thread waits for.
func (t *turn) quiet(th *thread) {
	t.e.timers.set(&th.timer, nil, nil, 0)
	t.e.released(th)
	t.unwatch(th)
}

package engine

import (
	"slices"

	"github.com/orderloom/orderloom/shared/asl"
	"github.com/orderloom/orderloom/shared/jsonata"
)

// apply changes the execution as an event says. It is the only place where
// state that must survive is changed, so that replaying the log and running
// live cannot differ. It decides nothing.
func (x *execution) apply(ev *event) {
	l := x.live
	if ev.id > 0 {
		l.events = ev.id
	}
	th := l.thread(ev.thread)
	if th == nil && ev.kind != executionStarted {
		return
	}
	if th != nil && ev.id > 0 && ev.kind.advances() {
		th.last = ev.id
	}
	switch ev.kind {
	case executionStarted:
		x.applyStart(ev)
	case executionSucceeded, executionFailed, executionAborted, executionTimedOut:
		x.applyClose(ev)
	case executionRedriven:
		x.applyRedrive(ev)
	case stateEntered:
		th.state, th.input, th.entered = l.def.machine.States[ev.state-1], ev.in, ev.at
		th.retries, th.retried, th.args, th.entry, th.before = nil, 0, nil, ev.id, ev.prev
		th.set(idle)
	case stateExited:
		x.applyExit(th, ev)
	case taskScheduled:
		th.args, th.scheduled, th.beat = ev.in, ev.id, ev.num2
		th.timeoutAt, th.beatAt = later(ev.at, ev.num), later(ev.at, ev.num2)
		th.set(onTask)
	case taskSubmitted:
		th.args, th.awaits = nil, ev.text
		th.set(onToken)
	case taskSucceeded, taskFailed, taskTimedOut:
		th.args, th.awaits = nil, ""
		th.set(idle)
	case waitUntil:
		th.due = ev.num
		th.set(onWait)
	case retryAt:
		x.applyRetry(th, ev)
	case parallelStateStarted, mapStateStarted, mapIterationStarted:
		x.applyFork(th, ev)
	case parallelStateSucceeded, parallelStateFailed, mapStateSucceeded, mapStateFailed:
		x.drop(th)
	}
}

// later is at plus seconds, or 0 when there are none.
func later(at, seconds int64) int64 {
	if seconds == 0 {
		return 0
	}
	return at + seconds*1000
}

func (x *execution) applyStart(ev *event) {
	l := x.live
	l.root = &thread{scope: l.def.machine.Scope, input: ev.in} // the first state follows event 0, as on AWS
	l.threads = []*thread{l.root}
	l.next, l.input, l.began = 1, ev.in, ev.at
}

func (x *execution) applyClose(ev *event) {
	x.status, x.stopped = ev.kind.status(), ev.at
	r := &Result{Status: x.status, Error: ev.err, Cause: ev.cause, Stopped: ev.at}
	if ev.in != nil {
		r.Output = ev.in.json()
	}
	x.live.result = r
	x.drop(x.live.root)
	x.live.root.set(idle)
}

// applyExit takes over assigned variables; an exit with num 1 ends the thread.
func (x *execution) applyExit(th *thread, ev *event) {
	if ev.vars != nil {
		th.variables()
		ev.vars.get().(*jsonata.Object).Range(func(name string, v any) bool {
			th.assign(name, v)
			return true
		})
	}
	th.input = ev.in
	th.set(idle)
	if ev.num == 1 && th.parent != nil {
		p := th.parent
		p.results[th.index] = ev.in
		p.open--
		x.forget(th)
	}
}

func (x *execution) applyRetry(th *thread, ev *event) {
	if th.retries == nil {
		th.retries = make([]int, len(th.state.Retry))
	}
	x.drop(th) // what a Parallel or Map has begun
	th.retries[ev.num2]++
	th.retried++
	th.due = ev.num
	th.set(onRetry)
}

// applyFork makes the threads of a Parallel state or one iteration of a Map.
func (x *execution) applyFork(th *thread, ev *event) {
	st := th.state
	switch ev.kind {
	case parallelStateStarted:
		th.results = make([]*value, len(st.Branches))
		for i, scope := range st.Branches {
			x.fork(th, i, scope, ev)
		}
	case mapStateStarted:
		th.items, _ = ev.in.get().([]any)
		th.results, th.started, th.limit = make([]*value, len(th.items)), 0, int(ev.num2)
	case mapIterationStarted:
		c := x.fork(th, int(ev.num), st.Processor, ev)
		c.item = th.items[ev.num]
		th.started++
	}
	th.set(onJoin)
}

func (x *execution) fork(th *thread, index int, scope *asl.Scope, ev *event) *thread {
	c := th.child(x.live.next, index, scope, ev.in)
	c.last = ev.id
	x.live.threads = append(x.live.threads, c)
	x.live.next++
	return c
}

// drop ends everything inside th.
func (x *execution) drop(th *thread) {
	for _, c := range append([]*thread(nil), th.children...) {
		x.drop(c)
		c.set(idle)
		x.forget(c)
	}
	th.items, th.results, th.children, th.open = nil, nil, nil, 0
	th.set(idle)
}

// forget removes a thread that has ended.
func (x *execution) forget(th *thread) {
	if i, found := x.live.find(th.id); found {
		x.live.threads = slices.Delete(x.live.threads, i, i+1)
	}
	for i, c := range th.parent.children {
		if c == th {
			th.parent.children = append(th.parent.children[:i], th.parent.children[i+1:]...)
			break
		}
	}
}

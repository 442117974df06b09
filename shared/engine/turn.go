package engine

import (
	"github.com/orderloom/orderloom/shared/asl"
	"github.com/orderloom/orderloom/shared/fault"
)

// maxHistory is AWS's limit of events per execution.
const maxHistory = 25_000

// turn moves one execution from one point where everything waits to the next.
// It holds the execution's lock.
type turn struct {
	e      *Engine
	x      *execution
	now    int64 // Unix milliseconds
	events []event
	work   []func() // what is left to do in this turn
	calls  []*call  // tasks to invoke once the turn is durable
	full   bool     // the history is full: the execution fails
}

// turn runs f on x and makes the result durable; done hears of that. When the
// execution has ended already f does not run and turn reports false.
func (e *Engine) turn(x *execution, done func(error), f func(*turn)) bool {
	x.mu.Lock()
	if x.live == nil || e.refuses() != nil {
		x.mu.Unlock()
		return false
	}
	t := &turn{e: e, x: x, now: e.now()}
	f(t)
	for len(t.work) > 0 && x.status == Running && !t.full {
		next := t.work[0]
		t.work = t.work[1:]
		next()
	}
	if t.full && x.status == Running {
		t.close(executionFailed, asl.ErrRuntime, "The execution reached the maximum number of history events (25000).", nil)
	}
	effects := t.finish(done)
	x.mu.Unlock()
	if effects != nil {
		effects()
	}
	return true
}

// refuses says why no turn may begin.
func (e *Engine) refuses() error {
	if err := e.failure.Load(); err != nil {
		return *err
	}
	if e.closing.Load() {
		return fault.New(ErrUnavailable, "the engine is shutting down")
	}
	return nil
}

func (t *turn) later(f func()) { t.work = append(t.work, f) }

// emit adds an event and applies it.
func (t *turn) emit(th *thread, ev event) {
	l := t.x.live
	ev.at = t.now
	if th != nil {
		ev.thread = th.id
		if ev.prev == 0 {
			ev.prev = th.last
		}
	}
	if ev.kind < firstHidden {
		if l.events >= maxHistory-1 && !ev.kind.closes() {
			t.full = true
			return
		}
		ev.id = l.events + 1
	} else {
		ev.prev = 0
	}
	t.e.stats.events.Add(1)
	t.events = append(t.events, ev)
	t.x.apply(&t.events[len(t.events)-1])
}

// emitState adds an event that names the thread's state.
func (t *turn) emitState(th *thread, ev event) {
	ev.state = th.state.Index + 1
	t.emit(th, ev)
}

// close ends the execution.
func (t *turn) close(k kind, name, cause string, output *value) {
	th := t.x.live.root
	walk(th, t.e.quiet)
	t.emit(th, event{kind: k, err: name, cause: cause, in: output})
}

// finish hands the turn's events to the log and arms the timers. Effects that
// wait for no log are returned, to be run without the lock.
func (t *turn) finish(done func(error)) (effects func()) {
	x, l := t.x, t.x.live
	if len(t.events) == 0 {
		if done != nil {
			t.e.whenDurable(x, done)
		}
		return nil
	}
	ended := x.status != Running
	if !ended {
		walk(l.root, func(th *thread) { t.e.timers.set(&th.timer, x, th, th.deadline()) })
	}
	durable := func(err error) {
		if err == nil {
			t.effects(ended, l)
		}
		if done != nil {
			done(err)
		}
	}
	if x.express {
		effects = func() { durable(nil) }
	} else {
		t.e.store(x, t.record(), durable)
	}
	if ended {
		t.e.retire(x)
	}
	return effects
}

// effects happen when the turn is durable.
func (t *turn) effects(ended bool, l *live) {
	if !t.x.express {
		for i := range t.events {
			if k := t.events[i].kind; k == executionStarted || k.closes() {
				t.e.announce(t.x, k.status(), l.input.raw, l.result)
			}
		}
	}
	for _, c := range t.calls {
		t.e.pool.submit(c)
	}
	if ended && l.onDone != nil {
		l.onDone(l.result)
	}
}

// record encodes the turn.
func (t *turn) record() []byte {
	l := t.x.live
	buf := make([]byte, 0, 512+64*len(t.events))
	buf = appendHeader(buf, header{seq: t.x.seq, first: l.records, status: t.x.status, at: t.x.stopped})
	l.records++
	var before *value
	for i := range t.events {
		buf = appendEvent(buf, &t.events[i], before)
		before = t.events[i].in
	}
	return buf
}

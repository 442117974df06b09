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
	room   *room // where events are
	events []event
	work   []func()  // what is left to do in this turn
	calls  []*call   // tasks to invoke once the turn is durable
	watch  []*thread // .sync: tasks whose executions are to be watched then
	stops  []string  // .sync: executions to be stopped then, nobody waits for them
	full   bool      // the history is full: the execution fails

	done  func(error) // hears when the turn is durable
	live  *live       // of x, which a turn that ends x takes away
	began bool        // it started the execution, or redrove it
	over  bool        // it ended the execution
	keeps bool        // the worker that runs the turn runs the first call, too

	patience patience // of the expression that is evaluated
}

// room is memory that turns use one after the other: for their events and for
// the record that these become.
type room struct {
	events []event
	record []byte
}

// turn runs f on x and makes the result durable; done hears of that. When the
// execution has ended already f does not run and turn reports false.
func (e *Engine) turn(x *execution, done func(error), f func(*turn)) bool {
	x.mu.Lock()
	if x.live == nil || e.stopped() != nil {
		x.mu.Unlock()
		return false
	}
	e.move(x, done, f)
	return true
}

// move is the turn itself. The caller has locked x; move unlocks it.
func (e *Engine) move(x *execution, done func(error), f func(*turn)) {
	t := &turn{e: e, x: x, now: e.now(), done: done, live: x.live, room: e.rooms.Get().(*room)}
	t.events = t.room.events[:0]
	f(t)
	for len(t.work) > 0 && x.status == Running && !t.full {
		next := t.work[0]
		t.work = t.work[1:]
		next()
	}
	if t.full && x.status == Running {
		t.close(executionFailed, asl.ErrRuntime, "The execution reached the maximum number of history events (25000).", nil)
	}
	settled := t.finish()
	if x.status == Running && !x.live.limited { // it waits for the first time
		e.lifetime(x)
	}
	x.mu.Unlock()
	if settled {
		t.durable(nil)
	}
}

// refuses says why nothing may be asked of the engine.
func (e *Engine) refuses() error {
	if err := e.stopped(); err != nil {
		return err
	}
	return e.alarm.why()
}

// stopped says why no turn may begin. While the log is stalled they go on: a
// result or a timer that came meanwhile would be lost otherwise.
func (e *Engine) stopped() error {
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
	if ev.kind == executionStarted || ev.kind == executionRedriven {
		t.began = true
	}
	t.e.stats.events.Add(1)
	t.events = append(t.events, ev)
	t.x.apply(&t.events[len(t.events)-1])
	if l.probe != nil {
		l.probe.hears(&t.events[len(t.events)-1], th)
	}
}

// emitState adds an event that names the thread's state.
func (t *turn) emitState(th *thread, ev event) {
	ev.state = th.state.Index + 1
	t.emit(th, ev)
}

// close ends the execution.
func (t *turn) close(k kind, name, cause string, output *value) {
	th := t.x.live.root
	walk(th, t.quiet)
	t.emit(th, event{kind: k, err: name, cause: cause, in: output})
}

// finish hands the turn's events to the log and arms the timers. It reports
// whether no log has to be waited for.
func (t *turn) finish() (settled bool) {
	x := t.x
	t.over = x.status != Running
	if len(t.events) == 0 {
		if t.done != nil {
			t.e.whenDurable(x, t.done)
		}
		t.vacate()
		return false
	}
	if !t.over {
		walk(t.live.root, t.arm)
	}
	if !x.express {
		begin := t.e.stats.now()
		t.room.record = t.record(t.room.record[:0])
		t.e.stats.store.Add(t.e.stats.now() - begin)
		t.e.store(x, t.room.record, t.durable)
	}
	t.vacate()
	if t.over {
		t.e.retire(x)
	}
	return x.express
}

// arm sets the timer of a thread that this turn has moved.
func (t *turn) arm(th *thread) {
	if th.armed == th.moves {
		return
	}
	th.armed = th.moves
	t.e.timers.set(&th.timer, t.x, th, th.deadline())
	if th.phase == onToken || th.phase == onWait {
		th.pack()
		t.live.pack()
	}
}

// vacate gives the turn's room to the next one.
func (t *turn) vacate() {
	clear(t.events) // values must not live on
	t.room.events, t.events = t.events, nil
	if cap(t.room.events) <= 1024 && cap(t.room.record) <= 1<<20 {
		t.e.rooms.Put(t.room)
	}
	t.room = nil
}

// durable does what was to wait for the log.
func (t *turn) durable(err error) {
	if err == nil {
		t.effects()
	}
	if t.done != nil {
		t.done(err)
	}
}

// effects happen when the turn is durable.
func (t *turn) effects() {
	l := t.live
	if !t.x.express {
		if t.began {
			t.e.announce(t.x, Running, l.input.raw, nil)
		}
		if t.over {
			t.e.announce(t.x, l.result.Status, l.input.raw, l.result)
		}
	}
	calls := t.calls
	if t.keeps && len(calls) > 0 {
		calls = calls[1:]
	}
	for _, c := range calls {
		t.e.pool.submit(c)
	}
	t.follow()
	if t.over && l.onDone != nil {
		l.onDone(l.result)
	}
}

// record encodes the turn after buf.
func (t *turn) record(buf []byte) []byte {
	l := t.live
	buf = appendHeader(buf, header{seq: t.x.seq, first: l.records, status: t.x.status, at: t.x.stopped})
	l.records++
	var before *value
	for i := range t.events {
		buf = appendEvent(buf, &t.events[i], before)
		before = t.events[i].in
	}
	return buf
}

package engine

import (
	"container/heap"
	"sync"
	"time"

	"github.com/orderloom/orderloom/shared/clock"
)

// timer is one deadline of a thread, or of an execution when th is nil.
type timer struct {
	at int64 // Unix milliseconds; 0 when not armed
	i  int   // place in the heap
	x  *execution
	th *thread
}

// timers keeps all deadlines in one heap and one timer of the clock for the
// earliest: waiting costs no goroutine.
type timers struct {
	clock clock.Clock
	fire  func(*execution, *thread)
	nap   time.Duration // look at the clock at least that often; 0: no need

	mu     sync.Mutex
	heap   timerHeap
	armed  int64 // what the clock's timer waits for; 0: none
	stop   func() bool
	closed bool
}

// newTimers makes timers. What the system counts down stands still while the
// machine sleeps and does not hear that its clock was set: only looking helps.
func newTimers(c clock.Clock, fire func(*execution, *thread)) *timers {
	ts := &timers{clock: c, fire: fire}
	if _, system := c.(clock.System); system {
		ts.nap = 30 * time.Second
	}
	return ts
}

// set arms t for at, moves it there, or disarms it when at is 0.
func (ts *timers) set(t *timer, x *execution, th *thread, at int64) {
	if at == 0 && t.x == nil {
		return // never armed: no need for the lock
	}
	ts.mu.Lock()
	defer ts.mu.Unlock()
	switch {
	case ts.closed || t.at == at:
		return
	case at == 0:
		heap.Remove(&ts.heap, t.i)
		t.at = 0
	case t.at == 0:
		t.at, t.x, t.th = at, x, th
		heap.Push(&ts.heap, t)
	default:
		t.at = at
		heap.Fix(&ts.heap, t.i)
	}
	ts.arm()
}

// arm makes the clock call for the earliest deadline.
func (ts *timers) arm() {
	if len(ts.heap) == 0 || ts.armed != 0 && ts.armed <= ts.heap[0].at {
		return
	}
	if ts.stop != nil {
		ts.stop()
	}
	at := ts.heap[0].at
	ts.armed = at
	d := time.UnixMilli(at).Sub(ts.clock.Now())
	if ts.nap > 0 {
		d = min(d, ts.nap)
	}
	ts.stop = ts.clock.AfterFunc(d, func() { ts.ring(at) })
}

// ring fires what is due. A call that was overtaken by an earlier one is harmless.
func (ts *timers) ring(at int64) {
	ts.mu.Lock()
	if ts.armed == at {
		ts.armed, ts.stop = 0, nil
	}
	now := ts.clock.Now().UnixMilli()
	var due []timer
	for len(ts.heap) > 0 && ts.heap[0].at <= now && !ts.closed {
		t := heap.Pop(&ts.heap).(*timer)
		due = append(due, *t)
		t.at = 0
	}
	if !ts.closed {
		ts.arm()
	}
	ts.mu.Unlock()
	for _, t := range due {
		ts.fire(t.x, t.th)
	}
}

func (ts *timers) close() {
	ts.mu.Lock()
	defer ts.mu.Unlock()
	ts.closed = true
	if ts.stop != nil {
		ts.stop()
	}
}

type timerHeap []*timer

func (h timerHeap) Len() int           { return len(h) }
func (h timerHeap) Less(i, j int) bool { return h[i].at < h[j].at }
func (h timerHeap) Swap(i, j int) {
	h[i], h[j] = h[j], h[i]
	h[i].i, h[j].i = i, j
}
func (h *timerHeap) Push(v any) {
	t := v.(*timer)
	t.i = len(*h)
	*h = append(*h, t)
}
func (h *timerHeap) Pop() any {
	old := *h
	t := old[len(old)-1]
	old[len(old)-1] = nil
	*h = old[:len(old)-1]
	return t
}

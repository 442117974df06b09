package engine

import (
	"sync"
	"sync/atomic"
)

// notifier passes status events on, one at a time and in order, without
// holding up the log.
type notifier struct {
	send func(StatusEvent)

	mu     sync.Mutex
	wake   sync.Cond
	queue  []func() StatusEvent
	closed bool
	done   chan struct{}
	busy   *atomic.Int64 // counts events that were not sent yet, among others
}

func newNotifier(send func(StatusEvent), busy *atomic.Int64) *notifier {
	n := &notifier{send: send, busy: busy, done: make(chan struct{})}
	n.wake.L = &n.mu
	go n.run()
	return n
}

// add queues an event, which is built when its turn comes.
func (n *notifier) add(f func() StatusEvent) {
	if n.send == nil {
		return
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	n.busy.Add(1)
	n.queue = append(n.queue, f)
	n.wake.Signal()
}

func (n *notifier) run() {
	defer close(n.done)
	for {
		n.mu.Lock()
		for len(n.queue) == 0 && !n.closed {
			n.wake.Wait()
		}
		queue := n.queue
		n.queue = nil
		n.mu.Unlock()
		if len(queue) == 0 {
			return
		}
		for _, f := range queue {
			n.send(f())
			n.busy.Add(-1)
		}
	}
}

// close sends what is queued.
func (n *notifier) close() {
	n.mu.Lock()
	n.closed = true
	n.wake.Signal()
	n.mu.Unlock()
	<-n.done
}

// announce tells StatusChanged of a start or an end. input must not change.
func (e *Engine) announce(x *execution, status Status, input []byte, r *Result) {
	e.notifier.add(func() StatusEvent {
		ev := StatusEvent{ExecutionARN: x.arn, StateMachineARN: x.birth.Machine, Name: x.birth.Name, Status: status,
			StartDate: x.birth.Started, Input: string(input), VersionARN: optional(x.birth.Version), AliasARN: optional(x.birth.Alias)}
		if status != Running {
			ev.StopDate, ev.Error, ev.Cause = &r.Stopped, optional(r.Error), optional(r.Cause)
			if r.Output != nil {
				out := string(r.Output)
				ev.Output = &out
			}
		}
		return ev
	})
}

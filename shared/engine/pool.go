package engine

import (
	"sync"
	"sync/atomic"
)

// pool runs invocations, at most limit at once, in the order of submission.
// Its goroutines stay: one whose stack has grown is worth more than a new one.
type pool struct {
	mu      sync.Mutex
	work    sync.Cond // signaled for a sleeping worker
	empty   sync.Cond // signaled when the last worker has gone
	queue   fifo
	workers int
	asleep  int // workers that wait and were not signaled
	limit   int
	closed  bool
	run     func(*call) *call // returns what is to be run next, if it knows
	busy    *atomic.Int64     // counts invocations that run or wait, among others
}

func newPool(limit int, run func(*call) *call, busy *atomic.Int64) *pool {
	p := &pool{limit: limit, run: run, busy: busy}
	p.work.L, p.empty.L = &p.mu, &p.mu
	return p
}

// submit never blocks: what exceeds the limit waits in the queue.
func (p *pool) submit(c *call) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.closed {
		return
	}
	p.busy.Add(1)
	p.queue.push(c)
	switch {
	case p.asleep > 0:
		p.asleep--
		p.work.Signal()
	case p.workers < p.limit:
		p.workers++
		go p.serve()
	}
}

// serve is a worker.
func (p *pool) serve() {
	var c *call
	for {
		if c = p.next(c); c == nil {
			return
		}
		next := p.run(c)
		if next == nil {
			p.busy.Add(-1) // else next takes the place of c
		}
		c = next
	}
}

// next waits for work; mine is what the worker would do next, which goes to the
// end of the queue.
func (p *pool) next(mine *call) *call {
	p.mu.Lock()
	defer p.mu.Unlock()
	if mine != nil {
		if p.queue.empty() && !p.closed {
			return mine
		}
		p.queue.push(mine)
	}
	for p.queue.empty() && !p.closed {
		p.asleep++
		p.work.Wait()
	}
	if p.closed {
		if p.workers--; p.workers == 0 {
			p.empty.Broadcast()
		}
		return nil
	}
	return p.queue.pop()
}

// close drops the queue and waits for what runs.
func (p *pool) close() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.closed, p.queue = true, fifo{}
	p.work.Broadcast()
	for p.workers > 0 {
		p.empty.Wait()
	}
}

// fifo is a queue of invocations that gives memory back as it shrinks.
type fifo struct {
	items []*call
	head  int
}

func (q *fifo) empty() bool { return q.head == len(q.items) }

func (q *fifo) push(c *call) { q.items = append(q.items, c) }

func (q *fifo) pop() *call {
	c := q.items[q.head]
	q.items[q.head] = nil
	q.head++
	switch {
	case q.empty():
		q.items, q.head = q.items[:0], 0
	case q.head >= 1024 && q.head*2 >= len(q.items):
		q.items = append([]*call(nil), q.items[q.head:]...)
		q.head = 0
	}
	return c
}

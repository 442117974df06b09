package engine

import (
	"sync"
	"sync/atomic"
)

// pool runs invocations, at most limit at once, in the order of submission.
type pool struct {
	mu      sync.Mutex
	idle    sync.Cond // signaled when running becomes 0
	queue   []*call
	running int
	limit   int
	closed  bool
	run     func(*call)
	busy    *atomic.Int64 // counts invocations that run or wait, among others
}

func newPool(limit int, run func(*call), busy *atomic.Int64) *pool {
	p := &pool{limit: limit, run: run, busy: busy}
	p.idle.L = &p.mu
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
	if p.running < p.limit {
		p.running++
		go p.work(c)
		return
	}
	p.queue = append(p.queue, c)
}

func (p *pool) work(c *call) {
	for c != nil {
		p.run(c)
		p.busy.Add(-1)
		c = p.next()
	}
}

func (p *pool) next() *call {
	p.mu.Lock()
	defer p.mu.Unlock()
	if len(p.queue) == 0 || p.closed {
		if p.running--; p.running == 0 {
			p.idle.Broadcast()
		}
		return nil
	}
	c := p.queue[0]
	p.queue[0] = nil
	p.queue = p.queue[1:]
	return c
}

// close drops the queue and waits for what runs.
func (p *pool) close() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.closed, p.queue = true, nil
	for p.running > 0 {
		p.idle.Wait()
	}
}

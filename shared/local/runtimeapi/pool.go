package runtimeapi

import (
	"context"
	"crypto/rand"
	"sync"
	"time"

	"github.com/orderloom/orderloom/shared/fn"
	"github.com/orderloom/orderloom/shared/local/lambda"
)

// pool holds the processes of one function.
type pool struct {
	runtime  *Runtime
	function fn.Function
	queue    chan *invocation // unbuffered: a process takes what it can begin

	mu      sync.Mutex
	closed  bool
	waiting int // invocations that no process has taken
	free    int // processes that start or ask for work
	all     int // processes
}

// invocation is one request on its way to a process and back.
type invocation struct {
	id      string
	payload []byte
	taken   chan *process // buffered
	done    chan outcome  // buffered; the first outcome counts
}

type outcome struct {
	data    []byte
	failure *fn.LambdaError
}

// end reports the outcome unless there is one already.
func (i *invocation) end(o outcome) {
	select {
	case i.done <- o:
	default:
	}
}

func (p *pool) invoke(ctx context.Context, payload []byte) ([]byte, *fn.LambdaError) {
	i := &invocation{id: rand.Text(), payload: payload, taken: make(chan *process, 1), done: make(chan outcome, 1)}
	p.wait(1)
	select {
	case p.queue <- i:
		p.wait(-1)
	case <-ctx.Done():
		p.wait(-1)
		return nil, lambda.Ended(ctx, p.function)
	case <-p.runtime.ctx.Done():
		p.wait(-1)
		return nil, closing(p.function)
	}
	// Starting does not count. As on AWS the function goes on to its timeout when
	// the caller leaves.
	slow := time.AfterFunc(lambda.TimeoutOf(p.function), func() {
		i.end(outcome{failure: lambda.TimedOut(p.function)})
		(<-i.taken).kill(i)
	})
	select {
	case o := <-i.done:
		slow.Stop()
		return o.data, o.failure
	case <-ctx.Done():
		return nil, lambda.Ended(ctx, p.function)
	}
}

func closing(f fn.Function) *fn.LambdaError {
	return &fn.LambdaError{ErrorType: ErrExit, ErrorMessage: f.ID + " cannot run: Orderloom is closing"}
}

// wait counts invocations that wait for a process, and starts one when there
// are more of them than free processes.
func (p *pool) wait(n int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.waiting += n
	p.grow()
}

// grow starts a process if one is wanted and allowed. The caller holds p.mu.
func (p *pool) grow() {
	if p.closed || p.waiting <= p.free || p.all >= p.runtime.opts.Processes {
		return
	}
	p.all++
	p.free++
	p.runtime.ending.Go(p.run)
}

// busy counts a process that takes work (-1) or asks for it again (+1).
func (p *pool) busy(n int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.free += n
	p.grow()
}

// run is the life of one process.
func (p *pool) run() {
	process := &process{pool: p}
	err := process.live(p.runtime.ctx)
	p.mu.Lock()
	p.all--
	if process.isFree() {
		p.free--
	}
	p.mu.Unlock()
	if p.runtime.ctx.Err() != nil {
		return
	}
	p.runtime.opts.Log.Warn("a function's process ended", "function", p.function.ID, "error", err)
	if !process.asked() { // it never came up: the next may not either
		p.failOne(err)
	}
	p.wait(0)
}

// failOne tells one of those who wait why there is no process. Its successor
// tries again.
func (p *pool) failOne(err error) {
	select {
	case i := <-p.queue:
		i.taken <- &process{pool: p}
		i.end(outcome{failure: &fn.LambdaError{ErrorType: ErrExit, ErrorMessage: p.function.ID + " cannot be started: " + err.Error()}})
	case <-time.After(time.Second): // nobody waits any more
	case <-p.runtime.ctx.Done():
	}
}

func (p *pool) close() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.closed = true
}

package engine

import (
	"sync/atomic"
	"time"
)

// counters are what Stats reports.
type counters struct {
	epoch time.Time // any

	events, transitions, started, running atomic.Int64

	// busy counts what goes on without a timer or a token: invocations that run
	// or are about to, turns that are not durable yet, ends that nobody was told
	// of. One counter, and each piece is counted before the one that it comes
	// from is done: it is 0 only when all is quiet.
	busy                         atomic.Int64
	expressions, handlers, store atomic.Int64 // nanoseconds
}

// now is a time to take differences of.
func (c *counters) now() int64 { return int64(time.Since(c.epoch)) }

// Stats tells what the engine has done since Open.
type Stats struct {
	Started     int64         // executions
	Running     int64         // executions that have not ended, waiting ones included
	Busy        int           // invocations that run or are about to, turns that are not durable yet, ends that nobody was told of
	Transitions int64         // states entered
	Events      int64         // history events, hidden ones included
	Expressions time.Duration // evaluating
	Handlers    time.Duration // in InvokeLambda and PutEvents, summed over workers
	Store       time.Duration // encoding records, and reading them at Open
	LogBytes    int64
	LogSyncs    int64
	LogOldest   uint32 // number of the oldest segment; grows when history is forgotten
}

// Stats returns the counters. An engine is idle when Busy is 0 and every
// running execution waits for a timer or a token.
func (e *Engine) Stats() Stats {
	c := &e.stats
	s := Stats{Started: c.started.Load(), Running: c.running.Load(), Busy: int(c.busy.Load()),
		Transitions: c.transitions.Load(), Events: c.events.Load(), Expressions: time.Duration(c.expressions.Load()),
		Handlers: time.Duration(c.handlers.Load()), Store: time.Duration(c.store.Load())}
	s.LogBytes, s.LogOldest, _, s.LogSyncs = e.journal.Stats()
	return s
}

package engine

import (
	"context"
	"sync"
	"time"
)

// callContext ends when nobody waits for the invocation any more. It is a
// context of the standard library only from when somebody waits for its end:
// most functions are done before anyone asks.
type callContext struct {
	engine context.Context // ends with the engine

	mu       sync.Mutex
	canceled bool
	whole    context.Context
	end      context.CancelFunc // of whole
}

func (c *callContext) cancel() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.canceled = true
	if c.end != nil {
		c.end()
	}
}

// Deadline is never known: a state's time-out ends the invocation by cancel.
func (c *callContext) Deadline() (time.Time, bool) { return time.Time{}, false }

func (c *callContext) Done() <-chan struct{} { return c.standard().Done() }

func (c *callContext) Err() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.canceled {
		return context.Canceled
	}
	return c.engine.Err()
}

// Value asks the standard context, which the library recognizes in contexts
// that are made from this one.
func (c *callContext) Value(key any) any { return c.standard().Value(key) }

func (c *callContext) standard() context.Context {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.whole == nil {
		c.whole, c.end = context.WithCancel(c.engine)
		if c.canceled {
			c.end()
		}
	}
	return c.whole
}

// maxEvaluation is how long one expression may take, whatever it does: the limit
// of steps comes earlier unless the steps are large. The end of the engine does
// not interrupt it, or the execution would be told that its expression is wrong.
const maxEvaluation = 5 * time.Second

// patience is the context of an evaluation. It knows no channel: whoever
// evaluates asks it.
type patience struct {
	context.Context
	clock *counters
	until int64
}

func (p *patience) Err() error {
	if p.clock.now() > p.until {
		return context.DeadlineExceeded
	}
	return nil
}

package clock

import (
	"context"
	"time"
)

// Next returns when the earliest timer is due.
func (c *Manual) Next() (at time.Time, ok bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for t := range c.timers {
		if !ok || t.at.Before(at) {
			at, ok = t.at, true
		}
	}
	return at, ok
}

// Quiet reports whether every function that a timer started has returned.
func (c *Manual) Quiet() bool { return c.running.Load() == 0 }

// AdvanceTo moves the clock to t, unless it is there already, and starts every
// timer that became due.
func (c *Manual) AdvanceTo(t time.Time) {
	if d := t.Sub(c.Now()); d >= 0 {
		c.Advance(d)
	}
}

// Drive runs virtual time: while the world works, time stands still, so that
// no timeout expires because a machine is slow; when it is idle, time jumps to
// the next timer. done is asked each time the world is idle, so what it sees is
// never half a change. Drive returns true when done reports true, and false when
// ctx ends, when nothing is left to wait for, or when the next timer lies beyond
// horizon from now.
//
// idle must report false from before a timer's function returns until all that
// it began is waiting again. It is asked several times in a row, because what
// one part hands to the next may for an instant be with neither.
func Drive(ctx context.Context, c *Manual, horizon time.Duration, idle, done func() bool) bool {
	const settle = 200 * time.Microsecond
	end := c.Now().Add(horizon)
	quiet := 0
	for ctx.Err() == nil {
		if !c.Quiet() || !idle() {
			quiet = 0
			time.Sleep(settle)
			continue
		}
		if quiet++; quiet < 4 {
			time.Sleep(settle)
			continue
		}
		quiet = 0
		if done() {
			return true
		}
		next, ok := c.Next()
		if !ok || next.After(end) {
			return false
		}
		c.AdvanceTo(next)
	}
	return false
}

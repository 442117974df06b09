// Package clock passes time in. Programs run on System, or on Scaled when an
// hour shall pass in a second (`--speed 3600`); tests run on Manual.
package clock

import (
	"math"
	"sync"
	"sync/atomic"
	"time"
)

// Clock tells the time and wakes its callers. Now is always UTC.
type Clock interface {
	Now() time.Time
	// AfterFunc calls f in its own goroutine once d has passed on this clock.
	// stop reports whether it prevented the call.
	AfterFunc(d time.Duration, f func()) (stop func() bool)
}

// System is the wall clock.
type System struct{}

func (System) Now() time.Time { return time.Now().UTC() }
func (System) AfterFunc(d time.Duration, f func()) func() bool {
	return time.AfterFunc(d, f).Stop
}

// Scaled runs Speed times as fast as the wall clock since Start.
type Scaled struct {
	Start time.Time
	Speed float64 // > 0
}

// NewScaled starts a clock at the present that runs speed times as fast.
func NewScaled(speed float64) Scaled { return Scaled{Start: time.Now(), Speed: speed} }

func (c Scaled) Now() time.Time {
	return c.Start.Add(times(time.Since(c.Start), c.Speed)).UTC()
}

func (c Scaled) AfterFunc(d time.Duration, f func()) func() bool {
	return time.AfterFunc(times(d, 1/c.Speed), f).Stop
}

// times multiplies. What is longer than the longest duration, 292 years, is
// that long: if it wrapped, a fast clock would fall back after some days, and a
// slow one would call at once.
func times(d time.Duration, by float64) time.Duration {
	x := float64(d) * by
	if x >= math.MaxInt64 {
		return math.MaxInt64
	}
	return time.Duration(x)
}

// Manual stands still until Advance moves it. Safe for concurrent use.
type Manual struct {
	mu      sync.Mutex
	now     time.Time
	timers  map[*manualTimer]bool
	running atomic.Int64 // functions that were started and have not returned
}

type manualTimer struct {
	at time.Time
	f  func()
}

// NewManual returns a clock that stands at t.
func NewManual(t time.Time) *Manual {
	return &Manual{now: t.UTC(), timers: map[*manualTimer]bool{}}
}

func (c *Manual) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *Manual) AfterFunc(d time.Duration, f func()) func() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	t := &manualTimer{c.now.Add(d), f}
	if d <= 0 {
		c.start(f)
		return func() bool { return false }
	}
	c.timers[t] = true
	return func() bool {
		c.mu.Lock()
		defer c.mu.Unlock()
		pending := c.timers[t]
		delete(c.timers, t)
		return pending
	}
}

// Advance moves the clock and starts every timer that became due.
func (c *Manual) Advance(d time.Duration) {
	c.mu.Lock()
	c.now = c.now.Add(d)
	var due []func()
	for t := range c.timers {
		if !t.at.After(c.now) {
			due = append(due, t.f)
			delete(c.timers, t)
		}
	}
	c.mu.Unlock()
	for _, f := range due {
		c.start(f)
	}
}

func (c *Manual) start(f func()) {
	c.running.Add(1)
	go func() {
		defer c.running.Add(-1)
		f()
	}()
}

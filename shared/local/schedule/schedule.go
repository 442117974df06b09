// Package schedule stands in for EventBridge's scheduled rules: it invokes
// functions every so often.
//
// Other than on AWS a function never runs twice at the same time, and each runs
// once when the schedule begins: after a crash, what a sweep has to find is
// found at once and not an interval later.
package schedule

import (
	"context"
	"log/slog"
	"sync"
	"time"

	"github.com/orderloom/orderloom/shared/clock"
)

// Job is one function and its interval.
type Job struct {
	Name  string
	Every time.Duration
	Run   func(ctx context.Context) error
}

// Schedule runs jobs until Close.
type Schedule struct {
	clock  clock.Clock
	log    *slog.Logger
	ctx    context.Context
	cancel context.CancelFunc
	wg     sync.WaitGroup

	mu     sync.Mutex
	closed bool
	stops  map[string]func() bool
}

// Start runs every job now and then once per interval of the clock, counted
// from the end of the run before.
func Start(jobs []Job, c clock.Clock, log *slog.Logger) *Schedule {
	s := &Schedule{clock: c, log: log, stops: map[string]func() bool{}}
	s.ctx, s.cancel = context.WithCancel(context.Background())
	for _, j := range jobs {
		s.after(0, j)
	}
	return s
}

func (s *Schedule) after(d time.Duration, j Job) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return
	}
	s.stops[j.Name] = s.clock.AfterFunc(d, func() { s.run(j) })
}

func (s *Schedule) run(j Job) {
	if !s.enter() {
		return
	}
	defer s.wg.Done()
	if err := j.Run(s.ctx); err != nil && s.ctx.Err() == nil {
		s.log.Warn("a scheduled function failed; it runs again next time", "function", j.Name, "error", err)
	}
	s.after(j.Every, j)
}

// enter counts a run, unless the schedule is closed.
func (s *Schedule) enter() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return false
	}
	s.wg.Add(1)
	return true
}

// Close ends the runs and waits for them.
func (s *Schedule) Close() {
	s.mu.Lock()
	s.closed = true
	for _, stop := range s.stops {
		stop()
	}
	s.mu.Unlock()
	s.cancel()
	s.wg.Wait()
}

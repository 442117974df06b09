package schedule_test

import (
	"context"
	"errors"
	"log/slog"
	"sync/atomic"
	"testing"
	"time"

	"github.com/orderloom/orderloom/shared/clock"
	"github.com/orderloom/orderloom/shared/local/schedule"
)

var start = time.Date(2026, 3, 2, 8, 0, 0, 0, time.UTC)

// drive lets virtual time pass.
func drive(t *testing.T, c *clock.Manual, d time.Duration) {
	t.Helper()
	clock.Drive(t.Context(), c, d, func() bool { return true }, func() bool { return false })
}

func TestAJobRunsAtOnceAndThenEveryInterval(t *testing.T) {
	t.Parallel()
	c := clock.NewManual(start)
	var at []time.Duration
	s := schedule.Start([]schedule.Job{{Name: "sweep", Every: time.Minute, Run: func(context.Context) error {
		at = append(at, c.Now().Sub(start))
		return errors.New("a failure does not end the schedule")
	}}}, c, slog.New(slog.DiscardHandler))
	defer s.Close()
	drive(t, c, 3*time.Minute+time.Second)
	if len(at) != 4 || at[0] != 0 || at[1] != time.Minute || at[3] != 3*time.Minute {
		t.Errorf("ran at %v", at)
	}
}

func TestCloseEndsTheRunAndThereIsNoOther(t *testing.T) {
	t.Parallel()
	c := clock.NewManual(start)
	var runs atomic.Int64
	began := make(chan struct{})
	s := schedule.Start([]schedule.Job{{Name: "slow", Every: time.Second, Run: func(ctx context.Context) error {
		runs.Add(1)
		close(began)
		<-ctx.Done()
		return ctx.Err()
	}}}, c, slog.New(slog.DiscardHandler))
	<-began
	s.Close()
	drive(t, c, time.Hour)
	if runs.Load() != 1 {
		t.Errorf("%d runs", runs.Load())
	}
}

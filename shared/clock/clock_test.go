package clock_test

import (
	"context"
	"sync/atomic"
	"testing"
	"time"

	"github.com/orderloom/orderloom/shared/clock"
)

var start = time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)

func TestManualStartsTimersThatAreDue(t *testing.T) {
	t.Parallel()
	c := clock.NewManual(start)
	fired := make(chan string, 3)
	c.AfterFunc(time.Minute, func() { fired <- "minute" })
	stop := c.AfterFunc(time.Minute, func() { fired <- "stopped" })
	c.AfterFunc(time.Hour, func() { fired <- "hour" })
	if !stop() || stop() {
		t.Error("stop reports whether it prevented the call")
	}
	c.Advance(59 * time.Second)
	if at, ok := c.Next(); !ok || !at.Equal(start.Add(time.Minute)) {
		t.Errorf("next %v %v", at, ok)
	}
	c.Advance(time.Second)
	if got := <-fired; got != "minute" {
		t.Error(got)
	}
	c.Advance(time.Hour)
	if got := <-fired; got != "hour" {
		t.Error(got)
	}
}

func TestDriveJumpsFromTimerToTimerWhileIdle(t *testing.T) {
	t.Parallel()
	c := clock.NewManual(start)
	var ticks, working atomic.Int32
	var tick func()
	tick = func() {
		working.Add(1)
		defer working.Add(-1)
		if ticks.Add(1) < 5 {
			c.AfterFunc(time.Hour, tick)
		}
	}
	c.AfterFunc(time.Hour, tick)
	idle := func() bool { return working.Load() == 0 }
	if !clock.Drive(context.Background(), c, 24*time.Hour, idle, func() bool { return ticks.Load() == 5 }) {
		t.Fatal("not done")
	}
	if got := c.Now().Sub(start); got != 5*time.Hour {
		t.Errorf("took %v", got)
	}
}

func TestDriveStopsAtItsHorizon(t *testing.T) {
	t.Parallel()
	c := clock.NewManual(start)
	c.AfterFunc(time.Hour, func() { t.Error("beyond the horizon") })
	never := func() bool { return false }
	if clock.Drive(context.Background(), c, time.Minute, func() bool { return true }, never) {
		t.Error("done?")
	}
	if !c.Now().Equal(start) {
		t.Error("time moved")
	}
}

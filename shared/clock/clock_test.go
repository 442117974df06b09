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

func TestDriveAsksForTheEndOnlyWhenTheWorldIsIdle(t *testing.T) {
	t.Parallel()
	c := clock.NewManual(start)
	var working, asked atomic.Int32
	working.Store(20) // questions until it is idle
	idle := func() bool { return working.Add(-1) < 0 }
	done := func() bool {
		asked.Add(1)
		if working.Load() >= 0 {
			t.Error("asked while the world worked")
		}
		return true
	}
	if !clock.Drive(t.Context(), c, time.Hour, idle, done) || asked.Load() != 1 || !c.Now().Equal(start) {
		t.Errorf("asked %d times, now %v", asked.Load(), c.Now())
	}
}

// A timer's function counts as work until it returns, whatever idle says.
func TestTimeStandsStillWhileATimersFunctionRuns(t *testing.T) {
	t.Parallel()
	c := clock.NewManual(start)
	begun, finish := make(chan bool), make(chan bool)
	var finished atomic.Bool
	c.AfterFunc(0, func() { close(begun); <-finish; finished.Store(true) })
	c.AfterFunc(time.Minute, func() {
		if !finished.Load() {
			t.Error("time went on")
		}
	})
	<-begun
	idle := func() bool {
		if !finished.Load() {
			t.Error("asked while the function ran")
		}
		return true
	}
	go close(finish)
	if clock.Drive(t.Context(), c, time.Hour, idle, func() bool { return false }) {
		t.Error("done?")
	}
	if !finished.Load() || c.Now().Sub(start) != time.Minute {
		t.Errorf("finished %v at %v", finished.Load(), c.Now())
	}
}

func TestDriveStopsWhenNothingIsLeft(t *testing.T) {
	t.Parallel()
	c := clock.NewManual(start)
	asked := 0
	if clock.Drive(t.Context(), c, time.Hour, func() bool { return true }, func() bool { asked++; return false }) || asked != 1 {
		t.Errorf("asked %d times", asked)
	}
}

func TestDriveReachesWhatIsDueAtItsHorizon(t *testing.T) {
	t.Parallel()
	c := clock.NewManual(start)
	var fired atomic.Bool
	c.AfterFunc(time.Minute, func() { fired.Store(true) })
	if !clock.Drive(t.Context(), c, time.Minute, func() bool { return true }, fired.Load) {
		t.Errorf("not done at %v", c.Now())
	}
}

func TestDriveEndsWithItsContext(t *testing.T) {
	t.Parallel()
	c := clock.NewManual(start)
	c.AfterFunc(time.Minute, func() { t.Error("time went on") })
	ctx, cancel := context.WithCancel(t.Context())
	busy := func() bool { cancel(); return false } // a world that never comes to rest
	if clock.Drive(ctx, c, time.Hour, busy, func() bool { t.Error("asked"); return true }) {
		t.Error("done?")
	}
	if clock.Drive(ctx, c, time.Hour, func() bool { t.Error("asked"); return true }, nil) {
		t.Error("done?")
	}
}

func TestManualStartsAtOnceWhatIsDueAlready(t *testing.T) {
	t.Parallel()
	c := clock.NewManual(start.In(time.FixedZone("", 3600)))
	if c.Now().Location() != time.UTC {
		t.Error("times are UTC")
	}
	for _, d := range []time.Duration{0, -time.Hour} {
		fired := make(chan bool)
		stop := c.AfterFunc(d, func() { close(fired) })
		<-fired
		if stop() {
			t.Errorf("in %v: stopped what has begun", d)
		}
	}
	if at, ok := c.Next(); ok {
		t.Errorf("next is %v", at)
	}
	c.AdvanceTo(start.Add(-time.Hour))
	if !c.Now().Equal(start) {
		t.Error("time went back")
	}
}

func TestSystemIsTheWallClock(t *testing.T) {
	t.Parallel()
	before := time.Now()
	now := clock.System{}.Now()
	if now.Before(before) || now.After(time.Now()) || now.Location() != time.UTC {
		t.Errorf("%v is not between %v and now", now, before)
	}
	fired := make(chan bool)
	clock.System{}.AfterFunc(0, func() { close(fired) })
	<-fired
	if stop := (clock.System{}).AfterFunc(time.Hour, func() { t.Error("stopped") }); !stop() || stop() {
		t.Error("stop reports whether it prevented the call")
	}
}

func TestScaledTurnsHoursIntoSeconds(t *testing.T) {
	t.Parallel()
	c := clock.Scaled{Start: time.Now().Add(-2 * time.Second), Speed: 3600}
	if passed := c.Now().Sub(c.Start); passed < 2*time.Hour || c.Now().Location() != time.UTC {
		t.Errorf("after two seconds %v have passed", passed)
	}
	fired := make(chan bool)
	clock.NewScaled(1e6).AfterFunc(time.Hour, func() { close(fired) }) // 3.6 ms
	<-fired
	slow := clock.Scaled{Start: time.Now(), Speed: 0.5}
	if stop := slow.AfterFunc(time.Hour, func() { t.Error("stopped") }); !stop() {
		t.Error("stop reports whether it prevented the call")
	}
}

func TestScaledNeverFallsBack(t *testing.T) {
	t.Parallel()
	c := clock.Scaled{Start: time.Now().Add(-24 * time.Hour), Speed: 1e6}
	if !c.Now().After(c.Start) {
		t.Errorf("after a day it is %v", c.Now())
	}
}

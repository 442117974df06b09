package trial

import (
	"context"
	"errors"
	"runtime"
	"slices"
	"time"
)

// Orders of one Orderloom arrive within span, so that what waits for a person,
// 350 days at most, still waits when the time of the last one is over.
const (
	span     = 7 * 24 * time.Hour
	together = 500
	horizon  = 349 * 24 * time.Hour
)

// inParts tries orders, sorted by time, in several Orderlooms at a time, each of
// which does one thing after the other. Orders do not meet: there is stock for
// all of them.
func (d *draft) inParts(ctx context.Context, byTime []*run) error {
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	free := make(chan struct{}, runtime.GOMAXPROCS(0))
	var tries []chan error
	for len(byTime) > 0 && ctx.Err() == nil {
		part := byTime[:d.atATime(byTime)]
		byTime = byTime[len(part):]
		done := make(chan error, 1)
		tries = append(tries, done)
		free <- struct{}{}
		go func() {
			defer func() { <-free }()
			err := try(ctx, d, part)
			if err != nil {
				stop()
			}
			done <- err
		}()
	}
	errs := []error{ctx.Err()}
	for _, done := range tries {
		errs = append(errs, <-done)
	}
	return first(errs)
}

// first is the error that made the others stop.
func first(errs []error) error {
	errs = slices.DeleteFunc(errs, func(err error) bool { return err == nil })
	for _, err := range errs {
		if !errors.Is(err, context.Canceled) {
			return err
		}
	}
	return errors.Join(errs...)
}

// atATime counts the first orders that run in one Orderloom.
func (d *draft) atATime(byTime []*run) int {
	n := len(byTime)
	if d.timely {
		end := byTime[0].recorded.receivedAt().Add(span)
		if late := slices.IndexFunc(byTime, func(r *run) bool { return r.recorded.receivedAt().After(end) }); late > 0 {
			n = late
		}
	}
	return min(n, together, max(50, (len(byTime)+1)/2))
}

package engine

import (
	"slices"
	"sync"

	"github.com/orderloom/orderloom/shared/engine/wal"
)

// reclaimer keeps the log from growing for ever. When it exceeds RetainBytes, or
// all that ended in the oldest segment did so longer than RetainFor ago, that
// segment goes: executions that ended and have history in it are forgotten,
// records of running ones are copied to the end of the log first.
//
// Segments go strictly oldest first, and the record that ends an execution is
// behind all its others, so none can come back to life from what is left.
type reclaimer struct {
	mu      sync.Mutex
	idle    sync.WaitGroup
	segment uint32 // that was written to last
	running bool
	closed  bool
}

// wrote hears of each durable record; a new segment is the time to look.
func (r *reclaimer) wrote(e *Engine, pos wal.Pos) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if pos.Segment == r.segment || r.running || r.closed {
		return
	}
	r.segment, r.running = pos.Segment, true
	r.idle.Add(1)
	go func() {
		defer r.idle.Done()
		for e.reclaim() {
		}
		r.mu.Lock()
		r.running = false
		r.mu.Unlock()
	}()
}

// wait ends the work and begins no more.
func (r *reclaimer) wait() {
	r.mu.Lock()
	r.closed = true
	r.mu.Unlock()
	r.idle.Wait()
}

// reclaim drops the oldest segment if the log is too large or too old. It reports whether
// to look again.
func (e *Engine) reclaim() bool {
	e.revival.Lock()
	defer e.revival.Unlock()
	bytes, oldest, newest, _ := e.journal.Stats()
	if oldest == newest || e.refuses() != nil {
		return false
	}
	closed, open, needed := e.inSegment(oldest)
	if bytes <= e.opts.RetainBytes && !e.expired(closed) {
		return false
	}
	// Copying mostly living records would chase its own tail.
	if needed > e.opts.SegmentBytes/2 && bytes < 4*e.opts.RetainBytes {
		return false
	}
	for _, x := range open {
		if !e.relocate(x, oldest) {
			closed = append(closed, x)
		}
	}
	for _, x := range slices.Concat(open, closed) { // an end that is lost with the rest gone would leave half an execution
		if e.settle(x) != nil {
			return false
		}
	}
	e.forget(closed)
	return e.journal.DropOldest() == nil
}

// expired reports whether all of these ended so long ago that they shall go.
func (e *Engine) expired(closed []*execution) bool {
	limit := e.now() - e.opts.RetainFor.Milliseconds()
	for _, x := range closed {
		x.mu.Lock()
		stopped := x.stopped
		x.mu.Unlock()
		if stopped > limit {
			return false
		}
	}
	return len(closed) > 0
}

// inSegment finds the executions with records in a segment and the bytes that
// the running ones have there.
func (e *Engine) inSegment(id uint32) (closed, open []*execution, needed int64) {
	e.mu.RLock()
	all := make([]*execution, 0, len(e.arns))
	for _, x := range e.arns {
		all = append(all, x)
	}
	e.mu.RUnlock()
	for _, x := range all {
		x.mu.Lock()
		running := x.status == Running
		x.mu.Unlock()
		x.logMu.Lock()
		size, found := int64(0), false
		for _, pos := range x.records {
			if pos.Segment == id {
				size, found = size+int64(pos.Length), true
			}
		}
		x.logMu.Unlock()
		switch {
		case found && running:
			open, needed = append(open, x), needed+size
		case found:
			closed = append(closed, x)
		}
	}
	return closed, open, needed
}

// relocate copies the records that x has in a segment to the end of the log. It
// reports false when x has ended meanwhile.
func (e *Engine) relocate(x *execution, id uint32) bool {
	x.mu.Lock()
	defer x.mu.Unlock()
	if x.status != Running {
		return false
	}
	x.logMu.Lock()
	defer x.logMu.Unlock()
	for i, pos := range x.records {
		if pos.Segment != id {
			continue
		}
		rec, err := e.journal.Read(pos)
		if err != nil {
			_ = e.fail(err) // every caller hears of it from now on
			return true
		}
		x.pending++
		e.journal.Append(rec, func(moved wal.Pos, err error) {
			if err != nil {
				err = e.fail(err)
			}
			x.logMu.Lock()
			if err == nil {
				x.records[i] = moved
			}
			x.pending--
			var settled []func(error)
			if x.pending == 0 {
				settled, x.settled = x.settled, nil
			}
			x.logMu.Unlock()
			for _, f := range settled {
				f(err)
			}
		})
	}
	return true
}

// forget removes executions that have ended.
func (e *Engine) forget(list []*execution) {
	gone := map[*execution]bool{}
	machines := map[string]bool{}
	e.mu.Lock()
	defer e.mu.Unlock()
	for _, x := range list {
		gone[x], machines[x.birth.Machine] = true, true
		delete(e.all, x.seq)
		delete(e.arns, x.arn)
	}
	for m := range machines {
		kept := slices.DeleteFunc(slices.Clone(e.byMachine[m]), func(x *execution) bool { return gone[x] })
		e.byMachine[m] = slices.Clip(kept)
	}
}

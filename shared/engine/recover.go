package engine

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"time"

	"github.com/orderloom/orderloom/shared/engine/wal"
	"github.com/orderloom/orderloom/shared/fault"
)

// found is what a scan of the log knows of one execution.
type found struct {
	birth   *birth
	records []wal.Pos // by ordinal; a zero Length is a gap
	latest  int64     // ordinal of the record that the following is from
	status  Status
	stopped int64
	redrive *redrive
}

// openLog opens the log and reads it.
func (e *Engine) openLog(ctx context.Context) (*scanner, error) {
	begin := time.Now()
	scan := &scanner{ctx: ctx, found: map[uint64]*found{}, origins: &e.origins}
	log, err := wal.Open(filepath.Join(e.opts.Dir, "log"), wal.Options{SegmentBytes: e.opts.SegmentBytes, Stalled: e.alarm.set}, scan.record)
	if err != nil {
		todo := "restore the folder from a copy, or move it away to begin anew"
		if errors.Is(err, wal.ErrInUse) {
			todo = "stop the other process, or give this one a folder of its own"
		}
		return nil, fault.Wrap(err, ErrUnavailable, "opening the execution log").Do(todo)
	}
	e.journal = log
	e.stats.store.Add(int64(time.Since(begin)))
	return scan, nil
}

// recover rebuilds the running executions that the log has and sets them going.
func (e *Engine) recover(scan *scanner) error {
	begin := time.Now()
	if err := e.revive(scan); err != nil {
		return fault.Wrap(err, ErrUnavailable, "rebuilding the executions from the log")
	}
	e.stats.store.Add(int64(time.Since(begin)))
	if err := e.repeat(); err != nil {
		return err
	}
	e.recovered = true
	running := e.running()
	e.stopOrphans(running)
	for _, x := range running {
		e.proceed(x)
	}
	return e.finishDeletions()
}

type scanner struct {
	ctx     context.Context
	found   map[uint64]*found
	origins *origins
}

// record notes one record of the log.
func (s *scanner) record(pos wal.Pos, rec []byte) error {
	d := &decoder{data: rec}
	h := d.header()
	if d.bad || h.first < 0 || h.first > maxHistory*4 {
		return fmt.Errorf("a record has no valid header")
	}
	f := s.found[h.seq]
	if f == nil {
		f = &found{status: Running}
		s.found[h.seq] = f
	}
	for int64(len(f.records)) <= h.first {
		f.records = append(f.records, wal.Pos{})
	}
	f.records[h.first] = pos
	if h.first >= f.latest { // records that were copied stand behind later ones
		f.latest, f.status, f.stopped = h.first, h.status, h.at
	}
	f.redriven(d)
	if h.first == 0 && f.birth == nil {
		f.birth = &birth{Origin: &Origin{}}
		if ev := d.event(nil); d.bad || ev.kind != created || json.Unmarshal([]byte(ev.text), f.birth) != nil {
			return fmt.Errorf("the first record of an execution is malformed")
		}
		f.birth.Origin = s.origins.share(*f.birth.Origin)
	}
	return s.ctx.Err()
}

// revive makes executions of what the scan found.
func (e *Engine) revive(s *scanner) error {
	seqs := make([]uint64, 0, len(s.found))
	for seq := range s.found {
		seqs = append(seqs, seq)
	}
	slices.Sort(seqs)
	for _, seq := range seqs {
		f := s.found[seq]
		e.seqs = seq
		whole := f.birth != nil && !slices.ContainsFunc(f.records, func(p wal.Pos) bool { return p.Length == 0 })
		if !whole {
			if f.status != Running {
				continue // ended and forgotten; its segments go one by one
			}
			return fmt.Errorf("execution %d lacks a part of its history", seq)
		}
		x := &execution{seq: seq, birth: *f.birth, status: f.status, stopped: f.stopped, redrive: f.redrive, records: slices.Clip(f.records)}
		x.named(e)
		e.add(x)
		if x.status == Running {
			if err := e.replay(x); err != nil {
				return fmt.Errorf("%s: %w", x.arn, err)
			}
		}
	}
	return nil
}

// replay rebuilds a running execution.
func (e *Engine) replay(x *execution) error {
	err := e.rebuild(x)
	if err != nil {
		return err
	}
	walk(x.live.root, func(th *thread) {
		if th.phase == idle {
			err = fmt.Errorf("the history leaves a branch in the middle of a turn")
		}
	})
	return err
}

// rebuild applies the history of an execution, without what redriving undoes.
func (e *Engine) rebuild(x *execution) error {
	def, err := e.registry.load(x.birth.Definition)
	if err != nil {
		return err
	}
	x.live = &live{def: def}
	e.runs(x, 1)
	for _, pos := range x.records {
		events, err := e.read(pos)
		if err != nil {
			return err
		}
		for i := range events[:undone(events)] {
			if events[i].state > len(def.machine.States) {
				return fmt.Errorf("an event names a state that the definition does not have")
			}
			x.apply(&events[i])
		}
		x.live.records++
	}
	if x.live.root == nil {
		return fmt.Errorf("the history does not begin with a start")
	}
	x.live.input = x.live.input.own()
	walk(x.live.root, func(th *thread) {
		if th.input = th.input.own(); th.args != nil {
			th.args = th.args.own()
		}
	})
	return nil
}

// own copies a value out of the record that it was read from, which would stay
// in memory otherwise.
func (x *value) own() *value { return rawValue(bytes.Clone(x.json())) }

// proceed sets a rebuilt execution going: timers are armed, and tasks whose
// result is not known are invoked again.
func (e *Engine) proceed(x *execution) {
	x.mu.Lock()
	defer x.mu.Unlock()
	if x.live == nil {
		return // what another one did has ended it
	}
	e.lifetime(x)
	now := e.now()
	walk(x.live.root, func(th *thread) {
		if th.beat > 0 && (th.phase == onTask || th.phase == onToken) {
			th.beatAt = later(now, th.beat) // beats are not in the log: begin anew
		}
		e.timers.set(&th.timer, x, th, th.deadline())
		switch th.phase {
		case onTask:
			e.pool.submit(e.newCall(x, th))
		case onToken, onWait:
			e.watch(x, th)
			th.pack()
		}
	})
	x.live.pack()
}

// read returns the events of one record.
func (e *Engine) read(pos wal.Pos) ([]event, error) {
	rec, err := e.journal.Read(pos)
	if err != nil {
		return nil, fault.Wrap(err, ErrUnavailable, "reading the execution log")
	}
	_, events, err := readEvents(rec)
	if err != nil {
		return nil, fault.Wrap(err, ErrUnavailable, "reading the execution log")
	}
	return events, nil
}

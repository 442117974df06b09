package engine

import (
	"cmp"
	"os"
	"path/filepath"
	"slices"

	"github.com/orderloom/orderloom/shared/fault"
)

// Whether StatusChanged has heard of an end is known only to the process that
// told it. One that closes in order leaves word that nothing is untold;
// without it the ends in the newest part of the log are told again.

// wordFile exists while the engine is closed and everything was told.
func (e *Engine) wordFile() string { return filepath.Join(e.opts.Dir, "told") }

// TellAgain makes the next Open tell the latest ends once more: whoever heard
// of one could not do what it is for.
func (e *Engine) TellAgain() { e.untold.Store(true) }

// leaveWord ends Close.
func (e *Engine) leaveWord() error {
	if !e.recovered || e.failure.Load() != nil || e.untold.Load() {
		return nil
	}
	return writeFile(e.wordFile(), nil)
}

// repeat tells the latest ends again unless the last process left word.
func (e *Engine) repeat() error {
	err := os.Remove(e.wordFile())
	if err == nil || e.opts.StatusChanged == nil {
		return nil
	}
	if !os.IsNotExist(err) {
		return fault.Wrap(err, ErrUnavailable, "opening the folder of executions")
	}
	for _, x := range e.lately() {
		first, err := e.read(x.records[0])
		if err != nil {
			return err
		}
		last, err := e.read(x.records[len(x.records)-1])
		if err != nil {
			return err
		}
		end := last[len(last)-1]
		r := &Result{Status: x.status, Error: end.err, Cause: end.cause, Stopped: x.stopped}
		if end.in != nil {
			r.Output = end.in.raw
		}
		e.announce(x, x.status, first[1].in.raw, r) // after created
	}
	return nil
}

// lately are the executions that ended in the newest two segments of the log,
// in the order of their ends. What had not been told is at its end.
func (e *Engine) lately() []*execution {
	_, _, newest, _ := e.journal.Stats()
	var out []*execution
	for _, x := range e.all {
		if x.status != Running && x.records[len(x.records)-1].Segment+1 >= newest {
			out = append(out, x)
		}
	}
	slices.SortFunc(out, func(a, b *execution) int {
		p, q := a.records[len(a.records)-1], b.records[len(b.records)-1]
		return cmp.Or(cmp.Compare(p.Segment, q.Segment), cmp.Compare(p.Offset, q.Offset))
	})
	return out
}

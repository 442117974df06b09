package sqlite

import (
	"context"
	"errors"
	"runtime"

	"github.com/orderloom/orderloom/shared/fault"
	"github.com/orderloom/orderloom/shared/table"
)

// request is a write that waits for the writer.
type request struct {
	ctx    context.Context
	ops    []table.Op
	single bool         // one op outside a transaction
	trim   int64        // forget changes up to it, instead of ops
	result chan outcome // receives once, after the commit
}

type outcome struct {
	item table.Item // of a single op
	err  error
}

// Write implements table.Table.
func (s *Store) Write(ctx context.Context, op table.Op) (table.Item, error) {
	if err := table.ValidateWrite(op); err != nil {
		return nil, err
	}
	return s.submit(&request{ctx: ctx, ops: []table.Op{op}, single: true})
}

// Transact implements table.Table. Without ops it does nothing.
func (s *Store) Transact(ctx context.Context, ops ...table.Op) error {
	if err := table.ValidateTransaction(ops); err != nil || len(ops) == 0 {
		return err
	}
	_, err := s.submit(&request{ctx: ctx, ops: ops})
	return err
}

// submit waits for the commit. A context that ends before the writer takes the
// request withdraws it; from then on the outcome is milliseconds away and is
// waited for, so that a caller always knows it.
func (s *Store) submit(r *request) (table.Item, error) {
	if err := r.ctx.Err(); err != nil {
		return nil, err
	}
	r.result = make(chan outcome, 1)
	if s.isClosed() {
		return nil, s.errClosed()
	}
	select {
	case s.queue <- r:
	case <-s.closing:
		return nil, s.errClosed()
	case <-r.ctx.Done():
		return nil, r.ctx.Err()
	}
	select {
	case o := <-r.result:
		return o.item, o.err
	case <-s.stopped:
	}
	select {
	case o := <-r.result: // answered just before the writer ended
		return o.item, o.err
	default:
		return nil, s.errClosed()
	}
}

func (s *Store) isClosed() bool {
	select {
	case <-s.closing:
		return true
	default:
		return false
	}
}

func (s *Store) errClosed() error {
	return fault.New(fault.Unavailable, "the table is closed").On(s.path, "")
}

// writeLoop is the one goroutine that writes.
func (s *Store) writeLoop(w *writer) {
	defer close(s.stopped)
	for open := true; open; {
		select {
		case r := <-s.queue:
			s.serve(w, r)
		case <-s.closing:
			open = false
		}
	}
	for r := s.waiting(); r != nil; r = s.waiting() {
		s.serve(w, r)
	}
	s.writerErr = w.close()
}

// waiting returns a request that waits, or nil.
func (s *Store) waiting() *request {
	select {
	case r := <-s.queue:
		return r
	default:
		return nil
	}
}

// late returns a request that waits, or nil once every goroutine that can run
// had its turn to bring one: the fewer commits the better.
func (s *Store) late() *request {
	if r := s.waiting(); r != nil {
		return r
	}
	runtime.Gosched()
	return s.waiting()
}

// serve applies a request, and those that arrive meanwhile, in one SQLite
// transaction and answers them after its commit. When the transaction fails,
// each request gets one of its own, so that none fails for another's reason.
func (s *Store) serve(w *writer, first *request) {
	batch, outcomes, err := s.attempt(w, []*request{first}, maxBatch)
	if err == nil || len(batch) == 1 {
		s.answer(w, batch, outcomes, err)
		return
	}
	for _, r := range batch {
		alone, outcomes, err := s.attempt(w, []*request{r}, 1)
		s.answer(w, alone, outcomes, err)
	}
}

// attempt commits the batch, grown by requests that wait up to a size, or
// nothing of it.
func (s *Store) attempt(w *writer, batch []*request, size int) ([]*request, []outcome, error) {
	var outcomes []outcome
	err := w.begin()
	for i := 0; i < len(batch) && err == nil; i++ {
		var o outcome
		o, err = w.apply(batch[i])
		outcomes = append(outcomes, o)
		if i+1 == len(batch) && len(batch) < size {
			if r := s.late(); r != nil {
				batch = append(batch, r)
			}
		}
	}
	if err == nil {
		err = w.commit()
	}
	if err != nil {
		err = errors.Join(err, w.rollback())
	}
	return batch, outcomes, err
}

func (s *Store) answer(w *writer, batch []*request, outcomes []outcome, err error) {
	if err == nil {
		s.announce(w.seq)
	}
	for i, r := range batch {
		if err != nil {
			r.result <- outcome{err: s.fail(err, "write")}
			continue
		}
		r.result <- outcomes[i]
	}
}

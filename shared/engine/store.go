package engine

import (
	"bytes"
	"context"
	"crypto/rand"
	"os"
	"sync"

	"github.com/orderloom/orderloom/shared/engine/wal"
	"github.com/orderloom/orderloom/shared/fault"
)

// journal keeps records: the log on disk, or memory for an engine without a folder.
type journal interface {
	Append(rec []byte, done func(wal.Pos, error))
	Read(wal.Pos) ([]byte, error)
	Stats() (bytes int64, oldest, newest uint32, syncs int64)
	DropOldest() error
	Close() error
}

// memory is a journal that ends with the process.
type memory struct {
	mu      sync.Mutex
	records [][]byte
	bytes   int64
}

func (m *memory) Append(rec []byte, done func(wal.Pos, error)) {
	m.mu.Lock()
	m.records = append(m.records, bytes.Clone(rec))
	m.bytes += int64(len(rec))
	at := len(m.records) - 1
	m.mu.Unlock()
	done(wal.Pos{Offset: int64(at)}, nil)
}

func (m *memory) Read(pos wal.Pos) ([]byte, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.records[pos.Offset], nil
}

func (m *memory) Stats() (int64, uint32, uint32, int64) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.bytes, 0, 0, 0
}

func (m *memory) DropOldest() error { return nil }
func (m *memory) Close() error      { return nil }

// store appends a record of x, which it copies; done hears when it is durable. The caller holds
// x.mu, so that the log has the records of an execution in order.
func (e *Engine) store(x *execution, rec []byte, done func(error)) {
	x.logMu.Lock()
	x.pending++
	x.logMu.Unlock()
	e.stats.busy.Add(1)
	e.journal.Append(rec, func(pos wal.Pos, err error) {
		defer e.stats.busy.Add(-1)
		if err != nil {
			err = e.fail(err)
		}
		x.logMu.Lock()
		if err == nil {
			x.records = append(x.records, pos)
		}
		x.pending--
		var settled []func(error)
		if x.pending == 0 {
			settled, x.settled = x.settled, nil
		}
		x.logMu.Unlock()
		done(err)
		for _, f := range settled {
			f(err)
		}
		if err == nil {
			e.reclaimer.wrote(e, pos)
		}
	})
}

// fail stops the engine from accepting anything: what was acknowledged is on
// disk, what comes after cannot be promised.
func (e *Engine) fail(err error) error {
	var f error = fault.Wrap(err, ErrUnavailable, "the execution log cannot be written").Do("free disk space or repair the disk, then start again; executions go on where they were")
	e.failure.CompareAndSwap(nil, &f)
	return *e.failure.Load()
}

// alarm is raised while the log cannot be written. Executions do not get lost by
// that: what they have done waits in memory and its effects wait with it.
type alarm struct {
	mu     sync.Mutex
	raised chan struct{} // closed while it is raised
	up     bool
	err    error // the latest reason
}

// set raises the alarm, or ends it when err is nil.
func (a *alarm) set(err error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.up = err != nil; !a.up {
		a.raised = make(chan struct{})
		return
	}
	a.err = fault.Wrap(err, ErrUnavailable, "the execution log cannot be written; whether what was under way counts is known when it can").
		Do("free disk space or repair the disk: the engine goes on by itself")
	close(a.raised)
}

// why is the reason while the alarm is raised.
func (a *alarm) why() error {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.up {
		return a.err
	}
	return nil
}

// promise waits until done says that something is durable. It does not wait for
// a disk that is full.
func (e *Engine) promise(ctx context.Context, done <-chan error) error {
	e.alarm.mu.Lock()
	raised := e.alarm.raised
	e.alarm.mu.Unlock()
	select {
	case err := <-done: // however full the disk is by now
		return err
	default:
	}
	select {
	case err := <-done:
		return err
	case <-raised:
		e.alarm.mu.Lock()
		defer e.alarm.mu.Unlock()
		return e.alarm.err
	case <-ctx.Done():
		return ctx.Err()
	}
}

// outlast waits for done however long the disk is full.
func outlast(ctx context.Context, done <-chan error) error {
	select {
	case err := <-done:
		return err
	case <-ctx.Done():
		return ctx.Err()
	}
}

// whenDurable calls f when everything that x has done so far is durable.
func (e *Engine) whenDurable(x *execution, f func(error)) {
	x.logMu.Lock()
	if x.pending > 0 {
		x.settled = append(x.settled, f)
		x.logMu.Unlock()
		return
	}
	x.logMu.Unlock()
	var err error
	if p := e.failure.Load(); p != nil {
		err = *p
	}
	f(err)
}

// whenSettled is whenDurable for callers that have not locked x: a turn that is
// being made counts.
func (e *Engine) whenSettled(x *execution, f func(error)) {
	x.mu.Lock()
	defer x.mu.Unlock()
	e.whenDurable(x, f)
}

// settle waits until everything that x has done so far is durable.
func (e *Engine) settle(x *execution) error {
	done := make(chan error, 1)
	e.whenSettled(x, func(err error) { done <- err })
	return e.promise(context.Background(), done)
}

// lockSettled locks x when everything that it has done is durable.
func (e *Engine) lockSettled(x *execution) error {
	for {
		if err := e.settle(x); err != nil {
			return err
		}
		x.mu.Lock()
		x.logMu.Lock()
		settled := x.pending == 0
		x.logMu.Unlock()
		if settled {
			return nil
		}
		x.mu.Unlock() // it has moved in the meantime
	}
}

// readSecret reads the key of task tokens, which is made once.
func readSecret(path string) ([]byte, error) {
	secret, err := os.ReadFile(path)
	if os.IsNotExist(err) {
		secret = make([]byte, 32)
		rand.Read(secret)
		if err = writeFile(path, secret); err == nil {
			err = os.Chmod(path, 0o600)
		}
	}
	if err != nil {
		return nil, fault.Wrap(err, ErrUnavailable, "reading the key of task tokens")
	}
	return secret, nil
}

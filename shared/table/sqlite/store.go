// Package sqlite keeps the table in one SQLite file, for Orderloom on one
// machine.
//
// One goroutine writes. It takes every write that waits, applies them one after
// the other in one SQLite transaction and answers them all after one fsync, so
// durable writes cost little when many callers write at once. Reads see what is
// committed: rows in use and the changes written last are kept in memory, the
// others are read through a pool of connections of their own.
//
// A store is durable (an answered write survives kill -9 and power loss) and
// belongs to one process at a time; what another one slips into the file may
// not be seen.
package sqlite

import (
	"context"
	"errors"
	"path/filepath"
	"sync"
	"sync/atomic"

	"github.com/orderloom/orderloom/shared/clock"
	"github.com/orderloom/orderloom/shared/fault"
	"github.com/orderloom/orderloom/shared/table"
)

const (
	readers    = 4   // connections that read
	queueDepth = 256 // writes that wait before callers block
	maxBatch   = 128 // writes per SQLite transaction

	cacheBytes      = 16 << 20 // of rows in memory
	cachePartitions = 16 << 10 // whose rows are known by name
	tailBytes       = 4 << 20  // of changes in memory
)

// Store is a table.Table that keeps its own change stream.
type Store struct {
	path  string
	clock clock.Clock
	lock  *connection // holds the file that keeps other processes out
	cache *cache
	tail  *tail

	readers   chan *reader // idle ones; nil are not open yet
	queue     chan *request
	closing   chan struct{} // closed by Close
	stopped   chan struct{} // closed when the writer has ended
	closed    sync.Once
	closeErr  error
	writerErr error // of closing the writer

	written  *atomic.Int64 // see Written
	counting *atomic.Bool  // see CountUnits
	units    *atomic.Int64
	last     atomic.Int64 // seq of the last committed change
	mu       sync.Mutex
	waiter   chan struct{} // closed at the next commit with changes
}

var (
	_ table.Table   = (*Store)(nil)
	_ table.Changes = (*Store)(nil)
)

// Option changes what Open opens.
type Option func(*writer)

// Following keeps only changes that wanted says somebody follows; the others
// are none in the stream. Without it every change is kept.
func Following(wanted func(table.Change) bool) Option {
	return func(w *writer) { w.wanted = wanted }
}

// Open opens or creates the store in the file at path; beside it lie SQLite's
// -wal and -shm files and a -lock file. A store that another process has open
// is a fault with code Provider.Unavailable.
func Open(ctx context.Context, path string, clk clock.Clock, options ...Option) (*Store, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	abs, err := filepath.Abs(path)
	if err != nil {
		return nil, fault.Wrap(err, fault.Misconfigured, "table file").On(path, "")
	}
	s := newStore(abs, clk)
	if s.lock, err = lockFile(abs + "-lock"); err != nil {
		return nil, err
	}
	w, err := openWriter(s.path, s.clock, s.cache, s.tail)
	if err != nil {
		_ = s.lock.close() // the first error counts
		return nil, fail(err, "open the table", abs)
	}
	for _, option := range options {
		option(w)
	}
	s.last.Store(w.seq)
	s.written, s.counting, s.units = &w.written, &w.counting, &w.units
	go s.writeLoop(w)
	return s, nil
}

func newStore(path string, clk clock.Clock) *Store {
	s := &Store{path: path, clock: clk, cache: newCache(cacheBytes, cachePartitions), tail: &tail{limit: tailBytes},
		readers: make(chan *reader, readers), queue: make(chan *request, queueDepth),
		closing: make(chan struct{}), stopped: make(chan struct{}), waiter: make(chan struct{})}
	for range readers {
		s.readers <- nil
	}
	return s
}

// Written counts the items written and deleted since Open, those of
// transactions that failed among them.
func (s *Store) Written() int64 { return s.written.Load() }

// CountUnits begins to count write units, which costs adding up sizes.
func (s *Store) CountUnits() { s.counting.Store(true) }

// Units is how many write units of table and indexes DynamoDB would have billed
// since CountUnits.
func (s *Store) Units() int64 { return s.units.Load() }

// Close ends the store after the writes that wait. Calls that come later fail.
func (s *Store) Close() error {
	s.closed.Do(func() {
		close(s.closing)
		<-s.stopped
		if err := errors.Join(s.writerErr, s.closeReaders(), s.lock.close()); err != nil {
			s.closeErr = s.fail(err, "close the table")
		}
	})
	return s.closeErr
}

// patience is how long a statement waits for another process.
const patience = "busy_timeout(5000)"

// Lock keeps others out of a store without opening it, until unlock. It fails as
// Open does when another process has the store open.
func Lock(ctx context.Context, path string) (unlock func() error, err error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	lock, err := lockFile(path + "-lock")
	if err != nil {
		return nil, err
	}
	return lock.close, nil
}

// lockFile keeps other processes (and a second Open in this one) out for as
// long as the returned connection is open. SQLite's own locks serve on every
// system and end with the process.
func lockFile(path string) (*connection, error) {
	lock, err := openConnection(path, "busy_timeout(200)", "journal_mode(MEMORY)")
	if err == nil {
		if err = lock.exec("BEGIN EXCLUSIVE"); err == nil {
			return lock, nil
		}
		_ = lock.close() // the first error tells more
	}
	if isBusy(err) {
		return nil, fault.Wrap(err, fault.Unavailable, "another process has the table open").On(path, "").
			Do("Stop the other Orderloom that runs on these data, or choose another data folder")
	}
	return nil, fail(err, "lock the table", path)
}

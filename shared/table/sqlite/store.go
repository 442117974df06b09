// Package sqlite keeps the table in one SQLite file, for Orderloom on one
// machine.
//
// One goroutine writes. It takes every write that waits, applies them one after
// the other in one SQLite transaction and answers them all after one fsync, so
// durable writes cost little when many callers write at once. Reads go through
// a pool of connections of their own and see what is committed.
//
// A store is durable (an answered write survives kill -9 and power loss) and
// belongs to one process at a time.
package sqlite

import (
	"context"
	"database/sql"
	"net/url"
	"path/filepath"
	"sync"
	"sync/atomic"

	_ "modernc.org/sqlite" // the driver registers itself as "sqlite"

	"github.com/orderloom/orderloom/shared/clock"
	"github.com/orderloom/orderloom/shared/fault"
	"github.com/orderloom/orderloom/shared/table"
)

const (
	readers    = 4   // connections that read
	queueDepth = 256 // writes that wait before callers block
	maxBatch   = 128 // writes per SQLite transaction
)

// Store is a table.Table that keeps its own change stream.
type Store struct {
	path  string
	clock clock.Clock
	lock  *sql.DB // holds the file that keeps other processes out
	db    *sql.DB // connections that read
	read  statements

	queue    chan *request
	closing  chan struct{} // closed by Close
	stopped  chan struct{} // closed when the writer has ended
	closed   sync.Once
	closeErr error

	last   atomic.Int64 // seq of the last committed change
	mu     sync.Mutex
	waiter chan struct{} // closed at the next commit with changes
}

var (
	_ table.Table   = (*Store)(nil)
	_ table.Changes = (*Store)(nil)
)

// Open opens or creates the store in the file at path; beside it lie SQLite's
// -wal and -shm files and a -lock file. A store that another process has open
// is a fault with code Provider.Unavailable.
func Open(ctx context.Context, path string, clk clock.Clock) (*Store, error) {
	abs, err := filepath.Abs(path)
	if err != nil {
		return nil, fault.Wrap(err, fault.Misconfigured, "table file").On(path, "")
	}
	s := &Store{path: abs, clock: clk, queue: make(chan *request, queueDepth),
		closing: make(chan struct{}), stopped: make(chan struct{}), waiter: make(chan struct{})}
	if s.lock, err = lockFile(ctx, abs+"-lock"); err != nil {
		return nil, err
	}
	w, err := s.open(ctx)
	if err != nil {
		s.closeFiles()
		return nil, err
	}
	go s.writeLoop(w)
	return s, nil
}

// open prepares the schema, the writer and the readers.
func (s *Store) open(ctx context.Context) (*writer, error) {
	w, err := openWriter(ctx, s.path, s.clock)
	if err != nil {
		return nil, fail(err, "open the table", s.path)
	}
	s.last.Store(w.seq)
	if s.db, err = connect(s.path, readers, patience, "query_only(1)"); err == nil {
		s.read, err = prepareReads(ctx, s.db)
	}
	if err != nil {
		_ = w.close() // the first error counts
		return nil, fail(err, "open the table", s.path)
	}
	return w, nil
}

// Close ends the store after the writes that wait. Calls that come later fail.
func (s *Store) Close() error {
	s.closed.Do(func() {
		close(s.closing)
		<-s.stopped
		s.closeFiles()
	})
	return s.closeErr
}

func (s *Store) closeFiles() {
	for _, db := range []*sql.DB{s.db, s.lock} {
		if db == nil {
			continue
		}
		if err := db.Close(); err != nil && s.closeErr == nil {
			s.closeErr = fail(err, "close the table", s.path)
		}
	}
}

// patience is how long a statement waits for another process.
const patience = "busy_timeout(5000)"

// connect opens up to n connections with the given pragmas.
func connect(path string, n int, pragmas ...string) (*sql.DB, error) {
	options := url.Values{"_pragma": pragmas}
	name := "file:" + (&url.URL{Path: path}).EscapedPath() + "?" + options.Encode()
	db, err := sql.Open("sqlite", name)
	if err != nil {
		return nil, err
	}
	db.SetMaxOpenConns(n)
	db.SetMaxIdleConns(n)
	return db, nil
}

// Lock keeps others out of a store without opening it, until unlock. It fails as
// Open does when another process has the store open.
func Lock(ctx context.Context, path string) (unlock func() error, err error) {
	db, err := lockFile(ctx, path+"-lock")
	if err != nil {
		return nil, err
	}
	return db.Close, nil
}

// lockFile keeps other processes (and a second Open in this one) out for as
// long as the returned database is open. SQLite's own locks serve on every
// system and end with the process.
func lockFile(ctx context.Context, path string) (*sql.DB, error) {
	db, err := connect(path, 1, "busy_timeout(200)", "journal_mode(MEMORY)")
	if err == nil {
		_, err = db.ExecContext(ctx, "BEGIN EXCLUSIVE")
	}
	if err == nil {
		return db, nil
	}
	if db != nil {
		_ = db.Close() // the first error tells more
	}
	if isBusy(err) {
		return nil, fault.Wrap(err, fault.Unavailable, "another process has the table open").On(path, "").
			Do("Stop the other Orderloom that runs on these data, or choose another data folder")
	}
	return nil, fail(err, "lock the table", path)
}

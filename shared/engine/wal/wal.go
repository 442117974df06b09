// Package wal is an append-only log of records in segment files with group
// commit: one write and one fsync serve all records that came in meanwhile.
//
// A record is its length, a CRC-32C and its bytes. The last write may be torn by
// a crash; Open cuts off what is not whole of it. A bad record anywhere else is
// damage and Open refuses. When the disk is full or fails, what was to be
// written waits and is tried again, from the last record that is known to be
// durable, until it succeeds or the log is closed.
package wal

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"time"
)

// Pos is where a record is.
type Pos struct {
	Segment uint32
	Length  int32 // of the payload
	Offset  int64 // of the payload
}

// Options of a log. Zero fields mean their defaults.
type Options struct {
	SegmentBytes int64 // a new segment begins once this size is reached; default 32 MiB

	// Stalled hears that a write has failed, and why, and with nil that it has
	// succeeded after all. It must not block.
	Stalled func(error)
	Retry   time.Duration // how long to wait before the first new attempt; default 100 ms, doubled up to 2 s
}

// ErrInUse says that another process, or this one, has the log open already.
var ErrInUse = errors.New("the log is in use by another process")

// Log is safe for concurrent use.
type Log struct {
	dir     string
	segment int64 // bytes
	stalled func(error)
	pause   time.Duration
	closing chan struct{} // closed by Close
	lock    *os.File      // of the folder

	mu      sync.Mutex
	wake    sync.Cond
	buf     []byte
	waiting []entry
	err     error // why what was queued at Close could not be written
	closed  bool
	done    chan struct{}

	files sync.RWMutex // guards the fields below
	order []*segment   // oldest first; the last one is written to
	syncs int64
}

type entry struct {
	offset int // of the payload in buf
	length int
	done   func(Pos, error)
}

type segment struct {
	id   uint32
	file *os.File
	size int64
}

const frame = 8 // bytes before the payload: length, checksum

// opens marks, in the length, the first record of a write: when it was written,
// all before it was durable.
const opens = 1 << 31

// Append queues a record; rec is copied. done is called once, from one
// goroutine and in the order of the calls, when the record is durable or cannot
// become it. done must not block. A closed log calls it at once.
func (l *Log) Append(rec []byte, done func(Pos, error)) {
	l.mu.Lock()
	if l.closed {
		l.mu.Unlock()
		done(Pos{}, os.ErrClosed)
		return
	}
	defer l.mu.Unlock()
	l.buf = appendFrame(l.buf, rec, len(l.waiting) == 0)
	l.waiting = append(l.waiting, entry{len(l.buf) - len(rec), len(rec), done})
	l.wake.Signal()
}

// run is the committing goroutine.
func (l *Log) run() {
	defer close(l.done)
	var buf []byte
	var batch []entry
	for {
		l.mu.Lock()
		for len(l.waiting) == 0 && !l.closed {
			l.wake.Wait()
		}
		if len(l.waiting) == 0 {
			l.mu.Unlock()
			return
		}
		buf, l.buf = l.buf, buf[:0]
		batch, l.waiting = l.waiting, batch[:0]
		err := l.err
		l.mu.Unlock()

		var seg *segment
		var base int64
		if err == nil {
			if seg, base, err = l.persist(buf); err != nil {
				l.mu.Lock()
				l.err = err
				l.mu.Unlock()
			}
		}
		for i, e := range batch {
			if err != nil {
				e.done(Pos{}, err)
			} else {
				e.done(Pos{seg.id, int32(e.length), base + int64(e.offset)}, nil)
			}
			batch[i] = entry{}
		}
	}
}

// persist commits, as often as it takes. It gives up when the log is closed.
func (l *Log) persist(buf []byte) (*segment, int64, error) {
	seg, base, err := l.commit(buf)
	if err == nil {
		return seg, base, nil
	}
	l.stalled(err)
	for pause, last := l.pause, false; ; pause = min(2*pause, 2*time.Second) {
		select {
		case <-time.After(pause):
		case <-l.closing:
			last = true
		}
		if again := l.mend(); again == nil {
			if seg, base, again = l.commit(buf); again == nil {
				l.stalled(nil)
				return seg, base, nil
			}
		}
		if last {
			return nil, 0, err
		}
	}
}

// mend cuts off what a failed write may have left behind the last record that
// is durable, so that the next attempt writes everything anew: after a failed
// sync the system's idea of what is on the disk cannot be trusted.
func (l *Log) mend() error {
	l.files.RLock()
	seg := l.order[len(l.order)-1]
	l.files.RUnlock()
	return seg.cutTail()
}

// commit writes and syncs; it returns where buf begins.
func (l *Log) commit(buf []byte) (*segment, int64, error) {
	l.files.RLock()
	seg := l.order[len(l.order)-1]
	l.files.RUnlock()
	if seg.size >= l.segment {
		var err error
		if seg, err = l.create(seg.id + 1); err != nil {
			return nil, 0, err
		}
	}
	base := seg.size
	if _, err := seg.file.WriteAt(buf, base); err != nil {
		return nil, 0, fmt.Errorf("writing the log: %w", err)
	}
	if err := seg.file.Sync(); err != nil {
		return nil, 0, fmt.Errorf("syncing the log: %w", err)
	}
	l.files.Lock()
	seg.size += int64(len(buf))
	l.syncs++
	l.files.Unlock()
	return seg, base, nil
}

func (l *Log) name(id uint32) string { return filepath.Join(l.dir, fmt.Sprintf("%08d.log", id)) }

// create begins a new segment; its directory entry is durable before use.
func (l *Log) create(id uint32) (*segment, error) {
	file, err := os.OpenFile(l.name(id), os.O_RDWR|os.O_CREATE|os.O_EXCL, 0o644)
	if err != nil {
		return nil, fmt.Errorf("beginning a log segment: %w", err)
	}
	if err := syncDir(l.dir); err != nil {
		file.Close()
		os.Remove(file.Name()) // or the next attempt finds it there
		return nil, err
	}
	seg := &segment{id: id, file: file}
	l.files.Lock()
	l.order = append(l.order, seg)
	l.files.Unlock()
	return seg, nil
}

func syncDir(path string) error {
	dir, err := os.Open(path)
	if err != nil {
		return err
	}
	defer dir.Close()
	return dir.Sync()
}

// Close commits what is queued and closes the files.
func (l *Log) Close() error {
	l.mu.Lock()
	if !l.closed {
		l.closed = true
		close(l.closing)
	}
	l.wake.Signal()
	l.mu.Unlock()
	<-l.done
	l.files.Lock()
	defer l.files.Unlock()
	err := l.err
	for _, s := range l.order {
		if e := s.file.Close(); err == nil {
			err = e
		}
	}
	l.order = nil
	l.lock.Close()
	return err
}

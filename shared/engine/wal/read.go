package wal

import (
	"bufio"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
)

// MaxRecord bounds a record: a longer length in a file is damage.
const MaxRecord = 1 << 30

var castagnoli = sync.OnceValue(func() *crc32.Table { return crc32.MakeTable(crc32.Castagnoli) })

func appendFrame(buf, rec []byte, first bool) []byte {
	length := uint32(len(rec))
	if first {
		length |= opens
	}
	buf = binary.LittleEndian.AppendUint32(buf, length)
	buf = binary.LittleEndian.AppendUint32(buf, crc32.Checksum(rec, castagnoli()))
	return append(buf, rec...)
}

// Open opens the log in a folder, which is created if need be, and gives every
// record to visit, oldest first. visit must not keep rec. A log that is open
// already is ErrInUse.
func Open(dir string, opts Options, visit func(pos Pos, rec []byte) error) (*Log, error) {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return nil, fmt.Errorf("creating the log's folder: %w", err)
	}
	held, err := hold(dir)
	if err != nil {
		return nil, err
	}
	l := &Log{dir: dir, lock: held, segment: opts.SegmentBytes, stalled: opts.Stalled, pause: opts.Retry, done: make(chan struct{}), closing: make(chan struct{})}
	if l.segment <= 0 {
		l.segment = 32 << 20
	}
	if l.stalled == nil {
		l.stalled = func(error) {}
	}
	if l.pause <= 0 {
		l.pause = 100 * time.Millisecond
	}
	l.wake.L = &l.mu
	if err := l.load(visit); err != nil {
		for _, s := range l.order {
			s.file.Close()
		}
		held.Close()
		return nil, err
	}
	go l.run()
	return l, nil
}

// hold locks the folder for one process: two that write would damage the log.
func hold(dir string) (*os.File, error) {
	file, err := os.OpenFile(filepath.Join(dir, "lock"), os.O_RDWR|os.O_CREATE, 0o644)
	if err != nil {
		return nil, fmt.Errorf("locking the log: %w", err)
	}
	if err := lock(file); err != nil {
		file.Close()
		return nil, fmt.Errorf("locking the log: %w", err)
	}
	return file, nil
}

func (l *Log) load(visit func(Pos, []byte) error) error {
	ids, err := l.list()
	if err != nil {
		return err
	}
	if len(ids) == 0 {
		_, err := l.create(1)
		return err
	}
	for i, id := range ids {
		file, err := os.OpenFile(l.name(id), os.O_RDWR, 0)
		if err != nil {
			return fmt.Errorf("opening a log segment: %w", err)
		}
		seg := &segment{id: id, file: file}
		l.order = append(l.order, seg)
		if err := seg.scan(visit); err == nil {
			continue
		} else if !errors.Is(err, errTorn) || i < len(ids)-1 || seg.goesOn() {
			return fmt.Errorf("%s, byte %d: %w", l.name(id), seg.size, err)
		}
		if err := seg.cutTail(); err != nil {
			return err
		}
	}
	return nil
}

// list finds the segments and checks that none is missing between.
func (l *Log) list() ([]uint32, error) {
	names, err := filepath.Glob(filepath.Join(l.dir, "*.log"))
	if err != nil {
		return nil, err
	}
	var ids []uint32
	for _, name := range names {
		id, err := strconv.ParseUint(strings.TrimSuffix(filepath.Base(name), ".log"), 10, 32)
		if err != nil {
			return nil, fmt.Errorf("%s is no log segment", name)
		}
		ids = append(ids, uint32(id))
	}
	slices.Sort(ids)
	for i := 1; i < len(ids); i++ {
		if ids[i] != ids[i-1]+1 {
			return nil, fmt.Errorf("log segment %d is missing", ids[i-1]+1)
		}
	}
	return ids, nil
}

var errTorn = errors.New("a record is not whole")

// scan reads the segment's records; size becomes the end of the last good one.
func (s *segment) scan(visit func(Pos, []byte) error) error {
	r := bufio.NewReaderSize(s.file, 1<<20)
	var head [frame]byte
	var rec []byte
	for {
		if _, err := io.ReadFull(r, head[:]); err == io.EOF {
			return nil
		} else if err != nil {
			return tornBy(err)
		}
		n := binary.LittleEndian.Uint32(head[:]) &^ opens
		if n == 0 || n > MaxRecord {
			return errTorn
		}
		rec = slices.Grow(rec[:0], int(min(n, 1<<20)))
		rec, err := readN(r, rec, int(n))
		if err != nil {
			return tornBy(err)
		}
		if crc32.Checksum(rec, castagnoli()) != binary.LittleEndian.Uint32(head[4:]) {
			return errTorn
		}
		if err := visit(Pos{s.id, int32(n), s.size + frame}, rec); err != nil {
			return err
		}
		s.size += frame + int64(n)
	}
}

// readN reads n bytes in pieces: a damaged length must not allocate gigabytes.
func readN(r io.Reader, buf []byte, n int) ([]byte, error) {
	for len(buf) < n {
		k := min(n-len(buf), 1<<20)
		at := len(buf)
		buf = append(buf, make([]byte, k)...)
		if _, err := io.ReadFull(r, buf[at:]); err != nil {
			return nil, err
		}
	}
	return buf, nil
}

// tornBy tells a file that ends too early from one that cannot be read.
func tornBy(err error) error {
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return errTorn
	}
	return err
}

// goesOn reports whether a later write follows the bad record. Then it is no
// torn tail: it was durable once.
func (s *segment) goesOn() bool {
	rest, err := io.ReadAll(io.NewSectionReader(s.file, s.size, 1<<62))
	if err != nil {
		return true // better refuse than cut
	}
	for i := 1; i+frame < len(rest); i++ {
		n := binary.LittleEndian.Uint32(rest[i:])
		if n&opens == 0 {
			continue
		}
		end := i + frame + int(n&^opens)
		if end <= len(rest) && end > i+frame && crc32.Checksum(rest[i+frame:end], castagnoli()) == binary.LittleEndian.Uint32(rest[i+4:]) {
			return true
		}
	}
	return false
}

func (s *segment) cutTail() error {
	if err := s.file.Truncate(s.size); err != nil {
		return fmt.Errorf("cutting the torn tail of the log: %w", err)
	}
	return s.file.Sync()
}

// Read returns a record.
func (l *Log) Read(pos Pos) ([]byte, error) {
	l.files.RLock()
	defer l.files.RUnlock()
	for _, s := range l.order {
		if s.id == pos.Segment {
			buf := make([]byte, pos.Length)
			if _, err := s.file.ReadAt(buf, pos.Offset); err != nil {
				return nil, fmt.Errorf("reading the log: %w", err)
			}
			return buf, nil
		}
	}
	return nil, fmt.Errorf("log segment %d is gone", pos.Segment)
}

// Stats tells the log's size in bytes, its oldest and newest segment and the
// number of fsyncs so far.
func (l *Log) Stats() (bytes int64, oldest, newest uint32, syncs int64) {
	l.files.RLock()
	defer l.files.RUnlock()
	for _, s := range l.order {
		bytes += s.size
	}
	if len(l.order) == 0 {
		return 0, 0, 0, l.syncs
	}
	return bytes, l.order[0].id, l.order[len(l.order)-1].id, l.syncs
}

// DropOldest deletes the oldest segment, never the one that is written to.
func (l *Log) DropOldest() error {
	l.files.Lock()
	defer l.files.Unlock()
	if len(l.order) < 2 {
		return fmt.Errorf("the log has only one segment")
	}
	s := l.order[0]
	l.order = l.order[1:]
	s.file.Close()
	if err := os.Remove(l.name(s.id)); err != nil {
		return err
	}
	return syncDir(l.dir)
}

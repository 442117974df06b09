package wal_test

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/orderloom/orderloom/shared/engine/wal"
)

// open opens a log and returns the records that it has.
func open(t testing.TB, dir string, opts wal.Options) (*wal.Log, []string) {
	t.Helper()
	var found []string
	l, err := wal.Open(dir, opts, func(_ wal.Pos, rec []byte) error {
		found = append(found, string(rec))
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	return l, found
}

// write appends records and waits until all are durable.
func write(t testing.TB, l *wal.Log, records ...string) []wal.Pos {
	t.Helper()
	out := make([]wal.Pos, len(records))
	var wait sync.WaitGroup
	for i, rec := range records {
		wait.Add(1)
		l.Append([]byte(rec), func(pos wal.Pos, err error) {
			defer wait.Done()
			if out[i] = pos; err != nil {
				t.Error(err)
			}
		})
	}
	wait.Wait()
	return out
}

func segment(dir string, id int) string { return filepath.Join(dir, fmt.Sprintf("%08d.log", id)) }

func change(t testing.TB, name string, f func([]byte) []byte) {
	t.Helper()
	data, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(name, f(data), 0o644); err != nil {
		t.Fatal(err)
	}
}

func TestRecordsComeBackInOrder(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	l, found := open(t, dir, wal.Options{})
	if found != nil {
		t.Errorf("a new log has %q", found)
	}
	for i, pos := range write(t, l, "one", "two", "three") {
		rec, err := l.Read(pos)
		if want := []string{"one", "two", "three"}[i]; err != nil || string(rec) != want {
			t.Errorf("%q %v, want %s", rec, err, want)
		}
	}
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	l, found = open(t, dir, wal.Options{})
	if got := strings.Join(found, " "); got != "one two three" {
		t.Error(got)
	}
	write(t, l, "four")
	l.Close()
	if _, found = open(t, dir, wal.Options{}); len(found) != 4 {
		t.Error(found)
	}
}

// A crash may leave any part of the last write; what came before stays, and the
// log goes on behind it.
func TestTornTailIsCutOff(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	l, _ := open(t, dir, wal.Options{})
	write(t, l, "first", "second", "third")
	l.Close()
	whole, err := os.ReadFile(segment(dir, 1))
	if err != nil {
		t.Fatal(err)
	}
	ends := []int{0, 8 + 5, 8 + 5 + 8 + 6, len(whole)}
	for keep := range len(whole) {
		torn := t.TempDir()
		if err := os.WriteFile(segment(torn, 1), whole[:keep], 0o644); err != nil {
			t.Fatal(err)
		}
		complete := 0
		for complete < 3 && ends[complete+1] <= keep {
			complete++
		}
		l, found := open(t, torn, wal.Options{})
		if len(found) != complete {
			t.Fatalf("%d bytes hold %d records, found %q", keep, complete, found)
		}
		write(t, l, "next")
		l.Close()
		if _, found = open(t, torn, wal.Options{}); len(found) != complete+1 || found[complete] != "next" {
			t.Fatalf("after %d bytes and a new record: %q", keep, found)
		}
	}
}

// A tail of any bytes adds no record, however its length field looks.
func TestGarbageAfterTheLastRecord(t *testing.T) {
	t.Parallel()
	for name, garbage := range map[string][]byte{
		"zeros":             make([]byte, 5000),
		"a huge length":     {0xff, 0xff, 0xff, 0xff, 1, 2, 3, 4, 5},
		"a length too long": {0xff, 0xff, 0xff, 0x3f, 1, 2, 3, 4, 5},
		"a wrong checksum":  {3, 0, 0, 0, 9, 9, 9, 9, 'a', 'b', 'c'},
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			l, _ := open(t, dir, wal.Options{})
			write(t, l, "first")
			l.Close()
			change(t, segment(dir, 1), func(b []byte) []byte { return append(b, garbage...) })
			if _, found := open(t, dir, wal.Options{}); len(found) != 1 {
				t.Errorf("found %q", found)
			}
			if info, err := os.Stat(segment(dir, 1)); err != nil || info.Size() != 13 {
				t.Errorf("the tail is still there: %v %v", info.Size(), err)
			}
		})
	}
}

// A power failure may leave holes in the last write: the disk does not keep the
// order of its parts. Nobody was told that it is durable; it is cut off.
func TestHoleInTheLastWrite(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	l, _ := open(t, dir, wal.Options{})
	held, release := make(chan bool), make(chan bool)
	l.Append([]byte("first"), func(wal.Pos, error) { close(held); <-release })
	<-held
	for _, rec := range []string{"second", "third", "fourth"} { // one write
		l.Append([]byte(rec), func(wal.Pos, error) {})
	}
	close(release)
	l.Close()
	change(t, segment(dir, 1), func(b []byte) []byte { clear(b[13+8 : 13+8+6]); return b })
	if _, found := open(t, dir, wal.Options{}); len(found) != 1 {
		t.Errorf("found %q", found)
	}
}

// Segments follow one another once the size is reached.
func TestSegments(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	l, _ := open(t, dir, wal.Options{SegmentBytes: 100})
	var want []string
	for i := range 20 {
		want = append(want, fmt.Sprint("record number ", i))
		if pos := write(t, l, want[i])[0]; int(pos.Segment) != i/5+1 {
			t.Errorf("record %d is in segment %d", i, pos.Segment)
		}
	}
	bytes, oldest, newest, syncs := l.Stats()
	if oldest != 1 || newest != 4 || syncs != 20 || bytes < 400 {
		t.Errorf("%d bytes, segments %d to %d, %d syncs", bytes, oldest, newest, syncs)
	}
	if err := l.DropOldest(); err != nil {
		t.Fatal(err)
	}
	if _, err := l.Read(wal.Pos{Segment: 1, Length: 5, Offset: 8}); err == nil {
		t.Error("a dropped segment can be read")
	}
	l.Close()
	l, found := open(t, dir, wal.Options{SegmentBytes: 100})
	if strings.Join(found, ",") != strings.Join(want[5:], ",") {
		t.Errorf("found %q", found)
	}
	for range 2 {
		if err := l.DropOldest(); err != nil {
			t.Fatal(err)
		}
	}
	if err := l.DropOldest(); err == nil {
		t.Error("the segment that is written to was dropped")
	}
}

// Damage that no crash explains is an error that says where it is.
func TestDamageIsRefused(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name   string
		damage func(t *testing.T, dir string)
		says   string
	}{
		{"a changed byte in an old segment", func(t *testing.T, dir string) {
			change(t, segment(dir, 2), func(b []byte) []byte { b[60] ^= 1; return b })
		}, "00000002.log, byte 50"},
		{"an old segment that ends early", func(t *testing.T, dir string) {
			change(t, segment(dir, 1), func(b []byte) []byte { return b[:len(b)-1] })
		}, "00000001.log, byte 75"},
		{"a changed byte in the newest segment, before a later write", func(t *testing.T, dir string) {
			change(t, segment(dir, 4), func(b []byte) []byte { b[10] ^= 1; return b })
		}, "00000004.log, byte 0"},
		{"a changed length there", func(t *testing.T, dir string) {
			change(t, segment(dir, 4), func(b []byte) []byte { b[25] = 200; return b })
		}, "00000004.log, byte 25"},
		{"a missing segment", func(t *testing.T, dir string) {
			if err := os.Remove(segment(dir, 2)); err != nil {
				t.Fatal(err)
			}
		}, "log segment 2 is missing"},
		{"a foreign file", func(t *testing.T, dir string) {
			if err := os.WriteFile(filepath.Join(dir, "notes.log"), nil, 0o644); err != nil {
				t.Fatal(err)
			}
		}, "notes.log is no log segment"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			l, _ := open(t, dir, wal.Options{SegmentBytes: 100})
			for i := range 15 {
				write(t, l, fmt.Sprintf("record number %03d", i)) // 25 bytes each
			}
			l.Close()
			c.damage(t, dir)
			_, err := wal.Open(dir, wal.Options{}, func(wal.Pos, []byte) error { return nil })
			if err == nil || !strings.Contains(err.Error(), c.says) {
				t.Errorf("the error is %v, want … %s", err, c.says)
			}
		})
	}
}

// A visitor's error ends the opening.
func TestVisitorRefuses(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	l, _ := open(t, dir, wal.Options{})
	write(t, l, "one")
	l.Close()
	no := errors.New("no")
	if _, err := wal.Open(dir, wal.Options{}, func(wal.Pos, []byte) error { return no }); !errors.Is(err, no) {
		t.Error(err)
	}
}

// While one write is under way others queue up and share the next: callbacks
// come in the order of the calls, and there are fewer syncs than records.
func TestGroupCommit(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	l, _ := open(t, dir, wal.Options{SegmentBytes: 5000})
	held, release := make(chan bool), make(chan bool)
	l.Append([]byte("first"), func(wal.Pos, error) { close(held); <-release })
	<-held
	const n = 1000
	var got []string
	var wait sync.WaitGroup
	for i := range n {
		rec := fmt.Sprint(i)
		wait.Add(1)
		l.Append([]byte(rec), func(_ wal.Pos, err error) {
			defer wait.Done()
			if got = append(got, rec); err != nil {
				t.Error(err)
			}
		})
	}
	close(release)
	wait.Wait()
	for i, rec := range got {
		if rec != fmt.Sprint(i) {
			t.Fatalf("callback %d is for record %s", i, rec)
		}
	}
	if _, _, _, syncs := l.Stats(); syncs != 2 {
		t.Errorf("%d syncs for %d records", syncs, n)
	}
	l.Close()
	if _, found := open(t, dir, wal.Options{}); len(found) != n+1 {
		t.Errorf("%d records are there", len(found))
	}
}

// Many writers at once lose and mix nothing.
func TestConcurrentWriters(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	l, _ := open(t, dir, wal.Options{SegmentBytes: 2000})
	var writers sync.WaitGroup
	for w := range 8 {
		writers.Go(func() {
			for i := range 50 {
				rec := fmt.Sprintf("%d %d", w, i)
				pos := write(t, l, rec)[0]
				if read, err := l.Read(pos); err != nil || string(read) != rec {
					t.Errorf("%q %v", read, err)
				}
			}
		})
	}
	writers.Wait()
	l.Close()
	_, found := open(t, dir, wal.Options{})
	next := map[string]int{}
	for _, rec := range found {
		w, i, _ := strings.Cut(rec, " ")
		if i != fmt.Sprint(next[w]) {
			t.Fatalf("record %s comes after %d others of its writer", rec, next[w])
		}
		next[w]++
	}
	if len(found) != 400 {
		t.Errorf("%d records", len(found))
	}
}

// Close writes what is queued; a closed log refuses at once, so that nobody waits.
func TestClose(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	l, _ := open(t, dir, wal.Options{})
	durable := 0
	for range 100 {
		l.Append([]byte("x"), func(_ wal.Pos, err error) {
			if err == nil {
				durable++
			}
		})
	}
	if err := l.Close(); err != nil || durable != 100 {
		t.Errorf("%d are durable, %v", durable, err)
	}
	var got error
	l.Append([]byte("late"), func(_ wal.Pos, err error) { got = err })
	if !errors.Is(got, os.ErrClosed) {
		t.Errorf("a record after Close: %v", got)
	}
	if _, found := open(t, dir, wal.Options{}); len(found) != 100 {
		t.Errorf("%d records are there", len(found))
	}
}

// A disk that takes nothing for a while only delays: what was queued becomes
// durable in order, and whoever listens hears why it waits and that it goes on.
func TestFailedWrite(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	news := make(chan error, 10)
	l, _ := open(t, dir, wal.Options{SegmentBytes: 20, Retry: time.Millisecond, Stalled: func(err error) { news <- err }})
	write(t, l, "this fills the first segment")
	if err := os.Mkdir(segment(dir, 2), 0o755); err != nil { // the next segment cannot begin
		t.Fatal(err)
	}
	var order []string
	var wait sync.WaitGroup
	for _, rec := range []string{"one", "two", "three"} {
		wait.Add(1)
		l.Append([]byte(rec), func(_ wal.Pos, err error) {
			order = append(order, fmt.Sprint(rec, err))
			wait.Done()
		})
	}
	if err := <-news; err == nil || !strings.Contains(err.Error(), "segment") {
		t.Errorf("the reason is %v", err)
	}
	if err := os.Remove(segment(dir, 2)); err != nil {
		t.Fatal(err)
	}
	wait.Wait()
	if err := <-news; err != nil || fmt.Sprint(order) != "[one<nil> two<nil> three<nil>]" {
		t.Errorf("%v %v", order, err)
	}
	if err := l.Close(); err != nil {
		t.Error(err)
	}
	if _, found := open(t, dir, wal.Options{}); len(found) != 4 {
		t.Errorf("found %q", found)
	}
}

// Close does not wait for a disk that stays full: the callers hear of it, and
// nothing of what failed is there afterwards.
func TestCloseWhileStalled(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	news := make(chan error, 10)
	l, _ := open(t, dir, wal.Options{SegmentBytes: 20, Retry: time.Hour, Stalled: func(err error) { news <- err }})
	write(t, l, "this fills the first segment")
	if err := os.Mkdir(segment(dir, 2), 0o755); err != nil {
		t.Fatal(err)
	}
	var failed []error
	l.Append([]byte("lost"), func(_ wal.Pos, err error) { failed = append(failed, err) })
	<-news
	l.Append([]byte("lost, too"), func(_ wal.Pos, err error) { failed = append(failed, err) })
	if err := l.Close(); err == nil {
		t.Error("Close hides the failure")
	}
	if len(failed) != 2 || failed[0] == nil || failed[1] == nil {
		t.Errorf("%v", failed)
	}
	if err := os.Remove(segment(dir, 2)); err != nil {
		t.Fatal(err)
	}
	if _, found := open(t, dir, wal.Options{}); len(found) != 1 {
		t.Errorf("found %q", found)
	}
}

// Any records, any segment size, any cut: what is read is a prefix of what was
// written, with everything that lay before the cut.
func TestAnyLog(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		dir := t.TempDir()
		records := rapid.SliceOfN(rapid.SliceOfN(rapid.Byte(), 1, 40), 1, 20).Draw(rt, "records")
		size := rapid.Int64Range(1, 200).Draw(rt, "segment size")
		l, _ := open(t, dir, wal.Options{SegmentBytes: size})
		var last wal.Pos
		for _, rec := range records {
			last = write(t, l, string(rec))[0]
		}
		l.Close()
		cut := rapid.IntRange(0, int(last.Offset)+int(last.Length)).Draw(rt, "bytes kept of the last segment")
		change(t, segment(dir, int(last.Segment)), func(b []byte) []byte { return b[:cut] })
		_, found := open(t, dir, wal.Options{})
		if len(found) > len(records) {
			rt.Fatalf("%d records of %d", len(found), len(records))
		}
		for i, rec := range found {
			if !bytes.Equal([]byte(rec), records[i]) {
				rt.Fatalf("record %d is %q, not %q", i, rec, records[i])
			}
		}
		if whole := cut == int(last.Offset)+int(last.Length); whole != (len(found) == len(records)) {
			rt.Fatalf("%d of %d records when %d bytes are kept", len(found), len(records), cut)
		}
	})
}

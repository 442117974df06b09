package sqlite

import (
	"context"
	"database/sql/driver"
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/orderloom/orderloom/shared/clock"
	"github.com/orderloom/orderloom/shared/fault"
	"github.com/orderloom/orderloom/shared/table"
)

// testStore returns a store without its write loop and the writer, so that a
// test decides what comes into one batch.
func testStore(t *testing.T, clk clock.Clock) (*Store, *writer) {
	t.Helper()
	s := newStore(filepath.Join(t.TempDir(), "table.db"), clk)
	w, err := openWriter(s.path, clk, s.cache, s.tail)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := w.close(); err != nil {
			t.Error(err)
		}
		if err := s.closeReaders(); err != nil {
			t.Error(err)
		}
	})
	return s, w
}

func put(sk string, body int) *request {
	item := table.Item{table.PK: "p", table.SK: sk, "body": strings.Repeat("b", body)}
	return &request{ctx: context.Background(), ops: []table.Op{table.Put(item, table.ItemAbsent())}, single: true, result: make(chan outcome, 1)}
}

// serveAll brings all requests into one batch (of up to maxBatch).
func serveAll(s *Store, w *writer, requests ...*request) (errs []error) {
	for _, r := range requests[1:] {
		s.queue <- r
	}
	for r := requests[0]; r != nil; r = s.waiting() {
		s.serve(w, r)
	}
	for _, r := range requests {
		errs = append(errs, (<-r.result).err)
	}
	return errs
}

func count(t *testing.T, w *writer, from string) int {
	t.Helper()
	n, err := w.conn.value("SELECT count(*) FROM " + from)
	if err != nil {
		t.Fatal(err)
	}
	return int(n.(int64))
}

func TestFailedConditionFailsOnlyItsOwnRequestOfABatch(t *testing.T) {
	t.Parallel()
	s, w := testStore(t, clock.System{})
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	late := put("4", 1)
	late.ctx = ended
	errs := serveAll(s, w, put("1", 1), put("1", 2), put("2", 1), late, put("3", 1))
	if errs[0] != nil || !table.IsConditionFailed(errs[1]) || errs[2] != nil || !errors.Is(errs[3], context.Canceled) || errs[4] != nil {
		t.Errorf("outcomes %v", errs)
	}
	if n := count(t, w, "item"); n != 3 {
		t.Errorf("%d items, want 3", n)
	}
}

func TestFullDiskFailsTheWriteThatDoesNotFitAndNoOther(t *testing.T) {
	t.Parallel()
	s, w := testStore(t, clock.System{})
	if err := w.conn.exec("PRAGMA max_page_count = 40"); err != nil {
		t.Fatal(err)
	}
	errs := serveAll(s, w, put("1", 10), put("large", 300<<10), put("2", 10))
	if errs[0] != nil || errs[2] != nil {
		t.Errorf("small writes failed: %v", errs)
	}
	if !fault.Is(errs[1], fault.Unavailable) || !strings.Contains(errs[1].Error(), "disk is full") {
		t.Errorf("the large write: %v", errs[1])
	}
	if err := w.conn.exec("PRAGMA max_page_count = 4000"); err != nil {
		t.Fatal(err)
	}
	if errs := serveAll(s, w, put("large", 300<<10)); errs[0] != nil {
		t.Errorf("with room again: %v", errs[0])
	}
	changes, err := s.Changes(t.Context(), 0, 10)
	if err != nil || len(changes) != 3 || changes[2].Seq != 3 || s.last.Load() != 3 {
		t.Errorf("%d changes, last %d, %v", len(changes), s.last.Load(), err)
	}
}

func TestForeignWriterIsAFaultAndNotAHalfWrite(t *testing.T) {
	t.Parallel()
	s, w := testStore(t, clock.System{})
	if err := w.conn.exec("PRAGMA busy_timeout = 1"); err != nil {
		t.Fatal(err)
	}
	foreign, err := openConnection(s.path)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = foreign.close() }()
	if err := foreign.exec("BEGIN IMMEDIATE"); err != nil {
		t.Fatal(err)
	}
	for _, err := range serveAll(s, w, put("1", 1)) {
		if !fault.Is(err, fault.Unavailable) || !strings.Contains(err.Error(), "Another process") {
			t.Errorf("got %v", err)
		}
	}
	if err := foreign.exec("ROLLBACK"); err != nil {
		t.Fatal(err)
	}
	if errs := serveAll(s, w, put("1", 1)); errs[0] != nil {
		t.Errorf("after it ended: %v", errs[0])
	}
}

func TestExpiredItemsAreDeletedInTime(t *testing.T) {
	t.Parallel()
	clk := clock.NewManual(time.Unix(1_800_000_000, 0))
	s, w := testStore(t, clk)
	var requests []*request
	for i := range purgeRows + 50 {
		r := put(fmt.Sprint(i), 1)
		r.ops[0].Item[table.TTL] = int64(1_800_000_010)
		requests = append(requests, r)
	}
	serveAll(s, w, requests...)
	clk.Advance(purgeEvery)
	for i, want := range []int{51, 2, 3} { // the rest of the expired ones, and the new items
		serveAll(s, w, put(fmt.Sprint("new", i), 1))
		if n := count(t, w, "item"); n != want {
			t.Errorf("%d items after write %d, want %d", n, i, want)
		}
	}
	if n := count(t, w, "change"); n != purgeRows+50+3 {
		t.Errorf("%d changes: deleting what reads as absent is none", n)
	}
}

// before is the format of change before version 2.
const before = `
DROP TABLE change;
CREATE TABLE change (seq INTEGER PRIMARY KEY, at INTEGER NOT NULL, pk TEXT NOT NULL, sk TEXT NOT NULL, old BLOB, new BLOB);
INSERT INTO change VALUES (1, 10, 'p', 'a', NULL, x'01'), (2, 11, 'p', 'a', x'01', x'01'), (3, 12, 'p', 'a', x'01', NULL);
PRAGMA user_version = 1`

func TestAFileOfTheFirstVersionIsBroughtUpToDate(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "table.db")
	db, err := openConnection(path)
	if err == nil {
		err = errors.Join(db.exec(schema), db.exec(before), db.close())
	}
	if err != nil {
		t.Fatal(err)
	}
	s, err := Open(t.Context(), path, clock.System{})
	if err != nil {
		t.Fatal(err)
	}
	got, err := s.Changes(t.Context(), 0, 10)
	key := table.Key{PK: "p", SK: "a"}
	item := table.Item{"pk": "p", "sk": "a"}
	want := []table.Change{{Seq: 1, At: time.Unix(0, 10).UTC(), Key: key, New: item, Created: true},
		{Seq: 2, At: time.Unix(0, 11).UTC(), Key: key, New: item}, {Seq: 3, At: time.Unix(0, 12).UTC(), Key: key}}
	if diff := cmp.Diff(want, got); diff != "" || err != nil {
		t.Error(diff, err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
}

func TestLaterFormatIsRefused(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "table.db")
	db, err := openConnection(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := db.exec("PRAGMA user_version = 99"); err != nil {
		t.Fatal(err)
	}
	if err := db.close(); err != nil {
		t.Fatal(err)
	}
	if _, err := Open(t.Context(), path, clock.System{}); err == nil || !strings.Contains(err.Error(), "later Orderloom") {
		t.Errorf("got %v", err)
	}
}

func TestQueriesSeekInAnIndex(t *testing.T) {
	t.Parallel()
	s, w := testStore(t, clock.System{})
	for index, name := range map[table.Index]string{table.Primary: "item_key", table.GSI1: "item_gsi1", table.GSI2: "item_gsi2"} {
		for _, descending := range []bool{false, true} {
			q := table.Query{Index: index, PK: "p", Descending: descending}
			explain, err := w.conn.prepare("EXPLAIN QUERY PLAN " + queryText(index, descending))
			if err != nil {
				t.Fatal(err)
			}
			var plan []string
			row := make([]driver.Value, 4) // id, parent, unused, detail
			err = explain.query(row, func() bool {
				plan = append(plan, fmt.Sprint(row[3]))
				return true
			}, s.arguments(q, nil, 10)...)
			if len(plan) != 1 || !strings.Contains(plan[0], "SEARCH item USING INDEX "+name) {
				t.Errorf("%s, descending %v: %q (error %v)", name, descending, plan, err)
			}
		}
	}
}

func encode(item table.Item) string { return string(appendBody(nil, item)) }

func TestPurgedItemCanBeWrittenAgain(t *testing.T) {
	t.Parallel()
	clk := clock.NewManual(time.Unix(1_800_000_000, 0))
	s, w := testStore(t, clk)
	old := put("1", 1)
	old.ops[0].Item[table.TTL] = int64(1_800_000_010)
	serveAll(s, w, old)
	clk.Advance(purgeEvery)
	if errs := serveAll(s, w, put("1", 2)); errs[0] != nil { // purges first
		t.Fatal(errs[0])
	}
	s.cache = newCache(0, 0) // so that the file answers
	item, err := s.Get(t.Context(), table.Key{PK: "p", SK: "1"})
	if err != nil || item.Str("body") != "bb" {
		t.Errorf("%v, %v", item, err)
	}
}

func FuzzDecode(f *testing.F) {
	key := table.Key{PK: "p", SK: "s"}
	f.Add(encode(table.Item{table.PK: "p", table.SK: "s", "a": "x", "n": int64(-9), "t": true, "f": false, "b": []byte{1}}))
	f.Add(string([]byte{bodyFormat, 1, 'a', kindString, 0xff, 0xff, 0xff, 0xff, 0x0f}))
	f.Fuzz(func(t *testing.T, body string) {
		item, err := decode(key, body)
		if err != nil {
			return
		}
		again, err := decode(key, encode(item))
		if err != nil || cmp.Diff(item, again) != "" {
			t.Errorf("%v became %v, %v", item, again, err)
		}
	})
}

func TestCommitsAreSynced(t *testing.T) {
	t.Parallel()
	_, w := testStore(t, clock.System{})
	for pragma, want := range map[string]string{"synchronous": "2", "journal_mode": "wal"} {
		if got, err := w.conn.value("PRAGMA " + pragma); err != nil || fmt.Sprint(got) != want {
			t.Errorf("%s is %v, %v, want %s", pragma, got, err, want)
		}
	}
}

package sqlite

import (
	"fmt"
	"maps"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"pgregory.net/rapid"

	"github.com/orderloom/orderloom/shared/clock"
	"github.com/orderloom/orderloom/shared/table"
)

// cacheModel is a cache beside the file that it stands for, a reader that is on
// its way from the file to the cache, and a commit that may be under way.
type cacheModel struct {
	cache *cache
	file  map[table.Key]stored

	committing map[table.Key]stored
	reading    bool
	key        table.Key
	found      stored
	turn       int
}

func drawKey(t *rapid.T) table.Key {
	return table.Key{PK: rapid.SampledFrom([]string{"a", "b"}).Draw(t, "pk"), SK: rapid.SampledFrom([]string{"1", "2", "3"}).Draw(t, "sk")}
}

func drawRow(t *rapid.T) stored {
	n := rapid.IntRange(0, 300).Draw(t, "bytes")
	return stored{id: int64(n), body: strings.Repeat("b", n)}
}

func (m *cacheModel) begin(t *rapid.T) {
	if m.committing != nil {
		t.Skip("one writer")
	}
	m.committing = rapid.MapOfN(rapid.Custom(drawKey), rapid.Custom(drawRow), 0, 3).Draw(t, "rows")
	m.cache.begin(m.committing)
}

// end commits, or fails to.
func (m *cacheModel) end(t *rapid.T) {
	if m.committing == nil {
		t.Skip("no commit under way")
	}
	if rapid.Bool().Draw(t, "fails") {
		m.cache.end(nil, nil)
	} else {
		began := m.began(t)
		maps.Copy(m.file, m.committing)
		m.cache.end(m.committing, began)
	}
	m.committing = nil
}

// began says of some partitions whether they had no rows before the commit.
func (m *cacheModel) began(t *rapid.T) map[string]bool {
	began := map[string]bool{}
	for _, pk := range rapid.SliceOfDistinct(rapid.SampledFrom([]string{"a", "b"}), rapid.ID).Draw(t, "noted") {
		began[pk] = true
		for key, row := range m.file {
			began[pk] = began[pk] && (key.PK != pk || row.id == 0)
		}
	}
	return began
}

// ask lets a reader find out that the cache does not know a row, and read it.
func (m *cacheModel) ask(t *rapid.T) {
	if m.reading {
		t.Skip("one reader")
	}
	m.key = drawKey(t)
	_, known, turn := m.cache.get(m.key)
	m.reading, m.turn, m.found = !known, turn, m.file[m.key]
}

// add is the rest of what the reader does, whatever happened meanwhile.
func (m *cacheModel) add(t *rapid.T) {
	if !m.reading {
		t.Skip("nobody reads")
	}
	m.reading = false
	m.cache.add(m.key, m.found, m.turn)
}

func (m *cacheModel) check(t *rapid.T) {
	young, bytes := 0, 0
	for key, row := range m.cache.young {
		young += rowBytes(key, row)
	}
	if young != m.cache.bytes {
		t.Fatalf("counted %d bytes, there are %d", m.cache.bytes, young)
	}
	for _, rows := range []map[table.Key]stored{m.cache.young, m.cache.old} {
		for key, row := range rows {
			bytes += rowBytes(key, row)
			if got, _, _ := m.cache.get(key); got != m.file[key] {
				t.Fatalf("%s has id %d, the file has %d", key, got.id, m.file[key].id)
			}
			if _, under := m.committing[key]; under {
				t.Fatalf("%s is known while it is committed", key)
			}
		}
	}
	if bytes > m.cache.limit {
		t.Fatalf("%d bytes, at most %d", bytes, m.cache.limit)
	}
	for _, pk := range []string{"a", "b"} {
		for _, sk := range []string{"1", "2", "3"} {
			key := table.Key{PK: pk, SK: sk}
			_, under := m.committing[key]
			if got, known, _ := m.cache.get(key); known && (under || got != m.file[key]) {
				t.Fatalf("%s has id %d, the file has %d; it is being committed: %v", key, got.id, m.file[key].id, under)
			}
		}
	}
}

func TestCacheKnowsNothingButWhatIsCommitted(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		m := &cacheModel{cache: newCache(rapid.IntRange(0, 2000).Draw(t, "limit"), rapid.IntRange(0, 4).Draw(t, "partitions")), file: map[table.Key]stored{}}
		m.cache.began.most = rapid.IntRange(1, 3).Draw(t, "most")
		t.Repeat(map[string]func(*rapid.T){"begin": m.begin, "end": m.end, "ask": m.ask, "add": m.add, "": m.check})
	})
}

func TestCacheKeepsWhatFitsAndWasUsedLast(t *testing.T) {
	t.Parallel()
	c := newCache(10*rowOverhead, 10)
	for i := range 20 {
		rows := map[table.Key]stored{{PK: "p", SK: fmt.Sprint(i)}: {id: 1}}
		c.begin(rows)
		c.end(rows, nil)
	}
	if _, known, _ := c.get(table.Key{PK: "p", SK: "19"}); !known {
		t.Error("the last row is gone")
	}
	if _, known, _ := c.get(table.Key{PK: "p", SK: "0"}); known {
		t.Error("the first row is still there")
	}
	large := table.Key{PK: "p", SK: "large"}
	c.begin(map[table.Key]stored{large: {}})
	c.end(map[table.Key]stored{large: {1, strings.Repeat("b", 10*rowOverhead)}}, nil)
	if _, known, _ := c.get(large); known {
		t.Error("a row as large as the cache is in it")
	}
}

func TestRolledBackRowIsNeitherReadNorBuiltOn(t *testing.T) {
	t.Parallel()
	s, w := testStore(t, clock.System{})
	serveAll(s, w, put("1", 1))
	key := table.Key{PK: "p", SK: "1"}
	if err := w.begin(); err != nil {
		t.Fatal(err)
	}
	for _, op := range []table.Op{table.Set(key, table.Item{"body": "undone"}), table.Put(table.Item{table.PK: "p", table.SK: "2"})} {
		if o, err := w.apply(&request{ctx: t.Context(), ops: []table.Op{op}, single: true}); err != nil || o.err != nil {
			t.Fatal(err, o.err)
		}
	}
	if err := w.rollback(); err != nil {
		t.Fatal(err)
	}
	for sk, want := range map[string]string{"1": "b", "2": ""} {
		if item, err := s.Get(t.Context(), table.Key{PK: "p", SK: sk}); err != nil || item.Str("body") != want {
			t.Errorf("%s: %v, %v", sk, item, err)
		}
	}
	ifOld := &request{ctx: t.Context(), ops: []table.Op{table.Set(key, table.Item{"n": int64(1)}, table.Equal("body", "b"))}, result: make(chan outcome, 1)}
	if errs := serveAll(s, w, ifOld, put("2", 1)); errs[0] != nil || errs[1] != nil {
		t.Errorf("the next writes: %v", errs)
	}
}

func TestReadRowIsKnownFromThenOn(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "table.db")
	item := table.Item{table.PK: "p", table.SK: "1"}
	for _, written := range []bool{false, true} {
		s, err := Open(t.Context(), path, clock.System{})
		if err != nil {
			t.Fatal(err)
		}
		if _, known, _ := s.cache.get(item.Key()); known {
			t.Error("known before it was read")
		}
		if got, err := s.Get(t.Context(), item.Key()); err != nil || (got != nil) != written {
			t.Errorf("read %v, %v", got, err)
		}
		if row, known, _ := s.cache.get(item.Key()); !known || (row.id != 0) != written {
			t.Errorf("known %v, row %d", known, row.id)
		}
		if _, err := s.Write(t.Context(), table.Put(item)); err != nil {
			t.Error(err)
		}
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	}
}

// TestReadersSeeTransactionsWholeAndInOrder: each writer counts the items of a
// pair up together. Whoever reads the left one and then the right one must find
// the right one at least as far, whether cache or file answers.
func TestReadersSeeTransactionsWholeAndInOrder(t *testing.T) {
	t.Parallel()
	const pairs, rounds = 4, 60
	s, err := Open(t.Context(), filepath.Join(t.TempDir(), "table.db"), clock.System{})
	if err != nil {
		t.Fatal(err)
	}
	s.cache.limit = 8 * rowOverhead // some rows fit, some are dropped
	var writers, others sync.WaitGroup
	done := make(chan struct{})
	for p := range pairs {
		left, right := table.Key{PK: "left", SK: fmt.Sprint(p)}, table.Key{PK: "right", SK: fmt.Sprint(p)}
		count := func(key table.Key) int64 {
			item, err := s.Get(t.Context(), key)
			if err != nil {
				t.Error(err)
			}
			return item.Int("n")
		}
		writers.Go(func() {
			for n := range int64(rounds) {
				one := map[string]int64{"n": 1}
				if err := s.Transact(t.Context(), table.Set(left, nil).Adding(one), table.Set(right, nil).Adding(one)); err != nil {
					t.Error(err)
				}
				if got := count(left); got != n+1 {
					t.Errorf("wrote %d, read %d", n+1, got)
				}
			}
		})
		others.Go(func() {
			for last := int64(0); ; {
				select {
				case <-done:
					return
				default:
				}
				l := count(left)
				r := count(right)
				if l < last || r < l {
					t.Errorf("read %d, then %d and %d", last, l, r)
				}
				last = r
			}
		})
	}
	writers.Wait()
	close(done)
	others.Wait()
	if err := s.Close(); err != nil {
		t.Error(err)
	}
}

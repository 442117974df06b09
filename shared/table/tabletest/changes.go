package tabletest

import (
	"context"
	"errors"
	"fmt"
	"testing"

	"github.com/orderloom/orderloom/shared/table"
)

// stream runs a test on an adapter that keeps a change stream; the others'
// stream is delivered by somebody else.
func stream(test func(t *testing.T, tab table.Table, s table.Changes)) func(*testing.T, table.Table) {
	return func(t *testing.T, tab table.Table) {
		if s, ok := tab.(table.Changes); ok {
			test(t, tab, s)
		}
	}
}

func read(t *testing.T, s table.Changes) []table.Change {
	t.Helper()
	var after int64
	var found []table.Change
	for {
		page, err := s.Changes(t.Context(), after, 7)
		if err != nil {
			t.Fatal(err)
		}
		if len(page) == 0 {
			return found
		}
		for _, c := range page {
			if c.Seq <= after || c.At.IsZero() {
				t.Fatalf("change %d at %v after %d", c.Seq, c.At, after)
			}
			after = c.Seq
		}
		found = append(found, page...)
	}
}

var changes = []spec{
	{"every change tells the item as it became", stream(func(t *testing.T, tab table.Table, s table.Changes) {
		k := key("a", "1")
		first, second := item("a", "1", "v", "x", "n", int64(1), "b", []byte("b")), item("a", "1", "v", "y", "n", int64(3), "b", []byte("b"))
		put(t, tab, first)
		write(t, tab, table.Set(k, table.Item{"v": "y"}).Adding(map[string]int64{"n": 2}))
		write(t, tab, table.Delete(k))
		got := read(t, s)
		want := []table.Change{{Key: k, New: first, Created: true}, {Key: k, New: second}, {Key: k}}
		for i := range got {
			if i < len(want) {
				want[i].Seq, want[i].At = got[i].Seq, got[i].At
			}
		}
		same(t, want, got)
	})},
	{"what changes nothing leaves no change", stream(func(t *testing.T, tab table.Table, s table.Changes) {
		put(t, tab, item("a", "1", "v", "x"))
		put(t, tab, item("a", "1", "v", "x"))
		write(t, tab, table.Set(key("a", "1"), table.Item{"v": "x"}))
		write(t, tab, table.Delete(key("a", "2")))
		_, err := tab.Write(t.Context(), table.Delete(key("a", "1"), table.ItemAbsent()))
		wantFailed(t, err, 0)
		wantFailed(t, tab.Transact(t.Context(), table.Put(item("b", "1")), table.Check(key("a", "1"), table.ItemAbsent())), 1)
		if n := len(read(t, s)); n != 1 {
			t.Errorf("%d changes, want 1", n)
		}
	})},
	{"an expired item is absent in a change, too", stream(func(t *testing.T, tab table.Table, s table.Changes) {
		put(t, tab, item("a", "1", "v", "x"), expired("a", "1"), item("a", "1", "v", "y"), expired("a", "2"))
		write(t, tab, table.Delete(key("a", "2")))
		got := read(t, s)
		if len(got) != 3 || got[1].New != nil || got[1].Created || !got[2].Created || got[2].New == nil {
			t.Errorf("changes %+v", got)
		}
	})},
	{"changes of a key come in order under concurrent writers", stream(func(t *testing.T, tab table.Table, s table.Changes) {
		together(30, func(i int) {
			for range 3 {
				err := tab.Transact(t.Context(), table.Set(key("a", fmt.Sprint(i%3)), nil).Adding(map[string]int64{"n": 1}),
					table.Set(key("b", fmt.Sprint(i)), nil).Adding(map[string]int64{"n": 1}))
				if err != nil {
					t.Error(err)
				}
			}
		})
		last, count := map[table.Key]int64{}, 0
		for _, c := range read(t, s) {
			if c.Created != (last[c.Key] == 0) || c.New.Int("n") != last[c.Key]+1 {
				t.Errorf("change %d of %s: created %v, %d after %d", c.Seq, c.Key, c.Created, c.New.Int("n"), last[c.Key])
			}
			last[c.Key] = c.New.Int("n")
			count++
		}
		if count != 180 {
			t.Errorf("%d changes, want 180", count)
		}
	})},
	{"waiting ends with the next change or the context", stream(func(t *testing.T, tab table.Table, s table.Changes) {
		woke := make(chan error, 1)
		go func() { woke <- s.Wait(t.Context(), 0) }()
		put(t, tab, item("a", "1"))
		if err := <-woke; err != nil {
			t.Fatal(err)
		}
		seq := read(t, s)[0].Seq
		if err := s.Wait(t.Context(), seq-1); err != nil {
			t.Error(err)
		}
		ctx, cancel := context.WithCancel(t.Context())
		go func() { woke <- s.Wait(ctx, seq) }()
		cancel()
		if err := <-woke; !errors.Is(err, context.Canceled) {
			t.Errorf("wait after the last change: %v", err)
		}
	})},
	{"trimming forgets old changes and never numbers again", stream(func(t *testing.T, tab table.Table, s table.Changes) {
		put(t, tab, item("a", "1"), item("a", "2"), item("a", "3"))
		before := read(t, s)
		for _, upTo := range []int64{before[1].Seq, before[0].Seq, before[1].Seq} {
			if err := s.Trim(t.Context(), upTo); err != nil {
				t.Fatal(err)
			}
			same(t, before[2:], read(t, s))
		}
		if err := s.Trim(t.Context(), before[2].Seq); err != nil {
			t.Fatal(err)
		}
		put(t, tab, item("a", "4"))
		after := read(t, s)
		if len(after) != 1 || after[0].Seq <= before[2].Seq {
			t.Errorf("after trimming: %+v", after)
		}
		wantCode(t, s.Trim(t.Context(), after[0].Seq+1), "Input.Invalid")
		_, err := s.Changes(t.Context(), 0, 0)
		wantCode(t, err, "Input.Invalid")
	})},
}

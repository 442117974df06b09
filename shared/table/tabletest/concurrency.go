package tabletest

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/orderloom/orderloom/shared/fault"
	"github.com/orderloom/orderloom/shared/table"
)

// together runs f(0) … f(n-1) at the same time and waits.
func together(n int, f func(i int)) {
	var all sync.WaitGroup
	start := make(chan struct{})
	for i := range n {
		all.Go(func() {
			<-start
			f(i)
		})
	}
	close(start)
	all.Wait()
}

// again repeats a write that another writer was in the way of, as callers do.
func again(write func() error) error {
	for {
		if err := write(); !fault.Is(err, fault.Conflict) {
			return err
		}
	}
}

var concurrency = []spec{
	{"a hundred writers take the last sixty: none is lost, none sold twice", func(t *testing.T, tab table.Table) {
		put(t, tab, item("stock", "1", "on_hand", int64(60)))
		var sold, refused atomic.Int64
		together(100, func(int) {
			_, err := tab.Write(t.Context(), table.Set(key("stock", "1"), nil, table.AtLeast("on_hand", int64(1))).
				Adding(map[string]int64{"on_hand": -1}))
			switch {
			case err == nil:
				sold.Add(1)
			case table.IsConditionFailed(err):
				refused.Add(1)
			default:
				t.Errorf("take: %v", err)
			}
		})
		if sold.Load() != 60 || refused.Load() != 40 {
			t.Errorf("sold %d, refused %d", sold.Load(), refused.Load())
		}
		wantItem(t, tab, key("stock", "1"), item("stock", "1", "on_hand", int64(0)))
	}},
	{"concurrent transactions keep what belongs together", func(t *testing.T, tab table.Table) {
		put(t, tab, item("account", "a", "n", int64(20)), item("account", "b", "n", int64(20)))
		accounts := [2]table.Key{key("account", "a"), key("account", "b")}
		var moved [2]atomic.Int64
		together(60, func(i int) {
			from, to := accounts[i%2], accounts[1-i%2]
			entry := item("journal", fmt.Sprint(i), "from", from.SK)
			err := again(func() error {
				return tab.Transact(t.Context(),
					table.Set(from, nil, table.AtLeast("n", int64(3))).Adding(map[string]int64{"n": -3}),
					table.Set(to, nil).Adding(map[string]int64{"n": 3}),
					table.Put(entry, table.ItemAbsent()))
			})
			switch {
			case err == nil:
				moved[i%2].Add(1)
			case !table.IsConditionFailed(err):
				t.Errorf("move: %v", err)
			}
		})
		a, b := get(t, tab, accounts[0]).Int("n"), get(t, tab, accounts[1]).Int("n")
		if want := 20 - 3*(moved[0].Load()-moved[1].Load()); a != want || a+b != 40 || a < 0 || b < 0 {
			t.Errorf("a=%d b=%d after %d and %d moves", a, b, moved[0].Load(), moved[1].Load())
		}
		if n := len(all(t, tab, table.Query{PK: "journal"})); int64(n) != moved[0].Load()+moved[1].Load() {
			t.Errorf("%d journal entries", n)
		}
	}},
	{"of many first writers exactly one wins", func(t *testing.T, tab table.Table) {
		var won atomic.Int64
		together(40, func(i int) {
			err := again(func() error {
				return tab.Transact(t.Context(), table.Put(item("guard", "g", "by", int64(i)), table.ItemAbsent()),
					table.Put(item("done", fmt.Sprint(i))))
			})
			switch {
			case err == nil:
				won.Add(1)
			case !table.IsConditionFailed(err):
				t.Errorf("take: %v", err)
			}
		})
		if n := len(all(t, tab, table.Query{PK: "done"})); won.Load() != 1 || n != 1 {
			t.Errorf("%d winners, %d entries", won.Load(), n)
		}
	}},
	{"a writer reads its own write", func(t *testing.T, tab table.Table) {
		together(16, func(i int) {
			for n := range int64(5) {
				k := key("own", fmt.Sprint(i))
				if _, err := tab.Write(t.Context(), table.Set(k, table.Item{"n": n})); err != nil {
					t.Error(err)
				}
				if got, err := tab.Get(t.Context(), k); err != nil || got.Int("n") != n || got == nil {
					t.Errorf("read %v, %v after writing %d", got, err, n)
				}
			}
		})
	}},
	{"an ended context is an error and writes nothing", func(t *testing.T, tab table.Table) {
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		if _, err := tab.Write(ctx, table.Put(item("a", "1"))); err == nil {
			t.Error("write went on")
		}
		if _, err := tab.Get(ctx, key("a", "1")); err == nil {
			t.Error("get went on")
		}
		wantItem(t, tab, key("a", "1"), nil)
	}},
}

var meters = []spec{
	{"reads and writes are counted from sizes on the context's meter", func(t *testing.T, tab table.Table) {
		ctx, m := table.WithMeter(t.Context())
		if _, err := tab.Write(ctx, table.Put(item("a", "1", "b", make([]byte, 5000)))); err != nil {
			t.Fatal(err)
		}
		if m.Write() != 5 || m.Index() != 0 || m.Read() != 0 {
			t.Errorf("put of 5,000 bytes: write %d, index %d, read %d", m.Write(), m.Index(), m.Read())
		}
		if _, err := tab.Get(ctx, key("a", "1")); err != nil || m.Read() != 2 {
			t.Errorf("get of 5,000 bytes: read %d, %v", m.Read(), err)
		}
		if err := tab.Transact(ctx, table.Put(indexed("a", "2", "i", "1")), table.Put(item("a", "3"))); err != nil {
			t.Fatal(err)
		}
		if m.Write() != 5+4 || m.Index() != 2 {
			t.Errorf("with a transaction of two small items, one indexed: write %d, index %d", m.Write(), m.Index())
		}
		if _, err := tab.Query(ctx, table.Query{PK: "a"}); err != nil || m.Read() != 2+2 {
			t.Errorf("with a query of 5 KB: read %d, %v", m.Read(), err)
		}
	}},
}

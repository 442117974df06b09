package tabletest

import (
	"fmt"
	"strings"
	"testing"

	"github.com/orderloom/orderloom/shared/table"
)

var transactions = []spec{
	{"a transaction writes all of its ops", func(t *testing.T, tab table.Table) {
		put(t, tab, item("a", "1", "n", int64(1)), item("a", "2"), item("a", "3", "ok", true))
		err := tab.Transact(t.Context(),
			table.Set(key("a", "1"), table.Item{"s": "x"}, table.Equal("n", int64(1))).Adding(map[string]int64{"n": 4}).Removing("z"),
			table.Delete(key("a", "2"), table.ItemExists()),
			table.Check(key("a", "3"), table.Equal("ok", true)),
			table.Put(item("b", "1", "v", "new"), table.ItemAbsent()))
		if err != nil {
			t.Fatal(err)
		}
		wantItem(t, tab, key("a", "1"), item("a", "1", "n", int64(5), "s", "x"))
		wantItem(t, tab, key("a", "2"), nil)
		wantItem(t, tab, key("a", "3"), item("a", "3", "ok", true))
		wantItem(t, tab, key("b", "1"), item("b", "1", "v", "new"))
	}},
	{"it names every op whose condition fails and writes none", func(t *testing.T, tab table.Table) {
		put(t, tab, item("a", "1", "n", int64(1)))
		err := tab.Transact(t.Context(),
			table.Put(item("b", "0")),
			table.Set(key("a", "1"), table.Item{"n": int64(9)}, table.Equal("n", int64(2))),
			table.Put(item("b", "2")),
			table.Check(key("a", "4"), table.ItemExists()),
			table.Delete(key("a", "5"), table.ItemExists()),
			table.Put(item("b", "6"), table.ItemAbsent()))
		wantFailed(t, err, 1, 3, 4)
		same(t, []string{}, sortKeys(all(t, tab, table.Query{PK: "b"})))
		wantItem(t, tab, key("a", "1"), item("a", "1", "n", int64(1)))
	}},
	{"it holds a hundred ops and no more", func(t *testing.T, tab table.Table) {
		var ops []table.Op
		for i := range 101 {
			ops = append(ops, table.Put(item("p", fmt.Sprintf("%03d", i))))
		}
		wantCode(t, tab.Transact(t.Context(), ops...), "Input.TooLarge")
		same(t, []string{}, sortKeys(all(t, tab, table.Query{PK: "p"})))
		last := ops[99]
		ops[99].If = []table.Cond{table.ItemExists()}
		wantFailed(t, tab.Transact(t.Context(), ops[:100]...), 99)
		same(t, []string{}, sortKeys(all(t, tab, table.Query{PK: "p"})))
		ops[99] = last
		if err := tab.Transact(t.Context(), append(ops[:99:99], table.Put(item("p", "099")))...); err != nil {
			t.Fatal(err)
		}
		if n := len(all(t, tab, table.Query{PK: "p"})); n != 100 {
			t.Errorf("%d items, want 100", n)
		}
	}},
	{"it holds 4 MB and no more", func(t *testing.T, tab table.Table) {
		body := strings.Repeat("x", 390<<10)
		var ops []table.Op
		for i := range 11 {
			ops = append(ops, table.Put(item("p", fmt.Sprint(i), "body", body)))
		}
		wantCode(t, tab.Transact(t.Context(), ops...), "Input.TooLarge")
		wantItem(t, tab, key("p", "0"), nil)
		if err := tab.Transact(t.Context(), ops[:10]...); err != nil {
			t.Fatal(err)
		}
		if n := len(all(t, tab, table.Query{PK: "p"})); n != 10 {
			t.Errorf("%d items, want 10", n)
		}
	}},
	{"it refuses two ops on one key", func(t *testing.T, tab table.Table) {
		wantCode(t, tab.Transact(t.Context(), table.Put(item("a", "1")), table.Put(item("a", "2")),
			table.Check(key("a", "1"), table.ItemAbsent())), "Input.Invalid")
		wantItem(t, tab, key("a", "2"), nil)
	}},
	{"one bad op refuses all", func(t *testing.T, tab table.Table) {
		wantCode(t, tab.Transact(t.Context(), table.Put(item("a", "1")), table.Put(item("a", ""))), "Input.Invalid")
		wantItem(t, tab, key("a", "1"), nil)
	}},
	{"without ops it does nothing", func(t *testing.T, tab table.Table) {
		if err := tab.Transact(t.Context()); err != nil {
			t.Error(err)
		}
	}},
	{"a failed condition comes before a bad addition", func(t *testing.T, tab table.Table) {
		put(t, tab, item("a", "1", "v", "text"))
		op := table.Set(key("a", "1"), nil, table.Equal("v", "other")).Adding(map[string]int64{"v": 1})
		_, err := tab.Write(t.Context(), op)
		wantFailed(t, err, 0)
		wantFailed(t, tab.Transact(t.Context(), op), 0)
	}},
}

package tabletest

import (
	"testing"

	"github.com/orderloom/orderloom/shared/table"
)

func expired(pk, sk string, pairs ...any) table.Item {
	return item(pk, sk, append([]any{table.TTL, past}, pairs...)...)
}

var expiry = []spec{
	{"an expired item reads as absent on every path", func(t *testing.T, tab table.Table) {
		put(t, tab, expired("p", "1", table.GSI1PK, "i", table.GSI1SK, "1"),
			item("p", "2", table.TTL, future, table.GSI1PK, "i", table.GSI1SK, "2"))
		wantItem(t, tab, key("p", "1"), nil)
		got, err := tab.GetMany(t.Context(), []table.Key{key("p", "1"), key("p", "2")})
		if err != nil || got[0] != nil || got[1] == nil {
			t.Errorf("get many: %v, %v", got, err)
		}
		same(t, []string{"2"}, sortKeys(all(t, tab, table.Query{PK: "p"})))
		same(t, []string{"2"}, sortKeys(all(t, tab, table.Query{Index: table.GSI1, PK: "i"})))
	}},
	{"a write that leaves an expired item returns nil", func(t *testing.T, tab table.Table) {
		same(t, nil, write(t, tab, table.Put(expired("p", "1"))))
		put(t, tab, item("p", "2"))
		same(t, nil, write(t, tab, table.Set(key("p", "2"), table.Item{table.TTL: past})))
		wantItem(t, tab, key("p", "2"), nil)
	}},
	{"conditions see an expired item as absent", func(t *testing.T, tab table.Table) {
		for _, c := range []table.Cond{table.ItemExists(), table.Exists("n"), table.Equal("n", int64(1)),
			table.AtLeast("n", int64(0)), table.Less("n", int64(9))} {
			put(t, tab, expired("p", "1", "n", int64(1)))
			for _, op := range []table.Op{
				table.Put(item("p", "1"), c),
				table.Set(key("p", "1"), table.Item{"x": "y"}, c),
				table.Delete(key("p", "1"), c),
			} {
				_, err := tab.Write(t.Context(), op)
				wantFailed(t, err, 0)
				wantFailed(t, tab.Transact(t.Context(), table.Put(item("q", "1")), op), 1)
			}
			wantFailed(t, tab.Transact(t.Context(), table.Check(key("p", "1"), c)), 0)
		}
		wantItem(t, tab, key("q", "1"), nil)
		if err := tab.Transact(t.Context(), table.Check(key("p", "1"), table.ItemAbsent(), table.Absent("n"))); err != nil {
			t.Error(err)
		}
	}},
	{"a guard can be taken again after it expired, and only then", func(t *testing.T, tab table.Table) {
		put(t, tab, expired("guard", "1"), item("guard", "2", table.TTL, future))
		taken := item("guard", "1", "by", "me", table.TTL, future)
		same(t, taken, write(t, tab, table.Put(taken, table.ItemAbsent())))
		wantItem(t, tab, key("guard", "1"), taken)
		_, err := tab.Write(t.Context(), table.Put(item("guard", "2"), table.ItemAbsent()))
		wantFailed(t, err, 0)
		put(t, tab, expired("guard", "3"))
		if err := tab.Transact(t.Context(), table.Put(item("guard", "3"), table.ItemAbsent())); err != nil {
			t.Error(err)
		}
		wantItem(t, tab, key("guard", "3"), item("guard", "3"))
	}},
	{"an update of an expired item starts from nothing", func(t *testing.T, tab table.Table) {
		op := table.Set(key("p", "1"), table.Item{"s": "x"}, table.Absent("old")).Adding(map[string]int64{"n": 1})
		want := item("p", "1", "s", "x", "n", int64(1))
		put(t, tab, expired("p", "1", "n", int64(41), "old", "o"))
		same(t, want, write(t, tab, op))
		wantItem(t, tab, key("p", "1"), want)
		put(t, tab, expired("p", "1", "n", int64(41), "old", "o"))
		if err := tab.Transact(t.Context(), op, table.Put(item("p", "2"))); err != nil {
			t.Fatal(err)
		}
		wantItem(t, tab, key("p", "1"), want)
		wantItem(t, tab, key("p", "2"), item("p", "2"))
	}},
	{"an update may prolong a live item", func(t *testing.T, tab table.Table) {
		put(t, tab, item("p", "1", table.TTL, future, "v", "x"))
		write(t, tab, table.Set(key("p", "1"), table.Item{table.TTL: future + 1}, table.Equal(table.TTL, future)))
		wantItem(t, tab, key("p", "1"), item("p", "1", table.TTL, future+1, "v", "x"))
	}},
	{"a page of expired items is no end", func(t *testing.T, tab table.Table) {
		for _, sk := range []string{"1", "2", "3", "4", "5"} {
			put(t, tab, expired("p", sk))
		}
		put(t, tab, item("p", "6"))
		same(t, []string{"6"}, sortKeys(all(t, tab, table.Query{PK: "p", Limit: 2})))
	}},
	{"deleting an expired item is no error", func(t *testing.T, tab table.Table) {
		put(t, tab, expired("p", "1"))
		write(t, tab, table.Delete(key("p", "1"), table.ItemAbsent()))
		wantItem(t, tab, key("p", "1"), nil)
	}},
}

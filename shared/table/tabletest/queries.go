package tabletest

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/orderloom/orderloom/shared/table"
)

var letters = []string{"a", "a#1", "a#2", "aa", "b", "b\x00", "c", "é", "日", "😀"} // in byte order

func fill(t *testing.T, tab table.Table) {
	t.Helper()
	for i := range letters { // not in order
		sk := letters[(i*7)%len(letters)]
		put(t, tab, item("p", sk, "v", sk))
	}
	put(t, tab, item("p2", "a", "v", "other"), item("o", "z", "v", "other"))
}

var queries = []spec{
	{"a query returns one partition in byte order of sort keys, whole items", func(t *testing.T, tab table.Table) {
		fill(t, tab)
		got := all(t, tab, table.Query{PK: "p"})
		same(t, letters, sortKeys(got))
		same(t, item("p", "a", "v", "a"), got[0])
		same(t, []string{}, sortKeys(all(t, tab, table.Query{PK: "nothing"})))
	}},
	{"descending is the same backwards", func(t *testing.T, tab table.Table) {
		fill(t, tab)
		want := slices.Clone(letters)
		slices.Reverse(want)
		same(t, want, sortKeys(all(t, tab, table.Query{PK: "p", Descending: true})))
	}},
	{"a prefix selects the sort keys that begin with it", func(t *testing.T, tab table.Table) {
		fill(t, tab)
		for prefix, want := range map[string][]string{
			"a": {"a", "a#1", "a#2", "aa"}, "a#": {"a#1", "a#2"}, "b\x00": {"b\x00"}, "日": {"日"}, "z": {},
		} {
			same(t, want, sortKeys(all(t, tab, table.Query{PK: "p", Prefix: prefix})))
		}
		same(t, []string{"aa", "a#2", "a#1", "a"}, sortKeys(all(t, tab, table.Query{PK: "p", Prefix: "a", Descending: true})))
	}},
	{"a range includes both its ends", func(t *testing.T, tab table.Table) {
		fill(t, tab)
		for _, c := range []struct {
			from, to string
			want     []string
		}{
			{"a#1", "b", []string{"a#1", "a#2", "aa", "b"}},
			{"b", "b", []string{"b"}},
			{"aaa", "azz", []string{}},
			{"c", "", []string{"c", "é", "日", "😀"}},
			{"", "a#1", []string{"a", "a#1"}},
		} {
			q := table.Query{PK: "p", From: c.from, To: c.to}
			same(t, c.want, sortKeys(all(t, tab, q)))
			q.Descending = true
			slices.Reverse(c.want)
			same(t, c.want, sortKeys(all(t, tab, q)))
		}
	}},
	{"pages cover everything once, in every direction and size", func(t *testing.T, tab table.Table) {
		fill(t, tab)
		for limit := 1; limit <= len(letters)+1; limit += 3 {
			for _, q := range []table.Query{{PK: "p"}, {PK: "p", Prefix: "a"}, {PK: "p", From: "a#2", To: "日"}} {
				want := sortKeys(all(t, tab, q))
				q.Limit = limit
				same(t, want, sortKeys(all(t, tab, q)))
				q.Descending = true
				slices.Reverse(want)
				same(t, want, sortKeys(all(t, tab, q)))
			}
		}
	}},
	{"a page token survives the deletion of its item", func(t *testing.T, tab table.Table) {
		fill(t, tab)
		page, err := tab.Query(t.Context(), table.Query{PK: "p", Limit: 3})
		if err != nil || page.Next == "" {
			t.Fatal(page, err)
		}
		write(t, tab, table.Delete(page.Items[2].Key()))
		same(t, letters[3:], sortKeys(all(t, tab, table.Query{PK: "p", After: page.Next})))
	}},
	{"a token of another partition, of an index or made up is refused", func(t *testing.T, tab table.Table) {
		fill(t, tab)
		page, err := tab.Query(t.Context(), table.Query{PK: "p", Limit: 3})
		if err != nil {
			t.Fatal(err)
		}
		for _, q := range []table.Query{
			{PK: "p2", After: page.Next}, {PK: "p", Index: table.GSI1, After: page.Next},
			{PK: "p", After: "made up"}, {PK: "p", After: "W10"}, {PK: "p", After: page.Next[:len(page.Next)-3]},
		} {
			_, err := tab.Query(t.Context(), q)
			wantCode(t, err, "Input.Invalid")
		}
	}},
	{"large items make short pages, and none is lost", func(t *testing.T, tab table.Table) {
		body := strings.Repeat("x", 300<<10)
		var want []string
		for i := range 8 {
			want = append(want, fmt.Sprint(i))
			put(t, tab, item("p", fmt.Sprint(i), "body", body))
		}
		page, err := tab.Query(t.Context(), table.Query{PK: "p"})
		if err != nil || len(page.Items) >= 8 || page.Next == "" {
			t.Fatalf("%d items, next %q, %v", len(page.Items), page.Next, err)
		}
		same(t, want, sortKeys(all(t, tab, table.Query{PK: "p"})))
		slices.Reverse(want)
		same(t, want, sortKeys(all(t, tab, table.Query{PK: "p", Descending: true})))
	}},
}

func indexed(pk, sk, ipk, isk string, more ...any) table.Item {
	return item(pk, sk, append([]any{table.GSI1PK, ipk, table.GSI1SK, isk}, more...)...)
}

var indexes = []spec{
	{"an index orders the items of other partitions by other keys, whole", func(t *testing.T, tab table.Table) {
		put(t, tab, indexed("a", "1", "open", "2", "v", "x"), indexed("b", "1", "open", "1"), indexed("c", "1", "done", "1"),
			item("d", "1", table.GSI2PK, "open", table.GSI2SK, "0"))
		same(t, []table.Item{indexed("b", "1", "open", "1"), indexed("a", "1", "open", "2", "v", "x")},
			all(t, tab, table.Query{Index: table.GSI1, PK: "open"}))
		same(t, []table.Item{item("d", "1", table.GSI2PK, "open", table.GSI2SK, "0")},
			all(t, tab, table.Query{Index: table.GSI2, PK: "open"}))
	}},
	{"an index is sparse: only items with both of its keys are in it", func(t *testing.T, tab table.Table) {
		put(t, tab, item("a", "1"), item("a", "2", table.GSI1PK, "open"), item("a", "3", table.GSI1SK, "1"), indexed("a", "4", "open", "1"))
		same(t, []string{"4"}, sortKeys(all(t, tab, table.Query{Index: table.GSI1, PK: "open"})))
		wantItem(t, tab, key("a", "2"), item("a", "2", table.GSI1PK, "open"))
	}},
	{"items move in, within and out of an index", func(t *testing.T, tab table.Table) {
		in := func(pk string) []string { return sortKeys(all(t, tab, table.Query{Index: table.GSI1, PK: pk})) }
		put(t, tab, item("a", "1", "v", "x"))
		write(t, tab, table.Set(key("a", "1"), table.Item{table.GSI1PK: "open", table.GSI1SK: "1"}))
		same(t, []string{"1"}, in("open"))
		write(t, tab, table.Set(key("a", "1"), table.Item{table.GSI1PK: "done"}))
		same(t, []string{}, in("open"))
		same(t, []string{"1"}, in("done"))
		write(t, tab, table.Set(key("a", "1"), nil).Removing(table.GSI1SK))
		same(t, []string{}, in("done"))
		put(t, tab, indexed("a", "1", "open", "1"))
		write(t, tab, table.Delete(key("a", "1")))
		same(t, []string{}, in("open"))
	}},
	{"an index is queried by prefix, range, direction and page", func(t *testing.T, tab table.Table) {
		var want []string
		for i := range 12 {
			sk := fmt.Sprintf("%02d", i)
			want = append(want, sk)
			put(t, tab, indexed("p"+sk, sk, "open", "2026-"+sk))
		}
		q := table.Query{Index: table.GSI1, PK: "open", Limit: 5}
		same(t, want, sortKeys(all(t, tab, q)))
		q.Prefix = "2026-1"
		same(t, want[10:], sortKeys(all(t, tab, q)))
		q.Prefix, q.From, q.To = "", "2026-02", "2026-09"
		same(t, want[2:10], sortKeys(all(t, tab, q)))
		q.Descending = true
		slices.Reverse(want)
		same(t, want[2:10], sortKeys(all(t, tab, q)))
	}},
	{"items with the same index keys are all there, over any pages", func(t *testing.T, tab table.Table) {
		var want []string
		for i := range 10 {
			want = append(want, fmt.Sprint(i))
			put(t, tab, indexed(fmt.Sprint("p", i%3), fmt.Sprint(i), "open", "same"))
		}
		for _, descending := range []bool{false, true} {
			for limit := 1; limit < 12; limit += 2 {
				got := sortKeys(all(t, tab, table.Query{Index: table.GSI1, PK: "open", Limit: limit, Descending: descending}))
				slices.Sort(got)
				same(t, want, got)
			}
		}
	}},
}

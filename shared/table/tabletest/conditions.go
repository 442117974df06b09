package tabletest

import (
	"fmt"
	"testing"

	"github.com/orderloom/orderloom/shared/table"
)

// truths lists conditions on the item {s:"m" n:5 yes:true b:"mm" e:""} and
// whether they hold.
var truths = []struct {
	cond table.Cond
	want bool
}{
	{table.ItemExists(), true},
	{table.ItemAbsent(), false},
	{table.Exists("s"), true},
	{table.Exists("e"), true},
	{table.Exists("none"), false},
	{table.Absent("none"), true},
	{table.Absent("s"), false},
	{table.Equal("s", "m"), true},
	{table.Equal("s", "M"), false},
	{table.Equal("s", ""), false},
	{table.Equal("e", ""), true},
	{table.Equal("n", int64(5)), true},
	{table.Equal("n", int64(6)), false},
	{table.Equal("n", "5"), false},
	{table.Equal("yes", true), true},
	{table.Equal("yes", false), false},
	{table.Equal("b", []byte("mm")), true},
	{table.Equal("b", []byte("mn")), false},
	{table.Equal("b", "mm"), false},
	{table.Equal("s", []byte("m")), false},
	{table.Equal("none", "m"), false},
	{table.Equal(table.SK, "1"), true},
	{table.AtLeast("n", int64(5)), true},
	{table.AtLeast("n", int64(6)), false},
	{table.AtLeast("n", int64(-6)), true},
	{table.AtLeast("s", "m"), true},
	{table.AtLeast("s", "ma"), false},
	{table.AtLeast("s", "Z"), true},
	{table.AtLeast("s", "é"), false},
	{table.AtLeast("none", int64(0)), false},
	{table.Less("n", int64(5)), false},
	{table.Less("n", int64(10)), true},
	{table.Less("s", "n"), true},
	{table.Less("s", "m"), false},
	{table.Less("none", "n"), false},
}

var conditions = []spec{
	{"every condition compares as written, types included", func(t *testing.T, tab table.Table) {
		put(t, tab, item("c", "1", "s", "m", "n", int64(5), "yes", true, "b", []byte("mm"), "e", ""))
		for i, c := range truths {
			mark := item("mark", fmt.Sprint(i))
			err := tab.Transact(t.Context(), table.Put(mark), table.Check(key("c", "1"), c.cond))
			if c.want != (err == nil) {
				t.Errorf("%+v: %v, want %v", c.cond, err, c.want)
			}
			if !c.want {
				wantFailed(t, err, 1)
				mark = nil
			}
			wantItem(t, tab, key("mark", fmt.Sprint(i)), mark)
		}
	}},
	{"an order between different types never holds", func(t *testing.T, tab table.Table) {
		put(t, tab, item("c", "1", "s", "m", "n", int64(5), "yes", true, "b", []byte("mm")))
		for attr, value := range map[string]any{"n": "5", "s": int64(5), "yes": int64(0), "b": "z"} {
			for _, cond := range []table.Cond{table.AtLeast(attr, value), table.Less(attr, value)} {
				wantFailed(t, tab.Transact(t.Context(), table.Check(key("c", "1"), cond)), 0)
			}
		}
	}},
	{"on an absent item only absence holds", func(t *testing.T, tab table.Table) {
		for _, c := range truths {
			err := tab.Transact(t.Context(), table.Check(key("none", "1"), c.cond))
			if c.cond.Op == table.OpAbsent {
				if err != nil {
					t.Errorf("%+v: %v", c.cond, err)
				}
				continue
			}
			wantFailed(t, err, 0)
		}
	}},
	{"a write whose condition fails changes nothing and says so", func(t *testing.T, tab table.Table) {
		put(t, tab, item("a", "1", "n", int64(1)))
		for _, op := range []table.Op{
			table.Put(item("a", "1", "n", int64(2)), table.ItemAbsent()),
			table.Set(key("a", "1"), table.Item{"n": int64(2)}, table.Equal("n", int64(9))),
			table.Set(key("a", "1"), nil, table.AtLeast("n", int64(2))).Adding(map[string]int64{"n": -2}),
			table.Delete(key("a", "1"), table.Less("n", int64(1))),
		} {
			_, err := tab.Write(t.Context(), op)
			wantFailed(t, err, 0)
			wantItem(t, tab, key("a", "1"), item("a", "1", "n", int64(1)))
		}
	}},
	{"all conditions must hold, on one attribute or several", func(t *testing.T, tab table.Table) {
		put(t, tab, item("a", "1", "n", int64(5), "s", "x"))
		_, err := tab.Write(t.Context(), table.Delete(key("a", "1"), table.AtLeast("n", int64(1)), table.Less("n", int64(5))))
		wantFailed(t, err, 0)
		_, err = tab.Write(t.Context(), table.Delete(key("a", "1"), table.Equal("s", "x"), table.Exists("none")))
		wantFailed(t, err, 0)
		write(t, tab, table.Delete(key("a", "1"), table.AtLeast("n", int64(5)), table.Less("n", int64(6)), table.Equal("s", "x"), table.ItemExists()))
		wantItem(t, tab, key("a", "1"), nil)
	}},
	{"a first put wins once", func(t *testing.T, tab table.Table) {
		write(t, tab, table.Put(item("a", "1", "v", "first"), table.ItemAbsent()))
		_, err := tab.Write(t.Context(), table.Put(item("a", "1", "v", "second"), table.ItemAbsent()))
		wantFailed(t, err, 0)
		wantItem(t, tab, key("a", "1"), item("a", "1", "v", "first"))
	}},
	{"a condition may test an attribute that the update changes", func(t *testing.T, tab table.Table) {
		put(t, tab, item("a", "1", "version", int64(1)))
		op := table.Set(key("a", "1"), table.Item{"version": int64(2)}, table.Equal("version", int64(1)))
		write(t, tab, op)
		_, err := tab.Write(t.Context(), op)
		wantFailed(t, err, 0)
	}},
	{"a guarded update of an absent item fails and creates nothing", func(t *testing.T, tab table.Table) {
		_, err := tab.Write(t.Context(), table.Set(key("a", "1"), table.Item{"x": "y"}, table.ItemExists()))
		wantFailed(t, err, 0)
		wantItem(t, tab, key("a", "1"), nil)
	}},
}

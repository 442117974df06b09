package tabletest

import (
	stdcmp "cmp"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/orderloom/orderloom/shared/table"
)

// memory is the model: what a table should hold, written down independently of
// any adapter and of the port's own helpers.
type memory map[table.Key]table.Item

func (m memory) live(k table.Key) table.Item {
	if i, ok := m[k]; ok && i[table.TTL] != past {
		return i
	}
	return nil
}

func (m memory) holds(op table.Op) bool {
	item := m.live(op.Key)
	for _, c := range op.If {
		have, there := item[c.Attr]
		n, isInt := have.(int64)
		limit, _ := c.Value.(int64)
		ok := map[table.CondOp]bool{
			table.OpExists: there, table.OpAbsent: !there, table.OpEqual: there && have == c.Value,
			table.OpAtLeast: isInt && n >= limit, table.OpLess: isInt && n < limit,
		}[c.Op]
		if !ok {
			return false
		}
	}
	return true
}

func (m memory) apply(op table.Op) {
	switch op.Kind {
	case table.KindPut:
		m[op.Key] = op.Item
	case table.KindDelete:
		delete(m, op.Key)
	case table.KindUpdate:
		next := item(op.Key.PK, op.Key.SK)
		maps.Copy(next, m.live(op.Key))
		maps.Copy(next, op.Set)
		for name, n := range op.Add {
			next[name] = next.Int(name) + n
		}
		for _, name := range op.Remove {
			delete(next, name)
		}
		m[op.Key] = next
	}
}

// query returns the live items of a partition, primary or gsi1, in order.
func (m memory) query(index table.Index, pk string) []table.Item {
	byPK, bySK := table.PK, table.SK
	if index == table.GSI1 {
		byPK, bySK = table.GSI1PK, table.GSI1SK
	}
	var found []table.Item
	for k := range m {
		if i := m.live(k); i[byPK] == pk && i[bySK] != nil {
			found = append(found, i)
		}
	}
	slices.SortFunc(found, func(a, b table.Item) int {
		return stdcmp.Or(strings.Compare(a.Str(bySK), b.Str(bySK)), strings.Compare(a.Key().String(), b.Key().String()))
	})
	return found
}

// world draws steps within keys that no other run in the same table uses.
type world struct {
	run   string
	model memory
}

func (w world) key(t *rapid.T) table.Key {
	return key(w.run+rapid.SampledFrom([]string{"a", "b"}).Draw(t, "pk"), rapid.SampledFrom([]string{"1", "2", "3"}).Draw(t, "sk"))
}

func (w world) attributes(t *rapid.T) table.Item {
	i := table.Item{}
	choose := func(name string, values ...any) {
		if v := rapid.SampledFrom(append(values, nil)).Draw(t, name); v != nil {
			i[name] = v
		}
	}
	choose("n", int64(0), int64(1), int64(2))
	choose("s", "x", "y", "")
	choose(table.TTL, nil, nil, past, future)
	choose(table.GSI1PK, w.run+"i", w.run+"j")
	choose(table.GSI1SK, "1", "2")
	return i
}

func (w world) op(t *rapid.T, k table.Key, kinds ...table.OpKind) table.Op {
	op := table.Op{Kind: rapid.SampledFrom(kinds).Draw(t, "kind"), Key: k}
	switch op.Kind {
	case table.KindPut:
		op.Item = w.attributes(t)
		op.Item[table.PK], op.Item[table.SK] = k.PK, k.SK
	case table.KindUpdate:
		op.Set = w.attributes(t)
		delete(op.Set, "n")
		op.Add = map[string]int64{"n": rapid.Int64Range(-2, 2).Draw(t, "add")}
		for _, name := range []string{"s", table.GSI1SK, table.TTL} {
			if _, set := op.Set[name]; !set && rapid.Bool().Draw(t, "remove "+name) {
				op.Remove = append(op.Remove, name)
			}
		}
	}
	pool := []table.Cond{table.ItemExists(), table.ItemAbsent(), table.Exists("s"), table.Absent("s"), table.Equal("s", "x"),
		table.Equal("n", int64(1)), table.AtLeast("n", int64(1)), table.Less("n", int64(1)), table.Equal("s", int64(1)), table.Absent(table.TTL)}
	op.If = rapid.SliceOfN(rapid.SampledFrom(pool), 0, 2).Draw(t, "if")
	if op.Kind == table.KindCheck && len(op.If) == 0 {
		op.If = pool[:1]
	}
	return op
}

var model = []spec{
	{"any sequence of calls behaves like a map in memory", func(t *testing.T, tab table.Table) {
		runs := 0
		rapid.Check(t, func(r *rapid.T) {
			runs++
			w := world{fmt.Sprintf("%d-", runs), memory{}}
			for range rapid.IntRange(1, 12).Draw(r, "steps") {
				w.step(t, r, tab)
			}
			for _, pk := range []string{w.run + "a", w.run + "b"} {
				w.compareQuery(t, r, tab, table.Primary, pk)
			}
			for _, pk := range []string{w.run + "i", w.run + "j"} {
				w.compareQuery(t, r, tab, table.GSI1, pk)
			}
		})
	}},
}

func (w world) step(t *testing.T, r *rapid.T, tab table.Table) {
	if rapid.Bool().Draw(r, "single") {
		op := w.op(r, w.key(r), table.KindPut, table.KindUpdate, table.KindDelete)
		got, err := tab.Write(t.Context(), op)
		w.settle(r, err, op)
		if err == nil {
			if diff := cmp.Diff(w.model.live(op.Key), got); diff != "" {
				r.Fatalf("%+v returned (-want +got)\n%s", op, diff)
			}
		}
		return
	}
	var ops []table.Op
	for _, k := range rapid.SliceOfNDistinct(rapid.Custom(w.key), 1, 4, func(k table.Key) table.Key { return k }).Draw(r, "keys") {
		ops = append(ops, w.op(r, k, table.KindPut, table.KindUpdate, table.KindDelete, table.KindCheck))
	}
	w.settle(r, tab.Transact(t.Context(), ops...), ops...)
}

// settle compares the outcome of ops with the model and applies them to it.
func (w world) settle(r *rapid.T, err error, ops ...table.Op) {
	var failed []int
	for i, op := range ops {
		if !w.model.holds(op) {
			failed = append(failed, i)
		}
	}
	got, isFailed := errors.AsType[*table.ConditionFailed](err)
	switch {
	case err != nil && !isFailed:
		r.Fatalf("%+v: %v", ops, err)
	case isFailed != (failed != nil), isFailed && !slices.Equal(got.Ops, failed):
		r.Fatalf("%+v: %v, want failed ops %v", ops, err, failed)
	case err == nil:
		for _, op := range ops {
			w.model.apply(op)
		}
	}
}

func (w world) compareQuery(t *testing.T, r *rapid.T, tab table.Table, index table.Index, pk string) {
	want := w.model.query(index, pk)
	got := all(t, tab, table.Query{Index: index, PK: pk, Limit: rapid.IntRange(1, 4).Draw(r, "limit")})
	if index != table.Primary {
		settleTies(r, got)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		r.Fatalf("query %s %s (-want +got)\n%s", index, pk, diff)
	}
}

// settleTies puts items with equal index keys, whose order is free, into the
// model's order.
func settleTies(r *rapid.T, got []table.Item) {
	bySort := func(a, b table.Item) int { return strings.Compare(a.Str(table.GSI1SK), b.Str(table.GSI1SK)) }
	if !slices.IsSortedFunc(got, bySort) {
		r.Fatalf("not in index order: %v", got)
	}
	slices.SortFunc(got, func(a, b table.Item) int {
		return stdcmp.Or(bySort(a, b), strings.Compare(a.Key().String(), b.Key().String()))
	})
}

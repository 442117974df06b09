// Package tabletest is the specification of the table port, as tests: every
// adapter passes Run.
//
// Times to live are far in the past or far in the future, so that a table on
// any clock after 1970 and before 2100 serves.
package tabletest

import (
	"errors"
	"reflect"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/orderloom/orderloom/shared/fault"
	"github.com/orderloom/orderloom/shared/table"
)

const (
	past   int64 = 1
	future int64 = 4_102_444_800 // 2100-01-01
)

// spec is one sentence about the port and the test that proves it.
type spec struct {
	says string
	test func(t *testing.T, tab table.Table)
}

// Run checks a table against the specification. open returns an empty table
// for one test and cleans up after it; it is called for every sentence, from
// parallel tests. Sentences named in except are left out: for an emulator that
// is known to differ from DynamoDB there, never for an adapter.
func Run(t *testing.T, open func(t *testing.T) table.Table, except ...string) {
	for _, part := range []struct {
		about string
		specs []spec
	}{
		{"items", items},
		{"updates", updates},
		{"conditions", conditions},
		{"queries", queries},
		{"indexes", indexes},
		{"transactions", transactions},
		{"expiry", expiry},
		{"arguments", arguments},
		{"hostile", hostile},
		{"concurrency", concurrency},
		{"units", meters},
		{"model", model},
		{"changes", changes},
	} {
		t.Run(part.about, func(t *testing.T) {
			t.Parallel()
			for _, s := range part.specs {
				if slices.Contains(except, s.says) {
					t.Logf("left out: %s", s.says)
					continue
				}
				t.Run(s.says, func(t *testing.T) {
					t.Parallel()
					s.test(t, open(t))
				})
			}
		})
	}
}

func key(pk, sk string) table.Key { return table.Key{PK: pk, SK: sk} }

// item builds an item from name, value pairs.
func item(pk, sk string, pairs ...any) table.Item {
	i := table.Item{table.PK: pk, table.SK: sk}
	for n := 0; n < len(pairs); n += 2 {
		i[pairs[n].(string)] = pairs[n+1]
	}
	return i
}

func put(t *testing.T, tab table.Table, items ...table.Item) {
	t.Helper()
	for _, i := range items {
		write(t, tab, table.Put(i))
	}
}

func write(t *testing.T, tab table.Table, op table.Op) table.Item {
	t.Helper()
	got, err := tab.Write(t.Context(), op)
	if err != nil {
		t.Fatalf("%s %s: %v", op.Kind, op.Key, err)
	}
	return got
}

func get(t *testing.T, tab table.Table, k table.Key) table.Item {
	t.Helper()
	got, err := tab.Get(t.Context(), k)
	if err != nil {
		t.Fatalf("get %s: %v", k, err)
	}
	return got
}

func wantItem(t *testing.T, tab table.Table, k table.Key, want table.Item) {
	t.Helper()
	same(t, want, get(t, tab, k))
}

func same[T any](t *testing.T, want, got T) {
	t.Helper()
	if reflect.DeepEqual(want, got) { // quicker than a diff of large bodies
		return
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}

// wantFailed expects a *ConditionFailed that names exactly these ops.
func wantFailed(t *testing.T, err error, ops ...int) {
	t.Helper()
	failed, ok := errors.AsType[*table.ConditionFailed](err)
	if !ok {
		t.Fatalf("got %v, want a failed condition on ops %v", err, ops)
	}
	if !slices.Equal(failed.Ops, ops) {
		t.Errorf("failed ops %v, want %v", failed.Ops, ops)
	}
}

func wantCode(t *testing.T, err error, code string) {
	t.Helper()
	if !fault.Is(err, code) {
		t.Errorf("got error %v, want code %s", err, code)
	}
}

// all reads every page of a query and checks what holds for each.
func all(t *testing.T, tab table.Table, q table.Query) []table.Item {
	t.Helper()
	var items []table.Item
	for {
		page, err := tab.Query(t.Context(), q)
		if err != nil {
			t.Fatalf("query %+v: %v", q, err)
		}
		if q.Limit > 0 && len(page.Items) > q.Limit {
			t.Fatalf("a page of %d items, limit %d", len(page.Items), q.Limit)
		}
		items = append(items, page.Items...)
		if page.Next == "" {
			return items
		}
		q.After = page.Next
	}
}

func sortKeys(items []table.Item) []string {
	keys := []string{}
	for _, i := range items {
		keys = append(keys, i.Str(table.SK))
	}
	return keys
}

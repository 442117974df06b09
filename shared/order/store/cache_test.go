package store_test

import (
	"fmt"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/orderloom/orderloom/shared/clock"
	"github.com/orderloom/orderloom/shared/event"
	"github.com/orderloom/orderloom/shared/order/store"
	"github.com/orderloom/orderloom/shared/table/sqlite"
)

// TestACacheChangesNothing: whoever changes an order, with the cache or beside
// it, and whatever a reader does to its copy, a store with a cache of any size
// reads what one without reads.
func TestACacheChangesNothing(t *testing.T) {
	t.Parallel()
	c := clock.NewManual(time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC))
	db, err := sqlite.Open(ctx, filepath.Join(t.TempDir(), "t.db"), c)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	orders := 0
	rapid.Check(t, func(t *rapid.T) {
		plain := store.Store{Table: db, Now: c.Now}
		cached := plain
		cached.Cache = store.NewCache(rapid.IntRange(0, 5000).Draw(t, "limit"))
		ids := make([]string, 3)
		for i := range ids {
			orders++
			ids[i] = fmt.Sprintf("ord_%026d", orders)
			if _, _, err := cached.Create(ctx, ids[i], "record/m", document(ids[i], 2), event.Event{Name: event.OrderReceived}); err != nil {
				t.Fatal(err)
			}
		}
		changes := 0
		t.Repeat(map[string]func(*rapid.T){
			"change": func(t *rapid.T) {
				s := rapid.SampledFrom([]store.Store{plain, cached}).Draw(t, "store")
				changes++
				_, err := s.Change(ctx, rapid.SampledFrom(ids).Draw(t, "order"), fmt.Sprint("k", changes), "", func(r *store.Record) (store.Change, error) {
					r.Status.Tags = append(r.Status.Tags, fmt.Sprint(changes))
					r.Document.Lines[0].Quantity++
					return store.Change{Events: []event.Event{{Name: event.OrderCorrected}}, Document: rapid.Bool().Draw(t, "document")}, nil
				})
				if err != nil {
					t.Fatal(err)
				}
			},
			"spoil": func(t *rapid.T) {
				r, err := cached.Load(ctx, rapid.SampledFrom(ids).Draw(t, "order"))
				if err != nil {
					t.Fatal(err)
				}
				r.Document.Lines[0].SKU, r.Status.Lines[0].Location = "spoiled", "spoiled"
			},
			"": func(t *rapid.T) {
				for _, id := range ids {
					want, err := plain.Load(ctx, id)
					if err != nil {
						t.Fatal(err)
					}
					got, err := cached.Load(ctx, id)
					if diff := cmp.Diff(want, got); err != nil || diff != "" {
						t.Fatalf("%v %s", err, diff)
					}
				}
			},
		})
	})
}

// BenchmarkLoad reads an order of five lines that is in use.
func BenchmarkLoad(b *testing.B) {
	for _, limit := range []int{0, 1 << 20} {
		b.Run(fmt.Sprintf("cache of %d bytes", limit), func(b *testing.B) {
			s := open(b)
			s.Cache = store.NewCache(limit)
			create(b, s, 5)
			for b.Loop() {
				if _, err := s.Load(ctx, id); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

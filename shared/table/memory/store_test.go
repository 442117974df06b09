package memory_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/orderloom/orderloom/shared/clock"
	"github.com/orderloom/orderloom/shared/table"
	"github.com/orderloom/orderloom/shared/table/memory"
	"github.com/orderloom/orderloom/shared/table/tabletest"
)

var noon = time.Date(2026, 1, 2, 12, 0, 0, 0, time.UTC)

func TestConformance(t *testing.T) {
	t.Parallel()
	tabletest.Run(t, func(*testing.T) table.Table { return memory.Open(clock.NewManual(noon), nil) })
}

func TestWhoListensHearsOfWhatWasWritten(t *testing.T) {
	t.Parallel()
	var heard []table.Key
	var s *memory.Store
	s = memory.Open(clock.NewManual(noon), func(item table.Item) {
		if have, err := s.Get(t.Context(), item.Key()); err != nil || have == nil {
			t.Errorf("%s cannot be read yet: %v", item.Key(), err)
		}
		heard = append(heard, item.Key())
	})
	a, b := table.Key{PK: "p", SK: "a"}, table.Key{PK: "p", SK: "b"}
	item := func(k table.Key) table.Item { return table.Item{table.PK: k.PK, table.SK: k.SK} }
	if _, err := s.Write(t.Context(), table.Put(item(a))); err != nil {
		t.Fatal(err)
	}
	if err := s.Transact(t.Context(), table.Check(a, table.ItemExists()), table.Put(item(b)), table.Delete(table.Key{PK: "p", SK: "c"})); err != nil {
		t.Fatal(err)
	}
	if err := s.Transact(t.Context(), table.Put(item(a), table.ItemAbsent())); !table.IsConditionFailed(err) {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]table.Key{a, b}, heard); diff != "" {
		t.Error(diff)
	}
}

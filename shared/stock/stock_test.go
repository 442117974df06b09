package stock_test

import (
	"fmt"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/orderloom/orderloom/shared/clock"
	"github.com/orderloom/orderloom/shared/stock"
	"github.com/orderloom/orderloom/shared/table"
	"github.com/orderloom/orderloom/shared/table/sqlite"
)

func TestLevelsOfAProductAreItsOwnAndComplete(t *testing.T) {
	t.Parallel()
	db, err := sqlite.Open(t.Context(), filepath.Join(t.TempDir(), "t.db"), clock.NewManual(time.Unix(0, 0)))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = db.Close() }()
	want := []stock.Level{}
	for i := range table.MaxPage + 1 {
		want = append(want, stock.Level{SKU: "A", Location: fmt.Sprintf("L%04d", i), OnHand: 10, Reserved: 3, Free: 7})
	}
	for start := 0; start < len(want); start += table.MaxTransaction {
		var ops []table.Op
		for _, l := range want[start:min(start+table.MaxTransaction, len(want))] {
			ops = append(ops, table.Set(stock.Key(l.SKU, l.Location), table.Item{stock.OnHand: l.OnHand, stock.Reserved: l.Reserved, stock.Free: l.Free}))
		}
		if err := db.Transact(t.Context(), ops...); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := db.Write(t.Context(), table.Set(stock.Key("AB", "L0000"), table.Item{stock.OnHand: int64(1)})); err != nil {
		t.Fatal(err)
	}
	got, err := stock.Levels(t.Context(), db, "A")
	if diff := cmp.Diff(want, got); diff != "" || err != nil {
		t.Error(diff, err)
	}
	if got, err := stock.Levels(t.Context(), db, "unknown"); err != nil || got == nil || len(got) != 0 {
		t.Errorf("%v %v", got, err)
	}
}

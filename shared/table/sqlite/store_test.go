package sqlite_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/orderloom/orderloom/shared/clock"
	"github.com/orderloom/orderloom/shared/fault"
	"github.com/orderloom/orderloom/shared/table"
	"github.com/orderloom/orderloom/shared/table/sqlite"
	"github.com/orderloom/orderloom/shared/table/tabletest"
)

func open(t testing.TB, path string, clk clock.Clock) *sqlite.Store {
	t.Helper()
	s, err := sqlite.Open(t.Context(), path, clk)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}

func TestPort(t *testing.T) {
	t.Parallel()
	tabletest.Run(t, func(t *testing.T) table.Table {
		return open(t, filepath.Join(t.TempDir(), "table.db"), clock.System{})
	})
}

func wantFault(t *testing.T, err error, code, says string) {
	t.Helper()
	if !fault.Is(err, code) || !strings.Contains(err.Error(), says) {
		t.Errorf("got %v, want %s with %q", err, code, says)
	}
}

func TestReopenedStoreGoesOn(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "dir with space", "100%?#.db")
	_, err := sqlite.Open(t.Context(), path, clock.System{})
	wantFault(t, err, "Provider.Misconfigured", "folder")
	if err := os.Mkdir(filepath.Dir(path), 0o700); err != nil {
		t.Fatal(err)
	}
	put := func(s *sqlite.Store, sk string) {
		t.Helper()
		if _, err := s.Write(t.Context(), table.Put(table.Item{table.PK: "p", table.SK: sk})); err != nil {
			t.Fatal(err)
		}
	}
	s := open(t, path, clock.System{})
	put(s, "1")
	put(s, "2")
	if err := s.Trim(t.Context(), 2); err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(path); err != nil {
		t.Error(err)
	}
	again := open(t, path, clock.System{})
	put(again, "3")
	changes, err := again.Changes(t.Context(), 0, 10)
	if err != nil || len(changes) != 1 || changes[0].Seq != 3 {
		t.Errorf("changes %+v, %v: want only number 3", changes, err)
	}
	if n := len(sortKeys(t, again, "p")); n != 3 {
		t.Errorf("%d items, want 3", n)
	}
}

func TestClosedStoreRefuses(t *testing.T) {
	t.Parallel()
	s := open(t, filepath.Join(t.TempDir(), "table.db"), clock.System{})
	waited := make(chan error)
	go func() { waited <- s.Wait(t.Context(), 0) }()
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	wantFault(t, <-waited, "Provider.Unavailable", "closed")
	_, err := s.Write(t.Context(), table.Put(table.Item{table.PK: "p", table.SK: "1"}))
	wantFault(t, err, "Provider.Unavailable", "closed")
	if _, err := s.Get(t.Context(), table.Key{PK: "p", SK: "1"}); err == nil {
		t.Error("a closed store was read")
	}
}

func TestSecondOpenOfOneFileIsRefused(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "table.db")
	open(t, path, clock.System{})
	_, err := sqlite.Open(t.Context(), path, clock.System{})
	wantFault(t, err, "Provider.Unavailable", "Stop the other Orderloom")
}

func TestFileThatIsNoDatabaseIsRefused(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "table.db")
	if err := os.WriteFile(path, []byte(strings.Repeat("no database ", 100)), 0o600); err != nil {
		t.Fatal(err)
	}
	_, err := sqlite.Open(t.Context(), path, clock.System{})
	wantFault(t, err, "Orderloom.Internal", "restore a copy")
}

func TestItemsExpireByTheStoresClock(t *testing.T) {
	t.Parallel()
	clk := clock.NewManual(time.Unix(1_800_000_000, 0))
	s := open(t, filepath.Join(t.TempDir(), "table.db"), clk)
	guard := table.Item{table.PK: "guard", table.SK: "1", table.TTL: int64(1_800_000_060)}
	take := func() error {
		_, err := s.Write(t.Context(), table.Put(guard, table.ItemAbsent()))
		return err
	}
	if err := take(); err != nil {
		t.Fatal(err)
	}
	clk.Advance(59 * time.Second)
	if err := take(); !table.IsConditionFailed(err) {
		t.Errorf("before its time: %v", err)
	}
	clk.Advance(time.Second)
	if item, err := s.Get(t.Context(), guard.Key()); item != nil || err != nil {
		t.Errorf("at its time: %v, %v", item, err)
	}
	guard[table.TTL] = int64(1_800_000_120)
	if err := take(); err != nil {
		t.Errorf("at its time: %v", err)
	}
}

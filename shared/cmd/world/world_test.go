package world_test

import (
	"testing"
	"time"

	"github.com/orderloom/orderloom/shared/clock"
	"github.com/orderloom/orderloom/shared/cmd/world"
)

var start = time.Date(2026, 3, 2, 8, 0, 0, 0, time.UTC)

// open starts a world for a test; without a clock its time is virtual.
func open(t testing.TB, o world.Options) *world.World {
	t.Helper()
	if o.Dir == "" {
		o.Dir = t.TempDir()
	}
	if o.Clock == nil {
		o.Clock = clock.NewManual(start)
	}
	if o.ShipAfter == 0 {
		o.ShipAfter = time.Hour
	}
	w, err := world.Open(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := w.Close(); err != nil {
			t.Errorf("closing the world: %v", err)
		}
	})
	return w
}

package world_test

import (
	"os"
	"testing"
	"time"

	"github.com/orderloom/orderloom/shared/clock"
	"github.com/orderloom/orderloom/shared/cmd/world"
	"github.com/orderloom/orderloom/shared/order/store"
)

// TestBuiltProgramsShipTheSamples runs every function as it is deployed: built,
// a process of its own, with the variables of the templates, its records behind
// the AWS protocols. It is for make isolate: building all takes a minute.
func TestBuiltProgramsShipTheSamples(t *testing.T) {
	if os.Getenv("ISOLATE") == "" {
		t.Skip("builds every function; make isolate runs it")
	}
	t.Parallel()
	w := open(t, world.Options{Clock: clock.System{}, ShipAfter: time.Second, Isolate: true})
	samples := world.Samples(time.Now())
	for _, s := range samples {
		if err := w.Place(t.Context(), s); err != nil {
			t.Fatal(err)
		}
	}
	d := w.Host.Deps()
	orders := store.Store{Table: d.Table, Blobs: d.Blobs, Now: d.Clock.Now}
	at := map[string]string{}
	for end := time.Now().Add(time.Minute); time.Now().Before(end); time.Sleep(100 * time.Millisecond) {
		waiting := 0
		for _, s := range samples {
			if found, err := orders.Resolve(t.Context(), s.Name); err == nil {
				at[s.Name] = string(found[0].Status.State) + " / " + string(found[0].Status.Reason)
			}
			if at[s.Name] != s.Want {
				waiting++
			}
		}
		if waiting == 0 {
			return
		}
	}
	for _, s := range samples {
		if at[s.Name] != s.Want {
			t.Errorf("%s is %q instead of %q", s.Name, at[s.Name], s.Want)
		}
	}
}

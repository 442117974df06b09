package registry_test

import (
	"context"
	"errors"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/orderloom/orderloom/shared/clock"
	"github.com/orderloom/orderloom/shared/event"
	"github.com/orderloom/orderloom/shared/fault"
	"github.com/orderloom/orderloom/shared/flow/registry"
	"github.com/orderloom/orderloom/shared/table"
	"github.com/orderloom/orderloom/shared/table/sqlite"
	"github.com/orderloom/orderloom/statemachines"
)

func open(t *testing.T) *sqlite.Store {
	t.Helper()
	db, err := sqlite.Open(t.Context(), filepath.Join(t.TempDir(), "t.db"), clock.NewManual(time.Unix(0, 0)))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	return db
}

// save publishes flows, one after the other.
func save(t *testing.T, r registry.Registry, flows ...registry.Live) {
	t.Helper()
	for _, l := range flows {
		if _, err := r.Release(t.Context(), nil, registry.Version{Flow: l.ID, Title: l.Title, Event: l.Event, Filters: l.Filters, Machine: l.Machine, ARN: l.Version}); err != nil {
			t.Fatal(err)
		}
	}
}

func live(t *testing.T, r registry.Registry) []registry.Live {
	t.Helper()
	all, err := r.Live(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return all
}

func ids(all []registry.Live) []string {
	var list []string
	for _, l := range all {
		list = append(list, l.ID)
	}
	return list
}

// own lists the flows that come with Orderloom.
func own(t *testing.T) []string {
	t.Helper()
	flows, err := statemachines.Flows()
	if err != nil || len(flows) == 0 {
		t.Fatalf("%d flows, %v", len(flows), err)
	}
	var list []string
	for _, f := range flows {
		list = append(list, f.ID)
	}
	return list
}

func TestFlowsOfTheRepositoryAreLiveWithoutBeingPublished(t *testing.T) {
	t.Parallel()
	r := registry.New(open(t))
	all := live(t, r)
	if diff := cmp.Diff(own(t), ids(all)); diff != "" {
		t.Error(diff)
	}
	lab := registry.Live{ID: "lab", Title: "Lab", Event: event.OrderReceived, Filters: []string{"lab-channel@1"}, Machine: "lab"}
	if diff := cmp.Diff(lab, all[slices.Index(ids(all), "lab")]); diff != "" {
		t.Error(diff)
	}
}

func TestWhatIsPublishedIsLiveBehindTheRepositorys(t *testing.T) {
	t.Parallel()
	r := registry.New(open(t))
	first := registry.Live{ID: "mine", Title: "Mine", Event: event.OrderReceived, Filters: []string{"a@1", "b@2"}, Machine: "flow-mine", Version: "arn:1"}
	save(t, r, first, registry.Live{ID: "another", Machine: "flow-another"})
	all := live(t, r)
	if diff := cmp.Diff(append(own(t), "another", "mine"), ids(all)); diff != "" {
		t.Error(diff)
	}
	first.Number, first.Last, first.Edition = 1, 1, 1
	if diff := cmp.Diff(first, all[len(all)-1]); diff != "" {
		t.Error(diff)
	}
	second := first
	second.Filters, second.Version, second.Number, second.Last, second.Edition = nil, "arn:2", 2, 2, 2
	save(t, r, second)
	if diff := cmp.Diff(second, live(t, r)[len(all)-1]); diff != "" {
		t.Errorf("published again:\n%s", diff)
	}
}

// shortPages answers queries two items at a time.
type shortPages struct{ table.Table }

func (s shortPages) Query(ctx context.Context, q table.Query) (table.Page, error) {
	q.Limit = 2
	return s.Table.Query(ctx, q)
}

func TestNoFlowIsLostBehindTheFirstPage(t *testing.T) {
	t.Parallel()
	r := registry.New(shortPages{open(t)})
	want := own(t)
	for _, id := range []string{"a", "b", "c", "d", "e"} {
		save(t, r, registry.Live{ID: id, Machine: "flow-" + id})
		want = append(want, id)
	}
	if diff := cmp.Diff(want, ids(live(t, r))); diff != "" {
		t.Error(diff)
	}
	if machine, err := r.Machine(t.Context(), "e"); err != nil || machine != "flow-e" {
		t.Errorf("%q %v", machine, err)
	}
}

func TestMachineOfALiveFlow(t *testing.T) {
	t.Parallel()
	r := registry.New(open(t))
	save(t, r, registry.Live{ID: "mine", Machine: "flow-mine"})
	for id, want := range map[string]string{"lab": "lab", "mine": "flow-mine"} {
		if got, err := r.Machine(t.Context(), id); err != nil || got != want {
			t.Errorf("%s runs on %q, %v", id, got, err)
		}
	}
	if _, err := r.Machine(t.Context(), "theirs"); !fault.Is(err, fault.NotFound) {
		t.Errorf("of a flow that is not live: %v", err)
	}
}

func TestTheRepositoryOwnsWhatComesWithIt(t *testing.T) {
	t.Parallel()
	r := registry.New(open(t))
	save(t, r, registry.Live{ID: "mine"})
	for id, want := range map[string]bool{"lab": true, "order-to-fulfillment": true, "mine": false, "theirs": false, "policies": false, "intake": false} {
		if got, err := r.Owned(id); err != nil || got != want {
			t.Errorf("%s: %v, %v", id, got, err)
		}
	}
}

// A registry that cannot be read must not look like one without flows: orders
// would enter none.
func TestWhatCannotBeReadIsAnError(t *testing.T) {
	t.Parallel()
	db := open(t)
	if _, err := db.Write(t.Context(), table.Put(table.Item{table.PK: "FLOWS", table.SK: "broken", "doc": []byte("{")})); err != nil {
		t.Fatal(err)
	}
	if _, err := registry.New(db).Live(t.Context()); !fault.Is(err, fault.Internal) {
		t.Errorf("a damaged flow: %v", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	r := registry.New(open(t))
	if _, err := r.Live(ctx); !errors.Is(err, context.Canceled) {
		t.Errorf("live: %v", err)
	}
	if _, err := r.Machine(ctx, "mine"); !errors.Is(err, context.Canceled) {
		t.Errorf("machine: %v", err)
	}
	if _, err := r.Policies(ctx, []string{"mine@1"}); !errors.Is(err, context.Canceled) {
		t.Errorf("policies: %v", err)
	}
	if _, err := r.SavePolicy(ctx, document("mine", 1, "A")); !errors.Is(err, context.Canceled) {
		t.Errorf("save: %v", err)
	}
}

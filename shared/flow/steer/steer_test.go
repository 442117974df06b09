package steer_test

import (
	"context"
	"encoding/json"
	"errors"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/orderloom/orderloom/shared/clock"
	"github.com/orderloom/orderloom/shared/fault"
	"github.com/orderloom/orderloom/shared/flow"
	"github.com/orderloom/orderloom/shared/flow/steer"
	"github.com/orderloom/orderloom/shared/fn"
	"github.com/orderloom/orderloom/shared/table"
	"github.com/orderloom/orderloom/shared/table/sqlite"
)

var start = time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)

func open(t *testing.T) (*sqlite.Store, *clock.Manual) {
	t.Helper()
	t.Parallel()
	c := clock.NewManual(start)
	db, err := sqlite.Open(t.Context(), filepath.Join(t.TempDir(), "t.db"), c)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	return db, c
}

func save(t *testing.T, db table.Table, c steer.Control) steer.Control {
	t.Helper()
	saved, ok, err := steer.Save(t.Context(), db, c)
	if err != nil || !ok {
		t.Fatalf("%v %v", ok, err)
	}
	return saved
}

func TestOfWritersThatMeetOneIsFirst(t *testing.T) {
	db, _ := open(t)
	c, err := steer.Load(t.Context(), db, "mine")
	if err != nil || c.State != steer.Running {
		t.Fatalf("%+v %v", c, err)
	}
	c.State = steer.Paused
	paused := save(t, db, c)
	for _, late := range []steer.Control{c, {Flow: "mine", State: steer.Running}} {
		if _, ok, err := steer.Save(t.Context(), db, late); ok || err != nil {
			t.Errorf("%+v: %v %v", late, ok, err)
		}
	}
	if got, err := steer.Load(t.Context(), db, "mine"); err != nil || got != paused {
		t.Errorf("%+v %v", got, err)
	}
	paused.State = steer.Running
	save(t, db, paused)
	if all, err := steer.All(t.Context(), db); err != nil || len(all) != 0 {
		t.Errorf("of a flow that runs nothing is kept: %v %v", all, err)
	}
}

func TestTheQueueHasTheOrderInWhichOrdersWereReceived(t *testing.T) {
	db, _ := open(t)
	c := save(t, db, steer.Control{Flow: "mine", State: steer.Paused})
	for _, e := range []steer.Entry{{Order: "ord_2", At: start.Add(time.Second)}, {Order: "ord_1", At: start.Add(2 * time.Second)}, {Order: "ord_3", At: start}, {Order: "ord_2", At: start.Add(time.Second)}} {
		if ok, err := steer.Enqueue(t.Context(), db, c, e); err != nil || !ok {
			t.Fatalf("%v %v", ok, err)
		}
	}
	queue := func(limit int) (ids []string, first steer.Entry) {
		all, err := steer.Queue(t.Context(), db, "mine", limit)
		if err != nil {
			t.Fatal(err)
		}
		for _, e := range all {
			ids = append(ids, e.Order)
		}
		return ids, all[0]
	}
	all, first := queue(10)
	if some, _ := queue(2); !slices.Equal(all, []string{"ord_3", "ord_2", "ord_1"}) || !slices.Equal(some, all[:2]) {
		t.Errorf("%v, %v", all, some)
	}
	if err := steer.Dequeue(t.Context(), db, first); err != nil {
		t.Fatal(err)
	}
	if all, _ := queue(10); !slices.Equal(all, []string{"ord_2", "ord_1"}) {
		t.Errorf("%v", all)
	}
}

func TestNobodyIsAddedToAFlowInAnotherState(t *testing.T) {
	db, _ := open(t)
	was := save(t, db, steer.Control{Flow: "mine", State: steer.Paused})
	is := was
	is.State = steer.Draining
	save(t, db, is)
	if ok, err := steer.Enqueue(t.Context(), db, was, steer.Entry{Order: "ord_1", At: start}); ok || err != nil {
		t.Errorf("queued: %v %v", ok, err)
	}
	ops, ok, err := was.Hold(steer.Held{Order: "ord_1", Signal: "s", Since: start})
	if err := db.Transact(t.Context(), ops...); !table.IsConditionFailed(err) {
		t.Errorf("held: %v", err)
	}
	if !ok || err != nil {
		t.Errorf("%v %v", ok, err)
	}
}

func TestTheBudgetIsTheRatesShareOfTheTime(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		rate   int
		passed time.Duration
		want   int
	}{{10, time.Second, 10}, {10, 250 * time.Millisecond, 2}, {10, 2 * time.Millisecond, 0}, {1, 59 * time.Second, 59}, {2, time.Hour, 120}, {10, -time.Second, -10}} {
		if got := (steer.Control{Rate: c.rate, Drained: start}).Budget(start.Add(c.passed)); got != c.want {
			t.Errorf("%+v: %d", c, got)
		}
	}
}

// counting is a table that counts queries.
type counting struct {
	table.Table
	queries int
	down    error
}

func (c *counting) Query(ctx context.Context, q table.Query) (table.Page, error) {
	c.queries++
	if c.down != nil {
		return table.Page{}, c.down
	}
	return c.Table.Query(ctx, q)
}

func TestTheGateReadsOncePerProcessAndMemory(t *testing.T) {
	db, clk := open(t)
	tab := &counting{Table: db}
	passed := 0
	h := steer.NewGate(fn.Deps{Table: tab, Clock: clk}).Guard(func(context.Context, json.RawMessage) (json.RawMessage, error) { passed++; return nil, nil }, nil)
	invoke := func(run string) error {
		in, err := json.Marshal(flow.StepInput{Order: "ord_1", Run: run})
		if err != nil {
			t.Fatal(err)
		}
		_, err = h(t.Context(), in)
		return err
	}
	for range 100 {
		if err := invoke("ord_1-mine-1"); err != nil {
			t.Fatal(err)
		}
	}
	if tab.queries != 1 || passed != 100 {
		t.Errorf("%d queries for %d steps", tab.queries, passed)
	}
	save(t, db, steer.Control{Flow: "mine", State: steer.Paused})
	clk.Advance(steer.Memory)
	err := invoke("ord_1-mine-1")
	f, ok := errors.AsType[*fault.Error](err)
	if !ok || f.Code != steer.Code || f.Record != "ord_1" || passed != 100 {
		t.Errorf("%v", err)
	}
	if err := invoke("ord_1-my-mine-1"); err != nil || passed != 101 || tab.queries != 2 {
		t.Errorf("another flow's: %v", err)
	}
	if _, err := h(t.Context(), json.RawMessage(`7`)); err != nil {
		t.Errorf("what is no step is the function's to refuse: %v", err)
	}
	tab.down = fault.New(fault.Unavailable, "no table")
	clk.Advance(steer.Memory)
	if diff := cmp.Diff(fault.Unavailable, fault.Code(invoke("ord_1-mine-1"))); diff != "" {
		t.Error(diff)
	}
}

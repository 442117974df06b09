package flows

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"maps"
	"path/filepath"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/orderloom/orderloom/shared/clock"
	"github.com/orderloom/orderloom/shared/event"
	"github.com/orderloom/orderloom/shared/fault"
	"github.com/orderloom/orderloom/shared/flow"
	"github.com/orderloom/orderloom/shared/flow/registry"
	"github.com/orderloom/orderloom/shared/fn"
	"github.com/orderloom/orderloom/shared/order"
	"github.com/orderloom/orderloom/shared/order/store"
	"github.com/orderloom/orderloom/shared/table/sqlite"
)

const id = "ord_1"

var ctx = context.Background()

// machines is a Step Functions that keeps what it was asked to do.
type machines struct {
	fn.States
	mu       sync.Mutex
	started  map[string]flow.ExecutionInput // by machine and name
	answered []string
	down     func(name string) error // of an execution or token
}

func (m *machines) Start(_ context.Context, machine, name string, input []byte) error {
	return m.do(name, func() {
		var in flow.ExecutionInput
		_ = json.Unmarshal(input, &in)
		m.started[machine+" "+name] = in
	})
}

func (m *machines) Succeed(_ context.Context, token string, output []byte) error {
	return m.do(token, func() { m.answered = append(m.answered, fmt.Sprintf("%s: %s", token, output)) })
}

func (m *machines) Fail(_ context.Context, token, code, cause string) error {
	return m.do(token, func() { m.answered = append(m.answered, fmt.Sprintf("%s: %s %s", token, code, cause)) })
}

func (m *machines) do(name string, f func()) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.down != nil {
		if err := m.down(name); err != nil {
			return err
		}
	}
	f()
	return nil
}

func (m *machines) names() []string { return slices.Sorted(maps.Keys(m.started)) }

type world struct {
	starter
	deps     fn.Deps
	machines *machines
	table    *sqlite.Store
}

func newWorld(t *testing.T) world {
	t.Helper()
	t.Parallel()
	c := clock.NewManual(time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC))
	db, err := sqlite.Open(ctx, filepath.Join(t.TempDir(), "t.db"), c)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	m := &machines{started: map[string]flow.ExecutionInput{}}
	deps := fn.Deps{Table: db, Clock: c, States: m, Log: slog.New(slog.NewTextHandler(io.Discard, nil))}
	return world{starter{store.Store{Table: db, Now: c.Now}, registry.New(db), m}, deps, m, db}
}

// received stores an order of a channel.
func (w world) received(t *testing.T, channel string, more ...event.Event) {
	t.Helper()
	doc := order.Document{Channel: channel, ExternalID: "1", Name: "#1001", Lines: []order.Line{{ID: "1", Kind: order.Physical, Quantity: 1}}}
	if _, _, err := w.orders.Create(ctx, id, "create", doc, append([]event.Event{{Name: event.OrderReceived}}, more...)...); err != nil {
		t.Fatal(err)
	}
}

// publish makes flow "mine" live.
func (w world) publish(t *testing.T, filters ...string) {
	t.Helper()
	if _, err := w.flows.Release(ctx, nil, registry.Version{Flow: "mine", Event: event.OrderReceived, Filters: filters, Machine: "flow-mine", ARN: "arn:flow-mine:1"}); err != nil {
		t.Fatal(err)
	}
}

func (w world) happen(t *testing.T, name string) {
	t.Helper()
	if _, err := w.orders.Change(ctx, id, name, "", func(*store.Record) (store.Change, error) {
		return store.Change{Events: []event.Event{{Name: name}}}, nil
	}); err != nil {
		t.Fatal(err)
	}
}

func (w world) runs(t *testing.T) map[string]int {
	t.Helper()
	r, err := w.orders.Load(ctx, id)
	if err != nil {
		t.Fatal(err)
	}
	return r.Status.Runs
}

func TestAnOrderEntersTheFlowsWhoseFilterItPasses(t *testing.T) {
	t.Parallel()
	for channel, want := range map[string]string{"lab": "lab", "demo-shop": "order-to-fulfillment"} {
		t.Run(channel, func(t *testing.T) {
			w := newWorld(t)
			w.received(t, channel)
			detail, _ := json.Marshal(map[string]any{"detail-type": event.OrderReceived, "detail": event.Event{Name: event.OrderReceived, OrderID: id}})
			out, err := Start.New(w.deps)(ctx, detail)
			if err != nil || string(out) != `{"flows":["`+want+`"]}` {
				t.Errorf("%s %v", out, err)
			}
			name := flow.RunName(id, want, 1)
			if diff := cmp.Diff(map[string]flow.ExecutionInput{want + " " + name: {Order: id, Flow: want, Run: name}}, w.machines.started); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestAFlowOfTheConsoleRunsOnItsOwnMachine(t *testing.T) {
	w := newWorld(t)
	w.publish(t, "lab-channel@1")
	w.received(t, "lab")
	out, err := w.start(ctx, id)
	if diff := cmp.Diff([]string{"lab", "mine"}, out.Flows); diff != "" || err != nil {
		t.Error(diff, err)
	}
	if diff := cmp.Diff([]string{"flow-mine ord_1-mine-1", "lab ord_1-lab-1"}, w.machines.names()); diff != "" {
		t.Error(diff)
	}
}

func TestARunIsStartedOnceHoweverOftenTheEventArrives(t *testing.T) {
	w := newWorld(t)
	w.received(t, "lab")
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			if out, err := w.start(ctx, id); err != nil || !slices.Equal(out.Flows, []string{"lab"}) {
				t.Errorf("%v %v", out, err)
			}
		})
	}
	wg.Wait()
	w.happen(t, event.OrderHeaderValidated) // its run is under way
	if out, err := w.start(ctx, id); err != nil || !slices.Equal(out.Flows, []string{"lab"}) {
		t.Errorf("%v %v", out, err)
	}
	if len(w.machines.started) != 1 || !maps.Equal(w.runs(t), map[string]int{"lab": 1}) {
		t.Errorf("started %v, runs %v", w.machines.names(), w.runs(t))
	}
}

// One flow has moved the order on before the start of the other, which failed,
// is tried again.
func TestAStartThatWasLostIsMadeUpFor(t *testing.T) {
	w := newWorld(t)
	w.publish(t)
	w.received(t, "lab")
	w.machines.down = func(name string) error {
		if name == flow.RunName(id, "mine", 1) {
			return errors.New("throttled")
		}
		return nil
	}
	if _, err := w.start(ctx, id); err == nil {
		t.Fatal("a start that failed must be tried again")
	}
	w.machines.down = nil
	w.happen(t, event.OrderHeaderValidated)
	if _, err := w.start(ctx, id); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"flow-mine ord_1-mine-1", "lab ord_1-lab-1"}, w.machines.names()); diff != "" {
		t.Error(diff)
	}
}

func TestWhatIsOverStartsNothing(t *testing.T) {
	w := newWorld(t)
	w.received(t, "lab", event.Event{Name: event.OrderCanceled})
	if out, err := w.start(ctx, id); err != nil || out.Flows == nil || len(out.Flows) != 0 || len(w.machines.started) != 0 {
		t.Errorf("%v %v, started %v", out, err, w.machines.names())
	}
	if _, err := w.start(ctx, "ord_unknown"); !fault.Is(err, fault.NotFound) {
		t.Errorf("%v", err)
	}
}

func TestALateDuplicateDoesNotStartACanceledOrderAgain(t *testing.T) {
	w := newWorld(t)
	w.received(t, "lab")
	if _, err := w.start(ctx, id); err != nil {
		t.Fatal(err)
	}
	w.happen(t, event.OrderCanceled)
	w.machines.down = func(string) error { return errors.New("must not be called") }
	if _, err := w.start(ctx, id); err != nil {
		t.Error(err)
	}
}

package flows

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/orderloom/orderloom/shared/clock"
	"github.com/orderloom/orderloom/shared/event"
	"github.com/orderloom/orderloom/shared/fault"
	"github.com/orderloom/orderloom/shared/flow"
	"github.com/orderloom/orderloom/shared/flow/compile"
	"github.com/orderloom/orderloom/shared/flow/registry"
	"github.com/orderloom/orderloom/shared/flow/steer"
	"github.com/orderloom/orderloom/shared/fn"
	"github.com/orderloom/orderloom/shared/order"
	"github.com/orderloom/orderloom/shared/order/store"
	"github.com/orderloom/orderloom/shared/rendezvous"
	"github.com/orderloom/orderloom/shared/table"
	"github.com/orderloom/orderloom/shared/table/sqlite"
)

// errCrash is what a process sees that crashes: nothing more happens in it.
var errCrash = fault.New(fault.Unavailable, "crashed")

// crash ends a process at one of its writes, before or after it is done.
type crash struct {
	in    int // writes until then; 0: never
	after bool
}

// at reports for one write whether it still is done, and whether the process
// lives to see it.
func (c *crash) at() (done, alive bool) {
	if c.in == 0 {
		return true, true
	}
	if c.in--; c.in > 0 {
		return true, true
	}
	c.in = -1 // dead
	return c.after, false
}

type brittleTable struct {
	table.Table
	crash *crash
}

func (b brittleTable) Write(ctx context.Context, op table.Op) (table.Item, error) {
	return brittle(b.crash, func() (table.Item, error) { return b.Table.Write(ctx, op) })
}

func (b brittleTable) Transact(ctx context.Context, ops ...table.Op) error {
	_, err := brittle(b.crash, func() (struct{}, error) { return struct{}{}, b.Table.Transact(ctx, ops...) })
	return err
}

func brittle[T any](c *crash, do func() (T, error)) (none T, _ error) {
	if c.in < 0 {
		return none, errCrash
	}
	done, alive := c.at()
	if !done {
		return none, errCrash
	}
	out, err := do()
	if !alive {
		return none, errCrash
	}
	return out, err
}

// plant is a Step Functions whose every call may be the last of its caller.
type plant struct {
	fn.States
	crash   *crash
	started []string          // names of executions, in order
	on      map[string]string // the version that each was started on
	alias   []fn.Share
	built   int
}

func (p *plant) Start(_ context.Context, _, name string, _ []byte) error {
	_, err := brittle(p.crash, func() (struct{}, error) {
		if _, exists := p.on[name]; !exists {
			p.started = append(p.started, name)
			p.on[name] = p.alias[0].Version
		}
		return struct{}{}, nil
	})
	return err
}

func (p *plant) Publish(context.Context, string, []byte) (string, error) {
	return brittle(p.crash, func() (string, error) {
		p.built++
		v := fmt.Sprint("arn:", p.built)
		if p.alias == nil {
			p.alias = []fn.Share{{Version: v, Percent: 100}}
		}
		return v, nil
	})
}

func (p *plant) Route(_ context.Context, _ string, shares []fn.Share) error {
	_, err := brittle(p.crash, func() (struct{}, error) { p.alias = shares; return struct{}{}, nil })
	return err
}

// life is a flow, its orders, and everything that may happen to them.
type life struct {
	t       *rapid.T
	clock   *clock.Manual
	db      *sqlite.Store
	crash   *crash
	plant   *plant
	orders  []string
	pending []string // their events were not taken yet
	steps   map[string]int
	waiting map[string]string // signal by order
	stopped bool              // the flow was, some time
}

func newLife(t *rapid.T, dir string) *life {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	c := clock.NewManual(time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC))
	db, err := sqlite.Open(ctx, filepath.Join(dir, "t.db"), c)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	l := &life{t: t, clock: c, db: db, crash: &crash{}, steps: map[string]int{}, waiting: map[string]string{}}
	l.plant = &plant{crash: l.crash, on: map[string]string{}}
	return l
}

func (l *life) deps() fn.Deps {
	return fn.Deps{Table: brittleTable{l.db, l.crash}, Clock: l.clock, States: l.plant}
}

// process runs one invocation, which may crash; it reports whether it did not fail.
func (l *life) process(run func() error) bool {
	*l.crash = crash{in: rapid.IntRange(0, 6).Draw(l.t, "crash at write"), after: rapid.Bool().Draw(l.t, "done")}
	err := run()
	*l.crash = crash{}
	if err != nil && !fault.Is(err, fault.Unavailable) && !fault.Is(err, fault.Conflict) {
		l.t.Fatalf("%v", err)
	}
	return err == nil
}

func (l *life) publish() {
	l.process(func() error {
		s := steerer{publisherOf(l.deps()), l.deps().Table}
		v, err := s.make(ctx, &flow.Document{ID: "mine", Entry: flow.Entry{Event: event.OrderReceived, Filter: []string{"lab-channel@1"}}}, json.RawMessage(`{}`), compile.Result{Doc: flow.Document{ID: "mine"}})
		if err != nil {
			return err
		}
		if _, err := s.release(ctx, nil, v); err != nil {
			return err
		}
		return s.revive(ctx, "mine", "")
	})
}

func (l *life) tell(verb string) bool {
	return l.process(func() error {
		_, err := steerer{publisherOf(l.deps()), l.deps().Table}.steer(ctx, "mine", verb, Told{Rate: 2})
		return err
	})
}

func (l *life) receive() {
	l.clock.Advance(time.Second)
	id := fmt.Sprintf("ord_%03d", len(l.orders))
	doc := order.Document{Channel: "lab", ExternalID: id, Name: id, Lines: []order.Line{{ID: "1", Kind: order.Physical, Quantity: 1}}}
	if _, _, err := (store.Store{Table: l.db, Now: l.clock.Now}).Create(ctx, id, "create", doc, event.Event{Name: event.OrderReceived}); err != nil {
		l.t.Fatal(err)
	}
	l.orders, l.pending = append(l.orders, id), append(l.pending, id)
}

// deliver brings the event of an order, for the first time or once more.
func (l *life) deliver(id string) {
	if l.process(func() error { _, err := starterOf(l.deps()).start(ctx, id); return err }) {
		l.pending = slices.DeleteFunc(l.pending, func(p string) bool { return p == id })
	}
}

func (l *life) drain() {
	before := len(l.plant.started)
	l.clock.Advance(time.Duration(rapid.IntRange(1, 60).Draw(l.t, "seconds")) * time.Second)
	l.process(func() error { return drainer{starterOf(l.deps())}.drainAll(ctx) })
	if began := mine(l.plant.started[before:]); !slices.IsSorted(began) {
		l.t.Fatalf("out of order: %v", began)
	}
}

// mine are the runs of the flow that lives here; "lab" takes the orders too.
func mine(runs []string) []string {
	return slices.DeleteFunc(slices.Clone(runs), func(name string) bool { return flow.OfRun(name) != "mine" })
}

// step lets the next step of a running order begin, or wait.
func (l *life) step(id string) {
	signal := steer.Signal(fmt.Sprintf("%s#s#%d", flow.RunName(id, "mine", 1), l.steps[id]))
	l.steps[id]++
	if l.state() != steer.Paused {
		return
	}
	if err := hold(ctx, store.Store{Table: l.db, Now: l.clock.Now}, flow.RunName(id, "mine", 1), id, signal); err != nil {
		l.t.Fatal(err)
	}
	l.waiting[id] = signal
}

// hold lets a step wait as orders/raise-exception does.
func hold(ctx context.Context, s store.Store, run, id, signal string) error {
	_, err := s.Change(ctx, id, signal, "s", func(r *store.Record) (store.Change, error) {
		c, err := steer.Load(ctx, s.Table, flow.OfRun(run))
		if err != nil {
			return store.Change{}, err
		}
		ops, _, err := c.Hold(steer.Held{Order: id, Step: "s", Signal: signal, Since: s.Now()})
		r.Status.Waits = append(r.Status.Waits, signal)
		return store.Change{Outcome: true, Ops: append(ops, rendezvous.Wait(id, signal, "token", s.Now()))}, err
	})
	return err
}

// answered takes the orders off the list whose step may begin.
func (l *life) answered() {
	for id, signal := range l.waiting {
		item, err := l.db.Get(ctx, table.Key{PK: "RV#" + id, SK: signal})
		if err != nil {
			l.t.Fatal(err)
		}
		if _, ok := rendezvous.Met(item); ok {
			delete(l.waiting, id)
		}
	}
}

func (l *life) state() steer.State {
	c, err := steer.Load(ctx, l.db, "mine")
	if err != nil {
		l.t.Fatal(err)
	}
	return c.State
}

// accounted: an order whose event was taken runs, waits, or was left out.
func (l *life) accounted() {
	var kept []string
	for _, list := range []func(context.Context, table.Table, string, int) ([]steer.Entry, error){steer.Queue, steer.LeftOut} {
		all, err := list(ctx, l.db, "mine", 1000)
		if err != nil {
			l.t.Fatal(err)
		}
		for _, e := range all {
			kept = append(kept, e.Order)
		}
	}
	for _, id := range l.orders {
		if _, runs := l.plant.on[flow.RunName(id, "mine", 1)]; !runs && !slices.Contains(l.pending, id) && !slices.Contains(kept, id) {
			l.t.Fatalf("%s is lost", id)
		}
	}
	for name := range l.plant.on {
		if !strings.HasSuffix(name, "-1") {
			l.t.Fatalf("a second run: %s", name)
		}
	}
}

// settle lets the flow go on, whatever it was told, and time pass.
func (l *life) settle() {
	for _, id := range slices.Clone(l.pending) {
		for slices.Contains(l.pending, id) {
			l.deliver(id)
		}
	}
	for range 500 {
		if s := l.state(); s == steer.Running && len(l.waiting) == 0 {
			return
		} else if s == steer.Paused || s == steer.Stopped {
			l.tell("resume")
		}
		l.drain()
		l.answered()
	}
	l.t.Fatalf("it never ends: %s, waiting %v", l.state(), l.waiting)
}

// TestNoOrderIsLostOrStartedTwice, whatever a flow is told, whatever crashes.
func TestNoOrderIsLostOrStartedTwice(t *testing.T) {
	t.Parallel()
	dir, n := t.TempDir(), 0
	rapid.Check(t, func(t *rapid.T) {
		n++
		l := newLife(t, filepath.Join(dir, fmt.Sprint(n)))
		for l.publish(); ; l.publish() { // until one gets through
			if _, err := registry.New(l.db).Flow(ctx, "mine"); err == nil {
				break
			}
		}
		some := func(of []string) string { return rapid.SampledFrom(of).Draw(t, "order") }
		t.Repeat(map[string]func(*rapid.T){
			"":        func(*rapid.T) { l.answered(); l.accounted() },
			"receive": func(*rapid.T) { l.receive() },
			"deliver": func(t *rapid.T) {
				if len(l.orders) == 0 {
					t.Skip()
				}
				l.deliver(some(l.orders))
			},
			"step": func(t *rapid.T) {
				running := slices.DeleteFunc(slices.Clone(l.orders), func(id string) bool {
					_, runs := l.plant.on[flow.RunName(id, "mine", 1)]
					return !runs || l.waiting[id] != ""
				})
				if len(running) == 0 {
					t.Skip()
				}
				l.step(some(running))
			},
			"pause":    func(*rapid.T) { l.tell("pause") },
			"resume":   func(*rapid.T) { l.tell("resume") },
			"stop":     func(*rapid.T) { l.stopped = true; l.tell("stop") },
			"publish":  func(*rapid.T) { l.publish() },
			"rollback": func(*rapid.T) { l.tell("rollback") },
			"drain":    func(*rapid.T) { l.drain() },
			"watch": func(*rapid.T) {
				l.process(func() error {
					_, err := watcher{publisherOf(l.deps()), starterOf(l.deps()).orders}.watch(ctx)
					return err
				})
			},
		})
		l.settle()
		l.accounted()
		out, err := steer.LeftOut(ctx, l.db, "mine", 1000)
		if queue, qErr := steer.Queue(ctx, l.db, "mine", 1000); err != nil || qErr != nil || len(queue) > 0 || len(out) > 0 && !l.stopped {
			t.Fatalf("left in the queue: %v; left out: %v; %v %v", queue, out, err, qErr)
		}
		if _, err := (watcher{publisherOf(l.deps()), starterOf(l.deps()).orders}).watch(ctx); err != nil {
			t.Fatal(err)
		}
		live, err := registry.New(l.db).Flow(ctx, "mine")
		if err != nil || !slices.Equal(l.plant.alias, live.Shares()) {
			t.Fatalf("the alias leads to %v, live is %+v: %v", l.plant.alias, live, err)
		}
	})
}

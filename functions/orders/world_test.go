package orders

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/events"

	"github.com/orderloom/orderloom/shared/clock"
	"github.com/orderloom/orderloom/shared/event"
	"github.com/orderloom/orderloom/shared/exception"
	"github.com/orderloom/orderloom/shared/flow"
	"github.com/orderloom/orderloom/shared/fn"
	"github.com/orderloom/orderloom/shared/inbox"
	"github.com/orderloom/orderloom/shared/order"
	"github.com/orderloom/orderloom/shared/order/store"
	"github.com/orderloom/orderloom/shared/rendezvous"
	"github.com/orderloom/orderloom/shared/table"
	"github.com/orderloom/orderloom/shared/table/sqlite"
)

var (
	ctx   = context.Background()
	start = time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
)

// tester is what *testing.T and *rapid.T have in common.
type tester interface {
	Helper()
	Fatalf(string, ...any)
	Cleanup(func())
}

// world is a fresh Orderloom without machines: tests call the functions as the
// machines would.
type world struct {
	t     tester
	deps  fn.Deps
	clock *clock.Manual
	table *sqlite.Store
	store store.Store
	box   inbox.Box
	bus   *bus
	runs  *runs
}

func newWorld(t tester, dir string) *world {
	t.Helper()
	if err := os.MkdirAll(dir, 0o700); err != nil {
		t.Fatalf("%v", err)
	}
	clk := clock.NewManual(start)
	db, err := sqlite.Open(ctx, filepath.Join(dir, "t.db"), clk)
	if err != nil {
		t.Fatalf("%v", err)
	}
	t.Cleanup(func() { _ = db.Close() })
	w := &world{t: t, clock: clk, table: db, bus: &bus{}, runs: &runs{started: map[string]int{}}}
	var mu sync.Mutex
	ids := 0
	w.deps = fn.Deps{
		Table: db, Clock: clk, Bus: w.bus, States: w.runs, Log: slog.New(slog.NewTextHandler(io.Discard, nil)),
		NewID: func(prefix string) string {
			mu.Lock()
			defer mu.Unlock()
			ids++
			return fmt.Sprintf("%s_%026d", prefix, ids)
		},
	}
	w.store, w.box = storeOf(w.deps), boxOf(w.deps)
	return w
}

// bus keeps what was published and refuses what it is told to.
type bus struct {
	mu      sync.Mutex
	entries []fn.BusEntry
	refuse  func(fn.BusEntry) bool
	down    error
	calls   int
	largest int // call, in bytes
}

func (b *bus) Put(_ context.Context, entries []fn.BusEntry) (failed []int, err error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.calls++
	if b.down != nil {
		return nil, b.down
	}
	bytes := 0
	for _, e := range entries {
		bytes += entryBytes(e)
	}
	b.largest = max(b.largest, bytes)
	for i, e := range entries {
		if b.refuse != nil && b.refuse(e) {
			failed = append(failed, i)
			continue
		}
		b.entries = append(b.entries, e)
	}
	return failed, nil
}

func (b *bus) names() []string {
	b.mu.Lock()
	defer b.mu.Unlock()
	all := []string{}
	for _, e := range b.entries {
		all = append(all, e.DetailType)
	}
	return all
}

// runs counts what was started, by name.
type runs struct {
	fn.States
	mu      sync.Mutex
	started map[string]int
	running []string // names of executions
	down    error
}

func (r *runs) Executions(context.Context, fn.ExecutionQuery) ([]string, string, error) {
	return r.running, "", r.down
}

func (r *runs) Start(_ context.Context, machine, name string, _ []byte) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.down != nil {
		return r.down
	}
	r.started[machine+" "+name]++
	return nil
}

// document is version n of an order of one line; later versions are newer.
func document(n int) order.Document {
	return order.Document{
		Channel: "shop", ExternalID: "450789469", Name: "#1001", Currency: "USD", UpdatedAt: start.Add(time.Duration(n) * time.Minute),
		Note: fmt.Sprint("version ", n), ShipTo: &order.Address{Country: "US"}, Totals: order.Totals{Total: "10.00"},
		Lines: []order.Line{{ID: "1", SKU: "A", Kind: order.Physical, Quantity: 10, Price: "1.00"}},
	}
}

func canceled(doc order.Document) order.Document {
	doc.Canceled = &order.Cancellation{At: doc.UpdatedAt, Reason: "customer"}
	return doc
}

// message stores a message with its canonical document and returns its id.
func (w *world) message(event string, doc any) string {
	w.t.Helper()
	id := inbox.ID("shop", "orders", event)
	if _, err := w.box.Receive(ctx, inbox.Message{ID: id, Instance: "shop", Topic: "orders"}, []byte(`{}`)); err != nil {
		w.t.Fatalf("receive: %v", err)
	}
	data, _ := json.Marshal(doc)
	if err := w.box.SetDocument(ctx, id, data); err != nil {
		w.t.Fatalf("document: %v", err)
	}
	return id
}

func (w *world) recorder() recorder { return recorder{w.store, w.box, w.deps.NewID} }

func (w *world) record(event string, doc order.Document) RecordResult {
	w.t.Helper()
	res, err := w.recorder().record(ctx, RecordInput{w.message(event, doc)})
	if err != nil {
		w.t.Fatalf("record %s: %v", event, err)
	}
	return res
}

// received is an order as it is right after it was recorded.
func (w *world) received(lines ...order.Line) string {
	w.t.Helper()
	doc := document(1)
	if lines != nil {
		doc.Lines = lines
	}
	return w.record("create", doc).Order
}

func (w *world) load(id string) store.Record {
	w.t.Helper()
	r, err := w.store.Load(ctx, id)
	if err != nil {
		w.t.Fatalf("load: %v", err)
	}
	return r
}

func (w *world) fulfillmentOrder(id, fo string) order.FulfillmentOrder {
	w.t.Helper()
	r := w.load(id)
	f := r.Status.FulfillmentOrder(fo)
	if f == nil {
		w.t.Fatalf("order %s has no %s", id, fo)
	}
	return *f
}

// journal lists the names of an order's events in their order.
func (w *world) journal(id string) []string {
	w.t.Helper()
	entries, err := w.store.Journal(ctx, id)
	if err != nil {
		w.t.Fatalf("journal: %v", err)
	}
	var names []string
	seq := int64(0)
	for _, e := range entries {
		for _, ev := range e.Events {
			if seq++; ev.Seq != seq {
				w.t.Fatalf("event %s has sequence %d, want %d", ev.Name, ev.Seq, seq)
			}
			names = append(names, ev.Name)
		}
	}
	return names
}

func (w *world) count(id, name string) int {
	n := 0
	for _, have := range w.journal(id) {
		if have == name {
			n++
		}
	}
	return n
}

// happen applies an event as a step of the machine does.
func (w *world) happen(id, name, fo string, payload any) {
	w.t.Helper()
	in := flow.ApplyInput{StepInput: flow.StepInput{Order: id, Step: "step", Key: "step/" + fo, FulfillmentOrder: fo}, Event: name, Payload: encode(payload)}
	if _, err := apply(ctx, w.store, in); err != nil {
		w.t.Fatalf("%s: %v", name, err)
	}
}

// reserved walks an order to "stock reserved" at the locations of its lines.
func (w *world) reserved(id string, locations ...string) {
	w.t.Helper()
	var p order.Sourced
	for i, l := range w.load(id).Document.Lines {
		p.Assignments = append(p.Assignments, order.Assignment{Line: l.ID, SKU: l.SKU, Quantity: l.Quantity, Location: locations[i%len(locations)]})
	}
	w.happen(id, event.OrderHeaderValidated, "", nil)
	w.happen(id, event.OrderSourced, "", p)
	w.happen(id, event.OrderReserved, "", nil)
}

// planned walks an order to its fulfillment orders.
func (w *world) planned(id string, locations ...string) []flow.PlannedOrder {
	w.t.Helper()
	w.reserved(id, locations...)
	out, err := plan(ctx, w.store, flow.PlanInput{StepInput: flow.StepInput{Order: id, Step: "create", Key: "create#0"}})
	if err != nil {
		w.t.Fatalf("plan: %v", err)
	}
	return out.FulfillmentOrders
}

// sent walks an order to "sent to fulfillment" and returns its fulfillment order.
func (w *world) sent(id string) string {
	w.t.Helper()
	fo := w.planned(id, "Seattle")[0].ID
	w.happen(id, event.FulfillmentOrderReleased, fo, nil)
	w.happen(id, event.FulfillmentOrderSent, fo, order.Sent{Remote: "77"})
	return fo
}

// met reads what a waiting state of the order would be told.
func (w *world) met(id, signal string) (rendezvous.Meeting, bool) {
	w.t.Helper()
	item, err := w.table.Get(ctx, table.Key{PK: "RV#" + id, SK: signal})
	if err != nil {
		w.t.Fatalf("rendezvous: %v", err)
	}
	return rendezvous.Met(item)
}

func (w *world) open() []exception.Exception {
	w.t.Helper()
	all, err := exception.List(ctx, w.table, 100)
	if err != nil {
		w.t.Fatalf("exceptions: %v", err)
	}
	return all
}

// together calls f n times at once and returns what it said.
func together[T any](n int, f func(i int) T) []T {
	out := make([]T, n)
	var wg sync.WaitGroup
	for i := range n {
		wg.Go(func() { out[i] = f(i) })
	}
	wg.Wait()
	return out
}

// post calls a function with an HTTP route and returns status and body.
func (w *world) post(f fn.Function, path, id, body string, header ...string) (int, string, map[string]string) {
	w.t.Helper()
	req := fn.ExampleRequest("POST", path, map[string]string{"id": id}, body)
	for i := 0; i+1 < len(header); i += 2 {
		req.Headers[header[i]] = header[i+1]
	}
	in, _ := json.Marshal(req)
	out, err := f.New(w.deps)(ctx, in)
	if err != nil {
		w.t.Fatalf("%s: %v", path, err)
	}
	var res events.APIGatewayV2HTTPResponse
	if err := json.Unmarshal(out, &res); err != nil {
		w.t.Fatalf("%s: %v", path, err)
	}
	return res.StatusCode, decoded(w.t, res), res.Headers
}

func decoded(t tester, res events.APIGatewayV2HTTPResponse) string {
	t.Helper()
	var body []byte
	quoted, _ := json.Marshal(res.Body) // []byte is base64 in JSON
	if err := json.Unmarshal(quoted, &body); err != nil {
		t.Fatalf("%v", err)
	}
	return string(body)
}

func testWorld(t *testing.T) *world {
	t.Helper()
	t.Parallel()
	return newWorld(t, t.TempDir())
}

package shipstation

import (
	"context"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"testing"
	"time"

	"github.com/orderloom/orderloom/functions/providers/shipstation/shipstationtest"
	"github.com/orderloom/orderloom/shared/clock"
	"github.com/orderloom/orderloom/shared/event"
	"github.com/orderloom/orderloom/shared/fault"
	"github.com/orderloom/orderloom/shared/flow"
	"github.com/orderloom/orderloom/shared/fn"
	"github.com/orderloom/orderloom/shared/inbox"
	"github.com/orderloom/orderloom/shared/order"
	"github.com/orderloom/orderloom/shared/order/store"
	"github.com/orderloom/orderloom/shared/provider"
	"github.com/orderloom/orderloom/shared/table/sqlite"
)

const orderID = "ord_01JTEST0000000000000000000"

var (
	start = time.Date(2026, 3, 2, 8, 0, 0, 0, time.UTC)
	foID  = order.FulfillmentOrderID(orderID, 1)
)

// world is an instance "warehouse" that talks to a fake ShipStation in process.
type world struct {
	deps   fn.Deps
	box    inbox.Box
	orders store.Store
	clock  *clock.Manual
	fake   *shipstationtest.Server
	notes  chan []byte // notifications of the fake
}

// inProcess answers requests without a network, whatever the host.
type inProcess struct{ http.Handler }

func (p inProcess) Do(r *http.Request) (*http.Response, error) {
	if r.Body == nil {
		r.Body = http.NoBody
	}
	rec := httptest.NewRecorder()
	p.ServeHTTP(rec, r)
	return rec.Result(), nil
}

type secrets map[string]string

func (s secrets) Get(_ context.Context, ref string) (string, error) { return s[ref], nil }

func newWorld(t *testing.T, change func(*shipstationtest.Options)) world {
	t.Helper()
	clk := clock.NewManual(start)
	tbl, err := sqlite.Open(t.Context(), filepath.Join(t.TempDir(), "table.db"), clk)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = tbl.Close() })
	w := world{clock: clk, notes: make(chan []byte, 100)}
	opts := shipstationtest.Options{
		Clock: clk, APIKey: "key", APISecret: "secret", ShipAfter: time.Hour, Manual: true,
		Notify: func(_ context.Context, body []byte) error { w.notes <- body; return nil },
	}
	if change != nil {
		change(&opts)
	}
	w.fake = shipstationtest.New(opts)
	t.Cleanup(w.fake.Close)
	w.deps = fn.Deps{Table: tbl, Clock: clk, HTTP: inProcess{w.fake}, Secrets: secrets{"k": "key", "s": "secret", "h": "hook"}}
	w.box = inbox.Box{Table: tbl, Now: clk.Now}
	w.orders = store.Store{Table: tbl, Now: clk.Now}
	w.install(t, func(*provider.Instance) {})
	return w
}

// install saves the instance with a change.
func (w world) install(t *testing.T, change func(*provider.Instance)) {
	t.Helper()
	in := provider.Instance{
		ID: "warehouse", Provider: "shipstation", Active: true,
		Parameters: map[string]string{"baseUrl": "https://ssapi.wms.example", "warehouse.Seattle": "101", "warehouse.Chicago": "102"},
		Secrets:    map[string]string{"apiKey": "k", "apiSecret": "s", "hookSecret": "h"},
	}
	change(&in)
	if err := provider.Save(t.Context(), w.deps.Table, in); err != nil {
		t.Fatal(err)
	}
}

func sample() order.Document {
	return order.Document{
		Channel: "demo-shop", Instance: "demo-shop", ExternalID: "1", Name: "#1001", Currency: "USD", PlacedAt: start,
		Customer: order.Customer{Name: "Bob Norman", Email: "bob@example.com"},
		ShipTo:   &order.Address{Line1: "Chestnut Street 92", City: "Louisville", Province: "KY", Zip: "40202", Country: "US"},
		Lines: []order.Line{
			{ID: "466157049", Kind: order.Physical, SKU: "IPOD2008GREEN", Title: "IPod Nano - 8gb", Quantity: 110, Price: "199.00"},
			{ID: "518995019", Kind: order.Physical, SKU: "IPOD2008RED", Quantity: 5, Price: "0.10"},
		},
	}
}

// order stores an order with one fulfillment order that is about to be sent.
func (w world) order(t *testing.T, doc order.Document, lines ...order.FulfillmentLine) {
	t.Helper()
	if _, _, err := w.orders.Create(t.Context(), orderID, "create", doc, event.Event{Name: event.OrderReceived}); err != nil {
		t.Fatal(err)
	}
	if lines == nil {
		lines = []order.FulfillmentLine{{Line: "466157049", Quantity: 110}}
	}
	w.change(t, "create-fulfillment-order",
		event.Event{Name: event.OrderHeaderValidated},
		event.Event{Name: event.FulfillmentOrderCreated, EntityID: foID, Payload: encode(order.FulfillmentOrder{ID: foID, Location: "Seattle", Lines: lines})},
		event.Event{Name: event.FulfillmentOrderReleased, EntityID: foID})
}

func (w world) change(t *testing.T, key string, events ...event.Event) {
	t.Helper()
	_, err := w.orders.Change(t.Context(), orderID, key, "", func(*store.Record) (store.Change, error) { return store.Change{Events: events}, nil })
	if err != nil {
		t.Fatal(err)
	}
}

func encode(v any) json.RawMessage { data, _ := json.Marshal(v); return data }

func run[Out any](t *testing.T, d fn.Deps, f fn.Function, input any) (Out, error) {
	t.Helper()
	var out Out
	data, err := f.New(d)(t.Context(), encode(input))
	if err != nil {
		return out, err
	}
	if err := json.Unmarshal(data, &out); err != nil {
		t.Fatal(err)
	}
	return out, nil
}

func (w world) send(t *testing.T) (order.Sent, error) {
	t.Helper()
	return run[order.Sent](t, w.deps, CreateOrder, flow.ActionInput{
		StepInput: flow.StepInput{Order: orderID, Run: "run", Step: "send", Key: "run/send#0", FulfillmentOrder: foID}, Instance: "warehouse",
	})
}

// note waits for the next notification and keeps it as the webhook would.
func (w world) note(t *testing.T) string {
	t.Helper()
	return w.message(t, string(<-w.notes))
}

func (w world) message(t *testing.T, body string) string {
	t.Helper()
	m := inbox.Message{ID: inbox.ID("warehouse", "SHIP_NOTIFY", body), Instance: "warehouse", Provider: "shipstation", Topic: "SHIP_NOTIFY"}
	if _, err := w.box.Receive(t.Context(), m, []byte(body)); err != nil {
		t.Fatal(err)
	}
	return m.ID
}

func code(t *testing.T, what string, err error, want string) {
	t.Helper()
	if fault.Code(err) != want {
		t.Errorf("%s: %v, want %s", what, err, want)
	}
}

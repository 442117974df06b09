package shopify

import (
	"context"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/orderloom/orderloom/functions/providers/shopify/shopifytest"
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

const (
	orderID    = "ord_01JTEST0000000000000000000"
	externalID = "77001"
)

var (
	start = time.Date(2026, 3, 2, 8, 0, 0, 0, time.UTC)
	foID  = order.FulfillmentOrderID(orderID, 1)
)

// world is an instance "demo-shop" that talks to a fake shop in process.
type world struct {
	deps   fn.Deps
	box    inbox.Box
	orders store.Store
	clock  *clock.Manual
	shop   *shopifytest.Server
	hooks  chan hook // webhooks of the fake
}

type hook struct {
	topic  string
	header map[string]string
	body   []byte
}

// inProcess answers requests without a network, whatever the host.
type inProcess struct{ http.Handler }

func (p inProcess) Do(r *http.Request) (*http.Response, error) {
	rec := httptest.NewRecorder()
	p.ServeHTTP(rec, r)
	return rec.Result(), nil
}

type secrets map[string]string

func (s secrets) Get(_ context.Context, ref string) (string, error) { return s[ref], nil }

func newWorld(t *testing.T, change func(*shopifytest.Options)) world {
	t.Helper()
	clk := clock.NewManual(start)
	tbl, err := sqlite.Open(t.Context(), filepath.Join(t.TempDir(), "table.db"), clk)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = tbl.Close() })
	w := world{clock: clk, hooks: make(chan hook, 100)}
	opts := shopifytest.Options{
		Clock: clk, AccessToken: "token", HookSecret: "hook",
		Notify: func(_ context.Context, topic string, header map[string]string, body []byte) error {
			w.hooks <- hook{topic, header, body}
			return nil
		},
	}
	if change != nil {
		change(&opts)
	}
	w.shop = shopifytest.New(opts)
	t.Cleanup(w.shop.Close)
	w.deps = fn.Deps{Table: tbl, Clock: clk, HTTP: inProcess{w.shop}, Secrets: secrets{"t": "token", "h": "hook"}}
	w.box = inbox.Box{Table: tbl, Now: clk.Now}
	w.orders = store.Store{Table: tbl, Now: clk.Now}
	w.install(t, func(*provider.Instance) {})
	for name, entries := range map[string]map[string]string{
		"product": {"MUG-BLUE": "prd_mug_blue", "TEE-BLACK-M": "prd_tee_black_m"},
		"carrier": {"stamps_com": "USPS"},
	} {
		if err := provider.SaveMapping(t.Context(), tbl, "demo", name, entries); err != nil {
			t.Fatal(err)
		}
	}
	return w
}

// install saves the instance with a change.
func (w world) install(t *testing.T, change func(*provider.Instance)) {
	t.Helper()
	in := provider.Instance{
		ID: "demo-shop", Provider: "shopify", Organization: "org", Company: "co", Channel: "demo-shop", MappingGroup: "demo", Active: true,
		Parameters: map[string]string{"baseUrl": "https://demo-shop.myshopify.com"},
		Secrets:    map[string]string{"accessToken": "t", "hookSecret": "h"},
	}
	change(&in)
	if err := provider.Save(t.Context(), w.deps.Table, in); err != nil {
		t.Fatal(err)
	}
}

// line is a quantity of a line.
type line = order.ShipmentLine

// ordered makes an order in the shop and here, with a fulfillment order of all
// of it that was sent to Seattle.
func (w world) ordered(t *testing.T, quantities ...int) {
	t.Helper()
	spec := shopifytest.OrderSpec{Name: "#1001", ExternalID: externalID, CreatedAt: start}
	doc := order.Document{Channel: "demo-shop", Instance: "demo-shop", ExternalID: externalID, Name: "#1001", Currency: "USD"}
	fo := order.FulfillmentOrder{ID: foID, Location: "Seattle"}
	for i, q := range quantities {
		id := string(rune('1' + i))
		spec.Lines = append(spec.Lines, shopifytest.LineSpec{ID: id, SKU: "MUG-BLUE", Quantity: q})
		doc.Lines = append(doc.Lines, order.Line{ID: id, Kind: order.Physical, SKU: "MUG-BLUE", Quantity: q, Price: "12.00"})
		fo.Lines = append(fo.Lines, order.FulfillmentLine{Line: id, Quantity: q})
	}
	if err := w.shop.Add(shopifytest.Document(spec)); err != nil {
		t.Fatal(err)
	}
	if _, _, err := w.orders.Create(t.Context(), orderID, "create", doc, event.Event{Name: event.OrderReceived}); err != nil {
		t.Fatal(err)
	}
	w.change(t, "send",
		event.Event{Name: event.OrderHeaderValidated},
		event.Event{Name: event.FulfillmentOrderCreated, EntityID: foID, Payload: encode(fo)},
		event.Event{Name: event.FulfillmentOrderReleased, EntityID: foID},
		event.Event{Name: event.FulfillmentOrderSent, EntityID: foID, Payload: encode(order.Sent{Remote: "1"})})
}

// shipped records a shipment.
func (w world) shipped(t *testing.T, number string, trackings []order.Tracking, lines ...line) {
	t.Helper()
	sh := order.Shipment{Instance: "warehouse", ExternalID: number, FulfillmentOrder: foID, ShippedAt: start, Carrier: "stamps_com", Trackings: trackings, Lines: lines}
	w.change(t, "ship-"+number, event.Event{Name: event.FulfillmentOrderShipped, EntityID: foID, Payload: encode(sh)})
}

// recorded applies the outcome of a report, as the machine's next state does.
func (w world) recorded(t *testing.T, out order.Reported) {
	t.Helper()
	w.change(t, "reported-"+out.ReportID, event.Event{Name: event.FulfillmentOrderReported, EntityID: foID, Payload: encode(out)})
}

func (w world) change(t *testing.T, key string, events ...event.Event) {
	t.Helper()
	_, err := w.orders.Change(t.Context(), orderID, key, "", func(*store.Record) (store.Change, error) { return store.Change{Events: events}, nil })
	if err != nil {
		t.Fatal(err)
	}
}

func (w world) report(t *testing.T, shipment int) (order.Reported, error) {
	t.Helper()
	return run[order.Reported](t, w.deps, CreateFulfillment, flow.ActionInput{
		StepInput: flow.StepInput{Order: orderID, Run: "run", Step: "report", Key: "run/report#0", FulfillmentOrder: foID}, Instance: "channel", Shipment: shipment,
	})
}

// message keeps a body as the webhook would.
func (w world) message(t *testing.T, topic, body string) string {
	t.Helper()
	m := inbox.Message{ID: inbox.ID("demo-shop", topic, body), Instance: "demo-shop", Provider: "shopify", Topic: topic}
	if _, err := w.box.Receive(t.Context(), m, []byte(body)); err != nil {
		t.Fatal(err)
	}
	return m.ID
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

// code checks a failure's code and that its text names what it is about.
func code(t *testing.T, what string, err error, want, text string) {
	t.Helper()
	if fault.Code(err) != want || (err != nil && !strings.Contains(err.Error(), text)) {
		t.Errorf("%s: %v, want %s with %q", what, err, want, text)
	}
}

// constant is a shop that gives one answer to everything.
type constant string

func (c constant) Do(*http.Request) (*http.Response, error) {
	rec := httptest.NewRecorder()
	_, _ = rec.WriteString(string(c))
	return rec.Result(), nil
}

// flaky fails its n-th request; with after the shop carries it out.
type flaky struct {
	shop  inProcess
	nth   int
	after bool
}

func (f *flaky) Do(r *http.Request) (*http.Response, error) {
	f.nth--
	if f.nth != 0 {
		return f.shop.Do(r)
	}
	if f.after {
		if _, err := f.shop.Do(r); err != nil {
			return nil, err
		}
	}
	rec := httptest.NewRecorder()
	rec.WriteHeader(http.StatusServiceUnavailable)
	return rec.Result(), nil
}

// between does something before its n-th request.
type between struct {
	shop inProcess
	nth  int
	do   func()
}

func (b *between) Do(r *http.Request) (*http.Response, error) {
	if b.nth--; b.nth == 0 {
		b.do()
	}
	return b.shop.Do(r)
}

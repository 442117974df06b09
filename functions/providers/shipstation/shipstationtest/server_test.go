package shipstationtest_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/orderloom/orderloom/functions/providers/shipstation/shipstationtest"
	"github.com/orderloom/orderloom/shared/clock"
)

var start = time.Date(2026, 3, 2, 8, 0, 0, 0, time.UTC)

type fake struct {
	*shipstationtest.Server
	clock *clock.Manual
	notes chan string // resource_url of each notification
}

func newFake(t *testing.T, change func(*shipstationtest.Options)) fake {
	t.Helper()
	f := fake{clock: clock.NewManual(start), notes: make(chan string, 1000)}
	opts := shipstationtest.Options{Clock: f.clock, APIKey: "key", APISecret: "secret", ShipAfter: time.Hour}
	opts.Notify = func(_ context.Context, body []byte) error {
		var n struct {
			URL  string `json:"resource_url"`
			Type string `json:"resource_type"`
		}
		if err := json.Unmarshal(body, &n); err != nil || n.Type != "SHIP_NOTIFY" {
			t.Errorf("notification %s: %v", body, err)
		}
		f.notes <- n.URL
		return nil
	}
	if change != nil {
		change(&opts)
	}
	f.Server = shipstationtest.New(opts)
	t.Cleanup(f.Close)
	return f
}

func (f fake) do(t *testing.T, method, target, body string) (int, map[string]any) {
	t.Helper()
	r := httptest.NewRequest(method, target, strings.NewReader(body))
	r.SetBasicAuth("key", "secret")
	rec := httptest.NewRecorder()
	f.ServeHTTP(rec, r)
	var doc map[string]any
	if rec.Body.Len() > 0 {
		if err := json.Unmarshal(rec.Body.Bytes(), &doc); err != nil {
			t.Fatalf("%s %s: %s", method, target, rec.Body)
		}
	}
	return rec.Code, doc
}

func order(key, number string, quantities ...int) string {
	items := make([]string, len(quantities))
	for i, n := range quantities {
		items[i] = fmt.Sprintf(`{"lineItemKey":"l%d","sku":"S%d","quantity":%d}`, i, i, n)
	}
	return fmt.Sprintf(`{"orderNumber":%q,"orderKey":%q,"orderDate":"2026-03-02T08:00:00.000Z","orderStatus":"awaiting_shipment","billTo":{"name":"B"},"shipTo":{"name":"B"},"items":[%s]}`,
		number, key, strings.Join(items, ","))
}

func (f fake) create(t *testing.T, key, number string, quantities ...int) {
	t.Helper()
	if status, doc := f.do(t, "POST", "/orders/createorder", order(key, number, quantities...)); status != 200 || doc["orderKey"] != key {
		t.Fatalf("createorder: %d %v", status, doc)
	}
}

// shipped follows a notification and returns "key:line=quantity …" per parcel.
func (f fake) shipped(t *testing.T, address string) string {
	t.Helper()
	u, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	status, doc := f.do(t, "GET", "/shipments?includeShipmentItems=true&batchId="+u.Query().Get("batchId"), "")
	if status != 200 {
		t.Fatalf("shipments: %d %v", status, doc)
	}
	var parcels []string
	for _, p := range doc["shipments"].([]any) {
		parcel := p.(map[string]any)
		text := parcel["orderKey"].(string) + ":"
		for _, i := range parcel["shipmentItems"].([]any) {
			item := i.(map[string]any)
			text += fmt.Sprintf("%v=%v ", item["lineItemKey"], item["quantity"])
		}
		parcels = append(parcels, strings.TrimSpace(text))
	}
	return strings.Join(parcels, "; ")
}

func TestOrdersAreUpsertedByKey(t *testing.T) {
	t.Parallel()
	f := newFake(t, nil)
	f.create(t, "k1", "#1", 1)
	f.create(t, "k1", "#1", 2)
	f.create(t, "k2", "#1", 3)
	if s := f.Stats(); s.Created != 2 || s.Updated != 1 {
		t.Errorf("%+v", s)
	}
	_, doc := f.do(t, "GET", "/orders?orderNumber=%231", "")
	if doc["total"] != 2.0 {
		t.Errorf("orders = %v", doc)
	}
	if err := f.Ship(t.Context(), "k1", ""); err != nil {
		t.Fatal(err)
	}
	if got := f.shipped(t, <-f.notes); got != "k1:l0=2" {
		t.Errorf("shipped %s; the updated quantity counts", got)
	}
	if status, _ := f.do(t, "POST", "/orders/createorder", order("k1", "#1", 1)); status != 400 {
		t.Errorf("an order that has left was updated: %d", status)
	}
}

func TestCredentialsAndRequiredFields(t *testing.T) {
	t.Parallel()
	f := newFake(t, nil)
	for _, auth := range [][2]string{{"", ""}, {"key", "wrong"}, {"wrong", "secret"}} {
		r := httptest.NewRequest("GET", "/shipments?batchId=1", nil)
		if auth[0] != "" {
			r.SetBasicAuth(auth[0], auth[1])
		}
		rec := httptest.NewRecorder()
		f.ServeHTTP(rec, r)
		if rec.Code != http.StatusUnauthorized {
			t.Errorf("%v: %d", auth, rec.Code)
		}
	}
	good := order("k", "#1", 1)
	for _, body := range []string{"", "{", "[]", strings.Replace(good, "#1", "", 1), strings.Replace(good, "#1", strings.Repeat("#", 51), 1),
		strings.Replace(good, "awaiting_shipment", "shipped", 1), strings.Replace(good, "shipTo", "x", 1), strings.Replace(good, "billTo", "x", 1),
		strings.Replace(good, "orderDate", "x", 1), strings.Replace(good, `"quantity":1`, `"quantity":0`, 1)} {
		if status, _ := f.do(t, "POST", "/orders/createorder", body); status != 400 {
			t.Errorf("%s: %d", body, status)
		}
	}
	if status, _ := f.do(t, "GET", "/shipments?batchId=x", ""); status != 400 {
		t.Errorf("batch x: %d", status)
	}
	if s := f.Stats(); s.Created != 0 {
		t.Errorf("%+v", s)
	}
}

func TestOrdersShipByThemselvesInParcels(t *testing.T) {
	t.Parallel()
	f := newFake(t, func(o *shipstationtest.Options) { o.Split = shipstationtest.AtMost(60) })
	f.create(t, "k", "#1", 110, 10)
	f.clock.Advance(time.Hour - time.Second)
	if s := f.Stats(); s.Shipments != 0 {
		t.Errorf("shipped too early: %+v", s)
	}
	f.clock.Advance(time.Second)
	if got := f.shipped(t, <-f.notes); got != "k:l0=60 l1=10" {
		t.Errorf("first parcel: %s", got)
	}
	f.clock.Advance(time.Hour)
	if got := f.shipped(t, <-f.notes); got != "k:l0=50" {
		t.Errorf("second parcel: %s", got)
	}
	f.clock.Advance(24 * time.Hour)
	if s := f.Stats(); s.Shipments != 2 || s.Notifications > 2 || f.Orders("#1")[0].Status != "shipped" {
		t.Errorf("%+v", s)
	}
}

func TestShippingByHand(t *testing.T) {
	t.Parallel()
	f := newFake(t, func(o *shipstationtest.Options) { o.Manual = true })
	f.create(t, "k1", "#1", 5, 5)
	f.create(t, "k2", "#2", 1)
	ship := func(body string, want int) {
		t.Helper()
		if status, doc := f.do(t, "POST", "/_fake/ship", body); status != want {
			t.Errorf("ship %s: %d %v", body, status, doc)
		}
	}
	ship(`{"orderKey":"k1","lines":[{"lineItemKey":"l0","quantity":6}]}`, 400)
	ship(`{"orderKey":"k1","lines":[{"lineItemKey":"l0","quantity":3},{"sku":"S0","quantity":3}]}`, 400)
	ship(`{"orderKey":"k1","lines":[{"lineItemKey":"l9","quantity":1}]}`, 400)
	ship(`{"orderKey":"k1","lines":[{"lineItemKey":"l0","quantity":-1}]}`, 400)
	ship(`{"orderKey":"unknown"}`, 400)
	ship(`{"orderKey":`, 400)
	if s := f.Stats(); s.Shipments != 0 {
		t.Fatalf("%+v", s)
	}
	ship(`{"orderNumber":"#1","lines":[{"sku":"S0","quantity":2}]}`, 204)
	if got := f.shipped(t, <-f.notes); got != "k1:l0=2" {
		t.Errorf("part of #1: %s", got)
	}
	ship(``, 204)
	if got := f.shipped(t, <-f.notes); got != "k1:l0=3 l1=5; k2:l0=1" {
		t.Errorf("all that is open, in one batch: %s", got)
	}
	ship(``, 400)
}

func TestAutomaticShippingCanBeSwitched(t *testing.T) {
	t.Parallel()
	f := newFake(t, nil)
	f.create(t, "k", "#1", 1)
	if status, _ := f.do(t, "POST", "/_fake/auto", `{"enabled":false}`); status != 204 {
		t.Fatal(status)
	}
	f.clock.Advance(time.Hour)
	f.create(t, "k2", "#2", 1)
	f.clock.Advance(time.Hour)
	f.do(t, "POST", "/_fake/auto", `{"enabled":true}`)
	f.clock.Advance(time.Hour)
	if got := map[string]bool{f.shipped(t, <-f.notes): true, f.shipped(t, <-f.notes): true}; !got["k:l0=1"] || !got["k2:l0=1"] {
		t.Errorf("shipped %v", got)
	}
}

func TestFailuresAreInjectedInOrder(t *testing.T) {
	t.Parallel()
	f := newFake(t, nil)
	f.do(t, "POST", "/_fake/fail", `{"status":503,"times":2}`)
	f.do(t, "POST", "/_fake/fail", `{"status":429,"times":1,"after":true}`)
	var got []int
	for range 4 {
		status, _ := f.do(t, "POST", "/orders/createorder", order("k", "#1", 1))
		got = append(got, status)
	}
	if fmt.Sprint(got) != "[503 503 429 200]" {
		t.Errorf("answers %v", got)
	}
	if s := f.Stats(); s.Created != 1 || s.Updated != 1 || s.Failed != 3 {
		t.Errorf("%+v; the order of the lost answer was created", s)
	}
	f.Fail(500, -1)
	for range 20 {
		if status, _ := f.do(t, "GET", "/shipments?batchId=1", ""); status != 500 {
			t.Fatalf("an outage without end answered %d", status)
		}
	}
	f.Fail(0, 0)
	if status, _ := f.do(t, "GET", "/shipments?batchId=1", ""); status != 200 {
		t.Errorf("after the outage: %d", status)
	}
	if status, _ := f.do(t, "POST", "/_fake/fail", `{"status":200,"times":1}`); status != 400 {
		t.Errorf("a failure with status 200: %d", status)
	}
}

func TestNotificationsAreRepeated(t *testing.T) {
	t.Parallel()
	failures := 3
	var mu sync.Mutex
	f := newFake(t, func(o *shipstationtest.Options) {
		deliver := o.Notify
		o.Notify = func(ctx context.Context, body []byte) error {
			mu.Lock()
			defer mu.Unlock()
			if failures > 0 {
				failures--
				return errors.New("not listening")
			}
			return deliver(ctx, body)
		}
		o.Manual = true
	})
	f.create(t, "k", "#1", 1)
	if err := f.Ship(t.Context(), "k", ""); err == nil {
		t.Error("a failed notification is not reported")
	}
	for len(f.notes) == 0 {
		f.clock.Advance(time.Minute)
		time.Sleep(time.Millisecond) // the fake repeats in goroutines of the clock
	}
	first := <-f.notes
	if status, _ := f.do(t, "POST", "/_fake/notify", `{"orderKey":"k","times":3}`); status != 204 {
		t.Fatal(status)
	}
	for range 3 {
		if again := <-f.notes; again != first {
			t.Errorf("repeated as %s, first %s", again, first)
		}
	}
}

func TestIDsAreNotGivenTwiceAfterARestart(t *testing.T) {
	t.Parallel()
	ids := map[string]bool{}
	for life := range 2 {
		f := newFake(t, func(o *shipstationtest.Options) { o.BaseURL, o.Manual = "http://wms.example", true })
		if life == 1 {
			f = newFake(t, func(o *shipstationtest.Options) {
				later := clock.NewManual(start.Add(time.Second))
				o.Clock, o.BaseURL, o.Manual = later, "http://wms.example", true
			})
		}
		f.Restore(shipstationtest.Order{Key: "k", Number: "#1", Items: []shipstationtest.Item{{LineItemKey: "l0", Quantity: 900}}})
		for range 900 {
			if err := f.Ship(t.Context(), "k", "", shipstationtest.Line{LineItemKey: "l0", Quantity: 1}); err != nil {
				t.Fatal(err)
			}
			note := <-f.notes
			if ids[note] {
				t.Fatalf("%s was given before", note)
			}
			ids[note] = true
		}
	}
}

func TestManyCallersAtOnce(t *testing.T) {
	t.Parallel()
	f := newFake(t, nil)
	var wg sync.WaitGroup
	for i := range 200 {
		wg.Go(func() {
			for range 3 {
				f.do(t, "POST", "/orders/createorder", order(fmt.Sprint("k", i), fmt.Sprint("#", i), 1))
			}
		})
	}
	wg.Wait()
	f.clock.Advance(time.Hour)
	seen := map[string]bool{}
	for range 200 {
		seen[f.shipped(t, <-f.notes)] = true
	}
	if s := f.Stats(); len(seen) != 200 || s.Created != 200 || s.Updated != 400 || s.Shipments != 200 {
		t.Errorf("%d orders shipped, %+v", len(seen), s)
	}
	status, doc := f.do(t, "GET", "/_fake/stats", "")
	if status != 200 || doc["created"] != 200.0 {
		t.Errorf("stats over HTTP: %d %v", status, doc)
	}
}

package shopifytest_test

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/tidwall/gjson"

	"github.com/orderloom/orderloom/functions/providers/shopify/shopifytest"
	"github.com/orderloom/orderloom/shared/clock"
)

var start = time.Date(2026, 3, 2, 8, 0, 0, 0, time.UTC)

type hook struct {
	topic  string
	header map[string]string
	body   string
}

func newShop(t *testing.T, notify func(hook) error) (*shopifytest.Server, *clock.Manual) {
	t.Helper()
	clk := clock.NewManual(start)
	s := shopifytest.New(shopifytest.Options{
		Clock: clk, AccessToken: "token", HookSecret: "hook",
		Notify: func(_ context.Context, topic string, header map[string]string, body []byte) error {
			return notify(hook{topic, header, string(body)})
		},
	})
	t.Cleanup(s.Close)
	return s, clk
}

func sample() []byte {
	return shopifytest.Document(shopifytest.OrderSpec{Name: "#1001", ExternalID: "77", CreatedAt: start, Lines: []shopifytest.LineSpec{{SKU: "MUG-BLUE", Quantity: 3}, {SKU: "POSTER-A2", Quantity: 1}}})
}

func send(s *shopifytest.Server, path, token, body string) *httptest.ResponseRecorder {
	rec := httptest.NewRecorder()
	r := httptest.NewRequest("POST", path, strings.NewReader(body))
	r.Header.Set("X-Shopify-Access-Token", token)
	s.ServeHTTP(rec, r)
	return rec
}

func ask(t *testing.T, s *shopifytest.Server, query string, variables any) gjson.Result {
	t.Helper()
	body, err := json.Marshal(map[string]any{"query": query, "variables": variables})
	if err != nil {
		t.Fatal(err)
	}
	rec := send(s, "/admin/api/2026-01/graphql.json", "token", string(body))
	if rec.Code != http.StatusOK {
		t.Fatalf("answered %d: %s", rec.Code, rec.Body)
	}
	return gjson.ParseBytes(rec.Body.Bytes())
}

// fulfill fulfills a quantity of the first fulfillment order's first line.
func fulfill(t *testing.T, s *shopifytest.Server, quantity int) gjson.Result {
	t.Helper()
	fo := ask(t, s, "query OrderToFulfill {x}", map[string]any{"id": "gid://shopify/Order/77"}).Get("data.order.fulfillmentOrders.nodes.0")
	return ask(t, s, "mutation CreateFulfillment {x}", map[string]any{"fulfillment": map[string]any{
		"lineItemsByFulfillmentOrder": []any{map[string]any{"fulfillmentOrderId": fo.Get("id").Str, "fulfillmentOrderLineItems": []any{
			map[string]any{"id": fo.Get("lineItems.nodes.0.id").Str, "quantity": quantity}}}},
		"trackingInfo": map[string]any{"company": "UPS", "numbers": []string{"1Z"}},
	}}).Get("data.fulfillmentCreate")
}

func TestAPlacedOrderIsAnnouncedWithASignature(t *testing.T) {
	t.Parallel()
	var got []hook
	s, _ := newShop(t, func(h hook) error { got = append(got, h); return nil })
	if err := s.Place(t.Context(), "orders/create", sample()); err != nil {
		t.Fatal(err)
	}
	if len(got) != 1 || got[0].topic != "orders/create" || got[0].body != string(sample()) || got[0].header["X-Shopify-Topic"] != "orders/create" {
		t.Fatalf("announced %+v", got)
	}
	mac := hmac.New(sha256.New, []byte("hook"))
	mac.Write(sample())
	if want := base64.StdEncoding.EncodeToString(mac.Sum(nil)); got[0].header["X-Shopify-Hmac-Sha256"] != want {
		t.Errorf("signed %s, want %s", got[0].header["X-Shopify-Hmac-Sha256"], want)
	}
	if s.Stats().Orders != 1 || s.Stats().Webhooks != 1 {
		t.Errorf("%+v", s.Stats())
	}
}

func TestAFulfillmentIsEchoed(t *testing.T) {
	t.Parallel()
	hooks := make(chan hook, 10)
	s, clk := newShop(t, func(h hook) error { hooks <- h; return nil })
	if err := s.Add(sample()); err != nil {
		t.Fatal(err)
	}
	if out := fulfill(t, s, 2); out.Get("fulfillment.id").Str == "" || out.Get("userErrors.#").Int() != 0 {
		t.Fatalf("%s", out.Raw)
	}
	clk.Advance(time.Second)
	h := <-hooks
	echo := gjson.Parse(h.body)
	for path, want := range map[string]string{
		"fulfillment_status": "partial", "line_items.0.fulfillment_status": "partial", "line_items.0.fulfillable_quantity": "1",
		"line_items.1.fulfillment_status": "", "line_items.0.quantity": "3", "line_items.0.current_quantity": "3", "fulfillments.0.tracking_number": "1Z",
		"fulfillments.0.line_items.0.quantity": "2", "updated_at": "2026-03-02T03:00:01-05:00", "created_at": "2026-03-02T03:00:00-05:00",
	} {
		if got := echo.Get(path).String(); got != want {
			t.Errorf("%s of the echo is %q, want %q", path, got, want)
		}
	}
	if h.topic != "orders/updated" {
		t.Errorf("topic %s", h.topic)
	}
}

// A fake that was started again knows an order's outline. Echoing it would tell
// another customer and other prices than the shop did.
func TestARememberedOrderIsFulfilledAndNotEchoed(t *testing.T) {
	t.Parallel()
	hooks := make(chan hook, 10)
	s, clk := newShop(t, func(h hook) error { hooks <- h; return nil })
	spec := shopifytest.OrderSpec{Name: "#1001", ExternalID: "77", CreatedAt: start, Lines: []shopifytest.LineSpec{{ID: "1", SKU: "MUG-BLUE", Quantity: 3}}}
	if err := s.Remember(spec); err != nil {
		t.Fatal(err)
	}
	if err := s.Restore("77", "T-0", shopifytest.Line{ID: "1", Quantity: 1}); err != nil {
		t.Fatal(err)
	}
	if err := s.FulfillByHand("77", "T-1", shopifytest.Line{ID: "1", Quantity: 2}); err != nil {
		t.Fatal(err)
	}
	clock.Drive(t.Context(), clk, time.Hour, func() bool { return true }, func() bool { return false })
	if got := s.Fulfillments("77"); len(got) != 2 || len(hooks) != 0 {
		t.Errorf("%d fulfillments, %d webhooks", len(got), len(hooks))
	}
	spec.UpdatedAt = start.Add(2 * time.Hour) // the whole document again
	if err := s.Place(t.Context(), "orders/updated", shopifytest.Document(spec)); err != nil {
		t.Fatal(err)
	}
	<-hooks
}

// A webhook that is not taken comes again, the same.
func TestAFailedWebhookIsRepeated(t *testing.T) {
	t.Parallel()
	hooks := make(chan hook, 10)
	fail := true // only read and written by deliveries, which follow each other
	s, clk := newShop(t, func(h hook) error {
		hooks <- h
		if fail {
			fail = false
			return errors.New("down")
		}
		return nil
	})
	if err := s.Place(t.Context(), "orders/create", sample()); err == nil {
		t.Error("a failed webhook is no error")
	}
	first := <-hooks
	clk.Advance(time.Minute)
	second := <-hooks
	if first.body != second.body || first.header["X-Shopify-Event-Id"] != second.header["X-Shopify-Event-Id"] || first.header["X-Shopify-Webhook-Id"] == "" {
		t.Errorf("repeated as %+v", second.header)
	}
}

func TestRefusals(t *testing.T) {
	t.Parallel()
	s, _ := newShop(t, func(hook) error { return nil })
	if err := s.Add(sample()); err != nil {
		t.Fatal(err)
	}
	for _, quantity := range []int{0, -1, 4} {
		if out := fulfill(t, s, quantity); out.Get("userErrors.0.message").Str != "Invalid fulfillment order line item quantity requested." || out.Get("fulfillment.id").Exists() {
			t.Errorf("%d of 3: %s", quantity, out.Raw)
		}
	}
	if err := s.FulfillByHand("77", "", shopifytest.Line{ID: "1", Quantity: 3}, shopifytest.Line{ID: "2", Quantity: 2}); err == nil {
		t.Error("more than is open was fulfilled by hand")
	}
	if err := s.FulfillByHand("77", "", shopifytest.Line{ID: "1", Quantity: 3}, shopifytest.Line{ID: "2", Quantity: 1}); err != nil {
		t.Error(err)
	}
	if out := fulfill(t, s, 1); !strings.Contains(out.Get("userErrors.0.message").Str, "unfulfillable status= closed") {
		t.Errorf("closed: %s", out.Raw)
	}
	if n := len(s.Fulfillments("77")); n != 1 || s.Stats().Refused != 4 {
		t.Errorf("%d fulfillments, %+v", n, s.Stats())
	}
	if out := ask(t, s, "query OrderToFulfill {x}", map[string]any{"id": "gid://shopify/Order/1"}); out.Get("data.order").Type != gjson.Null {
		t.Errorf("unknown order: %s", out.Raw)
	}
	if out := ask(t, s, "query Other {x}", nil); !out.Get("errors.0.message").Exists() {
		t.Errorf("unknown operation: %s", out.Raw)
	}
	if rec := send(s, "/admin/api/2026-01/graphql.json", "wrong", "{}"); rec.Code != http.StatusUnauthorized {
		t.Errorf("wrong token: %d", rec.Code)
	}
	if rec := send(s, "/admin/api/v1/graphql.json", "token", "{}"); rec.Code != http.StatusNotFound {
		t.Errorf("unknown version: %d", rec.Code)
	}
}

func TestOlderVersionsOfAnOrderAreLeftAlone(t *testing.T) {
	t.Parallel()
	s, _ := newShop(t, func(hook) error { return nil })
	spec := shopifytest.OrderSpec{Name: "#1001", ExternalID: "77", CreatedAt: start, UpdatedAt: start.Add(time.Minute), Lines: []shopifytest.LineSpec{{SKU: "A", Quantity: 110}}}
	newer := shopifytest.Document(spec)
	spec.UpdatedAt, spec.Lines[0].Quantity = start, 10
	for _, body := range [][]byte{newer, shopifytest.Document(spec)} {
		if err := s.Add(body); err != nil {
			t.Fatal(err)
		}
	}
	out := ask(t, s, "query OrderToFulfill {x}", map[string]any{"id": "gid://shopify/Order/77"})
	if n := out.Get("data.order.fulfillmentOrders.nodes.0.lineItems.nodes.0.remainingQuantity").Int(); n != 110 {
		t.Errorf("%d open, want 110", n)
	}
}

func TestControlRoutes(t *testing.T) {
	t.Parallel()
	s, _ := newShop(t, func(hook) error { return nil })
	for _, c := range []struct {
		path, body string
		want       int
	}{
		{"/_fake/orders?topic=orders/create", string(sample()), 204},
		{"/_fake/orders", `{"name":"#1"}`, 400},
		{"/_fake/fulfill", `{"order":"77","tracking":"A","lines":[{"id":"1","quantity":1}]}`, 204},
		{"/_fake/fulfill", `{"order":"78"}`, 400},
		{"/_fake/hold", `{"order":"77","on":true}`, 204},
		{"/_fake/fail", `{"status":503,"times":1}`, 204},
		{"/_fake/fail", `{"status":200,"times":1}`, 400},
	} {
		if rec := send(s, c.path, "", c.body); rec.Code != c.want {
			t.Errorf("%s %s: %d %s", c.path, c.body, rec.Code, rec.Body)
		}
	}
	if rec := send(s, "/admin/api/2026-01/graphql.json", "token", "{}"); rec.Code != 503 {
		t.Errorf("injected failure: %d", rec.Code)
	}
	want := shopifytest.Stats{Orders: 1, Webhooks: 1, Failed: 1}
	if got := s.Stats(); got != want {
		t.Errorf("%+v, want %+v", got, want)
	}
	rec := httptest.NewRecorder()
	s.ServeHTTP(rec, httptest.NewRequest("GET", "/_fake/fulfillments/77", nil))
	if gjson.GetBytes(rec.Body.Bytes(), "0.numbers.0").Str != "A" {
		t.Errorf("%s", rec.Body)
	}
}

func TestDocumentsAreTheSameForTheSameOrder(t *testing.T) {
	t.Parallel()
	spec := func(name string) shopifytest.OrderSpec {
		return shopifytest.OrderSpec{Name: name, CreatedAt: start, Country: "CA", Attributes: map[string]string{"b": "2", "a": "1"}, Lines: []shopifytest.LineSpec{{SKU: "A", Quantity: 1}}}
	}
	one, again, other := shopifytest.Document(spec("#1")), shopifytest.Document(spec("#1")), shopifytest.Document(spec("#2"))
	if string(one) != string(again) {
		t.Error("the same order has two documents")
	}
	if a, b := gjson.GetBytes(one, "id").Raw, gjson.GetBytes(other, "id").Raw; a == b || a == "" {
		t.Errorf("ids %s and %s", a, b)
	}
	if c := gjson.GetBytes(one, "shipping_address.country_code").Str; c != "CA" {
		t.Errorf("country %s", c)
	}
}

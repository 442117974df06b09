package shopify

import (
	"bytes"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/tidwall/sjson"

	"github.com/orderloom/orderloom/functions/providers/shopify/shopifytest"
	"github.com/orderloom/orderloom/shared/fault"
	"github.com/orderloom/orderloom/shared/golden"
	"github.com/orderloom/orderloom/shared/order"
	"github.com/orderloom/orderloom/shared/provider"
	"github.com/orderloom/orderloom/shared/transform"
)

func testdata(t testing.TB, name string) string {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

// mapped maps a body inline.
func (w world) mapped(t *testing.T, body string) (order.Document, error) {
	t.Helper()
	out, err := run[OrderResult](t, w.deps, OrderIn, OrderInput{Instance: "demo-shop", Body: json.RawMessage(body)})
	if err != nil {
		return order.Document{}, err
	}
	var doc order.Document
	if err := json.Unmarshal(out.Document, &doc); err != nil {
		t.Fatal(err)
	}
	return doc, nil
}

func set(t *testing.T, body, path string, value any) string {
	t.Helper()
	out, err := sjson.Set(body, path, value)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func drop(t *testing.T, body, path string) string {
	t.Helper()
	out, err := sjson.Delete(body, path)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// The goldens show what becomes of an order through its life in the shop.
func TestWebhooksBecomeCanonicalOrders(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	for _, name := range []string{"orders_create", "orders_paid", "orders_updated", "orders_cancelled"} {
		body := testdata(t, name+".json")
		id := w.message(t, strings.Replace(name, "_", "/", 1), body)
		out, err := run[OrderResult](t, w.deps, OrderIn, OrderInput{Message: id})
		if err != nil || out.Kind != "order" || out.Message != id || out.Document != nil {
			t.Fatalf("%s: %+v, %v", name, out, err)
		}
		doc, err := w.box.Document(t.Context(), id)
		if err != nil {
			t.Fatal(err)
		}
		var pretty bytes.Buffer
		if err := json.Indent(&pretty, doc, "", "  "); err != nil {
			t.Fatal(err)
		}
		golden.Check(t, filepath.Join("testdata", name+".golden.json"), append(pretty.Bytes(), '\n'))
		inline, err := run[OrderResult](t, w.deps, OrderIn, OrderInput{Instance: "demo-shop", Body: json.RawMessage(body)})
		if err != nil || string(inline.Document) != string(doc) {
			t.Errorf("%s: inline the same bytes become %s, %v", name, inline.Document, err)
		}
		wrapped, err := w.mapped(t, `{"order":`+body+`}`)
		if err != nil || string(encode(wrapped)) != string(doc) {
			t.Errorf("%s: as the Admin API shows it, it becomes %s, %v", name, encode(wrapped), err)
		}
	}
}

// A shop's document changes when we write a shipment back; ours must not.
func TestTheEchoOfAWriteBackChangesNothing(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	before := testdata(t, "orders_create.json")
	if err := w.shop.Add([]byte(before)); err != nil {
		t.Fatal(err)
	}
	if err := w.shop.FulfillByHand("5678901234567", "1Z1", shopifytest.Line{ID: "14000000000001", Quantity: 2}, shopifytest.Line{ID: "14000000000002", Quantity: 1}); err != nil {
		t.Fatal(err)
	}
	w.clock.Advance(time.Second)
	echo := string((<-w.hooks).body)
	if !strings.Contains(echo, `"fulfillment_status":"fulfilled"`) {
		t.Fatalf("the fake's echo shows no fulfillment: %s", echo)
	}
	one, err := w.mapped(t, before)
	if err != nil {
		t.Fatal(err)
	}
	two, err := w.mapped(t, echo)
	if err != nil {
		t.Fatal(err)
	}
	if !two.UpdatedAt.After(one.UpdatedAt) {
		t.Errorf("the echo is of %s, the order of %s", two.UpdatedAt, one.UpdatedAt)
	}
	if diff := cmp.Diff(one, two, cmpopts.IgnoreFields(order.Document{}, "UpdatedAt")); diff != "" {
		t.Errorf("the echo changes the canonical order:\n%s", diff)
	}
}

func TestWhatIsOptionalStaysAbsent(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	doc, err := w.mapped(t, `{"id":7,"name":"#7","created_at":"2026-03-02T09:15:00-05:00","currency":"JPY","financial_status":"expired",
		"subtotal_price":"500","total_price":500,"line_items":[{"id":"8","sku":null,"title":"Write-in","quantity":"5","price":100}]}`)
	want := order.Document{
		Organization: "org", Company: "co", Channel: "demo-shop", Instance: "demo-shop", ExternalID: "7", Name: "#7", Currency: "JPY", PaymentStatus: "unknown",
		PlacedAt: time.Date(2026, 3, 2, 14, 15, 0, 0, time.UTC), UpdatedAt: time.Date(2026, 3, 2, 14, 15, 0, 0, time.UTC),
		Lines:  []order.Line{{ID: "8", Kind: order.Physical, Title: "Write-in", Quantity: 5, Price: "100"}},
		Totals: order.Totals{Subtotal: "500", Discount: "0", Shipping: "0", Tax: "0", Total: "500"},
	}
	if diff := cmp.Diff(want, doc); diff != "" || err != nil {
		t.Errorf("%v\n%s", err, diff)
	}
}

func TestKindsOfLines(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	base := testdata(t, "orders_create.json")
	for _, c := range []struct {
		path  string
		value any
		want  order.Kind
	}{
		{"line_items.0.requires_shipping", true, order.Physical},
		{"line_items.0.requires_shipping", false, order.Digital},
		{"line_items.0.gift_card", true, order.Digital},
		{"line_items.0.properties", []any{map[string]string{"name": "_kind", "value": "service"}}, order.Service},
	} {
		doc, err := w.mapped(t, set(t, base, c.path, c.value))
		if err != nil || doc.Lines[0].Kind != c.want {
			t.Errorf("%s = %v: %v, %v; want %s", c.path, c.value, doc.Lines, err, c.want)
		}
	}
}

// The mapping group's constant entry holds for every product without its own.
func TestProductsAreResolvedThroughTheMappingGroup(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	products := func() string {
		doc, err := w.mapped(t, testdata(t, "orders_create.json"))
		if err != nil {
			t.Fatal(err)
		}
		return doc.Lines[0].Product + " " + doc.Lines[1].Product + " " + doc.Lines[2].Product
	}
	if got := products(); got != "prd_mug_blue prd_tee_black_m " {
		t.Errorf("products: %q", got)
	}
	if err := provider.SaveMapping(t.Context(), w.deps.Table, "demo", "product", map[string]string{provider.EveryValue: "prd_any"}); err != nil {
		t.Fatal(err)
	}
	if got := products(); got != "prd_mug_blue prd_tee_black_m prd_any" {
		t.Errorf("with a constant: %q", got)
	}
}

func TestEditsAndRefundsReduceTheQuantities(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	base := testdata(t, "orders_create.json")
	doc, err := w.mapped(t, set(t, base, "line_items.0.current_quantity", 1))
	if err != nil || doc.Lines[0].Quantity != 1 {
		t.Errorf("one of two is left: %+v, %v", doc.Lines, err)
	}
	doc, err = w.mapped(t, set(t, base, "line_items.0.current_quantity", 0))
	if err != nil || len(doc.Lines) != 2 || doc.Lines[0].SKU != "TEE-BLACK-M" || doc.Canceled != nil {
		t.Errorf("a line is gone: %+v, %v", doc.Lines, err)
	}
	none := base
	for i := range 3 {
		none = set(t, none, "line_items."+strconv.Itoa(i)+".current_quantity", 0)
	}
	doc, err = w.mapped(t, none)
	if err != nil || doc.Canceled == nil || !doc.Canceled.At.Equal(doc.UpdatedAt) || len(doc.Lines) != 3 || doc.Lines[0].Quantity != 2 {
		t.Errorf("nothing is left: %+v, %v", doc, err)
	}
	doc, err = w.mapped(t, set(t, none, "refunds", []any{map[string]string{"created_at": "2026-03-01T01:00:00Z"}, map[string]string{"created_at": "2026-03-02T01:00:00Z"}}))
	if err != nil || doc.Canceled == nil || !doc.Canceled.At.Equal(time.Date(2026, 3, 2, 1, 0, 0, 0, time.UTC)) {
		t.Errorf("refunded: %+v, %v", doc.Canceled, err)
	}
}

func TestTotalsThatDoNotAddUpAreAWarning(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	base := testdata(t, "orders_create.json")
	for _, c := range []struct {
		path    string
		value   any
		field   string
		message string
	}{
		{"current_subtotal_price", "39.80", "totals.subtotal", "the lines less their discounts come to 52.20 USD, the shop states 39.80 USD"},
		{"current_total_price", "61.76", "totals.total", "subtotal, shipping and tax come to 61.75 USD, the shop states 61.76 USD"},
		{"total_tip_received", "1.00", "totals.total", "subtotal, shipping and tax come to 62.75 USD, the shop states 61.75 USD"},
		{"taxes_included", true, "totals.total", "subtotal and shipping come to 59.10 USD, the shop states 61.75 USD"},
	} {
		doc, err := w.mapped(t, set(t, base, c.path, c.value))
		want := order.Warning{Code: TotalsDoNotAddUp, Field: c.field, Message: c.message}
		found := false
		for _, got := range doc.Warnings {
			found = found || got == want
		}
		if err != nil || !found {
			t.Errorf("%s = %v: %+v, %v; want %+v", c.path, c.value, doc.Warnings, err, want)
		}
	}
}

func TestAWrongFieldIsNamedWithItsValue(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	base := testdata(t, "orders_create.json")
	for _, c := range []struct {
		path  string
		value any // nil: taken out
		code  string
		got   string
	}{
		{"id", nil, transform.MissingField, ""},
		{"id", 1.5, transform.WrongType, "1.5"},
		{"name", nil, transform.MissingField, ""},
		{"name", 1042, transform.WrongType, "1042"},
		{"currency", nil, transform.MissingField, ""},
		{"currency", "XXQ", transform.UnknownValue, "XXQ"},
		{"updated_at", "yesterday", transform.WrongType, `"yesterday"`},
		{"line_items", "none", transform.WrongType, `"none"`},
		{"line_items", []any{}, transform.MissingField, "[]"},
		{"line_items.1", "tee", transform.WrongType, `"tee"`},
		{"line_items.1.id", nil, transform.MissingField, ""},
		{"line_items.1.id", int64(14000000000001), fault.Invalid, "14000000000001"},
		{"line_items.1.quantity", nil, transform.MissingField, ""},
		{"line_items.1.quantity", 0, fault.Invalid, "0"},
		{"line_items.1.quantity", -2, fault.Invalid, "-2"},
		{"line_items.1.quantity", 1.5, transform.WrongType, "1.5"},
		{"line_items.1.current_quantity", -1, fault.Invalid, "-1"},
		{"line_items.1.current_quantity", 9, fault.Invalid, "9"},
		{"line_items.1.price", "twelve", transform.WrongType, `"twelve"`},
		{"line_items.1.price", "-1.00", fault.Invalid, "-1.00"},
		{"line_items.1.price", nil, transform.MissingField, ""},
		{"shipping_address", "here", transform.WrongType, `"here"`},
		{"shipping_address.country_code", nil, transform.MissingField, ""},
		{"current_total_price", true, transform.WrongType, "true"},
		{"financial_status", nil, transform.UnknownFormat, ""},
	} {
		body := drop(t, base, c.path)
		if c.value != nil {
			body = set(t, base, c.path, c.value)
		}
		id := w.message(t, "orders/create", body)
		_, err := run[OrderResult](t, w.deps, OrderIn, OrderInput{Message: id})
		f, ok := errors.AsType[*fault.Error](err)
		if !ok || f.Code != c.code || f.Field != c.path || f.Value != c.got || f.Record != id || !strings.Contains(f.Message, c.path) {
			t.Errorf("%s = %v: %#v, want %s", c.path, c.value, err, c.code)
		}
		if _, err := w.box.Document(t.Context(), id); !fault.Is(err, fault.NotFound) {
			t.Errorf("%s: a document was kept: %v", c.path, err)
		}
	}
}

func TestADateInWordsIsNamed(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	_, err := w.mapped(t, set(t, testdata(t, "orders_create.json"), "note_attributes.0.value", "next week"))
	code(t, "a date in words", err, transform.WrongType, "requested_delivery_date")
	code(t, "a date in words", err, transform.WrongType, "next week")
}

func TestAllProblemsAreListedAtOnce(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	body := set(t, testdata(t, "orders_create.json"), "line_items.0.quantity", 0)
	body = set(t, body, "line_items.2.id", int64(14000000000001))
	body = set(t, body, "currency", "EURO")
	_, err := w.mapped(t, body)
	f, _ := errors.AsType[*fault.Error](err)
	if f == nil {
		t.Fatal(err)
	}
	problems, _ := f.Data.([]transform.Problem)
	var paths []string
	for _, p := range problems {
		paths = append(paths, p.Path)
	}
	// The current quantity of the first line is now above what was ordered, but
	// one problem per field of a line is enough.
	if got := strings.Join(paths, " "); got != "currency line_items.0.quantity line_items.2.id" {
		t.Errorf("problems at %s", got)
	}
}

func TestDocumentsThatAreNoOrders(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	for name, c := range map[string]struct{ body, code string }{
		"another service's": {`{"resource_url":"https://x","resource_type":"SHIP_NOTIFY"}`, transform.UnknownFormat},
		"a fulfillment":     {`{"fulfillment":{"id":1,"order_id":2,"line_items":[]}}`, transform.UnknownFormat},
		"a list":            {`[]`, transform.UnknownFormat},
		"too many lines":    {`{"financial_status":null,"line_items":[` + strings.Repeat(`{},`, order.MaxLines) + `{}]}`, fault.TooLarge},
	} {
		_, err := w.mapped(t, c.body)
		f, _ := errors.AsType[*fault.Error](err)
		if f == nil {
			t.Errorf("%s is an order", name)
			continue
		}
		problems, _ := f.Data.([]transform.Problem)
		found := false
		for _, p := range problems {
			found = found || p.Code == c.code
		}
		if !found {
			t.Errorf("%s: %v, want %s", name, err, c.code)
		}
	}
	id := w.message(t, "orders/create", `{"id":1,"line_items":[{`)
	_, err := run[OrderResult](t, w.deps, OrderIn, OrderInput{Message: id})
	code(t, "cut off", err, fault.Invalid, "not JSON")
	_, err = run[OrderResult](t, w.deps, OrderIn, OrderInput{Message: "msg_unknown"})
	code(t, "unknown message", err, fault.NotFound, "msg_unknown")
	out, err := run[OrderResult](t, w.deps, OrderIn, OrderInput{Message: w.message(t, "products/update", `{}`)})
	if err != nil || out.Kind != "ignored" {
		t.Errorf("another topic: %+v, %v", out, err)
	}
}

func TestTwoThousandLinesAreTaken(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	spec := shopifytest.OrderSpec{Name: "#2000", CreatedAt: start, Lines: make([]shopifytest.LineSpec, order.MaxLines)}
	for i := range spec.Lines {
		spec.Lines[i] = shopifytest.LineSpec{SKU: "SKU-" + strconv.Itoa(i), Quantity: 1 + i%3}
	}
	doc, err := w.mapped(t, string(shopifytest.Document(spec)))
	if err != nil || len(doc.Lines) != order.MaxLines || len(doc.Warnings) != 0 {
		t.Errorf("%d lines, %v, %v", len(doc.Lines), doc.Warnings, err)
	}
}

func TestAnInstanceWithoutChannelTakesNothing(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	w.install(t, func(in *provider.Instance) { in.Channel = "" })
	_, err := w.mapped(t, testdata(t, "orders_create.json"))
	code(t, "no channel", err, fault.Misconfigured, "channel")
}

func TestTheExampleIsAnOrder(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	out, err := run[OrderResult](t, w.deps, OrderIn, OrderIn.Example)
	if err != nil || out.Kind != "order" {
		t.Fatalf("%+v, %v", out, err)
	}
	var doc order.Document
	if err := json.Unmarshal(out.Document, &doc); err != nil || doc.Lines[0].Product != "prd_mug_blue" || len(doc.Warnings) != 0 {
		t.Errorf("%+v, %v", doc, err)
	}
}

// Whatever a shop sends, the check neither panics nor lets through what the
// canonical model forbids.
func FuzzOrder(f *testing.F) {
	f.Add([]byte(testdata(f, "orders_create.json")))
	f.Add(shopifytest.Document(shopifytest.OrderSpec{Name: "#1", CreatedAt: start, Lines: []shopifytest.LineSpec{{SKU: "A", Quantity: 1}}}))
	f.Add([]byte(`{"line_items":[{"id":1,"quantity":1e9,"price":"1e9"}],"financial_status":0}`))
	m, err := transform.Parse(orderMapping)
	if err != nil {
		f.Fatal(err)
	}
	known := transform.Context{"organization": "o", "company": "c", "channel": "ch", "instance": "i", "provider": "shopify"}
	f.Fuzz(func(t *testing.T, body []byte) {
		mapped, err := m.Apply(body, nothing{}, known)
		if err != nil {
			return
		}
		doc, err := finish(mapped)
		if err != nil {
			return
		}
		if doc.ExternalID == "" || doc.PlacedAt.IsZero() || len(doc.Lines) == 0 {
			t.Errorf("incomplete order %+v", doc)
		}
		for _, l := range doc.Lines {
			if l.ID == "" || l.Quantity <= 0 || l.Price == "" {
				t.Errorf("line %+v", l)
			}
		}
	})
}

type nothing struct{}

func (nothing) Lookup(string, string) (string, bool) { return "", false }

package world_test

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/tidwall/gjson"

	"github.com/orderloom/orderloom/functions/providers/shopify/shopifytest"
	"github.com/orderloom/orderloom/shared/cmd/world"
	"github.com/orderloom/orderloom/shared/order"
)

// get reads from the world's API.
func get(t *testing.T, w *world.World, path string) string {
	t.Helper()
	res, err := http.Get(w.Host.URL() + path)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	data, err := io.ReadAll(res.Body)
	if err != nil || res.StatusCode != http.StatusOK {
		t.Fatalf("%s: %s %s %v", path, res.Status, data, err)
	}
	return string(data)
}

func statusOf(t *testing.T, w *world.World, name string) order.Status {
	t.Helper()
	var d struct{ Status order.Status }
	if err := json.Unmarshal([]byte(get(t, w, "/api/orders/"+url.PathEscape(strings.TrimPrefix(name, "#")))), &d); err != nil {
		t.Fatal(err)
	}
	return d.Status
}

func receive(t *testing.T, w *world.World, sku string, quantity int) {
	t.Helper()
	body := fmt.Sprintf(`{"key":"%s-%s","lines":[{"sku":%q,"location":"Chicago","quantity":%d}]}`, t.Name(), time.Now(), sku, quantity)
	if err := w.Post(t.Context(), "/api/stock", nil, []byte(body)); err != nil {
		t.Fatal(err)
	}
}

// Twelve orders that arrive at once compete for three pieces: three ship, each
// once, the others wait. Receipts that arrive at once, and the stock of those
// that are canceled, serve the rest; nobody is forgotten and nothing sold twice.
func TestManyOrdersCompeteForLittleStock(t *testing.T) {
	t.Parallel()
	w := open(t, world.Options{})
	receive(t, w, "RARE", 3)
	var names []string
	var all sync.WaitGroup
	for i := range 12 {
		name := fmt.Sprintf("#C%d", i)
		names = append(names, name)
		body := shopifytest.Document(shopifytest.OrderSpec{Name: name, CreatedAt: start, Lines: []shopifytest.LineSpec{{SKU: "RARE", Quantity: 1}}})
		all.Go(func() {
			if err := w.Fakes.Shops[world.DemoShop].Place(t.Context(), "orders/create", body); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	expect := func(shipped, waiting, canceled int) {
		t.Helper()
		w.Drive(t.Context(), 90*time.Minute, func() bool { return false })
		got := map[order.State]int{}
		for _, name := range names {
			s := statusOf(t, w, name)
			got[s.State]++
			for _, f := range s.FulfillmentOrders {
				if !w.Fakes.Warehouse.Knows(f.ID) {
					t.Errorf("%s is not at the warehouse", f.ID)
				}
			}
		}
		if got[order.Completed] != shipped || got[order.OnHold] != waiting || got[order.Canceled] != canceled {
			t.Fatalf("%v, want %d shipped, %d waiting, %d canceled", got, shipped, waiting, canceled)
		}
	}
	expect(3, 9, 0)
	for range 3 {
		all.Go(func() { receive(t, w, "RARE", 1) })
	}
	all.Wait()
	expect(6, 6, 0)
	canceled := 0
	for _, name := range names {
		if s := statusOf(t, w, name); s.State == order.OnHold && canceled < 3 {
			canceled++
			all.Go(func() {
				if err := w.Post(t.Context(), "/api/orders/"+s.Order+"/cancel", nil, []byte(`{"reason":"customer"}`)); err != nil {
					t.Error(err)
				}
			})
		}
	}
	all.Go(func() { receive(t, w, "RARE", 2) })
	all.Wait()
	expect(8, 1, 3)
	receive(t, w, "RARE", 3)
	expect(9, 0, 3)
	if s := gjson.Get(get(t, w, "/api/stock/RARE"), "stock.0"); s.Get("onHand").Int() != 2 || s.Get("free").Int() != 2 || s.Get("reserved").Int() != 0 {
		t.Errorf("%s", s.Raw)
	}
}

// What cannot be an order waits in the inbound error list, where it says which
// field is wrong; it becomes no order and moves no stock.
func TestBadDocumentsWaitVisibly(t *testing.T) {
	t.Parallel()
	w := open(t, world.Options{})
	cases := map[string]struct{ from, to, field string }{
		"quantity that is no integer":  {`"quantity":10`, `"quantity":10.5`, "line_items.0.quantity"},
		"quantity beyond any number":   {`"quantity":10`, `"quantity":5000000000000000000`, "line_items.0.quantity"},
		"negative quantity":            {`"quantity":10`, `"quantity":-10`, "line_items.0.quantity"},
		"price that would fill memory": {`"price":"12.00"`, `"price":"1e999999999"`, "line_items.0.price"},
		"unknown currency":             {`"currency":"USD"`, `"currency":"ZZZ"`, "currency"},
		"null line":                    {`"line_items":[{`, `"line_items":[null,{`, "line_items.0"},
		"no lines at all":              {`"line_items":[`, `"line_articles":[`, "line_items"},
	}
	var names []string
	for name, c := range cases {
		at := fmt.Sprintf("#X%d", len(names))
		names = append(names, at)
		body := string(shopifytest.Document(shopifytest.OrderSpec{Name: at, CreatedAt: start, Lines: []shopifytest.LineSpec{{SKU: "MUG-BLUE", Quantity: 10, Cents: 1200}}}))
		bad := strings.Replace(body, c.from, c.to, 1)
		if bad == body {
			t.Fatalf("%s: the document has no %s", name, c.from)
		}
		if err := w.Receive(t.Context(), world.DemoShop, "orders/create", []byte(bad)); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	w.Drive(t.Context(), time.Hour, func() bool { return false })
	messages := get(t, w, "/api/messages")
	for name, c := range cases {
		if !strings.Contains(messages, c.field+":") {
			t.Errorf("%s: no message about %s in %s", name, c.field, messages)
		}
	}
	if n := len(gjson.Get(messages, "messages").Array()); n != len(cases) {
		t.Errorf("%d messages wait, want %d", n, len(cases))
	}
	if orders := get(t, w, "/api/orders"); len(gjson.Get(orders, "orders").Array()) != 0 {
		t.Errorf("%s", orders)
	}
}

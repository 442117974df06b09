package world_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/orderloom/orderloom/functions/providers/shopify/shopifytest"
	"github.com/orderloom/orderloom/shared/cmd/world"
	"github.com/orderloom/orderloom/shared/exception"
	"github.com/orderloom/orderloom/shared/order"
	"github.com/orderloom/orderloom/shared/order/store"
)

type detail struct {
	Document   order.Document
	Status     order.Status
	Journal    []store.Entry
	Exceptions []exception.Exception
	Runs       []string
}

func (d detail) events() string {
	var all []string
	for _, e := range d.Journal {
		for _, ev := range e.Events {
			all = append(all, ev.Name)
		}
	}
	if len(all) > 60 {
		all = append(all[:30], fmt.Sprintf("… %d …", len(all)))
	}
	return strings.Join(all, " ")
}

func call(t testing.TB, w *world.World, method, path string, body []byte, out any) (int, string) {
	req, _ := http.NewRequest(method, w.Host.URL()+path, bytes.NewReader(body))
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	data, _ := io.ReadAll(res.Body)
	if out != nil && res.StatusCode < 300 {
		if err := json.Unmarshal(data, out); err != nil {
			t.Fatalf("%s: %v %s", path, err, data)
		}
	}
	return res.StatusCode, string(data)
}

func look(t testing.TB, w *world.World, name string) detail {
	var d detail
	if code, text := call(t, w, "GET", "/api/orders/"+url.PathEscape(strings.TrimPrefix(name, "#")), nil, &d); code != 200 {
		t.Logf("look %s: %d %s", name, code, text)
	}
	return d
}

func show(t testing.TB, w *world.World, name string) detail {
	d := look(t, w, name)
	t.Logf("%s: %s / %s  %s", name, d.Status.State, d.Status.Reason, d.events())
	for i, l := range d.Status.Lines {
		if i < 4 {
			t.Logf("   line %+v", l)
		}
	}
	for _, f := range d.Status.FulfillmentOrders {
		t.Logf("   fo %s %s/%s lines %d shipments %d created %d", f.ID, f.State, f.Reason, len(f.Lines), len(f.Shipments), w.Fakes.Warehouse.Created(f.ID))
	}
	for _, e := range d.Exceptions {
		c := e.Cause
		if len(c) > 200 {
			c = c[:200]
		}
		t.Logf("   exception %s %s %s %s answers %v data %d", e.ID, e.Step, e.Error, c, e.Answers, len(e.Data))
	}
	return d
}

func settle(t testing.TB, w *world.World, d time.Duration) {
	w.Drive(t.Context(), d, func() bool { return false })
}

func messages(t testing.TB, w *world.World) {
	_, text := call(t, w, "GET", "/api/messages", nil, nil)
	t.Logf("messages: %.600s", text)
}

func send(t testing.TB, w *world.World, shop, topic string, body []byte) error {
	_ = w.Fakes.Shops[shop].Add(body)
	err := w.Receive(t.Context(), shop, topic, body)
	if err != nil {
		t.Logf("send: %.300v", err)
	}
	return err
}

func spec(name string, q ...int) shopifytest.OrderSpec {
	s := shopifytest.OrderSpec{Name: name, CreatedAt: start}
	for _, n := range q {
		s.Lines = append(s.Lines, shopifytest.LineSpec{SKU: "LAB-WIDGET", Quantity: n})
	}
	return s
}

func post(t testing.TB, w *world.World, key, sku, loc string, q int) {
	b := fmt.Sprintf(`{"key":%q,"lines":[{"sku":%q,"location":%q,"quantity":%d}]}`, key, sku, loc, q)
	if code, text := call(t, w, "POST", "/api/stock", []byte(b), nil); code != 200 {
		t.Fatalf("%d %s", code, text)
	}
}

func stockOf(t testing.TB, w *world.World, sku string) string {
	_, text := call(t, w, "GET", "/api/stock/"+sku, nil, nil)
	return text
}

func TestX_ChangeWhileBackordered(t *testing.T) {
	w := open(t, world.Options{})
	s := spec("#C1", 110)
	s.Lines[0].SKU = "LAB-SCARCE"
	send(t, w, world.LabShop, "orders/create", shopifytest.Document(s))
	settle(t, w, time.Hour)
	show(t, w, "#C1")
	s.UpdatedAt = start.Add(time.Minute)
	s.Lines = append(s.Lines, shopifytest.LineSpec{SKU: "LAB-WIDGET", Quantity: 20})
	send(t, w, world.LabShop, "orders/updated", shopifytest.Document(s))
	settle(t, w, time.Hour)
	show(t, w, "#C1")
	post(t, w, "k", "LAB-SCARCE", "Seattle", 10)
	settle(t, w, 5*time.Hour)
	show(t, w, "#C1")
	t.Log(stockOf(t, w, "LAB-SCARCE"))
}

func TestX_Digital(t *testing.T) {
	w := open(t, world.Options{})
	s := spec("#D1", 10)
	s.Lines[0].Digital = true
	send(t, w, world.LabShop, "orders/create", shopifytest.Document(s))
	s.Name = "#D2"
	send(t, w, world.DemoShop, "orders/create", shopifytest.Document(s))
	settle(t, w, 5*time.Hour)
	show(t, w, "#D1")
	d := show(t, w, "#D2")
	for _, e := range d.Exceptions {
		call(t, w, "POST", "/api/exceptions/"+e.ID+"/skip", nil, nil)
	}
	settle(t, w, 5*time.Hour)
	show(t, w, "#D2")
}

func TestX_Huge(t *testing.T) {
	w := open(t, world.Options{})
	s := spec("#H1", 5_000_000_000_000_000_000, 5_000_000_000_000_000_000)
	send(t, w, world.DemoShop, "orders/create", shopifytest.Document(s))
	settle(t, w, time.Hour)
	show(t, w, "#H1")
	messages(t, w)
	t.Log(stockOf(t, w, "LAB-WIDGET"))
}

func TestX_Lines(t *testing.T) {
	w := open(t, world.Options{})
	for _, n := range []int{500, 501, 2000, 2001} {
		for _, shop := range []string{world.DemoShop, world.LabShop} {
			name := fmt.Sprintf("#N%d%s", n, shop)
			at := time.Now()
			s := spec(name)
			for range n {
				s.Lines = append(s.Lines, shopifytest.LineSpec{SKU: "LAB-WIDGET", Quantity: 10})
			}
			send(t, w, shop, "orders/create", shopifytest.Document(s))
			settle(t, w, 5*time.Hour)
			show(t, w, name)
			t.Log(name, time.Since(at))
		}
	}
	s := spec("#FAIL")
	for range 500 {
		s.Lines = append(s.Lines, shopifytest.LineSpec{SKU: "LAB-WIDGET", Quantity: 1})
	}
	send(t, w, world.LabShop, "orders/create", shopifytest.Document(s))
	settle(t, w, 5*time.Hour)
	show(t, w, "#FAIL")
	messages(t, w)
}

func TestX_Abort(t *testing.T) {
	w := open(t, world.Options{})
	send(t, w, world.LabShop, "orders/create", shopifytest.Document(spec("#A1", 1)))
	settle(t, w, time.Hour)
	d := show(t, w, "#A1")
	if err := w.Abort(t.Context(), d.Runs[0]); err != nil {
		t.Fatal(err)
	}
	settle(t, w, time.Hour)
	d = show(t, w, "#A1")
	c, s := call(t, w, "POST", "/api/orders/"+d.Status.Order+"/correct", []byte(`{"lines":[{"id":"1","quantity":10}]}`), nil)
	t.Logf("%d %.100s", c, s)
	c, s = call(t, w, "POST", "/api/exceptions/"+d.Exceptions[0].ID+"/retry", nil, nil)
	t.Logf("%d %.100s", c, s)
	settle(t, w, 5*time.Hour)
	show(t, w, "#A1")
}

func TestX_Starve(t *testing.T) {
	w := open(t, world.Options{})
	for i, q := range []int{110, 105} {
		s := spec(fmt.Sprint("#S", i), q)
		s.Lines[0].SKU = "LAB-SCARCE"
		send(t, w, world.LabShop, "orders/create", shopifytest.Document(s))
		settle(t, w, time.Hour)
	}
	d := show(t, w, "#S0")
	if err := w.Abort(t.Context(), d.Runs[0]); err != nil {
		t.Fatal(err)
	}
	settle(t, w, time.Hour)
	d = show(t, w, "#S0")
	t.Logf("%+v", d.Status)
	post(t, w, "x", "LAB-SCARCE", "Seattle", 10)
	settle(t, w, time.Minute)
	show(t, w, "#S0")
	show(t, w, "#S1")
	settle(t, w, 10*time.Hour)
	show(t, w, "#S1")
}

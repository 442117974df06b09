package shipstation

import (
	"io"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/orderloom/orderloom/shared/event"
	"github.com/orderloom/orderloom/shared/fault"
	"github.com/orderloom/orderloom/shared/flow"
	"github.com/orderloom/orderloom/shared/order"
	"github.com/orderloom/orderloom/shared/provider"
)

func TestTheWarehouseGetsTheFulfillmentOrder(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	doc := sample()
	by := start.Add(48 * time.Hour)
	doc.ShipBy, doc.Note = &by, "ring \"twice\" \u2028 <b>"
	w.order(t, doc, order.FulfillmentLine{Line: "466157049", Quantity: 60}, order.FulfillmentLine{Line: "518995019", Quantity: 5})
	var sent []byte
	next := w.deps.HTTP
	w.deps.HTTP = doerFunc(func(r *http.Request) (*http.Response, error) {
		sent, _ = io.ReadAll(r.Body)
		r.Body = io.NopCloser(strings.NewReader(string(sent)))
		return next.Do(r)
	})
	out, err := w.send(t)
	if err != nil {
		t.Fatal(err)
	}
	if known := w.fake.Orders("#1001"); len(known) != 1 || out.Remote != strconv.FormatInt(known[0].ID, 10) || known[0].Key != foID {
		t.Errorf("sent as %+v, the warehouse has %+v", out, known)
	}
	address := `{"name":"Bob Norman","street1":"Chestnut Street 92","city":"Louisville","state":"KY","postalCode":"40202","country":"US"}`
	want := `{"orderNumber":"#1001","orderKey":"` + foID + `","orderDate":"2026-03-02T08:00:00.000Z","shipByDate":"2026-03-04T08:00:00.000Z",` +
		`"orderStatus":"awaiting_shipment","customerEmail":"bob@example.com","billTo":` + address + `,"shipTo":` + address + `,` +
		`"items":[{"lineItemKey":"466157049","sku":"IPOD2008GREEN","name":"IPod Nano - 8gb","quantity":60,"unitPrice":199},` +
		`{"lineItemKey":"518995019","sku":"IPOD2008RED","name":"IPOD2008RED","quantity":5,"unitPrice":0.1}],` +
		`"customerNotes":"ring \"twice\" \u2028 \u003cb\u003e","advancedOptions":{"warehouseId":101,"source":"demo-shop"}}`
	if string(sent) != want {
		t.Errorf("sent\n%s\nwant\n%s", sent, want)
	}
}

type doerFunc func(*http.Request) (*http.Response, error)

func (f doerFunc) Do(r *http.Request) (*http.Response, error) { return f(r) }

func TestAFulfillmentOrderIsSentOnce(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	w.order(t, sample())
	w.fake.Fail(503, 3)
	for range 3 {
		_, err := w.send(t)
		code(t, "while the warehouse is down", err, fault.Unavailable)
	}
	w.fake.FailAfter(503, 1)
	_, err := w.send(t)
	code(t, "when the answer gets lost", err, fault.Unavailable)
	first, err := w.send(t)
	if err != nil {
		t.Fatal(err)
	}
	again, err := w.send(t)
	if err != nil || again != first {
		t.Errorf("sent again as %+v, %v; want %+v", again, err, first)
	}
	if s := w.fake.Stats(); s.Created != 1 || s.Failed != 4 || s.Updated != 2 {
		t.Errorf("the warehouse counts %+v, want one order", s)
	}
}

func TestALostAnswerIsNoFailureEvenWhenTheGoodsHaveLeft(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	w.order(t, sample())
	w.fake.FailAfter(504, 1)
	_, err := w.send(t)
	code(t, "when the answer gets lost", err, fault.Unavailable)
	if err := w.fake.Ship(t.Context(), foID, ""); err != nil {
		t.Fatal(err)
	}
	out, err := w.send(t)
	if want := strconv.FormatInt(w.fake.Orders("#1001")[0].ID, 10); err != nil || out.Remote != want {
		t.Errorf("after the goods left: %+v, %v; want %s", out, err, want)
	}
	if s := w.fake.Stats(); s.Created != 1 {
		t.Errorf("the warehouse counts %+v", s)
	}
}

func TestWhatIsRecordedAsSentIsNotSentAgain(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	w.order(t, sample())
	w.change(t, "sent", event.Event{Name: event.FulfillmentOrderSent, EntityID: foID, Payload: encode(order.Sent{Remote: "77"})})
	out, err := w.send(t)
	if err != nil || out.Remote != "77" || w.fake.Stats().Created != 0 {
		t.Errorf("%+v, %v, %+v", out, err, w.fake.Stats())
	}
}

func TestCreateOrderSaysWhatIsMissing(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		doc      func(*order.Document)
		instance func(*provider.Instance)
		want     string
		field    string
	}{
		"no address":          {func(d *order.Document) { d.ShipTo = nil }, nil, fault.Invalid, "shipTo"},
		"a price in words":    {func(d *order.Document) { d.Lines[0].Price = "ten" }, nil, fault.Invalid, "lines.466157049.price"},
		"a line that is gone": {func(d *order.Document) { d.Lines = d.Lines[1:] }, nil, fault.Invalid, "lines"},
		"no warehouse":        {nil, func(i *provider.Instance) { delete(i.Parameters, "warehouse.Seattle") }, fault.Misconfigured, "parameters.warehouse.Seattle"},
		"warehouse by name":   {nil, func(i *provider.Instance) { i.Parameters["warehouse.Seattle"] = "SEA" }, fault.Misconfigured, "parameters.warehouse.Seattle"},
		"no key":              {nil, func(i *provider.Instance) { delete(i.Secrets, "apiKey") }, fault.Misconfigured, "secrets.apiKey"},
		"no secret":           {nil, func(i *provider.Instance) { delete(i.Secrets, "apiSecret") }, fault.Misconfigured, "secrets.apiSecret"},
		"wrong secret":        {nil, func(i *provider.Instance) { i.Secrets["apiSecret"] = "h" }, fault.Refused, ""},
	} {
		w := newWorld(t, nil)
		doc := sample()
		if c.doc != nil {
			c.doc(&doc)
		}
		if c.instance != nil {
			w.install(t, c.instance)
		}
		w.order(t, doc)
		_, err := w.send(t)
		code(t, name, err, c.want)
		if err != nil && !strings.Contains(err.Error(), c.field) {
			t.Errorf("%s: %v does not name %s", name, err, c.field)
		}
		if w.fake.Stats().Created != 0 {
			t.Errorf("%s: something was sent", name)
		}
	}
}

func TestCreateOrderNeedsAFulfillmentOrder(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	w.order(t, sample())
	_, err := run[order.Sent](t, w.deps, CreateOrder, flow.ActionInput{StepInput: flow.StepInput{Order: orderID, Step: "send"}, Instance: "warehouse"})
	code(t, "a step about the order", err, fault.Invalid)
	_, err = run[order.Sent](t, w.deps, CreateOrder, CreateOrder.Example)
	code(t, "the example names an unknown order", err, fault.NotFound)
}

func TestAnAnswerWithoutOrderIDIsRefused(t *testing.T) {
	t.Parallel()
	for _, answer := range []string{`{}`, `{"orderId":0}`, `{"orderId":"12"}`, `[]`, `nope`} {
		w := newWorld(t, nil)
		w.order(t, sample())
		w.deps.HTTP = inProcess{http.HandlerFunc(func(rw http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(rw, answer) })}
		_, err := w.send(t)
		code(t, answer, err, fault.Refused)
	}
}

func TestHostileNamesStayWithinTheServicesLimits(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]string{
		"":                          foID,
		"#1001":                     "#1001",
		strings.Repeat("ü", 60):     strings.Repeat("ü", 50),
		"\"},{\"orderKey\":\"x\x00": "\"},{\"orderKey\":\"x\x00",
	} {
		w := newWorld(t, nil)
		doc := sample()
		doc.Name = name
		w.order(t, doc)
		if _, err := w.send(t); err != nil {
			t.Errorf("%q: %v", name, err)
		}
		if known := w.fake.Orders(want); len(known) != 1 || known[0].Key != foID {
			t.Errorf("%q arrived as %+v", name, known)
		}
	}
}

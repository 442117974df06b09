package console

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/events"
	"github.com/google/go-cmp/cmp"

	"github.com/orderloom/orderloom/shared/clock"
	"github.com/orderloom/orderloom/shared/event"
	"github.com/orderloom/orderloom/shared/exception"
	"github.com/orderloom/orderloom/shared/fault"
	"github.com/orderloom/orderloom/shared/flow"
	"github.com/orderloom/orderloom/shared/fn"
	"github.com/orderloom/orderloom/shared/inbox"
	"github.com/orderloom/orderloom/shared/order"
	"github.com/orderloom/orderloom/shared/order/store"
	"github.com/orderloom/orderloom/shared/stock"
	"github.com/orderloom/orderloom/shared/table"
	"github.com/orderloom/orderloom/shared/table/sqlite"
)

var start = time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)

// hostile is what a stranger may write into any text field of an order.
const hostile = `"><script>alert('x')</script><img src=x onerror=alert(1)>`

// history is the Step Functions of one run.
type history struct{ fn.States }

func (history) History(_ context.Context, run string, limit int) ([]fn.HistoryEvent, error) {
	if run != "ord_1-lab-1" {
		return nil, fault.New(fault.NotFound, "no execution %q", run)
	}
	return []fn.HistoryEvent{
		{ID: 1, At: start, Type: "ExecutionStarted", Input: `{"name":"` + hostile + `"}`},
		{ID: 2, At: start, Type: "TaskFailed", State: hostile, Error: "Provider.Unavailable", Cause: hostile},
	}[:min(2, limit)], nil
}

// world is a table that readers see.
type world struct {
	t     *testing.T
	deps  fn.Deps
	store store.Store
	clock *clock.Manual
}

func newWorld(t *testing.T) world {
	t.Helper()
	t.Parallel()
	c := clock.NewManual(start)
	db, err := sqlite.Open(t.Context(), filepath.Join(t.TempDir(), "t.db"), c)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	return world{t, fn.Deps{Table: db, Clock: c, States: history{}}, store.Store{Table: db, Now: c.Now}, c}
}

// order stores one whose texts are all the same; each a second later.
func (w world) order(id, text string) {
	w.t.Helper()
	w.clock.Advance(time.Second)
	doc := order.Document{
		Channel: text, ExternalID: id, Name: text, Currency: text, PaymentStatus: text, Totals: order.Totals{Total: text},
		ShipTo: &order.Address{Name: text, City: text, Country: text}, Warnings: []order.Warning{{Code: text, Message: text}},
		Lines: []order.Line{{ID: text, SKU: text, Kind: order.Physical, Quantity: 10}},
	}
	if _, _, err := w.store.Create(w.t.Context(), id, "create", doc, event.Event{Name: event.OrderReceived, Payload: quoted(text)}); err != nil {
		w.t.Fatal(err)
	}
}

func quoted(text string) json.RawMessage {
	data, _ := json.Marshal(map[string]string{"why": text})
	return data
}

// change does to an order what its functions would.
func (w world) change(id string, ops []table.Op, f func(*order.Status)) {
	w.t.Helper()
	if _, err := w.store.Change(w.t.Context(), id, fmt.Sprint("change ", w.clock.Now()), hostile, func(r *store.Record) (store.Change, error) {
		f(&r.Status)
		return store.Change{Events: []event.Event{{Name: event.OrderCorrected}}, Ops: ops}, nil
	}); err != nil {
		w.t.Fatal(err)
	}
}

func (w world) exception(id, order, text string) table.Op {
	w.t.Helper()
	op, err := exception.Put(exception.Exception{
		ID: id, Order: order, Name: text, Step: text, Category: exception.Action, Error: text, Cause: text, Data: quoted(text),
		Answers: []flow.Answer{flow.Reprocess, flow.Skip, flow.Cancel}, RaisedAt: w.clock.Now(), State: exception.Open,
	})
	if err != nil {
		w.t.Fatal(err)
	}
	return op
}

func (w world) failedMessage(id, text string) {
	w.t.Helper()
	box := inbox.Box{Table: w.deps.Table, Now: w.clock.Now}
	if _, err := box.Receive(w.t.Context(), inbox.Message{ID: id, Instance: text, Topic: text}, []byte(`{}`)); err != nil {
		w.t.Fatal(err)
	}
	if err := box.Settle(w.t.Context(), id, inbox.Failed, "", fault.New(fault.Invalid, "%s", text)); err != nil {
		w.t.Fatal(err)
	}
}

type reply struct {
	status int
	header map[string]string
	body   string
}

// get asks as the HTTP API does: route is the declared one, whose parameters
// are filled in.
func (w world) get(route string, query map[string]string, params ...string) reply {
	w.t.Helper()
	path, values := route, map[string]string{}
	for i := 0; i+1 < len(params); i += 2 {
		values[params[i]] = params[i+1]
		path = strings.Replace(path, "{"+params[i]+"}", params[i+1], 1)
	}
	req := fn.ExampleRequest("GET", path, values, "")
	req.QueryStringParameters = query
	in, err := json.Marshal(req)
	if err != nil {
		w.t.Fatal(err)
	}
	out, err := Site.New(w.deps)(w.t.Context(), in)
	if err != nil {
		w.t.Fatalf("%s: %v", path, err)
	}
	var res events.APIGatewayV2HTTPResponse
	if err := json.Unmarshal(out, &res); err != nil {
		w.t.Fatal(err)
	}
	body, err := base64.StdEncoding.DecodeString(res.Body)
	if err != nil {
		w.t.Fatal(err)
	}
	return reply{res.StatusCode, res.Headers, string(body)}
}

func (w world) read(into any, route string, query map[string]string, params ...string) {
	w.t.Helper()
	r := w.get(route, query, params...)
	if r.status != 200 || r.header["content-type"] != "application/json" {
		w.t.Fatalf("%s: %d %s", route, r.status, r.body)
	}
	if err := json.Unmarshal([]byte(r.body), into); err != nil {
		w.t.Fatalf("%s: %v in %s", route, err, r.body)
	}
}

// full is a world where every page has something to show, all of it hostile.
func full(t *testing.T) world {
	w := newWorld(t)
	w.order("ord_1", hostile)
	w.change("ord_1", []table.Op{w.exception("exc_1", "ord_1", hostile)}, func(s *order.Status) {
		s.OpenExceptions, s.Runs = []string{"exc_1"}, map[string]int{"lab": 2, "abc": 1}
		s.Holds = []order.Hold{{Kind: order.Held, Step: hostile, Reason: hostile, Then: hostile}, {Kind: order.Approval, Step: hostile, Who: hostile, Question: hostile}}
		s.Lines[0].Location = hostile
		s.FulfillmentOrders = []order.FulfillmentOrder{{ID: hostile, Location: hostile, Shipments: []order.ShipmentRecord{{
			Number: 1, Carrier: hostile, Reported: true, Trackings: []order.Tracking{{Number: hostile, URL: "javascript:alert(1)"}}, Lines: []order.ShipmentLine{{Line: hostile, Quantity: 3}},
		}}}}
	})
	w.failedMessage("msg_1", hostile)
	return w
}

func TestEveryPageEscapesWhatStrangersWrote(t *testing.T) {
	w := full(t)
	for _, page := range [][]string{{"/"}, {"/orders/{id}", "id", "ord_1"}, {"/exceptions"}, {"/messages"}, {"/runs/{run}", "run", "ord_1-lab-1"}} {
		r := w.get(page[0], nil, page[1:]...)
		if r.status != 200 || r.header["content-type"] != "text/html; charset=utf-8" {
			t.Fatalf("%s: %d %s", page[0], r.status, r.body)
		}
		if !strings.HasPrefix(r.body, "<!doctype html>") || !strings.HasSuffix(strings.TrimSpace(r.body), "</html>") {
			t.Errorf("%s is not a whole page", page[0])
		}
		if !strings.Contains(r.body, "&lt;script&gt;") {
			t.Errorf("%s does not show what was written", page[0])
		}
		for _, bad := range []string{"<script", "<img", `href="javascript:`} {
			if strings.Contains(r.body, bad) {
				t.Errorf("%s lets %s through:\n%s", page[0], bad, r.body)
			}
		}
		// Were something let through, the browser would still not run it.
		policy := r.header["content-security-policy"]
		for _, want := range []string{"default-src 'none'", "form-action 'self'", "base-uri 'none'", "frame-ancestors 'none'"} {
			if !strings.Contains(policy, want) || strings.Contains(policy, "script-src") {
				t.Errorf("%s: content security policy %q has no %s", page[0], policy, want)
			}
		}
		if r.header["x-content-type-options"] != "nosniff" {
			t.Errorf("%s may be sniffed", page[0])
		}
	}
}

func TestPagesOfAnEmptySystemSayWhatToDo(t *testing.T) {
	w := newWorld(t)
	for path, want := range map[string]string{"/": "orderloom send", "/exceptions": "Nothing waits", "/messages": "Every message was understood"} {
		if r := w.get(path, nil); r.status != 200 || !strings.Contains(r.body, want) {
			t.Errorf("%s: %d %s", path, r.status, r.body)
		}
	}
	r := w.get("/", map[string]string{"name": "<b>"})
	if r.status != 200 || !strings.Contains(r.body, "named &lt;b&gt;") {
		t.Errorf("%s", r.body)
	}
}

func TestAPageOffersTheAnswersAsButtonsToTheirRoutes(t *testing.T) {
	w := full(t)
	for _, r := range []reply{w.get("/exceptions", nil), w.get("/orders/{id}", nil, "id", "ord_1")} {
		for _, verb := range []string{"retry", "skip", "cancel"} {
			if !strings.Contains(r.body, `<form method="post" action="/api/exceptions/exc_1/`+verb+`">`) {
				t.Errorf("no button for %s:\n%s", verb, r.body)
			}
		}
	}
	if r := w.get("/messages", nil); !strings.Contains(r.body, `action="/api/messages/msg_1/replay"`) {
		t.Error(r.body)
	}
	if r := w.get("/orders/{id}", nil, "id", "ord_1"); !strings.Contains(r.body, `href="/runs/ord_1-lab-2"`) {
		t.Error(r.body)
	}
}

func TestOrdersAreListedNewestFirstInPages(t *testing.T) {
	w := newWorld(t)
	for i := range 5 {
		w.order(fmt.Sprint("ord_", i), fmt.Sprint("#100", i))
	}
	type list struct {
		Orders []OrderRow
		Next   string
	}
	var names []string
	query := map[string]string{"limit": "2"}
	for range 5 {
		var l list
		w.read(&l, "/api/orders", query)
		for _, row := range l.Orders {
			names = append(names, row.Name)
		}
		if query["after"] = l.Next; l.Next == "" {
			break
		}
	}
	if diff := cmp.Diff([]string{"#1004", "#1003", "#1002", "#1001", "#1000"}, names); diff != "" {
		t.Error(diff)
	}
	var one list
	w.read(&one, "/api/orders", map[string]string{"name": "1003"})
	want := OrderRow{ID: "ord_3", Name: "#1003", Channel: "#1003", State: order.New, Reason: order.ReasonNew, Locations: []string{}, Trackings: []string{}, ReceivedAt: "2026-01-02T03:04:09Z", ChangedAt: "2026-01-02T03:04:09Z"}
	if diff := cmp.Diff([]OrderRow{want}, one.Orders); diff != "" {
		t.Error(diff)
	}
	if r := w.get("/", map[string]string{"name": "1003"}); !strings.Contains(r.body, `href="/orders/ord_3"`) || strings.Contains(r.body, "ord_2") {
		t.Error(r.body)
	}
	if r := w.get("/api/orders", map[string]string{"after": "no cursor"}); r.status != 400 {
		t.Errorf("%d %s", r.status, r.body)
	}
}

func TestAnOrderIsReadWithItsJourneyByIDOrName(t *testing.T) {
	w := newWorld(t)
	w.order("ord_1", "#1001")
	w.change("ord_1", []table.Op{w.exception("exc_1", "ord_1", "#1001")}, func(s *order.Status) {
		s.OpenExceptions, s.Runs = []string{"exc_1"}, map[string]int{"lab": 2, "abc": 1}
	})
	for _, id := range []string{"ord_1", "1001", "#1001"} {
		var d OrderDetail
		w.read(&d, "/api/orders/{id}", nil, "id", id)
		if d.Document.Name != "#1001" || len(d.Journal) != 2 || d.Journal[1].Events[0].Name != event.OrderCorrected || len(d.Exceptions) != 1 {
			t.Errorf("%s: %+v", id, d)
		}
		if diff := cmp.Diff([]string{"ord_1-abc-1", "ord_1-lab-1", "ord_1-lab-2"}, d.Runs); diff != "" {
			t.Error(diff)
		}
	}
}

func TestTheListsBehindThePages(t *testing.T) {
	w := newWorld(t)
	var empty map[string][]any
	for _, name := range []string{"exceptions", "messages"} {
		w.read(&empty, "/api/"+name, nil)
		if empty[name] == nil {
			t.Errorf("%s is null, not an empty list", name)
		}
	}
	w.order("ord_1", "#1001")
	w.change("ord_1", []table.Op{w.exception("exc_1", "ord_1", "#1001")}, func(*order.Status) {})
	w.failedMessage("msg_1", "orders/create")
	var exceptions struct{ Exceptions []exception.Exception }
	w.read(&exceptions, "/api/exceptions", nil)
	if len(exceptions.Exceptions) != 1 || exceptions.Exceptions[0].ID != "exc_1" {
		t.Errorf("%+v", exceptions)
	}
	var messages struct{ Messages []inbox.Message }
	w.read(&messages, "/api/messages", nil)
	if len(messages.Messages) != 1 || messages.Messages[0].ID != "msg_1" || messages.Messages[0].Error != fault.Invalid {
		t.Errorf("%+v", messages)
	}
}

func TestStatsCountOrdersByWhatTheyNeed(t *testing.T) {
	w := newWorld(t)
	for i, change := range []func(*order.Status){
		func(*order.Status) {},
		func(s *order.Status) { s.State = order.InProgress },
		func(s *order.Status) { s.State = order.Completed },
		func(s *order.Status) { s.State = order.Canceled },
		func(s *order.Status) { s.State = order.OnHold },
		func(s *order.Status) { s.State, s.OpenExceptions = order.InProgress, []string{"exc_1"} },
	} {
		id := fmt.Sprint("ord_", i)
		w.order(id, id)
		w.change(id, nil, change)
	}
	w.failedMessage("msg_1", "orders/create")
	var got Stats
	w.read(&got, "/api/stats", nil)
	if diff := cmp.Diff(Stats{Received: 6, InFlight: 2, Shipped: 1, Canceled: 1, Attention: 3}, got); diff != "" {
		t.Error(diff)
	}
}

func TestStockOfAProduct(t *testing.T) {
	w := newWorld(t)
	if err := w.deps.Table.Transact(t.Context(),
		table.Set(stock.Key("A/1", "Seattle"), table.Item{stock.OnHand: int64(10), stock.Reserved: int64(4), stock.Free: int64(6)}),
		table.Set(stock.Key("A/1", "Chicago"), table.Item{stock.OnHand: int64(2), stock.Free: int64(2)})); err != nil {
		t.Fatal(err)
	}
	r := w.get("/api/stock/{sku}", nil, "sku", "A/1")
	const want = `{"stock":[{"sku":"A/1","location":"Chicago","onHand":2,"reserved":0,"free":2},{"sku":"A/1","location":"Seattle","onHand":10,"reserved":4,"free":6}]}`
	if r.status != 200 || strings.TrimSpace(r.body) != want {
		t.Errorf("%d %s", r.status, r.body)
	}
	if r := w.get("/api/stock/{sku}", nil, "sku", "unknown"); r.status != 200 || strings.TrimSpace(r.body) != `{"stock":[]}` {
		t.Errorf("%d %s", r.status, r.body)
	}
}

func TestEveryDeclaredRouteIsServed(t *testing.T) {
	w := full(t)
	of, record := w.record(t, "R-1")
	for _, route := range Site.Trigger.Routes {
		id := "ord_1"
		switch {
		case strings.HasPrefix(route.Path, "/api/flows/"):
			id = "lab"
		case strings.HasPrefix(route.Path, "/api/policies/"):
			id = "lab-channel"
		case strings.HasPrefix(route.Path, "/api/records/"):
			id = record
		}
		r := w.get(route.Path, nil, "id", id, "entity", string(of), "run", "ord_1-lab-1", "sku", "A", "number", "0")
		if r.status != 200 {
			t.Errorf("%s: %d %s", route.Path, r.status, r.body)
		}
	}
}

func TestAPageThatIsNotThereSaysSoInWords(t *testing.T) {
	w := newWorld(t)
	for _, path := range [][]string{{"/orders/{id}", "id", "<b>"}, {"/runs/{run}", "run", "<b>"}} {
		r := w.get(path[0], nil, path[1:]...)
		if r.status != 404 || r.header["content-type"] != "text/html; charset=utf-8" || !strings.Contains(r.body, `&lt;b&gt;`) || !strings.Contains(r.body, `href="/exceptions"`) {
			t.Errorf("%v: %d %s", path, r.status, r.body)
		}
	}
}

func TestAnOrdersPageShowsWhatItIsWaitingForAndWhatCanBeDone(t *testing.T) {
	w := newWorld(t)
	w.order("ord_1", "#1001")
	w.change("ord_1", nil, func(s *order.Status) { s.State, s.Reason = order.OnHold, order.ReasonBackorder })
	r := w.get("/orders/{id}", nil, "id", "ord_1")
	for _, want := range []string{"orderloom stock post", `<form method="post" action="/api/orders/ord_1/cancel">`, "<td>#1001</td><td>#1001 <span"} {
		if !strings.Contains(r.body, want) {
			t.Errorf("no %s in\n%s", want, r.body)
		}
	}
	w.clock.Advance(time.Second)
	w.change("ord_1", nil, func(s *order.Status) { s.State, s.Reason = order.Completed, order.ReasonFulfilled })
	if r := w.get("/orders/{id}", nil, "id", "ord_1"); strings.Contains(r.body, "/cancel") {
		t.Errorf("a shipped order can be canceled:\n%s", r.body)
	}
}

func TestAnExceptionIsExplained(t *testing.T) {
	w := newWorld(t)
	w.order("ord_1", "#1001")
	op, err := exception.Put(exception.Exception{ID: "exc_1", Order: "ord_1", Cause: "no", State: exception.Open, Data: json.RawMessage(`{"hint":"Correct it","data":{"policies":[
		{"rules":[{"name":"At least 5","rows":[{"field":"line.quantity","found":1,"operator":"atLeast","expected":5}]}]}]}}`)})
	if err != nil {
		t.Fatal(err)
	}
	w.change("ord_1", []table.Op{op}, func(s *order.Status) { s.OpenExceptions = []string{"exc_1"} })
	for _, r := range []reply{w.get("/exceptions", nil), w.get("/orders/{id}", nil, "id", "ord_1")} {
		if !strings.Contains(r.body, "Not met: At least 5; line.quantity is 1, not at least 5<br>Correct it") {
			t.Error(r.body)
		}
	}
}

func TestWhatIsNotThereIs404(t *testing.T) {
	w := newWorld(t)
	for _, path := range [][]string{{"/nothing"}, {"/api/nothing"}, {"/api/stock"}, {"/orders/{id}", "id", "ord_x"}, {"/api/orders/{id}", "id", "#9"}, {"/runs/{run}", "run", "x"}} {
		if r := w.get(path[0], nil, path[1:]...); r.status != 404 {
			t.Errorf("%v: %d %s", path, r.status, r.body)
		}
	}
}

func TestAPageAsksForWhatAFlowWaitsFor(t *testing.T) {
	w := newWorld(t)
	w.order("ord_1", "#1001")
	w.change("ord_1", nil, func(s *order.Status) {
		s.Holds = []order.Hold{{Kind: order.Held, Step: "credit", Reason: "Not paid", Then: "exception"}, {Kind: order.Approval, Step: "terms", Who: "Sales", Question: "Agreed?"}}
	})
	r := w.get("/orders/{id}", nil, "id", "ord_1")
	for _, want := range []string{
		"on hold: Not paid", "Sales is asked: Agreed?", `action="/api/orders/ord_1/release?step=credit"`,
		`action="/api/orders/ord_1/approve?step=terms"`, `action="/api/orders/ord_1/reject?step=terms"`,
	} {
		if !strings.Contains(r.body, want) {
			t.Errorf("no %s in %s", want, r.body)
		}
	}
}

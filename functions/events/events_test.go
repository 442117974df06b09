package events

import (
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/orderloom/orderloom/shared/clock"
	"github.com/orderloom/orderloom/shared/event"
	"github.com/orderloom/orderloom/shared/fault"
	"github.com/orderloom/orderloom/shared/fn"
	"github.com/orderloom/orderloom/shared/inbox"
	"github.com/orderloom/orderloom/shared/table/sqlite"
)

// declared are an event of the order, one of a line, and one that is not taken
// from outside.
func declared(t testing.TB) []event.Definition {
	t.Helper()
	var all []event.Definition
	for _, text := range []string{
		`{"name":"ParcelReturned","title":"Parcel came back","external":true,"payload":{"type":"object","properties":{"rma":{"type":"string","minLength":1},"pieces":{"type":"integer","minimum":1}},"required":["rma"],"additionalProperties":false}}`,
		`{"name":"LineInspected","title":"Goods of a line inspected","entity":"line","external":true,"payload":{"type":"object"}}`,
		`{"name":"ResellerOrderAccepted","title":"Accepted"}`,
	} {
		d, err := event.ParseCustom([]byte(text))
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, d)
	}
	return all
}

func TestAnEventThatIsAsDeclared(t *testing.T) {
	t.Parallel()
	for name, details := range map[string][]string{
		"ParcelReturned": {
			`{"order":"ord_1","payload":{"rma":"r"}}`,
			`{"id":"e1","channel":"shop","externalId":"77","payload":{"rma":"r","pieces":3}}`,
			`{"channel":"shop","orderName":"#1001","payload":{"rma":"r"}}`,
		},
		"LineInspected": {`{"order":"ord_1","entityId":"1"}`, `{"order":"ord_1","entityId":"1","payload":{"n":1e300,"deep":[[[{}]]]}}`},
	} {
		for _, detail := range details {
			r, err := reportOf(name, []byte(detail), declared(t))
			if err != nil || r.Name != name || r.Entity == "" {
				t.Errorf("%s %s: %+v %v", name, detail, r, err)
			}
		}
	}
}

// Each is refused with the reason, whoever sent it.
func TestAnEventThatIsNot(t *testing.T) {
	t.Parallel()
	const payload = `"payload":{"rma":"r"}`
	for _, c := range []struct{ name, detail, code, says string }{
		{"ParcelLost", `{"order":"ord_1"}`, NotAccepted, "ParcelReturned"},
		{"OrderCanceled", `{"order":"ord_1"}`, NotAccepted, "not taken from outside"},
		{"ResellerOrderAccepted", `{"order":"ord_1"}`, NotAccepted, "not taken from outside"},
		{"ParcelReturned", `{` + payload + `}`, fault.Invalid, "the order is named by"},
		{"ParcelReturned", `{"order":"ord_1","channel":"shop","orderName":"#1",` + payload + `}`, fault.Invalid, "the order is named by"},
		{"ParcelReturned", `{"channel":"shop","orderName":"#1","externalId":"77",` + payload + `}`, fault.Invalid, "the order is named by"},
		{"ParcelReturned", `{"orderName":"#1",` + payload + `}`, fault.Invalid, "the order is named by"},
		{"ParcelReturned", `{"order":"ord_1","entityId":"1",` + payload + `}`, fault.Invalid, "the order itself"},
		{"LineInspected", `{"order":"ord_1"}`, fault.Invalid, "line"},
		{"ParcelReturned", `{"order":"ord_1","payload":{}}`, fault.Invalid, "rma"},
		{"ParcelReturned", `{"order":"ord_1"}`, fault.Invalid, "rma"},
		{"ParcelReturned", `{"order":"ord_1","payload":{"rma":"r","pieces":0}}`, fault.Invalid, "/pieces"},
		{"ParcelReturned", `{"order":"ord_1","payload":{"rma":"r","more":1}}`, fault.Invalid, "more"},
		{"ParcelReturned", `{"order":"ord_1","payload":[]}`, fault.Invalid, "payload"},
		{"ParcelReturned", `{"order":7,` + payload + `}`, fault.Invalid, "order"},
		{"ParcelReturned", `{"order":"ord_1","state":"Canceled",` + payload + `}`, fault.Invalid, "state"},
		{"ParcelReturned", `{"order":"ord_1","order":"ord_2",` + payload + `}`, fault.Invalid, "twice"},
		{"ParcelReturned", "{\"order\":\"\xff\"}", fault.Invalid, "UTF-8"},
		{"ParcelReturned", `[]`, fault.Invalid, "object"},
		{"ParcelReturned", ``, fault.Invalid, ""},
		{"ParcelReturned", `{"order":"` + strings.Repeat("x", event.MaxReportBytes) + `"}`, fault.TooLarge, "at most"},
		{"LineInspected", `{"order":"o","entityId":"1","payload":{"a":` + strings.Repeat("[", 40) + strings.Repeat("]", 40) + `}}`, fault.TooLarge, "nested"},
		{"LineInspected", `{"order":"o","entityId":"1","payload":{"n":1e999999999}}`, fault.TooLarge, "number"},
		{"LineInspected", `{"order":"o","entityId":"1","payload":{"n":` + strings.Repeat("9", 50) + `}}`, fault.TooLarge, "number"},
	} {
		_, err := reportOf(c.name, []byte(c.detail), declared(t))
		if !fault.Is(err, c.code) || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%s %.80s: %v", c.name, c.detail, err)
		}
	}
}

// Whatever is put in: it is refused with a code that is declared, or is an event
// of an order that is named.
func FuzzReport(f *testing.F) {
	f.Add("ParcelReturned", `{"order":"ord_1","payload":{"rma":"r"}}`)
	f.Add("LineInspected", `{"channel":"c","externalId":"1","entityId":"1","payload":{"n":1e30}}`)
	f.Add("OrderCanceled", `{}`)
	all := declared(f)
	f.Fuzz(func(t *testing.T, name, detail string) {
		r, err := reportOf(name, []byte(detail), all)
		switch {
		case err == nil:
			if r.Order == "" && (r.Channel == "" || r.ExternalID+r.OrderName == "") {
				t.Errorf("%+v names no order", r)
			}
		case !fault.Is(err, NotAccepted) && !fault.Is(err, fault.Invalid) && !fault.Is(err, fault.TooLarge):
			t.Error(err)
		}
	})
}

type world struct {
	box   inbox.Box
	table *sqlite.Store
	deps  fn.Deps
}

func newWorld(t *testing.T) world {
	t.Helper()
	clk := clock.NewManual(time.Date(2026, 3, 2, 8, 0, 0, 0, time.UTC))
	tbl, err := sqlite.Open(t.Context(), filepath.Join(t.TempDir(), "table.db"), clk)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = tbl.Close() })
	d := fn.Deps{Table: tbl, Clock: clk, Log: slog.New(slog.NewTextHandler(io.Discard, nil))}
	return world{boxOf(d), tbl, d}
}

func (w world) put(t *testing.T, id, name, detail string) Accepted {
	t.Helper()
	out, err := accept(t.Context(), w.box, put{ID: id, DetailType: name, Source: event.ExternalSource, Detail: json.RawMessage(detail)})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// The bus delivers at least once, and senders repeat themselves.
func TestAnEventIsKeptOnce(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	first := w.put(t, "bus-1", "ParcelReturned", `{"id":"e1","order":"ord_1"}`)
	if first.Duplicate {
		t.Error("the first is taken for a duplicate")
	}
	for name, again := range map[string]Accepted{
		"delivered again": w.put(t, "bus-1", "ParcelReturned", `{"id":"e1","order":"ord_1"}`),
		"put in again":    w.put(t, "bus-2", "ParcelReturned", `{"id":"e1","order":"ord_1"}`),
	} {
		if again.Message != first.Message || !again.Duplicate {
			t.Errorf("%s: %+v", name, again)
		}
	}
	for name, other := range map[string]Accepted{
		"another name":       w.put(t, "bus-3", "LineInspected", `{"id":"e1","order":"ord_1"}`),
		"without an id":      w.put(t, "e1", "ParcelReturned", `{"order":"ord_1"}`),
		"an id that is none": w.put(t, "bus-4", "ParcelReturned", `{"id":7,"order":"ord_1"}`),
		"too long an id":     w.put(t, "bus-5", "ParcelReturned", `{"id":"`+strings.Repeat("x", event.MaxReportID+1)+`"}`),
	} {
		if other.Message == first.Message || other.Duplicate {
			t.Errorf("%s: %+v", name, other)
		}
	}
}

func TestWhatIsWrongIsKeptByteForByte(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	raw := ` {"payload": {"rma":`
	m := w.put(t, "bus-1", "ParcelReturned", raw)
	body, err := w.box.Body(t.Context(), m.Message)
	if err != nil || string(body) != raw {
		t.Errorf("%s %v", body, err)
	}
	if _, err := check(t.Context(), w.box, m.Message, declared(t)); !fault.Is(err, fault.Invalid) {
		t.Errorf("%v", err)
	}
}

// What Orderloom itself publishes is never taken for an outsider's, also when a
// rule is changed by mistake.
func TestNoEventOfOrderloomIsAccepted(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for _, in := range []put{
		{ID: "1", DetailType: "ParcelReturned", Source: event.OrdersSource, Detail: json.RawMessage(`{}`)},
		{ID: "1", DetailType: "ParcelReturned", Detail: json.RawMessage(`{}`)},
		{DetailType: "ParcelReturned", Source: event.ExternalSource},
		{ID: "1", Source: event.ExternalSource},
	} {
		if out, err := accept(t.Context(), w.box, in); !fault.Is(err, fault.Invalid) {
			t.Errorf("%+v: %+v %v", in, out, err)
		}
	}
}

func TestACheckedEventIsAReport(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	m := w.put(t, "bus-1", "LineInspected", `{"channel":"shop","orderName":"#1001","entityId":"2","payload":{"ok":true}}`)
	out, err := check(t.Context(), w.box, m.Message, declared(t))
	if err != nil || out != (Checked{Kind: "event", Event: "LineInspected"}) {
		t.Fatalf("%+v %v", out, err)
	}
	doc, err := w.box.Document(t.Context(), m.Message)
	if want := `{"name":"LineInspected","channel":"shop","orderName":"#1001","entity":"line","entityId":"2","payload":{"ok":true}}`; err != nil || string(doc) != want {
		t.Errorf("%s %v", doc, err)
	}
	if _, err := check(t.Context(), w.box, "msg_none", declared(t)); !fault.Is(err, fault.NotFound) {
		t.Errorf("%v", err)
	}
}

// The function that runs judges by the catalog that it was built with.
func TestTheDeclaredFunctionKnowsTheCatalog(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	m := w.put(t, "bus-1", "ReturnReceived", `{"order":"ord_1","payload":{"rma":"r","lines":[{"line":"1","quantity":1}]}}`)
	in, err := json.Marshal(CheckInput{Message: m.Message})
	if err != nil {
		t.Fatal(err)
	}
	if out, err := Check.New(w.deps)(context.Background(), in); err != nil || !strings.Contains(string(out), `"event"`) {
		t.Errorf("%s %v", out, err)
	}
}

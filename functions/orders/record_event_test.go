package orders

import (
	"slices"
	"testing"

	"github.com/orderloom/orderloom/shared/event"
	"github.com/orderloom/orderloom/shared/fault"
	"github.com/orderloom/orderloom/shared/inbox"
	"github.com/orderloom/orderloom/shared/order"
)

func report(change func(*event.Report)) event.Report {
	r := event.Report{Name: "ReturnReceived", Entity: event.Order, Channel: "shop", OrderName: "#1001", Payload: encode(map[string]string{"rma": "r"})}
	change(&r)
	return r
}

func (w *world) reported(id string, r event.Report) (EventResult, error) {
	return w.recorder().recordEvent(ctx, RecordInput{w.message(id, r)})
}

// However the order is named it is found, and however often the event comes it
// happened once.
func TestAReportedEventIsRecordedOnItsOrder(t *testing.T) {
	for name, change := range map[string]func(*event.Report){
		"by id":             func(r *event.Report) { r.Channel, r.OrderName, r.Order = "", "", "ord_00000000000000000000000001" },
		"by external id":    func(r *event.Report) { r.OrderName, r.ExternalID = "", "450789469" },
		"by name":           func(*event.Report) {},
		"by name without #": func(r *event.Report) { r.OrderName = "1001" },
	} {
		t.Run(name, func(t *testing.T) {
			w := testWorld(t)
			id := w.received()
			for range 3 {
				out, err := w.reported("e1", report(change))
				if err != nil || out.Order != id {
					t.Fatalf("%+v %v", out, err)
				}
			}
			if n := w.count(id, "ReturnReceived"); n != 1 {
				t.Errorf("happened %d times", n)
			}
			m, err := w.box.Get(ctx, inbox.ID("shop", "orders", "e1"))
			if err != nil || m.State != inbox.Recorded || m.Order != id {
				t.Errorf("%+v %v", m, err)
			}
		})
	}
}

func TestAnEventOfALineHappensToTheLine(t *testing.T) {
	w := testWorld(t)
	id := w.received()
	if _, err := w.reported("e1", report(func(r *event.Report) { r.Name, r.Entity, r.EntityID = "LineInspected", event.Line, "1" })); err != nil {
		t.Fatal(err)
	}
	entries, err := w.store.Journal(ctx, id)
	if err != nil {
		t.Fatal(err)
	}
	last := entries[len(entries)-1].Events[0]
	if last.Name != "LineInspected" || last.Entity != event.Line || last.EntityID != "1" {
		t.Errorf("%+v", last)
	}
	if _, err := w.reported("e2", report(func(r *event.Report) { r.Name, r.Entity, r.EntityID = "LineInspected", event.Line, "9" })); !fault.Is(err, fault.NotFound) {
		t.Errorf("a line that is not there: %v", err)
	}
}

// It happened, whatever became of the order, and it moves no state.
func TestAnOrderThatIsOverTakesEvents(t *testing.T) {
	w := testWorld(t)
	id := w.received()
	if status, body, _ := w.post(Cancel, "/api/orders/"+id+"/cancel", id, ""); status != 200 {
		t.Fatal(body)
	}
	if _, err := w.reported("e1", report(func(*event.Report) {})); err != nil {
		t.Fatal(err)
	}
	if s := w.load(id).Status; s.State != order.Canceled || !slices.Contains(w.journal(id), "ReturnReceived") {
		t.Errorf("%+v %v", s, w.journal(id))
	}
}

func TestAReportThatCannotBeRecorded(t *testing.T) {
	w := testWorld(t)
	id := w.received()
	other := document(1)
	other.ExternalID = "2" // of the same name
	w.record("other", other)
	for name, c := range map[string]struct {
		code   string
		change func(*event.Report)
	}{
		"no such order":         {fault.NotFound, func(r *event.Report) { r.Channel, r.OrderName, r.Order = "", "", "ord_none" }},
		"no such name":          {fault.NotFound, func(r *event.Report) { r.OrderName = "#9" }},
		"another channel":       {fault.NotFound, func(r *event.Report) { r.Channel = "elsewhere" }},
		"no such external id":   {fault.NotFound, func(r *event.Report) { r.OrderName, r.ExternalID = "", "9" }},
		"a name of two orders":  {fault.Invalid, func(*event.Report) {}},
		"an event of Orderloom": {fault.Invalid, func(r *event.Report) { r.Name = event.OrderCanceled }},
		"no event":              {fault.Invalid, func(r *event.Report) { r.Name = "" }},
	} {
		if _, err := w.reported(name, report(c.change)); !fault.Is(err, c.code) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if got := w.journal(id); len(got) != 1 {
		t.Errorf("%v", got)
	}
}

// A provider's own event has the provider as its source, also on the bus.
func TestAProvidersEventComesFromTheProvider(t *testing.T) {
	w := testWorld(t)
	w.received()
	for id, source := range map[string]string{"e1": "orderloom.shipstation", "e2": ""} {
		if _, err := w.reported(id, report(func(r *event.Report) { r.Source = source })); err != nil {
			t.Fatal(err)
		}
	}
	w.stream(0)
	var sources []string
	for _, e := range w.bus.entries {
		if e.DetailType == "ReturnReceived" {
			sources = append(sources, e.Source)
		}
	}
	slices.Sort(sources)
	if !slices.Equal(sources, []string{event.OrdersSource, "orderloom.shipstation"}) {
		t.Errorf("%v", sources)
	}
}

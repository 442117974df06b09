package orders

import (
	"slices"
	"testing"

	"github.com/orderloom/orderloom/shared/event"
	"github.com/orderloom/orderloom/shared/exception"
	"github.com/orderloom/orderloom/shared/fault"
	"github.com/orderloom/orderloom/shared/flow"
	"github.com/orderloom/orderloom/shared/order"
)

// Nobody waits for the answer to an exception of a run that has ended: one
// exception, whose answer does something, takes its place.
func TestTheExceptionsOfAnEndedRunLeaveTheListWithIt(t *testing.T) {
	w := testWorld(t)
	id := w.received()
	old := w.failed(id, "validate-lines")
	w.waiting(id, flow.StockSignalName(id+"-lab-1#reserve#0"))
	w.waiting(id, flow.StockSignalName(id+"-lab-10#reserve#0")) // of another run
	if err := flowEnded(ctx, w.store, ended(id+"-lab-1", "ABORTED")); err != nil {
		t.Fatal(err)
	}
	all := w.open()
	if len(all) != 1 || all[0].ID == old || all[0].Signal != "" || !slices.Equal(all[0].Answers, []flow.Answer{flow.Reprocess, flow.Cancel}) {
		t.Fatalf("%+v", all)
	}
	s := w.load(id).Status
	if !slices.Equal(s.OpenExceptions, []string{all[0].ID}) || !slices.Equal(s.Waits, []string{flow.StockSignalName(id + "-lab-10#reserve#0")}) {
		t.Errorf("%+v", s)
	}
	if _, err := w.resolver().resolve(ctx, old, "retry"); !fault.Is(err, fault.Conflict) {
		t.Errorf("answering the old one: %v", err)
	}
	// An attempt to raise one that comes late raises nothing.
	late := exceptionInput(id, "reserve")
	if _, err := raise(ctx, w.store, late); err != nil || len(w.open()) != 1 {
		t.Errorf("%v: %+v", err, w.open())
	}
}

// An order that has left is only done when its shop knows.
func TestAShippedOrderWhoseRunEndedBeforeTheReportIsAnException(t *testing.T) {
	w := testWorld(t)
	id := w.received()
	fo := w.sent(id)
	w.shipped(id, fo)
	if err := flowEnded(ctx, w.store, ended(id+"-lab-1", "FAILED")); err != nil {
		t.Fatal(err)
	}
	if all := w.open(); len(all) != 1 || !slices.Equal(all[0].Answers, []flow.Answer{flow.Reprocess}) || all[0].Category != exception.Platform {
		t.Fatalf("%+v", all)
	}
	for range 2 { // the next run reports what was reported, too
		w.happen(id, event.FulfillmentOrderReported, fo, order.Reported{Shipment: 1, ReportID: "5"})
	}
	in := flow.ApplyInput{StepInput: flow.StepInput{Order: id, Step: "report", Key: "another run", FulfillmentOrder: fo}, Event: event.FulfillmentOrderReported, Payload: encode(order.Reported{Shipment: 1, ReportID: "5"})}
	if _, err := apply(ctx, w.store, in); err != nil || w.count(id, event.FulfillmentOrderReported) != 1 {
		t.Errorf("%v: %v", err, w.journal(id))
	}
	if err := flowEnded(ctx, w.store, ended(id+"-lab-2", "FAILED")); err != nil || len(w.open()) != 1 {
		t.Errorf("all is done and told, and still: %v %+v", err, w.open())
	}
}

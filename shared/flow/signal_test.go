package flow_test

import (
	"testing"

	"github.com/orderloom/orderloom/shared/flow"
	"github.com/orderloom/orderloom/shared/rendezvous"
)

func TestAnEventEndsTheWaitsThatAreForIt(t *testing.T) {
	t.Parallel()
	const key = "ord_1-lab-1#w#0"
	anyOf := rendezvous.EventSignalName("OrderChanged", "", key)
	one := rendezvous.EventSignalName("FulfillmentOrderSent", "fo_1", key+"#fo_1")
	for _, c := range []struct {
		signal, event, entity string
		ends                  bool
	}{
		{anyOf, "OrderChanged", "ord_1", true}, {anyOf, "OrderChangedFailed", "ord_1", false}, {anyOf, "Order", "ord_1", false},
		{one, "FulfillmentOrderSent", "fo_1", true}, {one, "FulfillmentOrderSent", "fo_12", false}, {one, "FulfillmentOrderSent", "fo_", false},
		{flow.StockSignalName(key), "OrderChanged", "ord_1", false}, {flow.HoldSignalName(key), "", "", false},
	} {
		if got := rendezvous.IsEventSignal(c.signal, c.event, c.entity); got != c.ends {
			t.Errorf("%s of %s ends %s: %v", c.event, c.entity, c.signal, got)
		}
	}
}

func TestAWaitForAnEventBelongsToItsStepAndRun(t *testing.T) {
	t.Parallel()
	signal := rendezvous.EventSignalName("OrderChanged", "", "ord_1-lab-1#w#0")
	for key, its := range map[string]bool{"ord_1-lab-1#w#0": true, "ord_1-lab-1#w#1": false, "lab-1#w#0": false} {
		if rendezvous.IsEventSignalOf(signal, key) != its {
			t.Errorf("of step %s: %v", key, !its)
		}
	}
	for run, its := range map[string]bool{"ord_1-lab-1": true, "ord_1-lab-11": false, "lab-1": false} {
		if rendezvous.IsEventSignalIn(signal, run) != its {
			t.Errorf("in run %s: %v", run, !its)
		}
	}
	if rendezvous.IsEventSignalOf(flow.HoldSignalName("k"), "k") || rendezvous.IsEventSignalIn(flow.StockSignalName("r#k"), "r") {
		t.Error("another signal was taken for one of an event")
	}
}

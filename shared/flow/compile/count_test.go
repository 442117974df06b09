package compile_test

import (
	"strings"
	"testing"

	"github.com/orderloom/orderloom/shared/engine"
	"github.com/orderloom/orderloom/shared/flow"
	"github.com/orderloom/orderloom/statemachines"
)

// entered lists the states that the machine entered, which is what is paid for.
func (r *rig) entered() []string {
	r.t.Helper()
	events, _, err := r.GetExecutionHistory(r.t.Context(), r.arn, engine.HistoryPage{Page: engine.Page{Max: 1000}})
	if err != nil {
		r.t.Fatal(err)
	}
	var names []string
	for _, e := range events {
		if strings.HasSuffix(e.Type, "StateEntered") {
			names = append(names, e.Details.Name)
		}
	}
	return names
}

func TestCompactTakesFewTransitions(t *testing.T) {
	t.Parallel()
	documents, err := statemachines.Documents()
	if err != nil {
		t.Fatal(err)
	}
	r := start(t, documents["order-to-fulfillment"], nil)
	r.settle()
	r.answer(flow.ShipmentSignalName("fo_1", 1), `{"shipment":1,"complete":true}`)
	r.expectStatus(engine.Succeeded)
	t.Log(r.entered())
}

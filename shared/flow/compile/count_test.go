package compile_test

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/orderloom/orderloom/shared/engine"
	"github.com/orderloom/orderloom/shared/flow"
	"github.com/orderloom/orderloom/shared/flow/compile"
	"github.com/orderloom/orderloom/shared/golden"
	"github.com/orderloom/orderloom/statemachines"
)

// What orders of shipped flows cost with either profile: compact never more.
func TestTransitionsOfBothProfiles(t *testing.T) {
	t.Parallel()
	documents, err := statemachines.Documents()
	if err != nil {
		t.Fatal(err)
	}
	catalog, policies := world(t)
	var b strings.Builder
	for _, id := range slices.Sorted(maps.Keys(documents)) {
		var took [2]compile.Transitions
		for i, profile := range []string{flow.Standard, flow.Compact} {
			r, problems := compile.CompileAs(profile, documents[id], catalog, policies)
			if err := problems.Err(); err != nil {
				t.Fatal(err)
			}
			took[i] = r.Transitions
			if !slices.Contains([]string{"lab", "order-to-fulfillment", "wholesale"}, id) {
				continue
			}
			fmt.Fprintf(&b, "%s, %s: %s; at most %d events\n", id, profile, r.Transitions, r.MaxHistory)
		}
		if took[1].PerOrder > took[0].PerOrder || took[1].PerFulfillmentOrder > took[0].PerFulfillmentOrder {
			t.Errorf("%s: compact takes %s, standard %s", id, took[1], took[0])
		}
	}
	golden.Check(t, "testdata/profiles.txt", []byte(b.String()))
}

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

// shippedFlow is a document that comes with Orderloom.
func shippedFlow(t *testing.T, id string) []byte {
	t.Helper()
	documents, err := statemachines.Documents()
	if err != nil || documents[id] == nil {
		t.Fatalf("no flow %s: %v", id, err)
	}
	return documents[id]
}

// One line, one fulfillment order, nothing fails: seven transitions.
func TestCompactTakesSevenTransitions(t *testing.T) {
	t.Parallel()
	document := shippedFlow(t, "order-to-fulfillment")
	r := start(t, document, nil)
	r.settle()
	r.answer(flow.ShipmentSignalName("fo_1", 1), `{"shipment":1,"complete":true}`)
	r.expectStatus(engine.Succeeded)
	want := []string{"Start", "Fulfill", "Fulfill – Each", "Send to warehouse – Sent", "Fulfill – Stretch", "Fulfill – Outcome", "Shipped"}
	if got := r.entered(); !slices.Equal(got, want) {
		t.Errorf("entered %q", got)
	}
	formula := compiledAs(t, flow.Compact, document).Transitions
	if formula.PerOrder+formula.PerFulfillmentOrder != len(want) {
		t.Errorf("the formula is %s", formula)
	}
}

// Each of these costs what the formula says more: a shipment that is not the
// last, a wait for stock.
func TestCompactGoesBackAsTheFormulaSays(t *testing.T) {
	t.Parallel()
	document := shippedFlow(t, "order-to-fulfillment")
	formula := compiledAs(t, flow.Compact, document).Transitions
	r := start(t, document, short(1))
	r.settle()
	r.answer(flow.StockSignalName("run#reserve#0"), `{}`)
	r.answer(flow.ShipmentSignalName("fo_1", 1), `{"shipment":1,"complete":false}`)
	r.answer(flow.ShipmentSignalName("fo_1", 2), `{"shipment":2,"complete":true}`)
	r.expectStatus(engine.Succeeded)
	want := formula.PerOrder + formula.PerFulfillmentOrder
	for _, back := range formula.Returns {
		want += back.Transitions
	}
	if got := r.entered(); len(got) != want {
		t.Errorf("%d transitions, %q; the formula is %s", len(got), got, formula)
	}
}

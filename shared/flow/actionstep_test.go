package flow_test

import (
	"slices"
	"testing"

	"github.com/orderloom/orderloom/shared/event"
	"github.com/orderloom/orderloom/shared/flow"
	"github.com/orderloom/orderloom/shared/fn"
)

func TestStepsForACapabilityRaiseEventsOfTheCatalog(t *testing.T) {
	t.Parallel()
	seen := map[flow.StepType]bool{}
	for _, a := range flow.ActionSteps() {
		for _, name := range []string{a.Success, a.Negative.Event} {
			if d, ok := event.Lookup(name); name != "" && (!ok || d.Entity != event.Order) {
				t.Errorf("%s raises %q, which is no event of an order", a.Type, name)
			}
		}
		if (a.Negative.Code == "") != (a.Negative.Event == "") || (a.Negative.Code == "") != (a.Negative.State == "") {
			t.Errorf("%s: half a failure: %+v", a.Type, a.Negative)
		}
		if seen[a.Type] || !a.Inside && !a.Outside || a.Needs == "" || a.Does == "" || a.Offer == "" {
			t.Errorf("%+v", a)
		}
		seen[a.Type] = true
	}
	if !flow.IsNegative(event.OrderShortageDetected) || flow.IsNegative("") || flow.IsNegative(event.OrderNotified) {
		t.Error("what is a negative answer")
	}
}

// The functions of Orderloom itself that stand behind a type implement it.
func TestOwnFunctionsImplementWhatTheyStandFor(t *testing.T) {
	t.Parallel()
	c, err := flow.LoadCatalog()
	if err != nil {
		t.Fatal(err)
	}
	for _, a := range flow.ActionSteps() {
		if a.Function != "" && !slices.Contains(c.Implementing(a.Needs), a.Function) {
			t.Errorf("%s does not implement %s, for which %s calls it", a.Function, a.Needs, a.Type)
		}
	}
}

func TestOnlyWhatIsBackedIsOffered(t *testing.T) {
	t.Parallel()
	c, err := flow.LoadCatalog()
	if err != nil {
		t.Fatal(err)
	}
	for _, place := range []flow.Place{flow.Outside, flow.InEach} {
		offered := c.Offered(place)
		for _, kind := range []flow.StepType{flow.End, flow.Notify} {
			if !slices.Contains(offered, kind) {
				t.Errorf("%s: %s is not offered", place, kind)
			}
		}
		for _, kind := range []flow.StepType{flow.CalculateTax, flow.CapturePayment, flow.RequestFulfillment} {
			if slices.Contains(offered, kind) {
				t.Errorf("%s: %s is offered, and nothing does it", place, kind)
			}
		}
		if slices.Contains(offered, flow.Predict) == (place == flow.InEach) || slices.Contains(offered, flow.CheckStock) == (place == flow.InEach) {
			t.Errorf("%s: %v", place, offered)
		}
	}
	c.Functions = append(c.Functions, flow.Function{ID: "taxes/calculate", Implements: []fn.Capability{fn.TaxCalculation}})
	if !slices.Contains(c.Offered(flow.Outside), flow.CalculateTax) {
		t.Error("with a provider that calculates taxes the step is not offered")
	}
	if !(&flow.Catalog{}).Backed(flow.Predict) || (&flow.Catalog{}).Backed(flow.CheckStock) {
		t.Error("policies predict without any provider; nothing checks stock")
	}
}

package orders

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/orderloom/orderloom/shared/event"
	"github.com/orderloom/orderloom/shared/fault"
	"github.com/orderloom/orderloom/shared/flow"
	"github.com/orderloom/orderloom/shared/flow/registry"
	"github.com/orderloom/orderloom/shared/order"
)

func (w *world) policies() policyStep { return policyStep{w.store, registry.New(w.table)} }

// publish makes a policy known beside those of the repository.
func (w *world) policy(doc string) {
	w.t.Helper()
	if _, err := registry.New(w.table).SavePolicy(ctx, []byte(doc)); err != nil {
		w.t.Fatalf("policy: %v", err)
	}
}

func headerStep(id, key string, policies ...string) flow.PoliciesInput {
	return flow.PoliciesInput{
		StepInput: step(id, key), Entity: "order", Policies: policies,
		Raises: flow.Raises{Success: event.OrderHeaderValidated, Failure: event.OrderHeaderValidateFailed},
	}
}

func lineStep(id, key string, policies ...string) flow.PoliciesInput {
	return flow.PoliciesInput{
		StepInput: step(id, key), Entity: "line", Policies: policies,
		Raises: flow.Raises{Success: event.OrderLineValidated, Failure: event.OrderLineValidateFailed},
	}
}

// Scenario 4: a ship-to country that is not served.
func TestACriticalHeaderPolicyStopsTheOrder(t *testing.T) {
	w := testWorld(t)
	doc := document(1)
	doc.ShipTo.Country = "CA"
	id := w.record("create", doc).Order
	got := together(3, func(int) error { return second(w.policies().apply(ctx, headerStep(id, "k", "lab-header@1"))) })
	for _, err := range got {
		f, ok := errors.AsType[*fault.Error](err)
		if !ok || f.Code != fault.PolicyNotMet || f.Record != id || f.Field != "order.shipTo.country" || f.Hint == "" || err.Error() != got[0].Error() {
			t.Fatalf("%v", err)
		}
	}
	r := w.load(id)
	if r.Status.State != order.OnHold || r.Status.Reason != order.ReasonValidationFailed || w.count(id, event.OrderHeaderValidateFailed) != 1 {
		t.Errorf("%+v", r.Status)
	}
	// The journal explains the event by the row that did not hold.
	entries, err := w.store.Journal(ctx, id)
	if err != nil || !strings.Contains(string(entries[1].Events[0].Payload), "Ship-to country is US") {
		t.Errorf("%+v %v", entries, err)
	}
}

// Scenario 3: a line below the minimum; corrected, the same step passes.
func TestACriticalLinePolicyNamesTheLineAndPassesOnceCorrected(t *testing.T) {
	w := testWorld(t)
	id := w.received(
		order.Line{ID: "1", SKU: "A", Kind: order.Physical, Quantity: 1},
		order.Line{ID: "2", SKU: "B", Kind: order.Physical, Quantity: 7},
	)
	if _, err := w.policies().apply(ctx, lineStep(id, "lines#0", "lab-line@1")); !fault.Is(err, fault.PolicyNotMet) {
		t.Fatal(err)
	}
	r := w.load(id)
	if r.Status.Line("1").Reason != order.ReasonLineValidationFailed || r.Status.Line("2").Reason != order.ReasonLineValidated {
		t.Errorf("%+v", r.Status.Lines)
	}
	if r.Status.State != order.OnHold || r.Status.Reason != order.ReasonValidationFailed {
		t.Errorf("%s / %s", r.Status.State, r.Status.Reason)
	}
	if status, body := correct(w, id, `{"lines":[{"id":"1","quantity":10}]}`); status != 200 {
		t.Fatalf("%d %s", status, body)
	}
	if _, err := w.policies().apply(ctx, lineStep(id, "lines#1", "lab-line@1")); err != nil {
		t.Fatal(err)
	}
	if r := w.load(id); r.Status.State != order.InProgress || r.Status.Line("1").Reason != order.ReasonLineValidated {
		t.Errorf("%+v", r.Status)
	}
}

func TestPoliciesThatHoldReturnTheFactsAskedFor(t *testing.T) {
	w := testWorld(t)
	id := w.received()
	in := headerStep(id, "k", "lab-header@1")
	in.Want = []string{"order.totals.total"}
	for range 2 {
		res, err := w.policies().apply(ctx, in)
		if err != nil || res.Version != 2 || fmt.Sprint(res.Facts["order.totals.total"]) != "1000" {
			t.Errorf("%+v %v", res, err)
		}
	}
	if n := w.count(id, event.OrderHeaderValidated); n != 1 {
		t.Errorf("validated %d times", n)
	}
}

func TestActionsTagTheOrderAndHoldIt(t *testing.T) {
	w := testWorld(t)
	rule := `[{"name":"Ships to the US","when":{"field":"order.shipTo.country","operator":"equals","value":"US"},"then":[%s]}]`
	doc := `{"id":%q,"version":1,"title":"T","kind":"execution","criticality":"information","entity":"order","rules":` + rule + `}`
	w.policy(fmt.Sprintf(doc, "tags", `{"addTag":"domestic"}`))
	w.policy(fmt.Sprintf(doc, "holds", `{"hold":"Call the customer first"}`))
	id := w.received()
	for range 2 {
		if _, err := w.policies().apply(ctx, headerStep(id, "k", "tags@1")); err != nil {
			t.Fatal(err)
		}
	}
	if r := w.load(id); !slices.Equal(r.Status.Tags, []string{"domestic"}) {
		t.Errorf("%v", r.Status.Tags)
	}
	_, err := w.policies().apply(ctx, headerStep(id, "k2", "tags@1", "holds@1"))
	if !fault.Is(err, fault.PolicyNotMet) || !strings.Contains(err.Error(), "Call the customer first") {
		t.Errorf("%v", err)
	}
	if r := w.load(id); r.Status.State != order.OnHold || len(r.Status.Tags) != 1 {
		t.Errorf("%+v", r.Status)
	}
}

// Each policy of a step sees what the ones before it set; what is set outlives a
// newer version of the document.
func TestPoliciesSetFieldsThatLaterOnesSee(t *testing.T) {
	w := testWorld(t)
	doc := `{"id":%q,"version":1,"title":%[1]q,"kind":"execution","criticality":"critical","entity":%q,"rules":[%s]}`
	w.policy(fmt.Sprintf(doc, "sets", "order", `{"name":"large","then":[{"set":"order.priority","compute":{"sum":[{"field":"order.lineCount"},9]}},{"set":"order.attributes.size","value":"small"},{"set":"order.attributes.size","value":"large"}]}`))
	w.policy(fmt.Sprintf(doc, "sees", "order", `{"name":"large","when":{"all":[{"field":"order.priority","operator":"equals","value":10},{"field":"order.attributes.size","operator":"equals","value":"large"}]}}`))
	w.policy(fmt.Sprintf(doc, "lines", "line", `{"name":"gift","then":[{"set":"line.attributes.wrap","compute":{"join":["paper of ",{"field":"order.attributes.size"}]}}]}`))
	id := w.received()
	if _, err := w.policies().apply(ctx, headerStep(id, "before", "sees@1")); !fault.Is(err, fault.PolicyNotMet) {
		t.Fatalf("nothing is set yet: %v", err)
	}
	if _, err := w.policies().apply(ctx, headerStep(id, "k", "sets@1", "sees@1")); err != nil {
		t.Fatal(err)
	}
	if _, err := w.policies().apply(ctx, lineStep(id, "l", "lines@1")); err != nil {
		t.Fatal(err)
	}
	r := w.load(id)
	if r.Status.Priority != 10 || r.Status.Attributes["size"] != "large" || r.Status.Lines[0].Attributes["wrap"] != "paper of large" || r.Document.Attributes["size"] != "" {
		t.Errorf("%+v", r.Status)
	}
	r.Document.Lines[0].Quantity++
	r.Status.SetLines(&r.Document)
	if r.Status.Lines[0].Attributes["wrap"] == "" {
		t.Error("a newer version of the document undid it")
	}
}

func TestADateIsComparedWithTheTimeOfTheStep(t *testing.T) {
	w := testWorld(t)
	w.policy(`{"id":"fresh","version":1,"title":"Fresh","kind":"execution","criticality":"critical","entity":"order","rules":[{"name":"now","when":{"field":"now","operator":"within","value":"P1D"}},{"name":"placed","when":{"field":"order.placedAt","operator":"dateBefore","valueField":"now"}}]}`)
	doc := document(1)
	doc.PlacedAt = w.store.Now().Add(-time.Hour)
	id := w.record("create", doc).Order
	in := headerStep(id, "k", "fresh@1")
	in.Want = []string{"now-PT1H"}
	res, err := w.policies().apply(ctx, in)
	if err != nil || res.Facts["now-PT1H"] != doc.PlacedAt.UTC().Format("2006-01-02T15:04:05Z") {
		t.Errorf("%+v %v", res.Facts, err)
	}
}

func TestRulesThatExcludeEachOtherAreNamedWhenBothAreMet(t *testing.T) {
	w := testWorld(t)
	w.policy(`{"id":"unique","version":1,"title":"One of them","kind":"execution","criticality":"critical","entity":"order","hit":"unique","rules":[{"name":"A","then":[{"addTag":"a"}]},{"name":"B","then":[{"addTag":"b"}]}]}`)
	id := w.received()
	_, err := w.policies().apply(ctx, headerStep(id, "k", "unique@1"))
	if !fault.Is(err, fault.PolicyNotMet) || !strings.Contains(err.Error(), "only one of its rules may be met, not A and B") || w.load(id).Status.Tags != nil {
		t.Errorf("%v", err)
	}
}

func TestAllCriticalPoliciesAreReportedAndInformationIsNot(t *testing.T) {
	w := testWorld(t)
	one := `{"id":%q,"version":1,"title":%q,"kind":"execution","criticality":%q,"entity":"order","rules":[{"name":"r","when":{"field":"order.note","operator":"equals","value":"x"}}]}`
	w.policy(fmt.Sprintf(one, "a", "First", "critical"))
	w.policy(fmt.Sprintf(one, "b", "Second", "critical"))
	w.policy(fmt.Sprintf(one, "c", "Third", "information"))
	id := w.received()
	if _, err := w.policies().apply(ctx, headerStep(id, "information", "c@1")); err != nil {
		t.Errorf("information never stops: %v", err)
	}
	_, err := w.policies().apply(ctx, headerStep(id, "all", "a@1", "c@1", "b@1"))
	f, ok := errors.AsType[*fault.Error](err)
	if !ok || !strings.Contains(f.Message, `"First" does not hold; policy "Second" does not hold`) || strings.Contains(f.Message, "Third") {
		t.Fatalf("%v", err)
	}
	if data, _ := json.Marshal(f.Data); strings.Count(string(data), `"First"`) != 1 || strings.Contains(string(data), `"Third"`) {
		t.Errorf("data %s", data)
	}
}

func TestAnUnpublishedPolicyIsNamed(t *testing.T) {
	w := testWorld(t)
	id := w.received()
	if _, err := w.policies().apply(ctx, headerStep(id, "k", "lab-header@7")); !fault.Is(err, fault.NotFound) || !strings.Contains(err.Error(), "lab-header@7") {
		t.Errorf("%v", err)
	}
	if w.load(id).Status.Version != 1 {
		t.Error("something was changed")
	}
}

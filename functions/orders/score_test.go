package orders

import (
	"strings"
	"testing"

	"github.com/orderloom/orderloom/shared/event"
	"github.com/orderloom/orderloom/shared/fault"
	"github.com/orderloom/orderloom/shared/flow"
)

const risk = `{"id":"risk","version":1,"title":"Risk","kind":"execution","criticality":"information","entity":"order","rules":[
	{"name":"by its note","when":{"field":"order.note","operator":"containsData"},"then":[{"set":"order.attributes.risk","compute":{"field":"order.note"}}]},
	{"name":"of regulars","when":{"field":"order.customer.name","operator":"equals","value":"Regular"},"then":[{"set":"order.attributes.other","value":"1"}]}]}`

func predictStep(id, key string, most int) flow.PoliciesInput {
	in := headerStep(id, key, "risk@1")
	in.Raises, in.Score = flow.Raises{Success: event.OrderScored}, &flow.Score{Name: "risk", Most: most}
	in.Want = []string{"order.scores.risk"}
	return in
}

// noted receives an order with that note.
func (w *world) noted(note string) string {
	w.policy(risk)
	doc := document(1)
	doc.Note = note
	return w.record("orders/create", doc).Order
}

func TestPoliciesWriteAScore(t *testing.T) {
	for note, want := range map[string]string{"0.82": "0.82", "0.66666": "0.667", "0": "0", "1": "1"} {
		t.Run(note, func(t *testing.T) {
			w := testWorld(t)
			id := w.noted(note)
			out, err := w.policies().apply(t.Context(), predictStep(id, "risk#0", 1))
			if err != nil {
				t.Fatal(err)
			}
			if got := w.load(id).Status.Attributes["risk"]; got != want || out.Facts["order.scores.risk"] == nil {
				t.Errorf("it became %q, %v", got, out.Facts)
			}
			if w.count(id, event.OrderScored) != 1 {
				t.Errorf("%v", w.journal(id))
			}
		})
	}
}

// A score that is none, or that no rule writes now, stops the step: policies
// would decide by it.
func TestWhatIsNoScoreIsNotWritten(t *testing.T) {
	for note, want := range map[string]string{"high": fault.Invalid, "1.5": fault.Invalid, "-1": fault.Invalid, "NaN": fault.Invalid, "": fault.PolicyNotMet} {
		t.Run(note, func(t *testing.T) {
			w := testWorld(t)
			id := w.noted(note)
			_, err := w.policies().apply(t.Context(), predictStep(id, "risk#0", 1))
			if !fault.Is(err, want) || !strings.Contains(err.Error(), "order.attributes.risk") {
				t.Errorf("%v, want %s", err, want)
			}
			if got, ok := w.load(id).Status.Attributes["risk"]; ok || w.count(id, event.OrderScored) != 0 {
				t.Errorf("it was written as %q", got)
			}
		})
	}
}

func TestAScoreOfAModelIsKeptByItsEvent(t *testing.T) {
	w := testWorld(t)
	id := w.received()
	in := flow.ApplyInput{StepInput: flow.StepInput{Order: id, Step: "risk", Key: "risk#0", Want: []string{"order.scores.risk"}}, Event: event.OrderScored, Payload: []byte(`{"name":"risk","most":100,"value":41.23456}`)}
	out, err := apply(t.Context(), w.store, in)
	if err != nil || out.Facts["order.scores.risk"] != 41.235 {
		t.Errorf("%v %v", out.Facts, err)
	}
	in.Key, in.Payload = "risk#2", []byte(`{"name":"risk","most":1,"value":4e-7}`)
	if out, err := apply(t.Context(), w.store, in); err != nil || out.Facts["order.scores.risk"] != 0.0 {
		t.Errorf("next to nothing: %v %v", out.Facts, err)
	}
	in.Key, in.Payload = "risk#1", []byte(`{"name":"risk","most":1,"value":4e999999}`)
	if _, err := apply(t.Context(), w.store, in); !fault.Is(err, fault.Invalid) {
		t.Errorf("out of bounds: %v", err)
	}
}

// What a check found is in the journal as a person reads it.
func TestAShortageSaysOfWhat(t *testing.T) {
	w := testWorld(t)
	id := w.received()
	before := w.load(id).Status
	cause := `{"errorType":"Inventory.OutOfStock","errorMessage":"{\"code\":\"Inventory.OutOfStock\",\"message\":\"too little\",\"data\":{\"missing\":[{\"sku\":\"A\"}]}}"}`
	in := flow.ApplyInput{StepInput: flow.StepInput{Order: id, Step: "check", Key: "check#0"}, Event: event.OrderShortageDetected, Payload: encode(flow.StepFailure{Error: flow.OutOfStock, Cause: cause})}
	if _, err := apply(t.Context(), w.store, in); err != nil {
		t.Fatal(err)
	}
	if text := strings.Join(w.journal(id), " "); !strings.Contains(text, event.OrderShortageDetected) {
		t.Errorf("%s", text)
	}
	if after := w.load(id).Status; after.State != before.State || after.Reason != before.Reason {
		t.Errorf("looking moved the order to %s / %s", after.State, after.Reason)
	}
	got := payloadOf(in)
	if !strings.Contains(string(got), `"cause":"too little"`) || !strings.Contains(string(got), `"missing":[{"sku":"A"}]`) {
		t.Errorf("%s", got)
	}
}

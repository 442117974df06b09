package orders

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/orderloom/orderloom/shared/event"
	"github.com/orderloom/orderloom/shared/flow"
	"github.com/orderloom/orderloom/shared/order"
)

// This file tests steps inside a for-each over lines.

func threeLines() []order.Line {
	line := func(id string, quantity int) order.Line {
		return order.Line{ID: id, SKU: "SKU-" + id, Kind: order.Physical, Quantity: quantity, Price: "1.00"}
	}
	return []order.Line{line("1", 1), line("2", 12), line("3", 3)}
}

func aboutLine(id, step, line string, want ...string) flow.StepInput {
	return flow.StepInput{Order: id, Run: id + "-lab-1", Step: step, Key: id + "-lab-1#" + step + "#0.0#" + line, Line: line, Want: want}
}

func TestTheLinesOfAnOrderAreListedInTheirOrder(t *testing.T) {
	w := testWorld(t)
	id := w.received(threeLines()...)
	list := func() []string {
		out, err := apply(ctx, w.store, flow.ApplyInput{StepInput: flow.StepInput{Order: id, Step: "each", Key: "each#0"}, Lines: true})
		if err != nil {
			t.Fatal(err)
		}
		return out.Lines
	}
	if got := list(); !slices.Equal(got, []string{"1", "2", "3"}) {
		t.Errorf("%q", got)
	}
	if out, err := apply(ctx, w.store, flow.ApplyInput{StepInput: flow.StepInput{Order: id, Step: "facts", Key: "facts#0"}}); err != nil || out.Lines != nil {
		t.Errorf("nobody asked for %q: %v", out.Lines, err)
	}
}

func TestFactsOfALine(t *testing.T) {
	w := testWorld(t)
	id := w.received(threeLines()...)
	out, err := apply(ctx, w.store, flow.ApplyInput{StepInput: aboutLine(id, "large", "2", "line.quantity", "line.id", "order.lineCount", "fulfillmentOrder.id")})
	if err != nil {
		t.Fatal(err)
	}
	data, err := json.Marshal(out.Facts)
	if want := `{"line.id":"2","line.quantity":12,"order.lineCount":3}`; err != nil || string(data) != want {
		t.Errorf("%s %v", data, err)
	}
}

func TestFieldsOfTheOneLineAreSet(t *testing.T) {
	w := testWorld(t)
	id := w.received(threeLines()...)
	in := flow.SetInput{StepInput: aboutLine(id, "mark", "2"), Entity: "line", Set: json.RawMessage(`[{"set":"line.attributes.size","compute":{"join":["n",{"field":"line.quantity"}]}}]`)}
	for range 2 { // a repetition sets nothing more
		if _, err := setFields(ctx, w.store, in); err != nil {
			t.Fatal(err)
		}
	}
	got := map[string]string{}
	for _, l := range w.load(id).Status.Lines {
		got[l.ID] = l.Attributes["size"]
	}
	if diff := cmp.Diff(map[string]string{"1": "", "2": "n12", "3": ""}, got); diff != "" {
		t.Error(diff)
	}
	if n := w.count(id, event.OrderEnriched); n != 1 {
		t.Errorf("enriched %d times", n)
	}
}

func TestAnEventTellsOfTheOneLine(t *testing.T) {
	w := testWorld(t)
	id := w.received(threeLines()...)
	in := flow.RaiseInput{StepInput: aboutLine(id, "tell", "3"), Event: "ResellerOrderAccepted", Values: map[string]json.RawMessage{"sku": json.RawMessage(`{"field":"line.sku"}`), "of": json.RawMessage(`{"field":"order.name"}`)}}
	if _, err := raiseEvent(ctx, w.store, in); err != nil {
		t.Fatal(err)
	}
	entries, err := w.store.Journal(ctx, id)
	if err != nil {
		t.Fatal(err)
	}
	if got, want := string(entries[len(entries)-1].Events[0].Payload), `{"of":"#1001","sku":"SKU-3"}`; got != want {
		t.Errorf("%s", got)
	}
}

func TestWhatFailedSaysWhichLine(t *testing.T) {
	w := testWorld(t)
	id := w.received(threeLines()...)
	in := exceptionInput(id, "mark")
	in.StepInput = aboutLine(id, "mark", "2")
	if e, err := raise(ctx, w.store, in); err != nil || e.Line != "2" {
		t.Errorf("%+v %v", e, err)
	}
	noted := flow.ApplyInput{StepInput: aboutLine(id, "tell", "3"), Event: event.OrderStepAbandoned, Payload: encode(flow.StepFailure{Error: "E", Cause: "c"})}
	if _, err := apply(ctx, w.store, noted); err != nil {
		t.Fatal(err)
	}
	entries, err := w.store.Journal(ctx, id)
	if err != nil {
		t.Fatal(err)
	}
	if got := string(entries[len(entries)-1].Events[0].Payload); !strings.Contains(got, `"line":"3"`) {
		t.Errorf("%s", got)
	}
}

package orders

import (
	"encoding/json"
	"fmt"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"github.com/orderloom/orderloom/shared/event"
	"github.com/orderloom/orderloom/shared/flow"
	"github.com/orderloom/orderloom/shared/rendezvous"
	"github.com/orderloom/orderloom/shared/table"
)

// listens makes a step of the order wait for an event after another one, as its
// machine does; entity is the record that it must happen to. It returns the signal.
func (w *world) listens(id, step, name, entity string, after int64) string {
	w.t.Helper()
	key := id + "-lab-1#" + step + "#0"
	signal := rendezvous.EventSignalName(name, entity, key)
	in := flow.ApplyInput{
		StepInput: flow.StepInput{Order: id, Run: id + "-lab-1", Step: step, Key: key},
		Await:     &flow.Await{Signal: signal, Token: "token of " + step, Event: &flow.AwaitEvent{Name: name, Entity: entity, After: after}},
	}
	if _, err := apply(ctx, w.store, in); err != nil {
		w.t.Fatalf("wait: %v", err)
	}
	return signal
}

// heard is the number of the event that ended a wait, 0 while it waits.
func (w *world) heard(id, signal string) int64 {
	w.t.Helper()
	m, ok := w.met(id, signal)
	if !ok {
		return 0
	}
	var out rendezvous.EventSignal
	if err := json.Unmarshal(m.Output, &out); err != nil || out.Seq == 0 {
		w.t.Fatalf("%s: %s %v", signal, m.Output, err)
	}
	return out.Seq
}

func (w *world) changes(id string, n int) int64 {
	w.t.Helper()
	w.record(fmt.Sprint("updated ", n), document(n))
	return w.load(id).Status.Seq
}

func TestAnEventEndsTheWaitsForIt(t *testing.T) {
	w := testWorld(t)
	id := w.received()
	first := w.listens(id, "first", event.OrderChanged, "", 0)
	second := w.listens(id, "second", event.OrderChanged, "", 0)
	other := w.listens(id, "other", event.OrderCorrected, "", 0)
	seq := w.changes(id, 2)
	for _, signal := range []string{first, second} {
		if got := w.heard(id, signal); got != seq {
			t.Errorf("%s heard %d, not %d", signal, got, seq)
		}
	}
	if got := w.heard(id, other); got != 0 {
		t.Errorf("the wait for another event heard %d", got)
	}
	if waits := w.load(id).Status.Waits; !slices.Equal(waits, []string{other}) {
		t.Errorf("it still waits for %q", waits)
	}
}

// The event that ended the step's wait in an earlier round does not end it again.
func TestAnEventThatHappenedBeforeCountsOnce(t *testing.T) {
	w := testWorld(t)
	id := w.received()
	early := w.changes(id, 2)
	if got := w.heard(id, w.listens(id, "first", event.OrderChanged, "", 0)); got != early {
		t.Errorf("heard %d, not %d", got, early)
	}
	again := w.listens(id, "again", event.OrderChanged, "", early)
	if got := w.heard(id, again); got != 0 {
		t.Errorf("heard %d again", got)
	}
	if late := w.changes(id, 3); w.heard(id, again) != late {
		t.Errorf("heard %d, not %d", w.heard(id, again), late)
	}
}

// A flow that raises an event of its own wakes another one that waits for it.
func TestAnEventOfTheBusinessIsHeard(t *testing.T) {
	w := testWorld(t)
	id := w.received()
	signal := w.listens(id, "w", "ResellerOrderAccepted", "", 0)
	in := flow.RaiseInput{StepInput: flow.StepInput{Order: id, Step: "tell", Key: "tell#0"}, Event: "ResellerOrderAccepted"}
	if _, err := raiseEvent(ctx, w.store, in); err != nil {
		t.Fatal(err)
	}
	if got := w.heard(id, signal); got != w.load(id).Status.Seq {
		t.Errorf("heard %d", got)
	}
}

func TestAWaitForAFulfillmentOrderHearsNoOther(t *testing.T) {
	w := testWorld(t)
	id := w.received()
	fo := w.planned(id, "Seattle")[0].ID
	mine := w.listens(id, "mine", event.FulfillmentOrderReleased, fo, 0)
	others := w.listens(id, "others", event.FulfillmentOrderReleased, "fo_other", 0)
	w.happen(id, event.FulfillmentOrderReleased, fo, nil)
	if w.heard(id, mine) == 0 || w.heard(id, others) != 0 {
		t.Errorf("mine heard %d, the other's %d", w.heard(id, mine), w.heard(id, others))
	}
	if got := w.heard(id, w.listens(id, "late", event.FulfillmentOrderReleased, "fo_other", 0)); got != 0 {
		t.Errorf("a late wait for the other heard %d", got)
	}
}

// Canceling ends waits for events as it ends all others.
func TestACanceledOrderWaitsForNoEvent(t *testing.T) {
	w := testWorld(t)
	id := w.received()
	signal := w.listens(id, "w", event.OrderChanged, "", 0)
	w.record("cancelled", canceled(document(2)))
	if m, ok := w.met(id, signal); !ok || m.Code != "Order.Canceled" {
		t.Errorf("%+v %v", m, ok)
	}
}

// What was given up, by a deadline or with the run, is not waited for any more.
func TestAWaitWhoseTimeIsOverIsForgotten(t *testing.T) {
	t.Parallel()
	for name, over := range map[string]func(w *world, id, key string) error{
		"and noted": func(w *world, id, key string) error {
			_, err := apply(ctx, w.store, flow.ApplyInput{StepInput: flow.StepInput{Order: id, Step: "w", Key: key}, Event: event.OrderStepAbandoned, Payload: encode(flow.StepFailure{Error: "Flow.DeadlinePassed"})})
			return err
		},
		"and a person is asked": func(w *world, id, key string) error {
			in := exceptionInput(id, "w")
			in.Key = key
			in.Token = ""
			_, err := raise(ctx, w.store, in)
			return err
		},
		"with its run": func(w *world, id, _ string) error {
			var in statusChange
			in.Detail.Name, in.Detail.Status = id+"-lab-1", "ABORTED"
			return flowEnded(ctx, w.store, in)
		},
	} {
		t.Run(name, func(t *testing.T) {
			w := testWorld(t)
			id := w.received()
			w.listens(id, "w", event.OrderChanged, "", 0)
			if err := over(w, id, id+"-lab-1#w#0"); err != nil {
				t.Fatal(err)
			}
			if waits := w.load(id).Status.Waits; len(waits) != 0 {
				t.Errorf("it still waits for %q", waits)
			}
		})
	}
}

// A change of an order that nothing waits for writes its state and its journal
// entry, nothing else.
func TestWhoDoesNotWaitPaysNothing(t *testing.T) {
	w := testWorld(t)
	id := w.received()
	before, err := w.table.Changes(ctx, 0, table.MaxPage)
	if err != nil {
		t.Fatal(err)
	}
	w.happen(id, event.OrderHeaderValidated, "", nil)
	after, err := w.table.Changes(ctx, 0, table.MaxPage)
	if err != nil {
		t.Fatal(err)
	}
	if n := len(after) - len(before); n > 2 {
		t.Errorf("%d records were written", n)
	}
}

// However waits, their repetitions and events follow one another: a wait hears
// the first event after the one it names, and no other.
func TestAWaitHearsTheFirstEventAfterItsLast(t *testing.T) {
	w := testWorld(t)
	n := 0
	rapid.Check(t, func(rt *rapid.T) {
		n++
		record := func(version int) string {
			doc := document(version)
			doc.ExternalID = fmt.Sprint(n)
			return w.record(fmt.Sprintf("%d/%d", n, version), doc).Order
		}
		id := record(1)
		var happened []int64
		type wait struct {
			signal string
			after  int64
		}
		var waits []wait
		version := 1
		for range rapid.IntRange(1, 12).Draw(rt, "steps") {
			switch rapid.SampledFrom([]string{"event", "event", "wait", "again"}).Draw(rt, "what") {
			case "event":
				version++
				record(version)
				happened = append(happened, w.load(id).Status.Seq)
			case "wait":
				after := rapid.SampledFrom(append([]int64{0}, happened...)).Draw(rt, "after")
				waits = append(waits, wait{w.listens(id, fmt.Sprint("w", len(waits)), event.OrderChanged, "", after), after})
			case "again": // the caller of the last wait was tried again
				if i := len(waits) - 1; i >= 0 {
					w.listens(id, fmt.Sprint("w", i), event.OrderChanged, "", waits[i].after)
				}
			}
		}
		for _, x := range waits {
			want := int64(0)
			for _, seq := range happened {
				if seq > x.after {
					want = seq
					break
				}
			}
			if got := w.heard(id, x.signal); got != want {
				rt.Fatalf("the wait after %d heard %d, not %d of %v", x.after, got, want, happened)
			}
		}
	})
}

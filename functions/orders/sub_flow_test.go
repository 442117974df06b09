package orders

import (
	"slices"
	"testing"

	"github.com/orderloom/orderloom/shared/fault"
	"github.com/orderloom/orderloom/shared/flow"
	"github.com/orderloom/orderloom/shared/order/store"
	"github.com/orderloom/orderloom/shared/rendezvous"
	"github.com/orderloom/orderloom/shared/table"
)

// runsSubFlow makes a step of the order wait for the end of a run.
func (w *world) runsSubFlow(id, run string) string {
	w.t.Helper()
	signal := flow.SubFlowSignalName(run, id+"-mine-1", "w")
	if _, err := w.store.Change(ctx, id, "run/"+run, "w", func(r *store.Record) (store.Change, error) {
		r.Status.Waits = append(r.Status.Waits, signal)
		return store.Change{Ops: []table.Op{rendezvous.Wait(id, signal, "token", w.clock.Now())}}, nil
	}); err != nil {
		w.t.Fatalf("run: %v", err)
	}
	return signal
}

func (w *world) ends(id, run string) error {
	_, err := apply(ctx, w.store, flow.ApplyInput{StepInput: flow.StepInput{Order: id, Run: run, Step: "end", Key: run + "#end#0"}, Ends: true})
	return err
}

func TestTheEndOfASubFlowWakesTheStep(t *testing.T) {
	w := testWorld(t)
	id := w.received()
	run := id + "-credit-check-1"
	signal := w.runsSubFlow(id, run)
	for range 2 { // the second is a repeated attempt
		if err := w.ends(id, run); err != nil {
			t.Fatal(err)
		}
	}
	if m, ok := w.met(id, signal); !ok || string(m.Output) != `{}` || m.Token != "token" {
		t.Errorf("%+v %v", m, ok)
	}
	if waits := w.load(id).Status.Waits; len(waits) != 0 {
		t.Errorf("still waits for %q", waits)
	}
}

// A run that nobody waits for, because a person started it again, just ends.
func TestASubFlowThatNobodyWaitsForEnds(t *testing.T) {
	w := testWorld(t)
	id := w.received()
	version := w.load(id).Status.Version
	if err := w.ends(id, id+"-credit-check-2"); err != nil || w.load(id).Status.Version != version {
		t.Errorf("%v, version %d after %d", err, w.load(id).Status.Version, version)
	}
}

// A run that fails makes the step fail; a person is asked about that, once.
func TestASubFlowThatFailsMakesItsStepFail(t *testing.T) {
	w := testWorld(t)
	id := w.received()
	run := id + "-credit-check-1"
	signal := w.runsSubFlow(id, run)
	var in statusChange
	in.Detail.Name, in.Detail.Status, in.Detail.Error, in.Detail.Cause = run, "FAILED", "States.Runtime", "it broke"
	for range 2 { // the event comes twice
		if err := flowEnded(ctx, w.store, in); err != nil {
			t.Fatal(err)
		}
	}
	if m, ok := w.met(id, signal); !ok || m.Code != "States.Runtime" || m.Cause != "it broke" {
		t.Errorf("%+v %v", m, ok)
	}
	if all := w.open(); len(all) != 0 {
		t.Errorf("on the list: %+v", all)
	}
}

// What a sub-flow waited for with a person is closed with it.
func TestAnExceptionOfASubFlowEndsWithIt(t *testing.T) {
	w := testWorld(t)
	id := w.received()
	run := id + "-credit-check-1"
	w.runsSubFlow(id, run)
	in := exceptionInput(id, "inner")
	in.Run, in.Key = run, run+"#inner#0"
	if _, err := raise(ctx, w.store, in); err != nil {
		t.Fatal(err)
	}
	var over statusChange
	over.Detail.Name, over.Detail.Status = run, "ABORTED"
	if err := flowEnded(ctx, w.store, over); err != nil {
		t.Fatal(err)
	}
	if all, waits := w.open(), w.load(id).Status.Waits; len(all) != 0 || len(waits) != 0 {
		t.Errorf("on the list: %+v; waits %q", all, waits)
	}
}

// A cancellation ends the run and the step that waits for it alike.
func TestACanceledOrderEndsItsSubFlows(t *testing.T) {
	w := testWorld(t)
	id := w.received()
	run := id + "-credit-check-1"
	signal := w.runsSubFlow(id, run)
	w.record("cancelled", canceled(document(2)))
	if m, ok := w.met(id, signal); !ok || m.Code != fault.OrderCanceled {
		t.Errorf("%+v %v", m, ok)
	}
	if err := w.ends(id, run); !fault.Is(err, fault.OrderCanceled) || slices.Contains(w.load(id).Status.Waits, signal) {
		t.Errorf("its end: %v", err)
	}
}

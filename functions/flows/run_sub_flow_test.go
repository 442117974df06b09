package flows

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/orderloom/orderloom/shared/event"
	"github.com/orderloom/orderloom/shared/fault"
	"github.com/orderloom/orderloom/shared/flow"
	"github.com/orderloom/orderloom/shared/flow/registry"
	"github.com/orderloom/orderloom/shared/rendezvous"
	"github.com/orderloom/orderloom/shared/table"
)

// offering is a world with an order and a live sub-flow.
func offering(t *testing.T) world {
	t.Helper()
	w := newWorld(t)
	w.received(t, "web")
	w.offer(t, "credit-check")
	w.offer(t, "credit")
	return w
}

// offer makes a sub-flow live.
func (w world) offer(t *testing.T, flowID string) {
	t.Helper()
	if _, err := w.flows.Release(ctx, nil, registry.Version{Flow: flowID, Event: flow.SubFlowEntry, Machine: "flow-" + flowID, ARN: "arn:flow-" + flowID + ":1"}); err != nil {
		t.Fatal(err)
	}
}

// runsSubFlow runs a sub-flow for a step of the order.
func (w world) runsSubFlow(step, flowID, token string) error {
	return w.runsSubFlowIn(id+"-mine-1", step, "0", flowID, token)
}

func (w world) runsSubFlowIn(run, step, round, flowID, token string) error {
	in, _ := json.Marshal(flow.SubFlowInput{StepInput: flow.StepInput{Order: id, Run: run, Step: step, Key: run + "#" + step + "#" + round}, Flow: flowID, Token: token})
	_, err := RunSubFlow.New(w.deps)(ctx, in)
	return err
}

// waitsFor is the rendezvous of the end of a run, as the step wrote it.
func (w world) waitsFor(t *testing.T, run string) rendezvous.Meeting {
	t.Helper()
	item, err := w.table.Get(ctx, table.Key{PK: "RV#" + id, SK: flow.SubFlowSignalName(run, id+"-mine-1", "w")})
	if err != nil {
		t.Fatal(err)
	}
	m, met := rendezvous.Met(item)
	if met {
		t.Errorf("%s has ended", run)
	}
	return m
}

func TestASubFlowIsStartedOnceForAStep(t *testing.T) {
	w := offering(t)
	for _, token := range []string{"first", "second"} { // the second is a repeated attempt
		if err := w.runsSubFlow("w", "credit-check", token); err != nil {
			t.Fatal(err)
		}
	}
	const run = id + "-credit-check-1"
	if names := w.machines.names(); !slices.Equal(names, []string{"flow-credit-check " + run}) {
		t.Errorf("started: %q", names)
	}
	if in := w.machines.started["flow-credit-check "+run]; in != (flow.ExecutionInput{Order: id, Flow: "credit-check", Run: run}) {
		t.Errorf("%+v", in)
	}
	if n := w.runs(t)["credit-check"]; n != 1 {
		t.Errorf("run %d", n)
	}
	if m := w.waitsFor(t, run); m.Token != "second" {
		t.Errorf("%+v", m)
	}
	r, err := w.orders.Load(ctx, id)
	if err != nil || !slices.Equal(r.Status.Waits, []string{flow.SubFlowSignalName(run, id+"-mine-1", "w")}) {
		t.Errorf("%q %v", r.Status.Waits, err)
	}
}

// One live run per order and flow, however many steps want one.
func TestASubFlowRunsOnceAtATime(t *testing.T) {
	w := offering(t)
	if err := w.runsSubFlow("a", "credit-check", "t"); err != nil {
		t.Fatal(err)
	}
	if err := w.runsSubFlow("b", "credit-check", "t"); !fault.Is(err, SubFlowRunning) {
		t.Errorf("a second run: %v", err)
	}
	if err := w.runsSubFlow("c", "credit", "t"); err != nil { // whose id only begins alike
		t.Errorf("another flow: %v", err)
	}
}

// A run that was claimed and could not be started is the one that the step
// starts when it is reprocessed, or when its own flow begins again.
func TestARunThatDidNotStartIsStartedLater(t *testing.T) {
	w := offering(t)
	w.machines.down = func(string) error { return errors.New("throttled") }
	if err := w.runsSubFlow("w", "credit-check", "first"); err == nil {
		t.Fatal("it started")
	}
	w.machines.down = nil
	for round, run := range []string{id + "-mine-1", id + "-mine-2"} {
		token := fmt.Sprint("token ", round)
		if err := w.runsSubFlowIn(run, "w", "1", "credit-check", token); err != nil {
			t.Fatal(err)
		}
		if m := w.waitsFor(t, id+"-credit-check-1"); m.Token != token {
			t.Errorf("%+v", m)
		}
	}
	if names := w.machines.names(); !slices.Equal(names, []string{"flow-credit-check " + id + "-credit-check-1"}) {
		t.Errorf("started: %q", names)
	}
}

func TestOfStepsAtTheSameTimeOneRunsTheSubFlow(t *testing.T) {
	w := offering(t)
	var wg sync.WaitGroup
	errs := make([]error, 4)
	for i, step := range []string{"a", "b", "c", "d"} {
		wg.Go(func() { errs[i] = w.runsSubFlow(step, "credit-check", "t") })
	}
	wg.Wait()
	started := 0
	for _, err := range errs {
		if err == nil {
			started++
		} else if !fault.Is(err, SubFlowRunning) {
			t.Error(err)
		}
	}
	if names := w.machines.names(); started != 1 || len(names) != 1 {
		t.Errorf("%d steps started %q", started, names)
	}
}

func TestWhatIsNoSubFlowIsNotRun(t *testing.T) {
	w := offering(t)
	if err := w.runsSubFlow("w", "nobody", "t"); !fault.Is(err, fault.NotFound) {
		t.Errorf("nobody: %v", err)
	}
	if err := w.runsSubFlow("w", "lab", "t"); !fault.Is(err, fault.Invalid) {
		t.Errorf("lab: %v", err)
	}
	w.happen(t, event.OrderCanceled)
	if err := w.runsSubFlow("w", "credit-check", "t"); !fault.Is(err, fault.OrderCanceled) {
		t.Errorf("canceled: %v", err)
	}
	if names := w.machines.names(); len(names) != 0 {
		t.Errorf("started: %q", names)
	}
}

// Orders do not enter a sub-flow by themselves.
func TestASubFlowIsNotEntered(t *testing.T) {
	w := offering(t)
	out, err := w.start(ctx, id)
	if err != nil || slices.Contains(out.Flows, "credit-check") {
		t.Errorf("%q %v", out.Flows, err)
	}
}

func TestAFlowThatRunsNobodyIsNotPublished(t *testing.T) {
	w := newPublishing(t)
	doc := drawing("mine", ``, `,{"id":"run","name":"Run","type":"sub-flow","flow":"credit-check","next":"done"}`)
	doc = json.RawMessage(strings.Replace(string(doc), `"next":"done"`, `"next":"run"`, 1))
	if got := w.post(t, "mine", Publication{Flow: doc}); got.status != 422 || got.Error.Code != Invalid || len(got.Error.Data) != 1 || got.Error.Data[0].Code != "UNKNOWN_SUB_FLOW" {
		t.Fatalf("%+v", got)
	}
	w.untouched(t)
	w.offer(t, "credit-check")
	if got := w.post(t, "mine", Publication{Flow: doc}); got.status != 200 {
		t.Errorf("%+v", got)
	}
}

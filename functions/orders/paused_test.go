package orders

import (
	"encoding/json"
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/orderloom/orderloom/shared/event"
	"github.com/orderloom/orderloom/shared/fault"
	"github.com/orderloom/orderloom/shared/flow"
	"github.com/orderloom/orderloom/shared/flow/steer"
	"github.com/orderloom/orderloom/shared/fn"
)

// told says what flow "lab" does.
func (w *world) told(s steer.State) {
	w.t.Helper()
	c, err := steer.Load(ctx, w.table, "lab")
	if err != nil {
		w.t.Fatalf("%v", err)
	}
	c.State = s
	if _, ok, err := steer.Save(ctx, w.table, c); err != nil || !ok {
		w.t.Fatalf("%v %v", ok, err)
	}
}

// pausedStep is what the state of a step's exception sends when the step did not begin.
func pausedStep(id, step, token string) flow.ExceptionInput {
	return flow.ExceptionInput{
		StepInput: flow.StepInput{Order: id, Run: id + "-lab-1", Step: step, Key: id + "-lab-1#" + step + "#0"},
		Error:     steer.Code, Cause: "{}", Answers: []flow.Answer{flow.Reprocess}, Token: token,
	}
}

func (w *world) heldSteps() []steer.Held {
	w.t.Helper()
	all, err := steer.Waiting(ctx, w.table, "lab", 100)
	if err != nil {
		w.t.Fatalf("%v", err)
	}
	return all
}

// answered is the answer to a step that waited.
func (w *world) answered(in flow.ExceptionInput) (token string, answer flow.Answer) {
	w.t.Helper()
	m, ok := w.met(in.Order, steer.Signal(in.Key))
	if !ok || m.Code != "" {
		return m.Token, flow.Answer(m.Code)
	}
	var out flow.ExceptionAnswer
	if err := json.Unmarshal(m.Output, &out); err != nil {
		w.t.Fatalf("%v", err)
	}
	return m.Token, out.Answer
}

func TestAStepOfAPausedFlowWaitsAndIsNoException(t *testing.T) {
	w := testWorld(t)
	id := w.received()
	w.told(steer.Paused)
	in := pausedStep(id, "check", "token")
	for range 2 { // the state is tried again, with a token of its own
		if _, err := raise(ctx, w.store, in); err != nil {
			t.Fatal(err)
		}
		in.Token += "!"
	}
	r := w.load(id)
	if len(w.open())+len(r.Status.OpenExceptions) != 0 || !slices.Equal(r.Status.Waits, []string{steer.Signal(in.Key)}) || w.count(id, event.OrderExceptionRaised) != 0 {
		t.Errorf("%+v, exceptions %v", r.Status, w.open())
	}
	held := w.heldSteps()
	if len(held) != 1 || held[0].Order != id || held[0].Step != "check" {
		t.Fatalf("%+v", held)
	}
	for range 2 {
		if err := steer.Begin(ctx, w.store, held[0]); err != nil {
			t.Fatal(err)
		}
	}
	if token, answer := w.answered(in); token != "token!" || answer != flow.Reprocess {
		t.Errorf("%q is answered with %q", token, answer)
	}
	if r := w.load(id); len(r.Status.Waits)+len(w.heldSteps()) != 0 {
		t.Errorf("%+v, %v", r.Status, w.heldSteps())
	}
}

func TestAStepWhoseFlowGoesOnBeginsAtOnce(t *testing.T) {
	t.Parallel()
	for _, state := range []steer.State{steer.Running, steer.Closing, steer.Stopped} {
		t.Run(string(state), func(t *testing.T) {
			w := testWorld(t)
			id := w.received()
			if state != steer.Running {
				w.told(state)
			}
			in := pausedStep(id, "check", "first")
			for _, token := range []string{"first", "second"} {
				in.Token = token
				if _, err := raise(ctx, w.store, in); err != nil {
					t.Fatal(err)
				}
				if got, answer := w.answered(in); got != token || answer != flow.Reprocess {
					t.Errorf("%q is answered with %q", got, answer)
				}
			}
			if r := w.load(id); len(r.Status.Waits)+len(w.heldSteps()) != 0 {
				t.Errorf("%+v, %v", r.Status, w.heldSteps())
			}
		})
	}
}

func TestACanceledOrderIsNotHeldByAPause(t *testing.T) {
	w := testWorld(t)
	id := w.received()
	w.told(steer.Paused)
	in := pausedStep(id, "check", "token")
	if _, err := raise(ctx, w.store, in); err != nil {
		t.Fatal(err)
	}
	if _, err := cancelOrder(ctx, w.store, id, "cancel", "customer"); err != nil {
		t.Fatal(err)
	}
	if _, code := w.answered(in); code != fault.OrderCanceled {
		t.Errorf("it is told %q", code)
	}
	if err := steer.Begin(ctx, w.store, w.heldSteps()[0]); err != nil || len(w.heldSteps()) != 0 {
		t.Errorf("%v %v", err, w.heldSteps())
	}
	if _, code := w.answered(in); code != fault.OrderCanceled {
		t.Errorf("the resume told it %q", code)
	}
	if _, err := raise(ctx, w.store, pausedStep(id, "next", "token")); !fault.Is(err, fault.OrderCanceled) {
		t.Errorf("%v", err)
	}
}

func TestARunThatEndedWaitsForNoPause(t *testing.T) {
	w := testWorld(t)
	id := w.received()
	w.told(steer.Paused)
	if _, err := raise(ctx, w.store, pausedStep(id, "check", "token")); err != nil {
		t.Fatal(err)
	}
	var in statusChange
	in.Detail.Name, in.Detail.Status = id+"-lab-1", "ABORTED"
	if err := flowEnded(ctx, w.store, in); err != nil {
		t.Fatal(err)
	}
	if r := w.load(id); len(r.Status.Waits) != 0 {
		t.Errorf("%v", r.Status.Waits)
	}
	if err := steer.Begin(ctx, w.store, w.heldSteps()[0]); err != nil || len(w.heldSteps()) != 0 {
		t.Errorf("%v %v", err, w.heldSteps())
	}
	if _, err := raise(ctx, w.store, pausedStep(id, "next", "late")); err != nil || len(w.heldSteps()) != 0 {
		t.Errorf("a late attempt: %v %v", err, w.heldSteps())
	}
}

// taken invokes a function as a state of a run of flow "lab" does.
func taken(t *testing.T, h fn.Handler, in any) error {
	t.Helper()
	data, err := json.Marshal(in)
	if err != nil {
		t.Fatal(err)
	}
	_, err = h(ctx, data)
	return err
}

func TestWhatBeginsAStepDoesNotPassAPausedFlow(t *testing.T) {
	w := testWorld(t)
	id := w.received()
	at := flow.StepInput{Order: id, Run: id + "-lab-1", Step: "s", Key: id + "-lab-1#s#0"}
	elsewhere := at
	elsewhere.Run = id + "-wholesale-1"
	apply := func(name string) any {
		return flow.ApplyInput{StepInput: at, Event: name, Payload: json.RawMessage(`{}`)}
	}
	w.told(steer.Paused)
	for says, c := range map[string]struct {
		f      fn.Function
		in     any
		passes bool
	}{
		"policies":                  {ApplyPolicies, flow.PoliciesInput{StepInput: at}, false},
		"fulfillment orders":        {CreateFulfillmentOrders, flow.PlanInput{StepInput: at}, false},
		"fields":                    {SetFields, flow.SetInput{StepInput: at}, false},
		"an event of one's own":     {RaiseEvent, flow.RaiseInput{StepInput: at}, false},
		"facts":                     {ApplyEvent, apply(""), false},
		"a release":                 {ApplyEvent, apply(event.FulfillmentOrderReleased), false},
		"a hold":                    {ApplyEvent, apply(event.OrderHoldPlaced), false},
		"an approval":               {ApplyEvent, apply(event.OrderApprovalRequested), false},
		"an outcome":                {ApplyEvent, apply(event.OrderReserved), true},
		"what canceling gives back": {ApplyEvent, apply(event.OrderReleased), true},
		"a step of another flow":    {CreateFulfillmentOrders, flow.PlanInput{StepInput: elsewhere}, true},
		"no step at all":            {ApplyPolicies, 7, true},
	} {
		err := taken(t, c.f.New(w.deps), c.in)
		if held := fault.Is(err, steer.Code); held == c.passes {
			t.Errorf("%s: %v", says, err)
		}
	}
}

// A step that has a way for its failure must not take it: it did not fail.
func TestAStepThatDidNotBeginIsNotAbandoned(t *testing.T) {
	w := testWorld(t)
	id := w.received()
	abandon := func(code string) error {
		payload, _ := json.Marshal(flow.StepFailure{Error: code, Cause: "{}"})
		return taken(t, ApplyEvent.New(w.deps), flow.ApplyInput{StepInput: flow.StepInput{Order: id, Run: id + "-lab-1", Step: "s", Key: "s#0"}, Event: event.OrderStepAbandoned, Payload: payload})
	}
	if err := abandon(steer.Code); !fault.Is(err, steer.Code) { // whatever the flow was told since
		t.Errorf("%v", err)
	}
	if err := abandon(fault.Refused); err != nil || w.count(id, event.OrderStepAbandoned) != 1 {
		t.Errorf("%v", err)
	}
}

func TestRunningOrdersAreCanceledWhenTheirNumberIsConfirmed(t *testing.T) {
	w := testWorld(t)
	doc := document(1)
	var ids []string
	for _, name := range []string{"a", "b", "c"} {
		doc.ExternalID = name
		ids = append(ids, w.record(name, doc).Order)
	}
	sent := w.sent(ids[2])
	w.runs.running = []string{ids[0] + "-lab-1", ids[1] + "-lab-2", ids[2] + "-lab-1", ids[2] + "-lab-labs-1"}
	ask := func(body string) (RunCanceled, int) {
		status, text, _ := w.post(CancelRunning, "/api/flows/lab/cancel-orders", "lab", body)
		var out RunCanceled
		if err := json.Unmarshal([]byte(text), &out); err != nil {
			t.Fatal(err)
		}
		return out, status
	}
	if out, status := ask(`{}`); status != 200 || out.Running != 3 || out.Canceled != 0 || w.load(ids[0]).Status.State == "Canceled" {
		t.Errorf("counted: %d %+v", status, out)
	}
	if _, status := ask(`{"confirm":2}`); status != 409 || w.load(ids[0]).Status.State == "Canceled" {
		t.Errorf("a wrong number: %d", status)
	}
	out, status := ask(`{"confirm":3,"reason":"wrong flow"}`)
	if status != 200 || out.Canceled != 2 || !slices.Equal(out.Refused, ids[2:]) || out.Left != 0 || out.Next != "" {
		t.Errorf("%d %+v", status, out)
	}
	if w.load(ids[0]).Status.State != "Canceled" || w.load(ids[1]).Status.State != "Canceled" || w.fulfillmentOrder(ids[2], sent).ID == "" {
		t.Error("they are not canceled")
	}
	if out, _ := ask(`{"after":"` + ids[1] + `"}`); out.Running != 1 {
		t.Errorf("behind the second: %+v", out)
	}
	w.runs.down = errors.New("throttled")
	if status, _, _ := w.post(CancelRunning, "/api/flows/lab/cancel-orders", "lab", `{}`); status != 500 {
		t.Errorf("%d", status)
	}
}

func TestTheGateReadsOnceInAWhile(t *testing.T) {
	w := testWorld(t)
	id := w.received()
	h := CreateFulfillmentOrders.New(w.deps)
	in := flow.PlanInput{StepInput: flow.StepInput{Order: id, Run: id + "-lab-1", Step: "s", Key: "s#0"}}
	for _, c := range []struct {
		told steer.State
		pass time.Duration
		held bool
	}{{"", 0, false}, {steer.Paused, steer.Memory - time.Millisecond, false}, {"", time.Millisecond, true}, {steer.Draining, steer.Memory - time.Millisecond, true}, {"", time.Millisecond, false}} {
		if c.told != "" {
			w.told(c.told)
		}
		w.clock.Advance(c.pass)
		if err := taken(t, h, in); fault.Is(err, steer.Code) != c.held {
			t.Errorf("%+v: %v", c, err)
		}
	}
}

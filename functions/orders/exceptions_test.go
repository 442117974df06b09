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
	"github.com/orderloom/orderloom/shared/exception"
	"github.com/orderloom/orderloom/shared/fault"
	"github.com/orderloom/orderloom/shared/flow"
	"github.com/orderloom/orderloom/shared/flow/registry"
	"github.com/orderloom/orderloom/shared/fn"
	"github.com/orderloom/orderloom/shared/order"
	"github.com/orderloom/orderloom/shared/order/store"
)

func (w *world) resolver() resolver {
	return resolver{w.store, registry.New(w.table), w.runs}
}

func TestAnExceptionSaysWhatFailedWhereAndWhy(t *testing.T) {
	w := testWorld(t)
	id := w.received()
	in := exceptionInput(id, "send")
	failure := fault.New(fault.Unavailable, "the warehouse is down").On("fo_1", "items").Do("Wait").With(map[string]any{"status": 503})
	caught, _ := json.Marshal(fn.Failed(failure)) // as a state catches it
	in.Cause = string(caught)
	if _, err := raise(ctx, w.store, in); err != nil {
		t.Fatal(err)
	}
	all := w.open()
	if len(all) != 1 {
		t.Fatalf("%+v", all)
	}
	e := all[0]
	if e.Order != id || e.Name != "#1001" || e.Step != "send" || e.Run != id+"-lab-1" || e.Category != exception.Action || e.Error != fault.Unavailable || e.Cause != "the warehouse is down" || !e.RaisedAt.Equal(start) {
		t.Errorf("%+v", e)
	}
	var data fault.Error
	if err := json.Unmarshal(e.Data, &data); err != nil || data.Field != "items" || data.Hint != "Wait" || data.Data == nil {
		t.Errorf("data %s, %v", e.Data, err)
	}
	if r := w.load(id); !slices.Equal(r.Status.OpenExceptions, []string{e.ID}) || !slices.Equal(r.Status.Waits, []string{e.Signal}) || w.count(id, event.OrderExceptionRaised) != 1 {
		t.Errorf("%+v", r.Status)
	}
}

func TestRaisingTwiceIsRaisingOnceAndTheLatestTokenWaits(t *testing.T) {
	w := testWorld(t)
	id := w.received()
	first, err := raise(ctx, w.store, exceptionInput(id, "send"))
	if err != nil {
		t.Fatal(err)
	}
	w.clock.Advance(time.Minute)
	again := exceptionInput(id, "send")
	again.Token = "token of the second attempt"
	e, err := raise(ctx, w.store, again)
	if err != nil || e.ID != first.ID || e.Name != first.Name || !e.RaisedAt.Equal(first.RaisedAt) {
		t.Errorf("%+v, want %+v: %v", e, first, err)
	}
	if len(w.open()) != 1 || w.count(id, event.OrderExceptionRaised) != 1 || len(w.load(id).Status.OpenExceptions) != 1 {
		t.Errorf("%+v", w.open())
	}
	if _, err := w.resolver().resolve(ctx, e.ID, "retry"); err != nil {
		t.Fatal(err)
	}
	if m, ok := w.met(id, e.Signal); !ok || m.Token != again.Token {
		t.Errorf("%+v %v", m, ok)
	}
}

func TestAFulfillmentOrderThatCouldNotBeSentGoesOnHold(t *testing.T) {
	w := testWorld(t)
	id := w.received()
	fo := w.planned(id, "Seattle")[0].ID
	w.happen(id, event.FulfillmentOrderReleased, fo, nil)
	in := exceptionInput(id, "send")
	in.FulfillmentOrder = fo
	if _, err := raise(ctx, w.store, in); err != nil {
		t.Fatal(err)
	}
	if f := w.fulfillmentOrder(id, fo); f.State != order.OnHold || f.Reason != order.ReasonSendFailed {
		t.Errorf("%+v", f)
	}
	w.happen(id, event.FulfillmentOrderSent, fo, order.Sent{Remote: "77"}) // the reprocessed step
	if f := w.fulfillmentOrder(id, fo); f.State != order.FulfillmentInProcess {
		t.Errorf("%+v", f)
	}
}

func TestTheAnswerWakesTheStepOnce(t *testing.T) {
	t.Parallel()
	for verb, answer := range map[string]flow.Answer{"retry": flow.Reprocess, "skip": flow.Skip} {
		t.Run(verb, func(t *testing.T) {
			w := testWorld(t)
			id := w.received()
			exc := w.failed(id, "send")
			got := together(4, func(int) string {
				e, err := w.resolver().resolve(ctx, exc, verb)
				return fmt.Sprint(e.State, e.Answer, err)
			})
			for _, g := range got {
				if g != fmt.Sprint(exception.Closed, answer, nil) {
					t.Fatalf("%v", got)
				}
			}
			m, ok := w.met(id, "exception/send#0")
			var out flow.ExceptionAnswer
			if err := json.Unmarshal(m.Output, &out); err != nil || !ok || out.Answer != answer || m.Code != "" {
				t.Errorf("%+v %v", m, err)
			}
			r := w.load(id)
			if len(r.Status.OpenExceptions)+len(r.Status.Waits) != 0 || w.count(id, event.OrderExceptionResolved) != 1 || len(w.open()) != 0 {
				t.Errorf("%+v", r.Status)
			}
			// One who wants something else now comes too late, and is told so.
			if status, body, _ := w.post(ResolveException, "/api/exceptions/"+exc+"/cancel", exc, ""); status != 409 || !strings.Contains(body, string(answer)) {
				t.Errorf("%d %s", status, body)
			}
		})
	}
}

func TestOfTwoDifferentAnswersOneWinsAndTheOtherIsTold(t *testing.T) {
	w := testWorld(t)
	id := w.received()
	exc := w.failed(id, "send")
	verbs := []string{"retry", "skip", "retry", "skip"}
	errs := together(len(verbs), func(i int) error { return second(w.resolver().resolve(ctx, exc, verbs[i])) })
	e, err := exception.Load(ctx, w.table, exc)
	if err != nil {
		t.Fatal(err)
	}
	for i, err := range errs {
		if won := answers[verbs[i]] == flow.Answer(e.Answer); won != (err == nil) || (err != nil && !fault.Is(err, fault.Conflict)) {
			t.Errorf("%s although %s won: %v", verbs[i], e.Answer, err)
		}
	}
}

func TestCancelingFromAnExceptionCancelsTheOrder(t *testing.T) {
	w := testWorld(t)
	id := w.received()
	exc := w.failed(id, "send")
	for range 2 {
		e, err := w.resolver().resolve(ctx, exc, "cancel")
		if err != nil || e.State != exception.Closed || e.Answer != "cancel" {
			t.Fatalf("%+v %v", e, err)
		}
	}
	if m, ok := w.met(id, "exception/send#0"); !ok || m.Code != fault.OrderCanceled {
		t.Errorf("%+v", m)
	}
	if r := w.load(id); r.Status.State != order.Canceled || len(w.open()) != 0 || w.count(id, event.OrderCanceled) != 1 {
		t.Errorf("%+v", r.Status)
	}
}

func TestAnAnswerThatTheStepDoesNotAllowIsRefused(t *testing.T) {
	w := testWorld(t)
	id := w.received()
	in := exceptionInput(id, "send")
	in.Answers = []flow.Answer{flow.Reprocess, flow.Cancel}
	e, err := raise(ctx, w.store, in)
	if err != nil {
		t.Fatal(err)
	}
	for _, verb := range []string{"skip", "dance"} {
		status, body, _ := w.post(ResolveException, "/api/exceptions/"+e.ID+"/"+verb, e.ID, "")
		if status != 400 || !strings.Contains(body, "Possible: cancel, retry") {
			t.Errorf("%s: %d %s", verb, status, body)
		}
	}
	if status, _, _ := w.post(ResolveException, "/api/exceptions/exc_x/retry", "exc_x", ""); status != 404 {
		t.Errorf("unknown exception: %d", status)
	}
}

func TestAPersonAtAPageGoesBackToTheOrder(t *testing.T) {
	w := testWorld(t)
	id := w.received()
	exc := w.failed(id, "send")
	status, _, header := w.post(ResolveException, "/api/exceptions/"+exc+"/retry", exc, "", "accept", "text/html,*/*")
	if status != 303 || header["location"] != "/orders/"+id {
		t.Errorf("%d %v", status, header)
	}
}

func ended(name, status string) statusChange {
	var in statusChange
	in.Detail.Name, in.Detail.Status = name, status
	return in
}

func TestAnExecutionThatEndedWithoutSuccessIsAnException(t *testing.T) {
	w := testWorld(t)
	id := w.received()
	for _, status := range []string{"TIMED_OUT", "TIMED_OUT"} {
		if err := flowEnded(ctx, w.store, ended(id+"-lab-1", status)); err != nil {
			t.Fatal(err)
		}
	}
	all := w.open()
	if len(all) != 1 || all[0].Category != exception.Platform || all[0].Error != "States.TIMED_OUT" || all[0].Signal != "" || all[0].Name != "#1001" {
		t.Fatalf("%+v", all)
	}
	if w.count(id, event.OrderExceptionRaised) != 1 {
		t.Errorf("%v", w.journal(id))
	}
}

func TestExecutionsThatNeedNobodyRaiseNothing(t *testing.T) {
	w := testWorld(t)
	id := w.received()
	for _, in := range []statusChange{
		ended(id+"-lab-1", "SUCCEEDED"), ended(id+"-lab-1", "RUNNING"), ended("msg_1", "FAILED"), ended("ord_x-lab-1", "FAILED"), ended("nightly-report", "FAILED"),
	} {
		if err := flowEnded(ctx, w.store, in); err != nil {
			t.Errorf("%+v: %v", in.Detail, err)
		}
	}
	if _, err := cancelOrder(ctx, w.store, id, "cancel", ""); err != nil {
		t.Fatal(err)
	}
	if err := flowEnded(ctx, w.store, ended(id+"-lab-1", "FAILED")); err != nil {
		t.Error(err)
	}
	if all := w.open(); len(all) != 0 {
		t.Errorf("%+v", all)
	}
}

// ran makes the order know its runs.
func (w *world) ran(id string, runs map[string]int) {
	w.t.Helper()
	if _, err := w.store.Change(ctx, id, "start/lab", "", func(r *store.Record) (store.Change, error) {
		r.Status.Runs = runs
		return store.Change{Outcome: 1}, nil
	}); err != nil {
		w.t.Fatalf("%v", err)
	}
}

// The order's own runs are unknown when an operator started the execution.
func TestReprocessingAnEndedExecutionStartsTheNextRunOnce(t *testing.T) {
	t.Parallel()
	for name, known := range map[string]map[string]int{"known run": {"lab": 1}, "unknown run": nil} {
		t.Run(name, func(t *testing.T) {
			w := testWorld(t)
			id := w.received()
			w.ran(id, known)
			if err := flowEnded(ctx, w.store, ended(id+"-lab-1", "ABORTED")); err != nil {
				t.Fatal(err)
			}
			exc := w.open()[0].ID
			w.runs.down = errors.New("throttled")
			if _, err := w.resolver().resolve(ctx, exc, "retry"); err == nil || len(w.open()) != 1 {
				t.Fatalf("the exception must stay until the run is started: %v", err)
			}
			w.runs.down = nil
			for range 2 {
				if _, err := w.resolver().resolve(ctx, exc, "retry"); err != nil {
					t.Fatal(err)
				}
			}
			run := known["lab"] + 1
			if len(w.runs.started) != 1 || w.runs.started["lab "+flow.RunName(id, "lab", run)] == 0 {
				t.Errorf("started %v", w.runs.started)
			}
			if r := w.load(id); r.Status.Runs["lab"] != run || len(r.Status.OpenExceptions) != 0 {
				t.Errorf("%+v", r.Status)
			}
		})
	}
}

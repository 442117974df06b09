package flows

import (
	"context"
	"encoding/json"
	"fmt"
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

// field is a press whose versions have runs.
type field struct {
	*press
	runs map[string][]string // by version
}

func (f field) Executions(_ context.Context, q fn.ExecutionQuery) ([]string, string, error) {
	if q.Since.IsZero() {
		return nil, "", fault.New(fault.Internal, "a version that was on trial before is judged by its old orders")
	}
	return f.runs[q.Version], "", nil
}

// trial is a flow with a version on trial: one order in ten, an hour, 20 orders
// at least of which one in ten may fail.
func trial(t *testing.T) (publishing, field) {
	t.Helper()
	w := newPublishing(t)
	f := field{w.press, map[string][]string{}}
	w.deps.States = f
	for _, p := range []Publication{{Flow: drawing("mine", ``, "")}, {Flow: drawing("mine", `"not-lab@1"`, ""), Canary: &registry.Trial{Percent: 10, Minutes: 60, Minimum: 20, Threshold: 10}}} {
		if got := w.post(t, "mine", p); got.status != 200 {
			t.Fatalf("%+v", got)
		}
	}
	return w, f
}

// took lets the version on trial take n orders, of which some have an exception.
func (w publishing) took(t *testing.T, f field, n, failed int) {
	t.Helper()
	for i := range n {
		id := fmt.Sprintf("ord_%d", len(f.runs["arn:flow-mine:2"]))
		run := flow.RunName(id, "mine", 1)
		if _, _, err := w.orders.Create(ctx, id, "create", order.Document{Channel: "x", ExternalID: id}, event.Event{Name: event.OrderReceived}); err != nil {
			t.Fatal(err)
		}
		if i < failed {
			if _, err := w.orders.Change(ctx, id, exception.Signal(run+"#check#0"), "check", func(*store.Record) (store.Change, error) {
				return store.Change{Events: []event.Event{{Name: event.OrderExceptionRaised}}}, nil
			}); err != nil {
				t.Fatal(err)
			}
		}
		f.runs["arn:flow-mine:2"] = append(f.runs["arn:flow-mine:2"], run)
	}
}

func (w publishing) watch(t *testing.T) Watched {
	t.Helper()
	out, err := Watch.New(w.deps)(ctx, json.RawMessage(`{}`))
	if err != nil {
		t.Fatal(err)
	}
	var got Watched
	unmarshaled(t, out, &got)
	return got
}

func TestATrialBeginsWithItsShareAndTheOldFilters(t *testing.T) {
	w, _ := trial(t)
	if l := w.live(t, "mine"); len(l.Filters) != 0 || l.Number != 1 || l.Canary.Number != 2 {
		t.Errorf("%+v", l)
	}
	if got := w.press.routed[1]; got != "flow-mine[{arn:flow-mine:1 90} {arn:flow-mine:2 10}]" {
		t.Error(got)
	}
}

func TestAVersionThatPassesItsTrialGetsAllOrders(t *testing.T) {
	w, f := trial(t)
	w.took(t, f, 20, 2)
	w.pass(59 * time.Minute)
	if got := w.watch(t); got != (Watched{}) {
		t.Fatalf("before its time is over: %+v", got)
	}
	w.pass(time.Minute)
	if got := w.watch(t); got != (Watched{Promoted: 1}) {
		t.Fatalf("%+v", got)
	}
	if l := w.live(t, "mine"); l.Number != 2 || l.Canary != nil || len(l.Filters) != 1 || w.press.routed[2] != "flow-mine[{arn:flow-mine:2 100}]" {
		t.Errorf("%+v, routed %v", l, w.press.routed)
	}
}

func TestAVersionThatFailsItsTrialIsRolledBackAtOnce(t *testing.T) {
	w, f := trial(t)
	w.took(t, f, 19, 19)
	if got := w.watch(t); got != (Watched{}) {
		t.Fatalf("below the minimum nothing is decided: %+v", got)
	}
	f.runs["arn:flow-mine:2"] = f.runs["arn:flow-mine:2"][16:] // three that failed
	w.pass(time.Hour)
	if got := w.watch(t); got != (Watched{}) {
		t.Fatalf("nor when the time is over: %+v", got)
	}
	for i := 3; i < 20; i++ { // many runs of orders that have no exception
		f.runs["arn:flow-mine:2"] = append(f.runs["arn:flow-mine:2"], flow.RunName(fmt.Sprint("ord_x", i), "mine", 1))
	}
	if got := w.watch(t); got != (Watched{Ended: 1}) {
		t.Fatalf("%+v", got)
	}
	l := w.live(t, "mine")
	v, err := w.flows.Version(ctx, "mine", l.Number)
	if err != nil || l.Number != 3 || v.RollbackOf != 1 || v.By != "orderloom" || v.Comment != "version 2 failed its trial: 3 of 20 orders had an exception, 10 % may" || w.press.routed[2] != "flow-mine[{arn:flow-mine:1 100}]" {
		t.Errorf("%+v %+v %v", l, v, err)
	}
}

func TestAPersonMayEndATrial(t *testing.T) {
	for verb, want := range map[string]string{"promote": "arn:flow-mine:2", "rollback": "arn:flow-mine:1"} {
		t.Run(verb, func(t *testing.T) {
			w, _ := trial(t)
			w.tell(t, "mine", verb, Told{})
			if l := w.live(t, "mine"); l.Canary != nil || l.Version != want {
				t.Errorf("%+v", l)
			}
		})
	}
}

func TestAPublicationThatBrokeOffIsFinished(t *testing.T) {
	w := newPublishing(t)
	w.deps.States = field{w.press, nil}
	w.press.noRoute = fault.New(fault.Unavailable, "throttled")
	if got := w.post(t, "mine", Publication{Flow: drawing("mine", ``, "")}); got.status != 503 {
		t.Fatalf("%+v", got)
	}
	w.press.noRoute = nil
	if got := w.watch(t); got != (Watched{Routed: 1}) || len(w.press.routed) != 1 {
		t.Errorf("%+v, routed %v", got, w.press.routed)
	}
	if got := w.watch(t); got != (Watched{}) {
		t.Errorf("once more: %+v", got)
	}
}

func TestATrialThatCouldDecideNothingIsRefused(t *testing.T) {
	w := newPublishing(t)
	ok := registry.Trial{Percent: 10, Minutes: 60, Minimum: 20, Threshold: 5}
	for field, change := range map[string]func(*registry.Trial){
		"percent": func(t *registry.Trial) { t.Percent = 100 }, "minutes": func(t *registry.Trial) { t.Minutes = 0 },
		"minimum": func(t *registry.Trial) { t.Minimum = 0 }, "threshold": func(t *registry.Trial) { t.Threshold = 100 },
	} {
		bad := ok
		change(&bad)
		if got := w.post(t, "mine", Publication{Flow: drawing("mine", ``, ""), Canary: &bad}); got.status != 400 || got.Error.Field != "canary."+field {
			t.Errorf("%+v", got)
		}
	}
	if got := w.post(t, "mine", Publication{Flow: drawing("mine", ``, ""), Canary: &ok}); got.status != 400 || !strings.Contains(got.Error.Hint, "without a canary") {
		t.Errorf("a first version: %+v", got)
	}
}

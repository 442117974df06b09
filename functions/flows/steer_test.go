package flows

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/events"
	"github.com/google/go-cmp/cmp"

	"github.com/orderloom/orderloom/shared/clock"
	"github.com/orderloom/orderloom/shared/event"
	"github.com/orderloom/orderloom/shared/fault"
	"github.com/orderloom/orderloom/shared/flow"
	"github.com/orderloom/orderloom/shared/flow/steer"
	"github.com/orderloom/orderloom/shared/fn"
	"github.com/orderloom/orderloom/shared/order"
	"github.com/orderloom/orderloom/shared/table"
)

// call invokes a function with an HTTP route and reads its answer into out.
func (w world) call(t *testing.T, f fn.Function, path string, id string, body any, out any) (int, *fault.Error) {
	t.Helper()
	text, err := json.Marshal(body)
	if err != nil {
		t.Fatal(err)
	}
	in, err := json.Marshal(fn.ExampleRequest("POST", strings.Replace(path, "{id}", id, 1), map[string]string{"id": id}, string(text)))
	if err != nil {
		t.Fatal(err)
	}
	raw, err := f.New(w.deps)(ctx, in)
	if err != nil {
		t.Fatal(err)
	}
	var res events.APIGatewayV2HTTPResponse
	if err := json.Unmarshal(raw, &res); err != nil {
		t.Fatal(err)
	}
	answer, err := base64.StdEncoding.DecodeString(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	var failed struct {
		Error *fault.Error `json:"error"`
	}
	if res.StatusCode != 200 {
		return res.StatusCode, unmarshaled(t, answer, &failed).Error
	}
	unmarshaled(t, answer, out)
	return 200, nil
}

func unmarshaled[T any](t *testing.T, data []byte, v T) T {
	t.Helper()
	if err := json.Unmarshal(data, v); err != nil {
		t.Fatalf("%s: %v", data, err)
	}
	return v
}

// tell tells a flow something over its route.
func (w world) tell(t *testing.T, id, verb string, said Told) steer.Control {
	t.Helper()
	var out Steered
	if status, failed := w.call(t, Steer, "/api/flows/{id}/"+verb, id, said, &out); status != 200 {
		t.Fatalf("%s: %v", verb, failed)
	}
	return out.Control
}

func (w world) drain(t *testing.T) {
	t.Helper()
	if _, err := Drain.New(w.deps)(ctx, json.RawMessage(`{}`)); err != nil {
		t.Fatal(err)
	}
}

func (w world) pass(d time.Duration) { w.deps.Clock.(*clock.Manual).Advance(d) }

// arrived stores an order of the lab's channel under an id and delivers its event.
func (w world) arrived(t *testing.T, id string) StartResult {
	t.Helper()
	w.pass(time.Second)
	doc := order.Document{Channel: "lab", ExternalID: id, Name: id, Lines: []order.Line{{ID: "1", Kind: order.Physical, Quantity: 1}}}
	if _, _, err := w.orders.Create(ctx, id, "create", doc, event.Event{Name: event.OrderReceived}); err != nil {
		t.Fatal(err)
	}
	out, err := w.start(ctx, id)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func (w world) control(t *testing.T, id string) steer.Control {
	t.Helper()
	c, err := steer.Load(ctx, w.table, id)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestWhatAFlowCanBeTold(t *testing.T) {
	t.Parallel()
	for before, verbs := range map[steer.State]map[string]steer.State{
		steer.Running:  {"pause": steer.Paused, "resume": "", "stop": steer.Stopped, "fly": ""},
		steer.Paused:   {"pause": steer.Paused, "resume": steer.Draining, "stop": steer.Stopped},
		steer.Draining: {"pause": steer.Paused, "resume": steer.Draining, "stop": steer.Stopped},
		steer.Closing:  {"pause": steer.Paused, "resume": steer.Closing, "stop": steer.Stopped},
		steer.Stopped:  {"pause": "", "resume": steer.Draining, "stop": steer.Stopped},
	} {
		for verb, want := range verbs {
			got, err := obey(steer.Control{Flow: "lab", State: before}, verb, Told{}, time.Time{})
			if want == "" && !fault.Is(err, fault.Conflict) || want != "" && (err != nil || got.State != want || got.Rate != steer.DefaultRate) {
				t.Errorf("%s when %s: %+v, %v", verb, before, got, err)
			}
		}
	}
}

func TestEntriesOfAPausedFlowQueueAndGoOnInOrderAtItsRate(t *testing.T) {
	w := newWorld(t)
	w.tell(t, "lab", "pause", Told{Rate: 2, By: "ann", Comment: "the warehouse is closed"})
	for _, id := range []string{"ord_3", "ord_1", "ord_2"} {
		if out := w.arrived(t, id); len(out.Flows) != 0 || !slices.Equal(out.Queued, []string{"lab"}) {
			t.Fatalf("%+v", out)
		}
	}
	if out, err := w.start(ctx, "ord_1"); err != nil || !slices.Equal(out.Queued, []string{"lab"}) { // its event again
		t.Fatalf("%+v %v", out, err)
	}
	w.pass(time.Hour)
	w.drain(t)
	if n := len(w.machines.started); n != 0 {
		t.Fatalf("%d orders enter a flow that is paused", n)
	}
	if c := w.tell(t, "lab", "resume", Told{}); c.State != steer.Draining || c.Rate != 2 {
		t.Fatalf("%+v", c)
	}
	w.drain(t)
	if got := w.machines.names(); !slices.Equal(got, []string{"lab ord_1-lab-1", "lab ord_3-lab-1"}) {
		t.Fatalf("in the first second go %v", got)
	}
	if out := w.arrived(t, "ord_4"); !slices.Equal(out.Queued, []string{"lab"}) {
		t.Errorf("who comes while others wait goes behind them: %+v", out)
	}
	for range 3 {
		w.pass(time.Second)
		w.drain(t)
	}
	if c := w.control(t, "lab"); c.State != steer.Running || len(w.machines.started) != 4 {
		t.Errorf("%+v, started %v", c, w.machines.names())
	}
	if out := w.arrived(t, "ord_5"); !slices.Equal(out.Flows, []string{"lab"}) {
		t.Errorf("%+v", out)
	}
}

func TestAnOrderThatIsInStaysIn(t *testing.T) {
	w := newWorld(t)
	w.arrived(t, "ord_1")
	for _, verb := range []string{"pause", "stop"} {
		w.tell(t, "lab", verb, Told{})
		if out, err := w.start(ctx, "ord_1"); err != nil || !slices.Equal(out.Flows, []string{"lab"}) || len(out.Queued)+len(out.LeftOut) > 0 {
			t.Errorf("its event again when told to %s: %+v %v", verb, out, err)
		}
	}
}

func TestACanceledOrderLeavesTheQueue(t *testing.T) {
	w := newWorld(t)
	w.tell(t, "lab", "pause", Told{})
	w.arrived(t, id)
	w.happen(t, event.OrderCanceled)
	w.tell(t, "lab", "resume", Told{})
	for range 3 {
		w.pass(time.Second)
		w.drain(t)
	}
	if queue, err := steer.Queue(ctx, w.table, "lab", 10); err != nil || len(queue) != 0 || len(w.machines.started) != 0 || w.control(t, "lab").State != steer.Running {
		t.Errorf("%v %v, %+v", queue, err, w.control(t, "lab"))
	}
}

func TestAStoppedFlowTakesNoneUntilItIsPublishedAgain(t *testing.T) {
	w := newPublishing(t)
	w.publish(t, "lab-channel@1")
	w.tell(t, "mine", "pause", Told{})
	w.arrived(t, "ord_1")
	w.tell(t, "mine", "stop", Told{By: "ann"})
	if _, err := w.start(ctx, "ord_1"); err != nil { // its event again: it queues since before
		t.Fatal(err)
	}
	if out := w.arrived(t, "ord_2"); !slices.Equal(out.LeftOut, []string{"mine"}) || !slices.Equal(out.Flows, []string{"lab"}) {
		t.Fatalf("%+v", out)
	}
	w.pass(time.Hour)
	w.drain(t)
	left, err := steer.LeftOut(ctx, w.table, "mine", 10)
	if err != nil || len(left) != 1 || left[0].Order != "ord_2" || !slices.Equal(left[0].Took, []string{"lab"}) || slices.Contains(w.machines.names(), "flow-mine ord_1-mine-1") {
		t.Fatalf("%+v %v, started %v", left, err, w.machines.names())
	}
	if got := w.post(t, "mine", Publication{Flow: drawing("mine", `"lab-channel@1"`, ""), By: "ann"}); got.status != 200 {
		t.Fatalf("%+v", got)
	}
	w.deps.States = w.machines
	for range 3 {
		w.pass(time.Second)
		w.drain(t)
	}
	if !slices.Contains(w.machines.names(), "flow-mine ord_1-mine-1") || slices.Contains(w.machines.names(), "flow-mine ord_2-mine-1") || w.control(t, "mine").State != steer.Running {
		t.Errorf("who queued before it stopped enters, who was left out does not: %v, %+v", w.machines.names(), w.control(t, "mine"))
	}
}

// meddling is a table in which somebody acts just before a transaction.
type meddling struct {
	table.Table
	act func()
}

func (m *meddling) Transact(ctx context.Context, ops ...table.Op) error {
	if act := m.act; act != nil {
		m.act = nil
		act()
	}
	return m.Table.Transact(ctx, ops...)
}

func TestNobodyJoinsAQueueThatIsOver(t *testing.T) {
	w := newWorld(t)
	w.received(t, "lab")
	w.tell(t, "lab", "pause", Told{})
	over := func() {
		w.tell(t, "lab", "resume", Told{})
		for range 2 {
			w.drain(t)
		}
		if s := w.control(t, "lab").State; s != steer.Running {
			t.Errorf("%s", s)
		}
	}
	s := w.starter
	s.orders.Table = &meddling{w.table, over}
	if out, err := s.start(ctx, id); err != nil || !slices.Equal(out.Flows, []string{"lab"}) || len(w.machines.started) != 1 {
		t.Errorf("%+v %v", out, err)
	}
}

func TestStepsThatWaitGoOnOnceNoProcessRemembersThePause(t *testing.T) {
	w := newWorld(t)
	w.arrived(t, "ord_1")
	w.tell(t, "lab", "pause", Told{})
	w.held(t, "ord_1", "paused/ord_1-lab-1#check#0")
	w.tell(t, "lab", "resume", Told{})
	w.drain(t)
	if steps, err := steer.Waiting(ctx, w.table, "lab", 10); err != nil || len(steps) != 1 {
		t.Fatalf("too early: %v %v", steps, err)
	}
	w.pass(steer.Memory)
	w.drain(t)
	r, err := w.orders.Load(ctx, "ord_1")
	steps, wErr := steer.Waiting(ctx, w.table, "lab", 10)
	if err != nil || wErr != nil || len(r.Status.Waits)+len(steps) != 0 {
		t.Errorf("%v %v %v %v", r.Status.Waits, steps, err, wErr)
	}
}

func TestRunningOrdersOfAStoppedFlowFinish(t *testing.T) {
	w := newWorld(t)
	w.arrived(t, "ord_1")
	w.tell(t, "lab", "pause", Told{})
	w.held(t, "ord_1", "paused/ord_1-lab-1#check#0")
	w.tell(t, "lab", "stop", Told{})
	w.pass(time.Minute)
	w.drain(t)
	if steps, err := steer.Waiting(ctx, w.table, "lab", 10); err != nil || len(steps) != 0 || w.control(t, "lab").State != steer.Stopped {
		t.Errorf("%v %v", steps, err)
	}
}

func TestWhatCannotBeSteered(t *testing.T) {
	w := newWorld(t)
	for path, want := range map[string]int{"nobody/pause": 404, "lab/resume": 409, "lab/rollback": 409, "lab/promote": 409} {
		flowID, verb, _ := strings.Cut(path, "/")
		if status, failed := w.call(t, Steer, "/api/flows/{id}/"+verb, flowID, Told{}, nil); status != want || failed.Hint == "" {
			t.Errorf("%s: %d %v", path, status, failed)
		}
	}
	if status, failed := w.call(t, Steer, "/api/flows/{id}/pause", "lab", Told{Rate: steer.MaxRate + 1}, nil); status != 400 || failed.Field != "rate" {
		t.Errorf("%d %v", status, failed)
	}
}

func TestManyAtOnceLoseNoOrder(t *testing.T) {
	w := newWorld(t)
	for _, id := range orderIDs() {
		doc := order.Document{Channel: "lab", ExternalID: id, Name: id, Lines: []order.Line{{ID: "1", Kind: order.Physical, Quantity: 1}}}
		if _, _, err := w.orders.Create(ctx, id, "create", doc, event.Event{Name: event.OrderReceived}); err != nil {
			t.Fatal(err)
		}
	}
	var wg sync.WaitGroup
	for _, id := range orderIDs() {
		wg.Go(func() {
			for range 50 {
				if _, err := w.start(ctx, id); err == nil {
					return
				} else if !fault.Is(err, fault.Conflict) {
					t.Error(err)
				}
			}
			t.Errorf("%s finds no way in", id)
		})
	}
	s := steerer{publisherOf(w.deps), w.table}
	for range 5 {
		wg.Go(func() {
			for _, verb := range []string{"pause", "resume", "stop", "resume"} {
				if _, err := s.tell(ctx, "lab", verb, Told{}); err != nil && !fault.Is(err, fault.Conflict) {
					t.Error(err)
				}
				w.pass(time.Second)
				if err := (drainer{w.starter}).drainAll(ctx); err != nil && !fault.Is(err, fault.Conflict) {
					t.Error(err)
				}
			}
		})
	}
	wg.Wait()
	if s := w.control(t, "lab").State; s == steer.Paused || s == steer.Stopped {
		w.tell(t, "lab", "resume", Told{})
	}
	for range 30 {
		w.pass(time.Second)
		w.drain(t)
	}
	left, err := steer.LeftOut(ctx, w.table, "lab", 100)
	if err != nil || w.control(t, "lab").State != steer.Running {
		t.Fatalf("%v, %+v", err, w.control(t, "lab"))
	}
	for _, id := range orderIDs() {
		_, runs := w.machines.started["lab "+flow.RunName(id, "lab", 1)]
		out := slices.ContainsFunc(left, func(e steer.Entry) bool { return e.Order == id })
		if !runs && !out {
			t.Errorf("%s is lost", id)
		}
	}
	if len(w.machines.started) > len(orderIDs()) {
		t.Errorf("started %v", w.machines.names())
	}
}

func orderIDs() []string {
	var all []string
	for n := range 20 {
		all = append(all, fmt.Sprintf("ord_%02d", n))
	}
	return all
}

// held lets a step of a running order wait.
func (w world) held(t *testing.T, orderID, signal string) {
	t.Helper()
	if err := hold(ctx, w.orders, flow.RunName(orderID, "lab", 1), orderID, signal); err != nil {
		t.Fatal(err)
	}
}

func TestRollingBackTwiceGoesBackTwoVersions(t *testing.T) {
	w := newPublishing(t)
	w.deps.States = w.press
	for _, f := range []string{``, `"not-lab@1"`, `"lab-channel@1"`} {
		if got := w.post(t, "mine", Publication{Flow: drawing("mine", f, "")}); got.status != 200 {
			t.Fatalf("%+v", got)
		}
	}
	for number, want := range []int{2, 1} {
		w.tell(t, "mine", "rollback", Told{By: "ann", Comment: "too strict"})
		l := w.live(t, "mine")
		v, err := w.flows.Version(ctx, "mine", l.Number)
		if err != nil || l.Number != 4+number || v.RollbackOf != want || v.By != "ann" || v.Comment != "too strict" || w.press.routed[len(w.press.routed)-1] != "flow-mine[{"+l.Version+" 100}]" {
			t.Errorf("%+v, %+v, routed %v", l, v, w.press.routed)
		}
	}
	if status, failed := w.call(t, Steer, "/api/flows/{id}/rollback", "mine", Told{}, nil); status != 409 {
		t.Errorf("before the first: %d %v", status, failed)
	}
	w.tell(t, "mine", "rollback", Told{Version: 4}) // which is two
	if l := w.live(t, "mine"); l.Version != "arn:flow-mine:2" || l.RollbackOf != 2 {
		t.Errorf("%+v", l)
	}
	for number, want := range map[int]int{2: 409, 9: 404} {
		if status, failed := w.call(t, Steer, "/api/flows/{id}/rollback", "mine", Told{Version: number}, nil); status != want {
			t.Errorf("to %d: %d %v", number, status, failed)
		}
	}
	all, err := w.flows.Versions(ctx, "mine")
	var contents []int
	for _, v := range all {
		contents = append(contents, v.RollbackOf)
	}
	if diff := cmp.Diff([]int{0, 0, 0, 2, 1, 2}, contents); diff != "" || err != nil {
		t.Error(diff, err)
	}
}

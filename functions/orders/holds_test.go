package orders

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/orderloom/orderloom/shared/event"
	"github.com/orderloom/orderloom/shared/fault"
	"github.com/orderloom/orderloom/shared/flow"
	"github.com/orderloom/orderloom/shared/fn"
	"github.com/orderloom/orderloom/shared/order"
)

// holds makes a step of the order wait for a person, as its machine does.
func (w *world) holds(id, step, name string, h order.Hold) string {
	w.t.Helper()
	key := id + "-wholesale-1#" + step + "#0"
	h.Signal = flow.HoldSignalName(key)
	in := flow.ApplyInput{
		StepInput: flow.StepInput{Order: id, Run: id + "-wholesale-1", Step: step, Key: key}, Event: name,
		Payload: encode(h), Await: &flow.Await{Signal: h.Signal, Token: "token of " + step},
	}
	if _, err := apply(ctx, w.store, in); err != nil {
		w.t.Fatalf("hold: %v", err)
	}
	return h.Signal
}

func (w *world) held(id string) string {
	return w.holds(id, "credit", event.OrderHoldPlaced, order.Hold{Reason: "Credit", Seconds: 3600, Then: "continue"})
}

func (w *world) asked(id string) string {
	return w.holds(id, "discount", event.OrderApprovalRequested, order.Hold{Who: "Sales", Question: "Agreed?", Seconds: 7200, Then: "reject"})
}

func (w *world) says(id, verb, body string) (int, string) {
	w.t.Helper()
	status, text, _ := w.post(ResolveHold, "/api/orders/"+id+"/"+verb, id, body)
	return status, text
}

func (w *world) expires(id, step, signal string, answer flow.HoldAnswer) (flow.ExpireResult, error) {
	return expireHold(ctx, w.store, flow.ExpireInput{
		StepInput: flow.StepInput{Order: id, Run: id + "-wholesale-1", Step: step, Key: step + "#0", Want: []string{"order.name"}}, Signal: signal, Answer: answer,
	})
}

// standing is where an order stands and who answered what last.
func (w *world) standing(id string) string {
	r := w.load(id)
	return fmt.Sprintf("%s / %s, %d holds, %d waits", r.Status.State, r.Status.Reason, len(r.Status.Holds), len(r.Status.Waits))
}

func TestAHoldSaysWhatItIsAbout(t *testing.T) {
	w := testWorld(t)
	id := w.received()
	signal := w.held(id)
	r := w.load(id)
	want := order.Hold{Signal: signal, Kind: order.Held, Step: "credit", Reason: "Credit", Seconds: 3600, Then: "continue", Since: start, Until: start.Add(time.Hour)}
	if len(r.Status.Holds) != 1 || r.Status.Holds[0] != want || r.Status.State != order.OnHold || r.Status.Reason != order.ReasonHeld {
		t.Errorf("%+v", r.Status)
	}
}

func TestAnApprovalSaysWhoIsAsked(t *testing.T) {
	w := testWorld(t)
	id := w.received()
	w.asked(id)
	if h := w.load(id).Status.Holds[0]; h.Kind != order.Approval || h.Who != "Sales" || h.Question != "Agreed?" {
		t.Errorf("%+v", h)
	}
}

func TestAPersonAnswersAHold(t *testing.T) {
	t.Parallel()
	for verb, c := range map[string]struct{ event, standing string }{
		"release": {event.OrderHoldReleased, "In Progress / Hold Released, 0 holds, 0 waits"},
		"approve": {event.OrderApproved, "In Progress / Approved, 0 holds, 0 waits"},
		"reject":  {event.OrderRejected, "On Hold / Rejected, 0 holds, 0 waits"},
	} {
		t.Run(verb, func(t *testing.T) {
			w := testWorld(t)
			id := w.received()
			signal := ""
			if verb == "release" {
				signal = w.held(id)
			} else {
				signal = w.asked(id)
			}
			if status, body := w.says(id, verb, `{"by":"ann","reason":"looked at it"}`); status != 200 || !strings.Contains(body, `"order":"`+id) {
				t.Fatalf("%d %s", status, body)
			}
			if got := w.standing(id); got != c.standing {
				t.Error(got)
			}
			if m, ok := w.met(id, signal); !ok || string(m.Output) != `{"answer":"`+verb+`"}` {
				t.Errorf("%+v %v", m, ok)
			}
			entries, err := w.store.Journal(ctx, id)
			last := entries[len(entries)-1].Events[0]
			if want := `{"signal":"` + signal + `","by":"ann","reason":"looked at it"}`; err != nil || last.Name != c.event || string(last.Payload) != want {
				t.Errorf("%+v %v", last, err)
			}
		})
	}
}

func TestAnAnswerThatNothingWaitsFor(t *testing.T) {
	w := testWorld(t)
	id := w.received()
	for _, c := range []struct{ verb, body, code string }{
		{"release", "", fault.NotTransitable}, {"approve", `{"step":"other"}`, fault.NotTransitable}, {"approve", `[`, fault.Invalid},
	} {
		if status, body := w.says(id, c.verb, c.body); status/100 != 4 || !strings.Contains(body, c.code) {
			t.Errorf("%s %s: %d %s", c.verb, c.body, status, body)
		}
	}
	w.held(id)
	if status, body := w.says(id, "approve", ""); status != 409 || !strings.Contains(body, "no step waits for an approval") {
		t.Errorf("a hold is not approved: %d %s", status, body)
	}
	if status, body := w.says("ord_unknown", "release", ""); status != 404 {
		t.Errorf("%d %s", status, body)
	}
	if status, _ := w.says(id, "release", `{"step":"credit"}`); status != 200 {
		t.Error(status)
	}
	if status, body := w.says(id, "release", ""); status != 409 { // the second of two people
		t.Errorf("%d %s", status, body)
	}
}

func TestOfSeveralHoldsOneIsNamed(t *testing.T) {
	w := testWorld(t)
	id := w.received()
	w.held(id)
	w.holds(id, "export", event.OrderHoldPlaced, order.Hold{Reason: "Export papers"})
	if status, body := w.says(id, "release", ""); status != 400 || !strings.Contains(body, "credit, export") {
		t.Errorf("%d %s", status, body)
	}
	req := fn.ExampleRequest("POST", "/api/orders/"+id+"/release", map[string]string{"id": id}, "")
	req.QueryStringParameters = map[string]string{"step": "nowhere"} // as a page's button says it
	in, _ := json.Marshal(req)
	out, err := ResolveHold.New(w.deps)(ctx, in)
	if err != nil || !strings.Contains(string(out), `"statusCode":409`) {
		t.Errorf("%s %v", out, err)
	}
	if status, _ := w.says(id, "release", `{"step":"export"}`); status != 200 || w.load(id).Status.Holds[0].Step != "credit" {
		t.Errorf("%d %s", status, w.standing(id))
	}
}

func TestAHoldWhoseTimeIsOver(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		answer   flow.HoldAnswer
		standing string
		events   []string
		code     string
	}{
		"goes on":          {flow.ReleaseHold, "In Progress / Hold Released, 0 holds, 0 waits", []string{event.OrderHoldExpired, event.OrderHoldReleased}, ""},
		"needs a person":   {flow.ExpireHold, "On Hold / Hold Expired, 0 holds, 0 waits", []string{event.OrderHoldExpired}, HoldExpired},
		"was approved":     {flow.Approve, "In Progress / Approved, 0 holds, 0 waits", []string{event.OrderApproved}, ""},
		"was not approved": {flow.Reject, "On Hold / Rejected, 0 holds, 0 waits", []string{event.OrderRejected}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			w := testWorld(t)
			id := w.received()
			signal := w.held(id)
			for range 2 { // the second is a repeated attempt
				res, err := w.expires(id, "credit", signal, c.answer)
				if fault.Code(err) != c.code && (err != nil || c.code != "") {
					t.Fatalf("%v", err)
				}
				if err == nil && (res.Answer != c.answer || res.Facts["order.name"] != "#1001") {
					t.Errorf("%+v", res)
				}
			}
			if got := w.standing(id); got != c.standing {
				t.Error(got)
			}
			if got := w.journal(id)[2:]; !slices.Equal(got, c.events) {
				t.Errorf("%v", got)
			}
			if status, body := w.says(id, "release", ""); status != 409 {
				t.Errorf("a late answer: %d %s", status, body)
			}
		})
	}
}

func TestAHoldEndsWithAnAnswerThatExists(t *testing.T) {
	w := testWorld(t)
	if _, err := w.expires("ord_1", "s", "hold/x", "dance"); !fault.Is(err, fault.Invalid) {
		t.Errorf("%v", err)
	}
}

func TestCancelingEndsEveryHold(t *testing.T) {
	w := testWorld(t)
	id := w.received()
	signal := w.held(id)
	if status, body, _ := w.post(Cancel, "/api/orders/"+id+"/cancel", id, ""); status != 200 {
		t.Fatal(body)
	}
	if m, ok := w.met(id, signal); !ok || m.Code != fault.OrderCanceled {
		t.Errorf("%+v %v", m, ok)
	}
	if got := w.standing(id); got != "Canceled / Canceled, 0 holds, 0 waits" {
		t.Error(got)
	}
	if status, body := w.says(id, "release", ""); status != 409 || !strings.Contains(body, fault.OrderCanceled) {
		t.Errorf("%d %s", status, body)
	}
	if _, err := w.expires(id, "credit", signal, flow.ReleaseHold); !fault.Is(err, fault.OrderCanceled) {
		t.Errorf("%v", err)
	}
}

// Neither a failed step nor a run that has ended holds the order any longer:
// the answer is to their exception.
func TestAHoldGoesWithItsRun(t *testing.T) {
	w := testWorld(t)
	id := w.received()
	w.held(id)
	in := exceptionInput(id, "credit")
	in.Key = id + "-wholesale-1#credit#0"
	if _, err := raise(ctx, w.store, in); err != nil || len(w.load(id).Status.Holds) != 0 {
		t.Errorf("%v %s", err, w.standing(id))
	}
	w.asked(id)
	var ended statusChange
	ended.Detail.Name, ended.Detail.Status = id+"-wholesale-1", "ABORTED"
	if err := flowEnded(ctx, w.store, ended); err != nil || len(w.load(id).Status.Holds) != 0 {
		t.Errorf("%v %s", err, w.standing(id))
	}
}

// However a person and the timer meet: both learn the same answer, it happened
// once, and what waits is told it, or nobody waits any more.
func TestAPersonAndTheTimerAgree(t *testing.T) {
	t.Parallel()
	dir, n := t.TempDir(), 0
	rapid.Check(t, func(rt *rapid.T) {
		n++
		w := newWorld(rt, fmt.Sprint(dir, "/", n))
		id := w.received()
		signal := w.asked(id)
		var answers []string
		for range rapid.IntRange(1, 4).Draw(rt, "answers") {
			who := rapid.SampledFrom([]string{"approve", "reject", "timer"}).Draw(rt, "who")
			if who != "timer" {
				w.says(id, who, "")
				continue
			}
			res, err := w.expires(id, "discount", signal, flow.Reject)
			if err != nil {
				rt.Fatalf("%v", err)
			}
			answers = append(answers, string(res.Answer))
		}
		m, met := w.met(id, signal)
		if met {
			answers = append(answers, strings.Split(string(m.Output), `"`)[3])
		}
		if len(slices.Compact(answers)) != 1 || w.count(id, event.OrderApproved)+w.count(id, event.OrderRejected) != 1 {
			rt.Fatalf("answers %v, journal %v", answers, w.journal(id))
		}
	})
}

package intake

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/events"

	"github.com/orderloom/orderloom/shared/fault"
	"github.com/orderloom/orderloom/shared/fn"
	"github.com/orderloom/orderloom/shared/inbox"
)

func run[Out any](t *testing.T, h fn.Handler, input any) (Out, error) {
	t.Helper()
	var out Out
	in, err := json.Marshal(input)
	if err != nil {
		t.Fatal(err)
	}
	data, err := h(t.Context(), in)
	if err != nil {
		return out, err
	}
	if err := json.Unmarshal(data, &out); err != nil {
		t.Fatal(err)
	}
	return out, nil
}

func TestAFailureReachesTheErrorListInPlainWords(t *testing.T) {
	t.Parallel()
	problem := fault.New(fault.Invalid, "price is not a decimal number").On("msg_1", "line_items.0.price").Got("abc").Do("Correct the mapping")
	reported, _ := json.Marshal(fn.Failed(problem))
	for name, c := range map[string]struct{ cause, want string }{
		"a fault as a state catches it": {string(reported), "price is not a decimal number (record msg_1) (field line_items.0.price = abc). Correct the mapping"},
		"another function's error":      {`{"errorMessage":"boom","errorType":"Error"}`, "boom"},
		"a timeout":                     {"", ""},
		"plain text":                    {"the state ran out of time", "the state ran out of time"},
		"JSON of somebody else":         {`{"a":1}`, `{"a":1}`},
		"endless":                       {strings.Repeat("ü", 5000), strings.Repeat("ü", 1000) + "…"},
	} {
		w := newWorld(t)
		id := w.order(t, "orders/create", "e", `{}`).Message
		out, err := run[SettleResult](t, Settle.New(w.deps), SettleInput{Message: id, State: inbox.Failed, Error: "Some.Code", Cause: c.cause})
		if err != nil || out.State != inbox.Failed {
			t.Fatalf("%s: %+v, %v", name, out, err)
		}
		list, err := w.box.Failures(t.Context(), 10)
		if err != nil || len(list) != 1 || list[0].Error != "Some.Code" || list[0].Cause != c.want {
			t.Errorf("%s: error list = %+v, %v; want cause %q", name, list, err, c.want)
		}
	}
}

func TestSettleTakesIgnoredAndRefusesTheRest(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	settle := Settle.New(w.deps)
	id := w.order(t, "orders/create", "e", `{}`).Message
	for _, in := range []SettleInput{
		{Message: id, State: inbox.Recorded},
		{Message: id, State: inbox.Received},
		{Message: id},
		{Message: id, State: inbox.Failed},
	} {
		if _, err := run[SettleResult](t, settle, in); !fault.Is(err, fault.Invalid) {
			t.Errorf("%+v: %v", in, err)
		}
	}
	if _, err := run[SettleResult](t, settle, Settle.Example); !fault.Is(err, fault.NotFound) {
		t.Errorf("the example names an unknown message: %v", err)
	}
	out, err := run[SettleResult](t, settle, SettleInput{Message: id, State: inbox.Ignored, Cause: "not for us"})
	if m := w.message(t, id); err != nil || out.State != inbox.Ignored || m.State != inbox.Ignored || m.Cause != "not for us" {
		t.Errorf("%+v, %v: %+v", out, err, m)
	}
}

func TestSettleLeavesARecordedMessageAlone(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	id := w.order(t, "orders/create", "e", `{}`).Message
	if err := w.box.Settle(t.Context(), id, inbox.Recorded, "ord_1", nil); err != nil {
		t.Fatal(err)
	}
	out, err := run[SettleResult](t, Settle.New(w.deps), SettleInput{Message: id, State: inbox.Failed, Error: "States.Timeout"})
	if err != nil || out.State != inbox.Recorded {
		t.Errorf("%+v, %v; want it to stay recorded", out, err)
	}
}

func TestReplay(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	id := w.order(t, "orders/create", "e", `{}`).Message
	if err := w.box.Settle(t.Context(), id, inbox.Failed, "", fault.New(fault.Invalid, "wrong")); err != nil {
		t.Fatal(err)
	}
	replay := func(id string) answer {
		return invoke(t, Replay.New(w.deps), fn.ExampleRequest("POST", "/api/messages/"+id+"/replay", map[string]string{"id": id}, ""))
	}
	if a := replay(id); a.Status != 202 || a.Message != id || !strings.Contains(a.Raw, `"rounds":2`) || !w.pending(t, id) {
		t.Errorf("replay: %s", a.Raw)
	}
	if err := w.box.Settle(t.Context(), id, inbox.Recorded, "ord_1", nil); err != nil {
		t.Fatal(err)
	}
	if a := replay(id); a.Status != 409 || a.Error.Code != fault.Conflict {
		t.Errorf("replay of a recorded message: %s", a.Raw)
	}
	for _, id := range []string{"", "msg_unknown", "a#b/c\x00"} {
		if a := replay(id); a.Status != 404 {
			t.Errorf("replay of %q: %s", id, a.Raw)
		}
	}
	if a := invoke(t, Replay.New(w.deps), Replay.Example.(events.APIGatewayV2HTTPRequest)); a.Status != 404 {
		t.Errorf("the example: %s", a.Raw)
	}
	if a := invoke(t, Webhook.New(w.deps), Webhook.Example.(events.APIGatewayV2HTTPRequest)); a.Status != 404 {
		t.Errorf("the webhook's example without the seeded instance: %s", a.Raw)
	}
}

func TestTheSweepAnnouncesAgainWhatNobodyAnsweredFor(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	sweep := Sweep.New(w.deps)
	expect := func(announced, failed int) {
		t.Helper()
		out, err := run[SweepResult](t, sweep, Sweep.Example)
		if err != nil || out != (SweepResult{Announced: announced, Failed: failed}) {
			t.Fatalf("at %s: %+v, %v; want %d announced, %d failed", w.clock.Now().Sub(start), out, err, announced, failed)
		}
	}
	lost := w.order(t, "orders/create", "lost", `{}`).Message
	done := w.order(t, "orders/create", "done", `{}`).Message
	if err := w.box.Settle(t.Context(), done, inbox.Recorded, "ord_1", nil); err != nil {
		t.Fatal(err)
	}
	w.order(t, "app/ping", "ignored", `{}`)
	expect(0, 0)
	w.clock.Advance(overdueAfter - time.Second)
	expect(0, 0)
	w.clock.Advance(time.Second)
	expect(1, 0)
	expect(0, 0) // it waits again from now
	if m := w.message(t, lost); m.Rounds != 2 || !w.pending(t, lost) {
		t.Errorf("not announced again: %+v", m)
	}
	for range maxRounds - 2 {
		w.clock.Advance(overdueAfter)
		expect(1, 0)
	}
	w.clock.Advance(overdueAfter)
	expect(0, 1)
	m := w.message(t, lost)
	if m.State != inbox.Failed || m.Error != CodeNotSettled || !strings.Contains(m.Cause, fmt.Sprint("announced ", maxRounds, " times")) {
		t.Errorf("given up as %+v", m)
	}
	w.clock.Advance(time.Hour)
	expect(0, 0)
}

func TestOneRunOfTheSweepIsBounded(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for i := range sweepMessages + 1 {
		m := inbox.Message{ID: inbox.ID("shop", "t", fmt.Sprint(i)), Instance: "shop"}
		if _, err := w.box.Receive(t.Context(), m, []byte(`{}`)); err != nil {
			t.Fatal(err)
		}
	}
	w.clock.Advance(overdueAfter)
	for _, want := range []int{sweepMessages, 1, 0} {
		if out, err := run[SweepResult](t, Sweep.New(w.deps), struct{}{}); err != nil || out.Announced != want {
			t.Errorf("%+v, %v; want %d", out, err, want)
		}
	}
}

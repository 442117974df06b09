package bus_test

import (
	"context"
	"encoding/json"
	"errors"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/orderloom/orderloom/shared/clock"
	"github.com/orderloom/orderloom/shared/fault"
	"github.com/orderloom/orderloom/shared/fn"
	"github.com/orderloom/orderloom/shared/local/bus"
)

// start is when the tests' clock stands.
var start = time.Date(2026, 3, 2, 8, 0, 0, 0, time.UTC)

// box collects what a target or tap got.
type box struct {
	mu     sync.Mutex
	events []string
}

func (b *box) add(event []byte) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.events = append(b.events, string(event))
}

func (b *box) deliver(_ context.Context, event []byte) error { b.add(event); return nil }

func open(t *testing.T, rules ...bus.Rule) *bus.Bus {
	t.Helper()
	b, err := bus.New(rules, bus.Options{
		Clock: clock.NewManual(start), NewID: func() string { return "id" }, Backoff: []time.Duration{0, 0},
	})
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func to(detailType string, targets ...bus.Target) bus.Rule {
	return bus.Rule{Name: detailType, Pattern: json.RawMessage(`{"detail-type":["` + detailType + `"]}`), Targets: targets}
}

func entry(detailType string) fn.BusEntry {
	return fn.BusEntry{Source: "orderloom.orders", DetailType: detailType, Detail: json.RawMessage(`{"order":"ord_1"}`)}
}

func TestAnEventReachesTheTargetsOfEveryMatchingRule(t *testing.T) {
	t.Parallel()
	var first, second, other, tapped box
	b := open(t, to("OrderReceived", bus.Target{ID: "1", Deliver: first.deliver}, bus.Target{ID: "2", Deliver: second.deliver}),
		to("OrderShipped", bus.Target{ID: "3", Deliver: other.deliver}))
	stop := b.Tap(tapped.add)
	at := time.Date(2026, 1, 2, 3, 4, 5, 6, time.FixedZone("", 3600))
	in := entry("OrderReceived")
	in.At = at
	failed, err := b.Put(t.Context(), []fn.BusEntry{in, entry("Unheard")})
	if err != nil || failed != nil {
		t.Errorf("%v, %v", failed, err)
	}
	want := []string{`{"version":"0","id":"id","detail-type":"OrderReceived","source":"orderloom.orders","account":"000000000000","time":"2026-01-02T02:04:05Z","region":"us-east-1","resources":[],"detail":{"order":"ord_1"}}`}
	if diff := cmp.Diff(want, first.events) + cmp.Diff(want, second.events); diff != "" {
		t.Error(diff)
	}
	if len(other.events) != 0 || len(tapped.events) != 2 {
		t.Errorf("other %d, tapped %d", len(other.events), len(tapped.events))
	}
	stop()
	if _, err := b.Put(t.Context(), []fn.BusEntry{entry("OrderShipped")}); err != nil || len(other.events) != 1 || len(tapped.events) != 2 {
		t.Errorf("%v, other %d, tapped %d after stop", err, len(other.events), len(tapped.events))
	}
}

func TestAnEventWithoutATimeGetsTheClocks(t *testing.T) {
	t.Parallel()
	var got box
	b := open(t, to("X", bus.Target{Deliver: got.deliver}))
	if _, err := b.Put(t.Context(), []fn.BusEntry{entry("X")}); err != nil {
		t.Fatal(err)
	}
	var e struct{ Time time.Time }
	if err := json.Unmarshal([]byte(got.events[0]), &e); err != nil || !e.Time.Equal(start) {
		t.Errorf("%v, %v", e.Time, err)
	}
}

func TestATargetIsTriedAgainAndThenTheEntryFails(t *testing.T) {
	t.Parallel()
	var flaky, broken atomic.Int64
	var good box
	b := open(t,
		to("Flaky", bus.Target{Deliver: func(context.Context, []byte) error {
			if flaky.Add(1) < 3 {
				return errors.New("not yet")
			}
			return nil
		}}),
		to("Broken", bus.Target{ID: "bad", Deliver: func(context.Context, []byte) error { broken.Add(1); return errors.New("down") }},
			bus.Target{ID: "good", Deliver: good.deliver}))
	failed, err := b.Put(t.Context(), []fn.BusEntry{entry("Broken"), entry("Flaky"), entry("Broken")})
	if err != nil || !slices.Equal(failed, []int{0, 2}) {
		t.Errorf("%v, %v", failed, err)
	}
	if flaky.Load() != 3 || broken.Load() != 6 || len(good.events) != 2 || b.Running() != 0 {
		t.Errorf("flaky %d, broken %d, good %d, running %d", flaky.Load(), broken.Load(), len(good.events), b.Running())
	}
}

func TestEntriesThatEventBridgeRefusesFailAlone(t *testing.T) {
	t.Parallel()
	var got box
	b := open(t, to("X", bus.Target{Deliver: got.deliver}))
	noSource, notJSON, noObject := entry("X"), entry("X"), entry("X")
	noSource.Source, notJSON.Detail, noObject.Detail = "", json.RawMessage(`{`), json.RawMessage(`[1]`)
	outcomes, err := b.Deliver(t.Context(), []fn.BusEntry{noSource, entry(""), notJSON, noObject, entry("X")})
	if err != nil {
		t.Fatal(err)
	}
	for i, want := range []string{"InvalidArgument", "InvalidArgument", "MalformedDetail", "MalformedDetail", ""} {
		if outcomes[i].ErrorCode != want {
			t.Errorf("entry %d: %+v, want %q", i, outcomes[i], want)
		}
	}
	if len(got.events) != 1 || outcomes[4].EventID != "id" {
		t.Errorf("%d events, %+v", len(got.events), outcomes[4])
	}
}

func TestACallIsLimited(t *testing.T) {
	t.Parallel()
	b := open(t)
	big := entry("X")
	big.Detail = json.RawMessage(`{"a":"` + string(make([]byte, bus.MaxBytes)) + `"}`)
	for want, entries := range map[string][]fn.BusEntry{fault.Invalid: make([]fn.BusEntry, 11), fault.TooLarge: {big}} {
		if _, err := b.Put(t.Context(), entries); !fault.Is(err, want) {
			t.Errorf("%v, want %s", err, want)
		}
	}
	if _, err := b.Put(t.Context(), nil); !fault.Is(err, fault.Invalid) {
		t.Errorf("no entries: %v", err)
	}
}

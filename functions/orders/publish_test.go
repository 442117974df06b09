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
	"github.com/orderloom/orderloom/shared/fault"
	"github.com/orderloom/orderloom/shared/flow"
	"github.com/orderloom/orderloom/shared/fn"
	"github.com/orderloom/orderloom/shared/inbox"
	"github.com/orderloom/orderloom/shared/order"
	"github.com/orderloom/orderloom/shared/table"
	"github.com/orderloom/orderloom/shared/table/stream"
)

// stream delivers the table's changes after seq to the function and returns the
// sequence number of the last one and of the one to be delivered again, 0 for none.
func (w *world) stream(after int64) (last, again int64) {
	w.t.Helper()
	changes, err := w.table.Changes(ctx, after, 1000)
	if err != nil {
		w.t.Fatalf("changes: %v", err)
	}
	if len(changes) == 0 {
		return after, 0
	}
	in, err := stream.Encode(changes)
	if err != nil {
		w.t.Fatalf("encode: %v", err)
	}
	out, err := Publish.New(w.deps)(ctx, in)
	if err != nil {
		w.t.Fatalf("publish: %v", err)
	}
	var answer struct {
		BatchItemFailures []struct {
			ItemIdentifier int64 `json:"itemIdentifier,string"`
		} `json:"batchItemFailures"`
	}
	if err := json.Unmarshal(out, &answer); err != nil || answer.BatchItemFailures == nil {
		w.t.Fatalf("answer %s: %v", out, err)
	}
	for _, f := range answer.BatchItemFailures {
		return changes[len(changes)-1].Seq, f.ItemIdentifier
	}
	return changes[len(changes)-1].Seq, 0
}

// pending counts what the sweeps would still find.
func (w *world) pending() int {
	w.t.Helper()
	n := 0
	changes, err := w.table.Changes(ctx, 0, 1000)
	if err != nil {
		w.t.Fatalf("changes: %v", err)
	}
	seen := map[table.Key]bool{}
	for _, c := range changes {
		if seen[c.Key] {
			continue
		}
		seen[c.Key] = true
		item, err := w.table.Get(ctx, c.Key)
		if err != nil {
			w.t.Fatalf("%v", err)
		}
		if item.Str(inbox.OutboxAttr) == inbox.OutboxPending {
			n++
		}
	}
	return n
}

func TestWhatHappenedIsPublishedOnceEachAndInOrder(t *testing.T) {
	w := testWorld(t)
	id := w.received()
	w.planned(id, "Seattle")
	seq, again := w.stream(0)
	if again != 0 {
		t.Fatalf("to be delivered again from %d", again)
	}
	want := append([]string{event.MessageReceived}, w.journal(id)...)
	if got := w.bus.names(); !slices.Equal(got, want) {
		t.Errorf("published %v\nwant %v", got, want)
	}
	if n := w.pending(); n != 0 {
		t.Errorf("%d pending", n)
	}
	// Taking the marks off is a change too, and announces nothing.
	for last := seq - 1; last < seq; {
		last = seq
		if seq, again = w.stream(seq); again != 0 {
			t.Fatalf("to be delivered again from %d", again)
		}
	}
	if got := w.bus.names(); len(got) != len(want) {
		t.Errorf("published again: %v", got)
	}
	for i, e := range w.bus.entries[1:] {
		var ev event.Event
		if err := json.Unmarshal(e.Detail, &ev); err != nil || ev.OrderID != id || ev.Seq != int64(i+1) || e.Source != "orderloom.orders" || !e.At.Equal(start) {
			t.Errorf("%+v %v", e, err)
		}
	}
	var a inbox.Announcement
	if err := json.Unmarshal(w.bus.entries[0].Detail, &a); err != nil || a.Message == "" || w.bus.entries[0].Source != "orderloom.intake" {
		t.Errorf("%+v %v", w.bus.entries[0], err)
	}
}

func TestWhatTheBusDoesNotAcceptStaysPendingAndIsDeliveredAgain(t *testing.T) {
	w := testWorld(t)
	id := w.received()
	for i := range 12 { // more than one call takes
		in := flow.ApplyInput{StepInput: step(id, fmt.Sprint("key ", i)), Event: event.OrderHeaderValidated}
		if _, err := apply(ctx, w.store, in); err != nil {
			t.Fatal(err)
		}
	}
	refused := int64(5)
	w.bus.refuse = func(e fn.BusEntry) bool {
		var ev event.Event
		_ = json.Unmarshal(e.Detail, &ev)
		return ev.Seq == refused
	}
	_, again := w.stream(0)
	if again == 0 {
		t.Fatal("a refused entry must be delivered again")
	}
	changes, err := w.table.Changes(ctx, again-1, 1)
	if err != nil || len(changes) != 1 || changes[0].New.Int("seq") != refused {
		t.Fatalf("again from %+v, %v", changes, err)
	}
	if n := w.pending(); n != 9 { // sequence 5 to 13
		t.Errorf("%d pending", n)
	}
	w.bus.refuse = nil
	if _, again := w.stream(again - 1); again != 0 || w.pending() != 0 {
		t.Errorf("again from %d, %d pending", again, w.pending())
	}
	seen := map[string]bool{}
	for _, e := range w.bus.entries {
		seen[e.DetailType+string(e.Detail)] = true
	}
	if len(seen) != 14 { // the message and 13 events; some twice is allowed
		t.Errorf("%d different entries", len(seen))
	}
}

func TestABusThatIsDownLosesNothing(t *testing.T) {
	w := testWorld(t)
	id := w.received()
	w.bus.down = errors.New("down")
	if _, again := w.stream(0); again == 0 || w.pending() != 1 {
		t.Fatalf("again from %d, %d pending", again, w.pending())
	}
	w.bus.down = nil
	if _, again := w.stream(0); again != 0 || w.pending() != 0 {
		t.Fatalf("again from %d, %d pending", again, w.pending())
	}
	if got := w.bus.names(); !slices.Equal(got, append([]string{event.MessageReceived}, w.journal(id)...)) {
		t.Errorf("%v", got)
	}
}

// A message that was announced keeps its mark and its place in the index of open
// messages: only its outcome takes them.
func TestAnAnnouncedMessageIsStillWatchedByItsSweep(t *testing.T) {
	w := testWorld(t)
	w.message("lost", order.Document{})
	if _, again := w.stream(0); again != 0 || !slices.Contains(w.bus.names(), event.MessageReceived) || w.pending() != 1 {
		t.Fatal("not announced, or no longer marked")
	}
	if all, err := w.box.Overdue(ctx, w.clock.Now(), 10); err != nil || len(all) != 1 {
		t.Errorf("%v %v", all, err)
	}
}

// An old delivery of the stream must not take the mark off a newer announcement.
func TestAnOldDeliveryLeavesTheMarkOfANewerRound(t *testing.T) {
	w := testWorld(t)
	id := w.message("replayed", order.Document{})
	old, err := w.table.Get(ctx, table.Key{PK: "MSG#" + id, SK: "RAW"})
	if err != nil {
		t.Fatal(err)
	}
	if err := w.box.Settle(ctx, id, inbox.Failed, "", fault.New(fault.Invalid, "mapping")); err != nil {
		t.Fatal(err)
	}
	if _, err := w.box.Replay(ctx, id); err != nil {
		t.Fatal(err)
	}
	p := publisher{w.table, w.bus, w.deps.Log}
	if failed, err := p.publish(ctx, []table.Item{old}); failed != -1 || err != nil || w.pending() != 1 {
		t.Errorf("%d %v, %d pending", failed, err, w.pending())
	}
}

func TestTheSweepPublishesWhatTheStreamLeftBehind(t *testing.T) {
	w := testWorld(t)
	sweep := func() int {
		out, err := Sweep.New(w.deps)(ctx, json.RawMessage(`{}`))
		var res SweepResult
		if err != nil || json.Unmarshal(out, &res) != nil {
			t.Fatalf("%s %v", out, err)
		}
		return res.Published
	}
	id := w.received()
	w.reserved(id, "Seattle")
	w.clock.Advance(sweepEvery - time.Second)
	if n := sweep(); n != 0 {
		t.Errorf("%d: the stream still has time", n)
	}
	w.clock.Advance(time.Second)
	w.bus.down = errors.New("down")
	if n := sweep(); n != 0 {
		t.Errorf("%d although the bus is down", n)
	}
	w.bus.down = nil
	if n := sweep(); n != 4 {
		t.Errorf("%d records, want 4", n)
	}
	if n := sweep(); n != 0 {
		t.Errorf("%d swept again", n)
	}
	// Consumers go by sequence: what happened at one instant comes in any order.
	got, want := w.bus.names(), w.journal(id)
	slices.Sort(got)
	slices.Sort(want)
	if !slices.Equal(got, want) {
		t.Errorf("published %v, happened %v", got, want)
	}
}

func TestABadRecordDoesNotKeepTheOthersFromTheSweep(t *testing.T) {
	w := testWorld(t)
	id := w.received()
	entry, err := w.table.Get(ctx, table.Key{PK: "ORDER#" + id, SK: "J#record/" + inbox.ID("shop", "orders", "create")})
	if err != nil || entry == nil {
		t.Fatal(err)
	}
	bad := table.Item{table.PK: entry.Str(table.PK), table.SK: "J#bad", "doc": []byte("{"), inbox.OutboxAttr: inbox.OutboxPending, table.GSI1PK: entry.Str(table.GSI1PK), table.GSI1SK: "1"}
	if _, err := w.table.Write(ctx, table.Put(bad)); err != nil {
		t.Fatal(err)
	}
	p := publisher{w.table, w.bus, w.deps.Log}
	if out, err := p.sweep(ctx, w.clock.Now()); err != nil || out.Published != 1 {
		t.Errorf("%+v %v", out, err)
	}
}

func TestEveryExampleRunsOnAFreshTable(t *testing.T) {
	w := testWorld(t)
	for _, f := range []fn.Function{ApplyEvent, ApplyPolicies, Cancel, Correct, CreateFulfillmentOrders, FlowEnded, Publish, RaiseException, Record, RecordShipment, ResolveException, Sweep} {
		input, err := json.Marshal(f.Example)
		if err != nil {
			t.Fatal(err)
		}
		_, err = f.New(w.deps)(ctx, input)
		if code := fault.Code(err); code != "" && code != fault.NotFound {
			t.Errorf("%s: %v", f.ID, err)
		}
	}
}

// One call takes ten events and 256 KB of them together; one event that is
// larger goes without its payload and says where that is.
func TestACallToTheBusIsBoundedInEntriesAndBytes(t *testing.T) {
	w := testWorld(t)
	id := w.received()
	text := func(n int) json.RawMessage { return encode(strings.Repeat("x", n)) }
	for i, n := range []int{100 << 10, 100 << 10, 100 << 10, 300 << 10, 10} {
		in := flow.ApplyInput{StepInput: step(id, fmt.Sprint("key ", i)), Event: event.OrderHeaderValidated, Payload: text(n)}
		if _, err := apply(ctx, w.store, in); err != nil {
			t.Fatal(err)
		}
	}
	if _, again := w.stream(0); again != 0 || w.pending() != 0 {
		t.Fatalf("again from %d, %d pending", again, w.pending())
	}
	if w.bus.largest > maxBytes || w.bus.calls != 2 {
		t.Errorf("%d calls, the largest of %d bytes", w.bus.calls, w.bus.largest)
	}
	large := w.bus.entries[len(w.bus.entries)-2] // the last but one
	var ev event.Event
	if err := json.Unmarshal(large.Detail, &ev); err != nil || ev.Payload != nil || ev.Journal == "" {
		t.Fatalf("%.200s %v", large.Detail, err)
	}
	if whole, err := w.store.Complete(ctx, ev); err != nil || len(whole.Payload) != 300<<10+2 || whole.Seq != ev.Seq {
		t.Errorf("%d bytes, %v", len(whole.Payload), err)
	}
}

package flows

import (
	"encoding/json"
	"errors"
	"slices"
	"testing"

	"github.com/orderloom/orderloom/shared/rendezvous"
	"github.com/orderloom/orderloom/shared/table"
	"github.com/orderloom/orderloom/shared/table/stream"
)

// deliver hands the table's changes to the function, as the stream does, and
// returns the sequence numbers to be delivered again.
func (w world) deliver(t *testing.T, after int64) []int64 {
	t.Helper()
	changes, err := w.table.Changes(ctx, after, 1000)
	if err != nil {
		t.Fatal(err)
	}
	in, err := stream.Encode(changes)
	if err != nil {
		t.Fatal(err)
	}
	out, err := Resume.New(w.deps)(ctx, in)
	if err != nil {
		t.Fatal(err)
	}
	var answer struct {
		BatchItemFailures []struct {
			ItemIdentifier int64 `json:"itemIdentifier,string"`
		} `json:"batchItemFailures"`
	}
	if err := json.Unmarshal(out, &answer); err != nil {
		t.Fatalf("%s: %v", out, err)
	}
	var again []int64
	for _, f := range answer.BatchItemFailures {
		again = append(again, f.ItemIdentifier)
	}
	return again
}

func (w world) write(t *testing.T, ops ...table.Op) {
	t.Helper()
	for _, op := range ops {
		if _, err := w.table.Write(ctx, op); err != nil {
			t.Fatal(err)
		}
	}
}

func (w world) wait(signal, token string) table.Op {
	return rendezvous.Wait(id, signal, token, w.deps.Clock.Now())
}

func (w world) event(t *testing.T, signal string, output any) table.Op {
	t.Helper()
	op, err := rendezvous.Answer(id, signal, output, w.deps.Clock.Now())
	if err != nil {
		t.Fatal(err)
	}
	return op
}

func TestTheTokenIsAnsweredOnceBothHalvesAreThere(t *testing.T) {
	w := newWorld(t)
	w.received(t, "lab") // a record of another kind, in the same stream
	w.write(t,
		w.wait("waiter first", "t1"), w.event(t, "event first", map[string]int{"n": 2}), w.wait("alone", "t3"),
		w.event(t, "waiter first", map[string]int{"n": 1}), w.wait("event first", "t2"),
		w.wait("canceled", "t4"), rendezvous.Refuse(id, "canceled", "Order.Canceled", "by the shop", w.deps.Clock.Now()))
	if again := w.deliver(t, 0); again != nil {
		t.Errorf("delivered again: %v", again)
	}
	want := []string{`t1: {"n":1}`, `t2: {"n":2}`, "t4: Order.Canceled by the shop"}
	if !slices.Equal(w.machines.answered, want) {
		t.Errorf("%q", w.machines.answered)
	}
}

func TestAnAnswerThatFailsIsDeliveredAgainFromThere(t *testing.T) {
	w := newWorld(t)
	w.write(t, w.event(t, "a", 1), w.wait("a", "t1"), w.event(t, "b", 2), w.wait("b", "t2"), w.event(t, "c", 3), w.wait("c", "t3"))
	w.machines.down = func(token string) error {
		if token == "t2" {
			return errors.New("throttled")
		}
		return nil
	}
	again := w.deliver(t, 0)
	if len(again) != 1 {
		t.Fatalf("%v", again)
	}
	w.machines.down = nil
	if again := w.deliver(t, again[0]-1); again != nil {
		t.Errorf("%v", again)
	}
	if want := []string{"t1: 1", "t2: 2", "t3: 3"}; !slices.Equal(w.machines.answered, want) {
		t.Errorf("%q", w.machines.answered)
	}
}

func TestAWaiterThatWasTriedAgainIsAnsweredOnItsNewToken(t *testing.T) {
	w := newWorld(t)
	w.write(t, w.event(t, "a", 1), w.wait("a", "old"), w.wait("a", "new"))
	w.deliver(t, 0)
	if want := []string{"old: 1", "new: 1"}; !slices.Equal(w.machines.answered, want) {
		t.Errorf("%q", w.machines.answered)
	}
}

func TestAnEmptyStreamIsNoWork(t *testing.T) {
	w := newWorld(t)
	in, _ := json.Marshal(Resume.Example)
	if out, err := Resume.New(w.deps)(ctx, in); err != nil || string(out) != `{"batchItemFailures":[]}` {
		t.Errorf("%s %v", out, err)
	}
	if _, err := Resume.New(w.deps)(ctx, json.RawMessage(`[]`)); err == nil {
		t.Error("something else was taken for a stream event")
	}
}

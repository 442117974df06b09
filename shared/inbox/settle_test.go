package inbox_test

import (
	"context"
	"fmt"
	"sync"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/orderloom/orderloom/shared/fault"
	"github.com/orderloom/orderloom/shared/inbox"
	"github.com/orderloom/orderloom/shared/table"
)

func (w world) settle(t *testing.T, id string, to inbox.State) {
	t.Helper()
	var failure *fault.Error
	if to == inbox.Failed {
		failure = fault.New(fault.Invalid, "total_price is missing")
	}
	if err := w.Settle(t.Context(), id, to, "", failure); err != nil {
		t.Fatal(err)
	}
}

func ids(messages []inbox.Message) string {
	text := ""
	for _, m := range messages {
		text += m.EventID + " "
	}
	return text
}

func TestAFailedMessageWaitsInTheErrorListUntilItsReplay(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	m := delivery("e1")
	w.receive(t, m, "{}")
	w.settle(t, m.ID, inbox.Failed)
	list, err := w.Failures(t.Context(), 10)
	if err != nil {
		t.Fatal(err)
	}
	if len(list) != 1 || list[0].Error != fault.Invalid || list[0].Cause != "total_price is missing" {
		t.Fatalf("inbound error list = %+v", list)
	}
	got, err := w.Replay(t.Context(), m.ID)
	if err != nil {
		t.Fatal(err)
	}
	if got.Rounds != 2 || got.State != inbox.Received || got.Error != "" {
		t.Errorf("after the replay: %+v", got)
	}
	if item := w.item(t, m.ID); item.Str(inbox.OutboxAttr) != inbox.OutboxPending || item.Int(inbox.RoundAttr) != 2 {
		t.Errorf("the replay is not announced: %v", item)
	}
	if list, _ := w.Failures(t.Context(), 10); len(list) != 0 {
		t.Errorf("still in the error list: %s", ids(list))
	}
}

func TestRecordedAndIgnoredAreFinal(t *testing.T) {
	t.Parallel()
	for _, final := range []inbox.State{inbox.Recorded, inbox.Ignored} {
		w := newWorld(t)
		m := delivery("e1")
		w.receive(t, m, "{}")
		w.settle(t, m.ID, final)
		if _, err := w.Replay(t.Context(), m.ID); !fault.Is(err, fault.Conflict) {
			t.Errorf("replay of a message that is %s: %v", final, err)
		}
	}
	w := newWorld(t)
	m := delivery("e1")
	w.receive(t, m, "{}")
	if err := w.Settle(t.Context(), m.ID, inbox.Recorded, "ord_1", nil); err != nil {
		t.Fatal(err)
	}
	w.settle(t, m.ID, inbox.Failed)
	if got := w.get(t, m.ID); got.State != inbox.Recorded || got.Order != "ord_1" || got.Error != "" {
		t.Errorf("a late failure changed a recorded message: %+v", got)
	}
}

func TestSettleAndReplayOfAnUnknownMessage(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for _, id := range []string{"msg_unknown", ""} {
		if err := w.Settle(t.Context(), id, inbox.Ignored, "", nil); !fault.Is(err, fault.NotFound) {
			t.Errorf("Settle(%q): %v", id, err)
		}
		if _, err := w.Replay(t.Context(), id); !fault.Is(err, fault.NotFound) {
			t.Errorf("Replay(%q): %v", id, err)
		}
	}
}

func TestOverdueListsWhatNothingSettled(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for i := range 5 {
		w.receive(t, delivery(fmt.Sprint("e", i)), "{}")
		w.clock.Advance(time.Minute)
	}
	w.settle(t, delivery("e0").ID, inbox.Recorded)
	w.settle(t, delivery("e1").ID, inbox.Failed)
	if _, err := w.Replay(t.Context(), delivery("e2").ID); err != nil {
		t.Fatal(err)
	}
	list, err := w.Overdue(t.Context(), w.clock.Now().Add(-2*time.Minute), 10)
	if err != nil || ids(list) != "e3 " {
		t.Errorf("overdue at minute 5 = %q, %v; want e3 alone: e4 is too young, e2 was announced again", ids(list), err)
	}
}

// rival settles a message as recorded between another writer's read and write.
type rival struct {
	table.Table
	once sync.Once
	act  func()
}

func (r *rival) Write(ctx context.Context, op table.Op) (table.Item, error) {
	r.once.Do(r.act)
	return r.Table.Write(ctx, op)
}

func TestALateFailureOrReplayDoesNotUndoASuccessInBetween(t *testing.T) {
	t.Parallel()
	late := map[string]func(inbox.Box, string) error{
		"settle": func(b inbox.Box, id string) error {
			return b.Settle(context.Background(), id, inbox.Failed, "", fault.New("X.Y", "old round"))
		},
		"replay": func(b inbox.Box, id string) error {
			if _, err := b.Replay(context.Background(), id); !fault.Is(err, fault.Conflict) {
				return fmt.Errorf("replay of a recorded message: %w", err)
			}
			return nil
		},
	}
	for name, act := range late {
		w := newWorld(t)
		m := delivery("e1")
		w.receive(t, m, "{}")
		slow := w.Box
		slow.Table = &rival{Table: w.table, act: func() { w.settle(t, m.ID, inbox.Recorded) }}
		if err := act(slow, m.ID); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if got := w.get(t, m.ID); got.State != inbox.Recorded {
			t.Errorf("%s made a recorded message %s", name, got.State)
		}
	}
}

// The life of a message against a model: whatever happens in whatever order,
// final states stay, rounds only grow, and the lists agree with the states.
func TestLifeOfAMessage(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	run := 0
	rapid.Check(t, func(r *rapid.T) {
		run++
		m := delivery(fmt.Sprint("life", run))
		w.receive(t, m, "{}")
		state, rounds := inbox.Received, int64(1)
		steps := rapid.SliceOfN(rapid.SampledFrom([]string{"recorded", "failed", "ignored", "replay", "receive"}), 1, 8).Draw(r, "steps")
		for _, step := range steps {
			switch step {
			case "receive":
				if w.receive(t, m, "{}") {
					r.Fatal("received twice")
				}
			case "replay":
				_, err := w.Replay(t.Context(), m.ID)
				if final := state == inbox.Recorded || state == inbox.Ignored; final != fault.Is(err, fault.Conflict) || (!final && err != nil) {
					r.Fatalf("replay in state %s: %v", state, err)
				}
				if err == nil {
					state, rounds = inbox.Received, rounds+1
				}
			default:
				w.settle(t, m.ID, inbox.State(step))
				if state != inbox.Recorded {
					state = inbox.State(step)
				}
			}
			got, item := w.get(t, m.ID), w.item(t, m.ID)
			if got.State != state || got.Rounds != rounds || item.Str("state") != string(state) {
				r.Fatalf("after %s of %v: %s round %d, want %s round %d", step, steps, got.State, got.Rounds, state, rounds)
			}
			if open := item.Str(table.GSI1PK) != ""; open != (state == inbox.Received) {
				r.Fatalf("state %s, waiting to be settled: %v", state, open)
			}
			if listed := item.Str(table.GSI2PK) != ""; listed != (state == inbox.Failed) {
				r.Fatalf("state %s, in the error list: %v", state, listed)
			}
		}
	})
}

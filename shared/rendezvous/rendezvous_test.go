package rendezvous_test

import (
	"context"
	"fmt"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/orderloom/orderloom/shared/clock"
	"github.com/orderloom/orderloom/shared/rendezvous"
	"github.com/orderloom/orderloom/shared/table"
	"github.com/orderloom/orderloom/shared/table/sqlite"
)

var (
	ctx   = context.Background()
	start = time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
)

func open(t *testing.T) (table.Table, *clock.Manual) {
	t.Helper()
	t.Parallel()
	c := clock.NewManual(start)
	db, err := sqlite.Open(ctx, filepath.Join(t.TempDir(), "t.db"), c)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	return db, c
}

func answer(t interface{ Fatalf(string, ...any) }, order, signal string, output any) table.Op {
	op, err := rendezvous.Answer(order, signal, output, start)
	if err != nil {
		t.Fatalf("%v", err)
	}
	return op
}

// write writes a half and reads the item as the table's stream would show it.
func write(t interface{ Fatalf(string, ...any) }, tab table.Table, op table.Op) (rendezvous.Meeting, bool) {
	item, err := tab.Write(ctx, op)
	if err != nil {
		t.Fatalf("%v", err)
	}
	return rendezvous.Met(item)
}

func TestTheyMeetWhicheverComesFirst(t *testing.T) {
	tab, _ := open(t)
	want := rendezvous.Meeting{Order: "ord_1", Token: "token", Output: []byte(`{"n":1}`)}
	for signal, first := range map[string]table.Op{
		"waiter/first": rendezvous.Wait("ord_1", "waiter/first", "token", start),
		"event/first":  answer(t, "ord_1", "event/first", map[string]int{"n": 1}),
	} {
		if m, ok := write(t, tab, first); ok {
			t.Errorf("%s: met alone: %+v", signal, m)
		}
	}
	for signal, second := range map[string]table.Op{
		"event/first":  rendezvous.Wait("ord_1", "event/first", "token", start),
		"waiter/first": answer(t, "ord_1", "waiter/first", map[string]int{"n": 1}),
	} {
		want.Signal = signal
		m, ok := write(t, tab, second)
		if diff := cmp.Diff(want, m); diff != "" || !ok {
			t.Error(diff)
		}
	}
}

func TestWhatHappenedAlreadyIsMetAtOnce(t *testing.T) {
	tab, _ := open(t)
	op, err := rendezvous.Meet("ord_1", "s", "token", map[string]int{"n": 1}, start)
	if err != nil {
		t.Fatal(err)
	}
	want := rendezvous.Meeting{Order: "ord_1", Signal: "s", Token: "token", Output: []byte(`{"n":1}`)}
	if m, ok := write(t, tab, op); !ok || !cmp.Equal(want, m) {
		t.Errorf("%+v %v", m, ok)
	}
	if m, ok := write(t, tab, rendezvous.Wait("ord_1", "s", "newer", start)); !ok || m.Token != "newer" {
		t.Errorf("tried again: %+v %v", m, ok)
	}
}

func TestOrdersAndSignalsDoNotMixUp(t *testing.T) {
	tab, _ := open(t)
	write(t, tab, rendezvous.Wait("ord_1", "s", "token", start))
	for _, other := range [][2]string{{"ord_2", "s"}, {"ord_1", "t"}, {"ord_1s", "s"}} {
		if m, ok := write(t, tab, answer(t, other[0], other[1], 1)); ok {
			t.Errorf("%v met %+v", other, m)
		}
	}
}

func TestARefusalOutweighsAnAnswer(t *testing.T) {
	tab, _ := open(t)
	write(t, tab, answer(t, "ord_1", "s", 1))
	write(t, tab, rendezvous.Refuse("ord_1", "s", "Order.Canceled", "canceled", start))
	m, ok := write(t, tab, rendezvous.Wait("ord_1", "s", "token", start))
	if !ok || m.Code != "Order.Canceled" || m.Cause != "canceled" || m.Token != "token" {
		t.Errorf("%+v %v", m, ok)
	}
}

func TestOtherRecordsAreNoRendezvous(t *testing.T) {
	t.Parallel()
	for _, item := range []table.Item{nil, {}, {table.PK: "ORDER#1", table.SK: "s", "token": "t", "answer": []byte("1")}} {
		if m, ok := rendezvous.Met(item); ok {
			t.Errorf("%v: %+v", item, m)
		}
	}
}

// An execution lives a year at most; then its half goes.
func TestAHalfIsKeptAsLongAsAnExecutionLives(t *testing.T) {
	tab, c := open(t)
	for _, signal := range []string{"in time", "too late"} {
		write(t, tab, rendezvous.Wait("ord_1", signal, "token", start))
	}
	c.Advance(365 * 24 * time.Hour)
	if _, ok := write(t, tab, answer(t, "ord_1", "in time", 1)); !ok {
		t.Error("the waiter was forgotten")
	}
	c.Advance(2 * 24 * time.Hour)
	if m, ok := write(t, tab, answer(t, "ord_1", "too late", 1)); ok {
		t.Errorf("met a waiter that is gone: %+v", m)
	}
}

func TestAnAnswerThatCannotBeWrittenIsAnError(t *testing.T) {
	t.Parallel()
	if _, err := rendezvous.Answer("ord_1", "s", func() {}, start); err == nil {
		t.Error("no error")
	}
	if _, err := rendezvous.Meet("ord_1", "s", "token", func() {}, start); err == nil {
		t.Error("no error of both halves")
	}
}

// However the halves are written and repeated: they have met from the moment
// both are there, on the latest token.
func TestHalvesMayBeWrittenInAnyOrderAndAgain(t *testing.T) {
	tab, _ := open(t)
	n := 0
	rapid.Check(t, func(rt *rapid.T) {
		n++
		order, token, answered := fmt.Sprint("ord_", n), "", false
		for i := range rapid.IntRange(1, 8).Draw(rt, "writes") {
			var op table.Op
			if rapid.Bool().Draw(rt, "waiter") {
				token = fmt.Sprint("token ", i)
				op = rendezvous.Wait(order, "s", token, start)
			} else {
				answered = true
				op = answer(rt, order, "s", i)
			}
			m, ok := write(rt, tab, op)
			if ok != (answered && token != "") || ok && m.Token != token {
				rt.Fatalf("met %v with %+v, waits on %q, answered %v", ok, m, token, answered)
			}
		}
	})
}

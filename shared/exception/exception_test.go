package exception_test

import (
	"context"
	"fmt"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/orderloom/orderloom/shared/clock"
	"github.com/orderloom/orderloom/shared/exception"
	"github.com/orderloom/orderloom/shared/fault"
	"github.com/orderloom/orderloom/shared/flow"
	"github.com/orderloom/orderloom/shared/table"
	"github.com/orderloom/orderloom/shared/table/sqlite"
)

var (
	ctx   = context.Background()
	start = time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
)

func open(t *testing.T) table.Table {
	t.Helper()
	t.Parallel()
	db, err := sqlite.Open(ctx, filepath.Join(t.TempDir(), "t.db"), clock.NewManual(start))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	return db
}

func raised(n int) exception.Exception {
	return exception.Exception{
		ID: fmt.Sprint("exc_", n), Order: "ord_1", Name: "#1001", Step: "send", Category: exception.Action, Error: fault.Unavailable, Cause: "down",
		Data: []byte(`{"field":"x"}`), Answers: []flow.Answer{flow.Reprocess}, Signal: "exception/send#0", RaisedAt: start.Add(time.Duration(n) * time.Second), State: exception.Open,
	}
}

func write(t *testing.T, tab table.Table, op table.Op, err error) error {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
	_, err = tab.Write(ctx, op)
	return err
}

func TestAnExceptionReadsBackAndIsListedUntilItIsAnswered(t *testing.T) {
	tab := open(t)
	for _, n := range []int{3, 1, 2} {
		op, err := exception.Put(raised(n))
		if err := write(t, tab, op, err); err != nil {
			t.Fatal(err)
		}
	}
	got, err := exception.Load(ctx, tab, "exc_1")
	if diff := cmp.Diff(raised(1), got); diff != "" || err != nil {
		t.Error(diff, err)
	}
	op, err := exception.Close(raised(2), "skip")
	if err := write(t, tab, op, err); err != nil {
		t.Fatal(err)
	}
	all, err := exception.List(ctx, tab, 10)
	if diff := cmp.Diff([]exception.Exception{raised(1), raised(3)}, all); diff != "" || err != nil {
		t.Errorf("open ones, oldest first: %s %v", diff, err)
	}
	closed, err := exception.Load(ctx, tab, "exc_2")
	if err != nil || closed.State != exception.Closed || closed.Answer != "skip" {
		t.Errorf("%+v %v", closed, err)
	}
	if all, err := exception.List(ctx, tab, 1); err != nil || len(all) != 1 || all[0].ID != "exc_1" {
		t.Errorf("%v %v", all, err)
	}
}

func TestAnExceptionIsAnsweredOnce(t *testing.T) {
	tab := open(t)
	op, err := exception.Put(raised(1))
	if err := write(t, tab, op, err); err != nil {
		t.Fatal(err)
	}
	op, err = exception.Close(raised(1), "skip")
	if err := write(t, tab, op, err); err != nil {
		t.Fatal(err)
	}
	op, err = exception.Close(raised(1), "cancel")
	if err := write(t, tab, op, err); !table.IsConditionFailed(err) {
		t.Errorf("answered twice: %v", err)
	}
	if e, err := exception.Load(ctx, tab, "exc_1"); err != nil || e.Answer != "skip" {
		t.Errorf("%+v %v", e, err)
	}
}

func TestAnUnknownException(t *testing.T) {
	tab := open(t)
	for id, code := range map[string]string{"": fault.Invalid, "exc_9": fault.NotFound} {
		if _, err := exception.Load(ctx, tab, id); !fault.Is(err, code) {
			t.Errorf("%q: %v", id, err)
		}
	}
}

func TestTheSameFailureHasTheSameIDAndAnotherHasAnother(t *testing.T) {
	t.Parallel()
	seen := map[string]bool{}
	for _, pair := range [][2]string{{"ord_1", "send#0"}, {"ord_1", "send#1"}, {"ord_2", "send#0"}, {"ord_1s", "end#0"}} {
		id := exception.ID(pair[0], pair[1])
		if id != exception.ID(pair[0], pair[1]) || seen[id] {
			t.Errorf("%v: %s", pair, id)
		}
		seen[id] = true
	}
}

func TestCategoriesSayWhoCanMendIt(t *testing.T) {
	t.Parallel()
	for code, want := range map[string]exception.Category{
		fault.PolicyNotMet: exception.Policy, fault.Unavailable: exception.Action, fault.Refused: exception.Action, "Sourcing.NoLocation": exception.Step,
		fault.NotTransitable: exception.Step, "States.Timeout": exception.Platform, "Lambda.Unknown": exception.Platform, fault.Internal: exception.Platform, "": exception.Step,
	} {
		if got := exception.Categorize(code); got != want {
			t.Errorf("%q: %s", code, got)
		}
	}
}

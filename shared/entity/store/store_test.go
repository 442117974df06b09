package store_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"golang.org/x/tools/txtar"

	"github.com/orderloom/orderloom/shared/clock"
	"github.com/orderloom/orderloom/shared/entity"
	"github.com/orderloom/orderloom/shared/entity/store"
	"github.com/orderloom/orderloom/shared/event"
	"github.com/orderloom/orderloom/shared/fault"
	"github.com/orderloom/orderloom/shared/table"
	"github.com/orderloom/orderloom/shared/table/sqlite"
)

var ctx = context.Background()

const id = "rep_01JZZZZZZZZZZZZZZZZZZZZZZZ"

func open(t *testing.T) store.Store {
	t.Helper()
	t.Parallel()
	clk := clock.NewManual(time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC))
	db, err := sqlite.Open(ctx, filepath.Join(t.TempDir(), "t.db"), clk)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	data, err := os.ReadFile("../testdata/repair-job.txtar")
	if err != nil {
		t.Fatal(err)
	}
	e, problems := entity.Parse(txtar.Parse(data).Files[0].Data)
	if problems != nil {
		t.Fatal(problems)
	}
	s := store.Store{Table: db, Now: clk.Now, Entities: []entity.Entity{e}}
	create(t, s, id, "R-1")
	return s
}

func create(t *testing.T, s store.Store, id, number string) (string, bool) {
	t.Helper()
	e := &s.Entities[0]
	r := store.Record{Entity: e, Status: e.NewStatus(id), Body: store.Body{Entity: e.ID, Instance: "workshop", Document: entity.Document{"number": number}}}
	have, created, err := s.Create(ctx, r, "create", event.Event{Name: "RepairJobReceived"})
	if err != nil {
		t.Fatal(err)
	}
	return have, created
}

func raise(name string) func(*store.Record) (store.Change, error) {
	return func(*store.Record) (store.Change, error) {
		return store.Change{Events: []event.Event{{Name: name}}, Outcome: name}, nil
	}
}

func TestASendersKeyIsClaimedOnce(t *testing.T) {
	s := open(t)
	if have, created := create(t, s, "rep_2", "R-1"); created || have != id {
		t.Errorf("%s %v", have, created)
	}
	if _, err := s.Load(ctx, "rep_2"); !fault.Is(err, fault.NotFound) {
		t.Errorf("%v", err)
	}
	if have, created := create(t, s, "rep_3", "R-2"); !created || have != "rep_3" {
		t.Errorf("%s %v", have, created)
	}
}

// Writers that meet decide again on the new record: nothing is lost, and the same
// key counts once.
func TestWritersThatMeet(t *testing.T) {
	s := open(t)
	var wg sync.WaitGroup
	for i := range 12 {
		wg.Go(func() {
			if _, err := s.Change(ctx, id, fmt.Sprint("key", i%6), "s", raise("RepairJobEnriched")); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	r, err := s.Load(ctx, id)
	if err != nil || r.Status.Seq != 7 || r.Status.Version != 7 {
		t.Errorf("%+v %v", r.Status, err)
	}
	entries, err := s.Journal(ctx, id)
	if err != nil || len(entries) != 7 {
		t.Fatalf("%d entries, %v", len(entries), err)
	}
	for i, e := range entries {
		if e.Events[0].Seq != int64(i+1) {
			t.Errorf("entry %d has number %d", i, e.Events[0].Seq)
		}
	}
}

func TestWhatAChangeLeavesBehind(t *testing.T) {
	s := open(t)
	first, err := s.Change(ctx, id, "k", "s", raise("RepairJobValidated"))
	if err != nil || !first.Applied || string(first.Outcome) != `"RepairJobValidated"` {
		t.Fatalf("%+v %v", first, err)
	}
	again, err := s.Change(ctx, id, "k", "s", raise("RepairJobMended"))
	if err != nil || again.Applied || string(again.Outcome) != `"RepairJobValidated"` || again.Record.Status.State != "Bench" {
		t.Errorf("%+v %v", again, err)
	}
	if done, err := s.Done(ctx, id, "k"); err != nil || !done {
		t.Errorf("%v %v", done, err)
	}
	refusal := errors.New("no")
	if _, err := s.Change(ctx, id, "refused", "s", func(*store.Record) (store.Change, error) { return store.Change{}, refusal }); !errors.Is(err, refusal) {
		t.Errorf("%v", err)
	}
	if _, err := s.Change(ctx, id, "illegal", "s", raise("RepairJobApproved")); !fault.Is(err, fault.NotTransitable) {
		t.Errorf("%v", err)
	}
	if _, err := s.Change(ctx, id, "nothing", "s", func(*store.Record) (store.Change, error) { return store.Change{}, nil }); err != nil {
		t.Errorf("%v", err)
	}
	if _, err := s.Change(ctx, id, "", "s", raise("RepairJobMended")); !fault.Is(err, fault.Invalid) {
		t.Errorf("%v", err)
	}
	for _, key := range []string{"refused", "illegal", "nothing"} {
		if done, err := s.Done(ctx, id, key); err != nil || done {
			t.Errorf("%s: %v %v", key, done, err)
		}
	}
	journal, err := s.Table.Get(ctx, table.Key{PK: store.Partition(id), SK: "J#k"})
	if err != nil || journal.Str("outbox") != "pending" {
		t.Errorf("%v %v", journal, err)
	}
}

// A record whose entity is declared no more is not read as something else.
func TestARecordOfAnEntityThatIsGone(t *testing.T) {
	s := open(t)
	gone := s
	other := s.Entities[0]
	other.ID = "other"
	gone.Entities = []entity.Entity{other}
	if _, err := gone.Load(ctx, id); !fault.Is(err, fault.Misconfigured) {
		t.Errorf("%v", err)
	}
	gone.Entities = nil
	if _, err := gone.Load(ctx, id); !fault.Is(err, fault.NotFound) {
		t.Errorf("%v", err)
	}
}

func TestRecordsAreListedByEntityNewestFirst(t *testing.T) {
	s := open(t)
	for i := range 5 {
		create(t, s, fmt.Sprintf("rep_%d", i), fmt.Sprintf("#N-%d", i))
	}
	var all []string
	for after := ""; ; {
		page, next, err := s.List(ctx, "repairJob", 2, after)
		if err != nil {
			t.Fatal(err)
		}
		for _, r := range page {
			all = append(all, r.Name())
		}
		if after = next; next == "" {
			break
		}
	}
	if len(all) != 6 {
		t.Errorf("%v", all)
	}
	if found, err := s.Resolve(ctx, "n-3"); err != nil || len(found) != 1 || found[0].Status.ID != "rep_3" {
		t.Errorf("%v %v", found, err)
	}
	if _, err := s.Resolve(ctx, "n-9"); !fault.Is(err, fault.NotFound) {
		t.Errorf("%v", err)
	}
}

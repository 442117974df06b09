package store_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/orderloom/orderloom/shared/clock"
	"github.com/orderloom/orderloom/shared/event"
	"github.com/orderloom/orderloom/shared/fault"
	"github.com/orderloom/orderloom/shared/inbox"
	"github.com/orderloom/orderloom/shared/order"
	"github.com/orderloom/orderloom/shared/order/store"
	"github.com/orderloom/orderloom/shared/table"
	"github.com/orderloom/orderloom/shared/table/sqlite"
)

const id = "ord_01JABCDEFGHJKMNPQRSTVWXYZ0"

var ctx = context.Background()

func open(t testing.TB) store.Store {
	c := clock.NewManual(time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC))
	db, err := sqlite.Open(ctx, filepath.Join(t.TempDir(), "t.db"), c)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	return store.Store{Table: db, Now: c.Now}
}

func document(name string, lines int) order.Document {
	d := order.Document{Channel: "shop", ExternalID: name, Name: "#" + name, Currency: "USD"}
	for i := range lines {
		d.Lines = append(d.Lines, order.Line{ID: fmt.Sprint(466157000 + i), SKU: fmt.Sprintf("SKU-%d", i), Kind: order.Physical, Quantity: 1, Price: "1.00"})
	}
	return d
}

func create(t testing.TB, s store.Store, lines int) {
	t.Helper()
	got, created, err := s.Create(ctx, id, "record/m1", document("1001", lines), event.Event{Name: event.OrderReceived})
	if err != nil || !created || got != id {
		t.Fatalf("create: %q %v %v", got, created, err)
	}
}

func TestOneOrderPerChannelKey(t *testing.T) {
	t.Parallel()
	s := open(t)
	var created atomic.Int32
	var wg sync.WaitGroup
	ids := make([]string, 50)
	for i := range ids {
		wg.Go(func() {
			got, fresh, err := s.Create(ctx, fmt.Sprintf("ord_%026d", i), "record/m", document("1001", 1), event.Event{Name: event.OrderReceived})
			if err != nil {
				t.Error(err)
			}
			if ids[i] = got; fresh {
				created.Add(1)
			}
		})
	}
	wg.Wait()
	for _, got := range ids {
		if got != ids[0] || got == "" {
			t.Fatalf("ids differ: %v", ids)
		}
	}
	if created.Load() != 1 {
		t.Errorf("created %d times", created.Load())
	}
}

func TestAChangeHappensOncePerKeyAndAnswersTheSame(t *testing.T) {
	t.Parallel()
	s := open(t)
	create(t, s, 1)
	decided := 0
	for i := range 3 {
		res, err := s.Change(ctx, id, "validate#0", "validate", func(*store.Record) (store.Change, error) {
			decided++
			return store.Change{Events: []event.Event{{Name: event.OrderHeaderValidated}}, Outcome: "first"}, nil
		})
		if err != nil || res.Applied != (i == 0) || string(res.Outcome) != `"first"` {
			t.Errorf("try %d: %+v %v", i, res, err)
		}
	}
	journal, err := s.Journal(ctx, id)
	if err != nil || decided != 1 || len(journal) != 2 || journal[1].Events[0].Seq != 2 {
		t.Errorf("decided %d times, journal %+v, %v", decided, journal, err)
	}
}

func TestConcurrentChangesAllHappenInSomeOrder(t *testing.T) {
	t.Parallel()
	s := open(t)
	create(t, s, 1)
	var wg sync.WaitGroup
	for i := range 12 {
		wg.Go(func() {
			_, err := s.Change(ctx, id, fmt.Sprint("tag", i), "", func(r *store.Record) (store.Change, error) {
				r.Status.Tags = append(r.Status.Tags, fmt.Sprint(i))
				return store.Change{Events: []event.Event{{Name: event.OrderCorrected}}}, nil
			})
			if err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	r, err := s.Load(ctx, id)
	if err != nil || len(r.Status.Tags) != 12 || r.Status.Seq != 13 {
		t.Errorf("%+v %v", r.Status, err)
	}
}

func TestNothingIsWrittenWhenDecidingFails(t *testing.T) {
	t.Parallel()
	s := open(t)
	create(t, s, 1)
	no := errors.New("no")
	if _, err := s.Change(ctx, id, "k", "", func(r *store.Record) (store.Change, error) {
		r.Status.Tags = []string{"x"}
		return store.Change{Events: []event.Event{{Name: event.OrderHeaderValidated}}}, no
	}); !errors.Is(err, no) {
		t.Fatal(err)
	}
	if _, err := s.Change(ctx, id, "k2", "", func(*store.Record) (store.Change, error) {
		return store.Change{Events: []event.Event{{Name: event.OrderHeaderValidated}, {Name: "NoSuchEvent"}}}, nil
	}); !fault.Is(err, fault.Invalid) {
		t.Fatal(err)
	}
	if r, _ := s.Load(ctx, id); r.Status.Version != 1 || r.Status.Tags != nil || r.Status.State != order.New {
		t.Errorf("%+v", r.Status)
	}
}

func TestAnOrderOf2000LinesFits(t *testing.T) {
	t.Parallel()
	s := open(t)
	create(t, s, order.MaxLines)
	res, err := s.Change(ctx, id, "lines", "", func(r *store.Record) (store.Change, error) {
		var c store.Change
		for _, l := range r.Status.Lines {
			c.Events = append(c.Events, event.Event{Name: event.OrderLineValidated, EntityID: l.ID})
		}
		return c, nil
	})
	if err != nil || len(res.Record.Status.Lines) != order.MaxLines {
		t.Fatal(err)
	}
	r, err := s.Load(ctx, id)
	if err != nil || r.Status.Lines[1999].State != order.InProgress || len(r.Document.Lines) != order.MaxLines {
		t.Errorf("%v", err)
	}
}

func TestOrdersAreFoundByNameWithOrWithoutHash(t *testing.T) {
	t.Parallel()
	s := open(t)
	create(t, s, 1)
	for _, name := range []string{"#1001", "1001", " #1001 ", id} {
		if all, err := s.Resolve(ctx, name); err != nil || len(all) != 1 || all[0].Status.Order != id {
			t.Errorf("%q: %v %v", name, all, err)
		}
	}
	if _, err := s.Resolve(ctx, "#1002"); !fault.Is(err, fault.NotFound) {
		t.Errorf("got %v", err)
	}
}

func TestEveryJournalEntryWithEventsIsAnOutboxRecord(t *testing.T) {
	t.Parallel()
	s := open(t)
	create(t, s, 1)
	changes, err := s.Table.(table.Changes).Changes(ctx, 0, 100)
	if err != nil {
		t.Fatal(err)
	}
	found := 0
	for _, c := range changes {
		key, events, ok := store.EncodedEvents(c.New)
		if !ok {
			continue
		}
		found++
		if c.New.Str(inbox.OutboxAttr) != inbox.OutboxPending || key != "record/m1" || events[0].Name != event.OrderReceived || !strings.HasPrefix(c.New.Str(table.GSI1PK), "OUTBOX#") {
			t.Errorf("%+v", c.New)
		}
	}
	if found != 1 {
		t.Errorf("found %d entries", found)
	}
}

func TestTheStateItemOfASmallOrderIsLean(t *testing.T) {
	t.Parallel()
	s := open(t)
	create(t, s, 3)
	r, err := s.Load(ctx, id)
	if err != nil {
		t.Fatal(err)
	}
	if doc, _ := json.Marshal(r.Status); len(doc) > 1024 {
		t.Errorf("status of three lines takes %d bytes", len(doc))
	}
}

// overtaken lets somebody else act between the reading of an order and that of
// its journal, whichever is read first.
type overtaken struct {
	table.Table
	journalFirst bool
	by           func()
}

func (o *overtaken) GetMany(ctx context.Context, keys []table.Key) ([]table.Item, error) {
	by := o.by
	if by == nil || len(keys) < 3 {
		return o.Table.GetMany(ctx, keys)
	}
	o.by = nil
	early, err := o.Table.GetMany(ctx, keys)
	by()
	late, err2 := o.Table.GetMany(ctx, keys)
	if o.journalFirst {
		early, late = late, early
	}
	return append(early[:2:2], late[2]), errors.Join(err, err2)
}

func TestARepeatedChangeSeesTheRecordAfterTheFirst(t *testing.T) {
	t.Parallel()
	for _, journalFirst := range []bool{false, true} {
		s := open(t)
		create(t, s, 1)
		change := func(s store.Store) (store.Result, error) {
			return s.Change(ctx, id, "validate#0", "validate", func(r *store.Record) (store.Change, error) {
				if r.Status.State != order.New {
					return store.Change{}, fault.New(fault.Conflict, "past this step")
				}
				return store.Change{Events: []event.Event{{Name: event.OrderHeaderValidated}}}, nil
			})
		}
		slow := s
		slow.Table = &overtaken{s.Table, journalFirst, func() {
			if res, err := change(s); err != nil || !res.Applied {
				t.Errorf("%+v %v", res, err)
			}
		}}
		res, err := change(slow)
		if err != nil || res.Applied || res.Record.Status.Version != 2 || res.Record.Status.State != order.InProgress {
			t.Errorf("journal first %v: %+v %v", journalFirst, res, err)
		}
	}
}

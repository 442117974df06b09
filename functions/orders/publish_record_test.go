package orders

import (
	"os"
	"slices"
	"testing"
	"time"

	"golang.org/x/tools/txtar"

	"github.com/orderloom/orderloom/shared/entity"
	records "github.com/orderloom/orderloom/shared/entity/store"
	"github.com/orderloom/orderloom/shared/event"
	"github.com/orderloom/orderloom/shared/table"
)

// The outbox of records of declared entities is the same: their events are
// published with their own source, and the sweep finds what was left behind.
func TestEventsOfRecordsArePublishedAndSwept(t *testing.T) {
	t.Parallel()
	w := newWorld(t, t.TempDir())
	data, err := os.ReadFile("../../shared/entity/testdata/repair-job.txtar")
	if err != nil {
		t.Fatal(err)
	}
	e, problems := entity.Parse(txtar.Parse(data).Files[0].Data)
	if problems != nil {
		t.Fatal(problems)
	}
	s := records.Store{Table: w.table, Now: w.clock.Now, Entities: []entity.Entity{e}}
	const id = "rep_01JZZZZZZZZZZZZZZZZZZZZZZZ"
	r := records.Record{Entity: &e, Status: e.NewStatus(id), Body: records.Body{Entity: e.ID, Instance: "workshop", Document: entity.Document{"number": "R-1"}}}
	if _, _, err := s.Create(ctx, r, "create", event.Event{Name: "RepairJobReceived"}); err != nil {
		t.Fatal(err)
	}
	p := publisher{w.deps.Table, w.bus, w.deps.Log}
	item, err := w.table.Get(ctx, table.Key{PK: records.Partition(id), SK: "J#create"})
	if err != nil {
		t.Fatal(err)
	}
	if failed, err := p.publish(ctx, []table.Item{item}); err != nil || failed >= 0 {
		t.Fatalf("%d %v", failed, err)
	}
	if _, err := s.Change(ctx, id, "check", "check", func(*records.Record) (records.Change, error) {
		return records.Change{Events: []event.Event{{Name: "RepairJobValidated"}}}, nil
	}); err != nil {
		t.Fatal(err)
	}
	if out, err := p.sweep(ctx, w.clock.Now().Add(time.Minute)); err != nil || out.Published != 1 {
		t.Errorf("%+v %v", out, err)
	}
	if names := w.bus.names(); !slices.Equal(names, []string{"RepairJobReceived", "RepairJobValidated"}) {
		t.Errorf("%v", names)
	}
	for _, entry := range w.bus.entries {
		if entry.Source != entity.Source {
			t.Errorf("%+v", entry)
		}
	}
}

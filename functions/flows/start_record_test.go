package flows

import (
	"encoding/json"
	"errors"
	"os"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/tools/txtar"

	"github.com/orderloom/orderloom/shared/entity"
	records "github.com/orderloom/orderloom/shared/entity/store"
	"github.com/orderloom/orderloom/shared/event"
	"github.com/orderloom/orderloom/shared/exception"
	"github.com/orderloom/orderloom/shared/fault"
	"github.com/orderloom/orderloom/shared/flow"
	"github.com/orderloom/orderloom/shared/flow/registry"
	"github.com/orderloom/orderloom/shared/table"
)

const recordID = "rep_01JZZZZZZZZZZZZZZZZZZZZZZZ"

// repairs is a world with one record of the entity of package entity's tests, and
// live flows for it.
func repairs(t *testing.T, live ...registry.Live) (world, recordStarter) {
	t.Helper()
	w := newWorld(t)
	data, err := os.ReadFile("../../shared/entity/testdata/repair-job.txtar")
	if err != nil {
		t.Fatal(err)
	}
	e, problems := entity.Parse(txtar.Parse(data).Files[0].Data)
	if problems != nil {
		t.Fatal(problems)
	}
	s := recordStarter{records.Store{Table: w.table, Now: w.deps.Clock.Now, Entities: []entity.Entity{e}}, registry.New(w.table), w.machines}
	r := records.Record{Entity: &e, Status: e.NewStatus(recordID), Body: records.Body{Entity: e.ID, Instance: "workshop", Document: entity.Document{"number": "R-1"}}}
	if _, _, err := s.records.Create(ctx, r, "create", event.Event{Name: "RepairJobReceived"}); err != nil {
		t.Fatal(err)
	}
	for _, l := range live {
		if _, err := s.flows.Release(ctx, nil, registry.Version{Flow: l.ID, Type: l.Type, Event: l.Event, Machine: l.Machine, ARN: "arn:" + l.Machine + ":1"}); err != nil {
			t.Fatal(err)
		}
	}
	return w, s
}

func received(name string) event.Event {
	return event.Event{Name: name, Entity: "repairJob", EntityID: recordID, Seq: 1}
}

func TestARecordEntersTheFlowsOfItsTypeOnceEach(t *testing.T) {
	w, s := repairs(t,
		registry.Live{ID: "mend", Type: "repairJob", Event: "RepairJobReceived", Machine: "flow-mend"},
		registry.Live{ID: "later", Type: "repairJob", Event: "RepairJobChanged", Machine: "flow-later"},
		registry.Live{ID: "toys", Type: "toy", Event: "RepairJobReceived", Machine: "flow-toys"})
	w.machines.down = func(string) error { return errors.New("down") }
	if _, err := s.start(ctx, received("RepairJobReceived")); err == nil {
		t.Error("a start that failed is no success")
	}
	w.machines.down = nil
	for range 3 { // the bus delivers again
		out, err := s.start(ctx, received("RepairJobReceived"))
		if diff := cmp.Diff([]string{"mend"}, out.Flows); err != nil || diff != "" {
			t.Errorf("%s %v", diff, err)
		}
	}
	if diff := cmp.Diff([]string{"flow-mend " + recordID + "-mend-1"}, w.machines.names()); diff != "" {
		t.Error(diff)
	}
	if out, err := s.start(ctx, received("RepairJobApproved")); err != nil || len(out.Flows) != 0 {
		t.Errorf("%+v %v", out, err)
	}
}

func TestNoFlowBeginsWhenARecordIsDone(t *testing.T) {
	w, s := repairs(t, registry.Live{ID: "mend", Type: "repairJob", Event: "RepairJobReceived", Machine: "flow-mend"})
	if _, err := s.records.Cancel(ctx, recordID, "cancel", ""); err != nil {
		t.Fatal(err)
	}
	if out, err := s.start(ctx, received("RepairJobReceived")); err != nil || len(out.Flows) != 0 || len(w.machines.started) != 0 {
		t.Errorf("%+v %v", out, err)
	}
	lost := received("RepairJobReceived")
	lost.EntityID = "rep_none"
	if _, err := s.start(ctx, lost); !fault.Is(err, fault.NotFound) {
		t.Errorf("%v", err)
	}
}

// A run that has ended is started anew by the answer to its exception.
func TestReprocessStartsTheNextRunOfARecord(t *testing.T) {
	w, s := repairs(t, registry.Live{ID: "mend", Type: "repairJob", Event: "RepairJobReceived", Machine: "flow-mend"})
	if _, err := s.start(ctx, received("RepairJobReceived")); err != nil {
		t.Fatal(err)
	}
	e := exception.Of(flow.ExceptionInput{StepInput: flow.StepInput{Order: recordID, Run: recordID + "-mend-1", Key: "ended"}, Error: "States.ABORTED", Answers: []flow.Answer{flow.Reprocess}}, w.deps.Clock.Now())
	e.Entity, e.Signal = "repairJob", ""
	put, err := exception.Put(e)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.records.Change(ctx, recordID, "raise", "", func(r *records.Record) (records.Change, error) {
		r.Status.OpenExceptions = []string{e.ID}
		return records.Change{Ops: []table.Op{put}}, nil
	}); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if won, err := s.records.Answer(ctx, e, flow.Reprocess, s.flows, w.machines); err != nil || won != flow.Reprocess {
			t.Errorf("%s %v", won, err)
		}
	}
	if !slices.Equal(w.machines.names(), []string{"flow-mend " + recordID + "-mend-1", "flow-mend " + recordID + "-mend-2"}) {
		t.Errorf("%v", w.machines.names())
	}
}

// An order enters no flow of an entity, and a record none of orders.
func TestRecordsAndOrdersEnterFlowsOfTheirOwn(t *testing.T) {
	w := newWorld(t)
	w.received(t, "lab")
	detail, _ := json.Marshal(map[string]any{"detail": event.Event{Name: event.OrderReceived, Entity: event.Order, EntityID: id, OrderID: id}})
	out, err := StartRecord.New(w.deps)(ctx, detail)
	if err != nil || string(out) != `{"flows":[]}` {
		t.Errorf("%s %v", out, err)
	}
}

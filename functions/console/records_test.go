package console

import (
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/orderloom/orderloom/shared/entity"
	records "github.com/orderloom/orderloom/shared/entity/store"
	"github.com/orderloom/orderloom/shared/event"
	"github.com/orderloom/orderloom/shared/exception"
	"github.com/orderloom/orderloom/shared/flow"
	"github.com/orderloom/orderloom/shared/flow/registry"
	"github.com/orderloom/orderloom/shared/table"
)

// record stores a record of a declared entity, whichever there is, with an open
// exception and a run, and returns its entity and id.
func (w world) record(t *testing.T, name string) (event.Entity, string) {
	t.Helper()
	entities, err := registry.Entities()
	if err != nil || len(entities) == 0 {
		t.Fatalf("%d entities, %v", len(entities), err)
	}
	e := &entities[0]
	id := e.Prefix + "_01JZZZZZZZZZZZZZZZZZZZZZZZ"
	s := records.Store{Table: w.deps.Table, Blobs: w.deps.Blobs, Now: w.deps.Clock.Now, Entities: entities}
	r := records.Record{Entity: e, Status: e.NewStatus(id), Body: records.Body{Entity: e.ID, Instance: "sender", Document: entity.Document{e.ExternalID: name}}}
	r.Status.Runs = map[string]int{"decide": 2}
	if _, _, err := s.Create(t.Context(), r, "create", event.Event{Name: e.Event(entity.Received)}); err != nil {
		t.Fatal(err)
	}
	x := exception.Of(flow.ExceptionInput{StepInput: flow.StepInput{Order: id, Run: id + "-decide-2", Step: "s", Key: "k"}, Error: "Policy.NotMet", Cause: "too old", Answers: []flow.Answer{flow.Skip}}, w.deps.Clock.Now())
	x.Entity, x.Name = e.ID, name
	put, err := exception.Put(x)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.Change(t.Context(), id, "raise", "s", func(r *records.Record) (records.Change, error) {
		r.Status.OpenExceptions = []string{x.ID}
		return records.Change{Ops: []table.Op{put}, Events: []event.Event{{Name: e.Event(entity.ExceptionRaised)}}}, nil
	}); err != nil {
		t.Fatal(err)
	}
	return e.ID, id
}

func TestRecordsOfDeclaredEntities(t *testing.T) {
	w := newWorld(t)
	of, id := w.record(t, "#R-1")
	var declared struct{ Entities []entity.Entity }
	w.read(&declared, "/api/entities", nil)
	if _, ok := entity.Find(declared.Entities, of); !ok {
		t.Errorf("%+v", declared)
	}
	var list struct{ Records []RecordRow }
	w.read(&list, "/api/entities/{entity}", nil, "entity", string(of))
	if len(list.Records) != 1 || list.Records[0].ID != id || list.Records[0].Name != "#R-1" || list.Records[0].Exceptions != 1 {
		t.Errorf("%+v", list)
	}
	for _, name := range []string{id, "R-1", "#r-1"} {
		var d RecordDetail
		w.read(&d, "/api/records/{id}", nil, "id", name)
		if d.Status.ID != id || d.Name != "#R-1" || len(d.Journal) != 2 || len(d.Exceptions) != 1 || !cmp.Equal(d.Runs, []string{id + "-decide-1", id + "-decide-2"}) {
			t.Errorf("%s: %+v", name, d)
		}
	}
	for _, path := range [][]string{{"/api/records/{id}", "id", "unknown"}, {"/api/entities/{entity}", "entity", "unknown"}} {
		if r := w.get(path[0], nil, path[1:]...); r.status != http.StatusNotFound {
			t.Errorf("%v: %d %s", path, r.status, r.body)
		}
	}
	// The page of exceptions shows it without a page of an order that there is not.
	if r := w.get("/exceptions", nil); r.status != 200 || !strings.Contains(r.body, "R-1") || strings.Contains(r.body, "/orders/"+id) {
		t.Errorf("%d %s", r.status, r.body)
	}
}

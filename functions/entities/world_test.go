package entities

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"golang.org/x/tools/txtar"

	"github.com/orderloom/orderloom/shared/blob/folder"
	"github.com/orderloom/orderloom/shared/clock"
	"github.com/orderloom/orderloom/shared/entity"
	"github.com/orderloom/orderloom/shared/entity/store"
	"github.com/orderloom/orderloom/shared/event"
	"github.com/orderloom/orderloom/shared/fault"
	"github.com/orderloom/orderloom/shared/flow"
	"github.com/orderloom/orderloom/shared/fn"
	"github.com/orderloom/orderloom/shared/inbox"
	orders "github.com/orderloom/orderloom/shared/order/store"
	"github.com/orderloom/orderloom/shared/table/sqlite"
)

var (
	ctx   = context.Background()
	start = time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
)

// tester is what *testing.T and *rapid.T have in common.
type tester interface {
	Helper()
	Fatalf(string, ...any)
	Errorf(string, ...any)
	Cleanup(func())
}

// world is a fresh Orderloom with one declared entity, repairJob, and without
// machines: tests call the functions as the machines would.
type world struct {
	t      tester
	deps   fn.Deps
	clock  *clock.Manual
	opened opened
	record recorder
	n      int
}

func newWorld(t tester, dir string) *world {
	t.Helper()
	clk := clock.NewManual(start)
	if err := os.MkdirAll(dir, 0o700); err != nil {
		t.Fatalf("%v", err)
	}
	db, err := sqlite.Open(ctx, filepath.Join(dir, "t.db"), clk)
	if err != nil {
		t.Fatalf("%v", err)
	}
	t.Cleanup(func() { _ = db.Close() })
	blobs, err := folder.Open(filepath.Join(dir, "blobs"))
	if err != nil {
		t.Fatalf("%v", err)
	}
	var mu sync.Mutex
	ids := 0
	w := &world{t: t, clock: clk, deps: fn.Deps{
		Table: db, Blobs: blobs, Clock: clk, Log: slog.New(slog.NewTextHandler(io.Discard, nil)),
		NewID: func(prefix string) string {
			mu.Lock()
			defer mu.Unlock()
			ids++
			return fmt.Sprintf("%s_%026d", prefix, ids)
		},
	}}
	w.opened = opened{Store: store.Store{Table: db, Blobs: blobs, Now: clk.Now, Entities: []entity.Entity{repairJob(t)}}}
	w.record = recorder{
		w.opened, orders.Store{Table: db, Blobs: blobs, Now: clk.Now},
		inbox.Box{Table: db, Blobs: blobs, Now: clk.Now}, w.deps.NewID,
	}
	return w
}

// repairJob is the entity of package entity's tests.
func repairJob(t tester) entity.Entity {
	t.Helper()
	data, err := os.ReadFile("../../shared/entity/testdata/repair-job.txtar")
	if err != nil {
		t.Fatalf("%v", err)
	}
	e, problems := entity.Parse(txtar.Parse(data).Files[0].Data)
	if problems != nil {
		t.Fatalf("%v", problems)
	}
	return e
}

// message keeps a document as the transformation does and returns its message.
func (w *world) message(document string) string {
	w.t.Helper()
	w.n++
	m := inbox.Message{ID: fmt.Sprintf("msg_%d", w.n), Instance: "workshop", Provider: "json", Topic: "*", EventID: fmt.Sprint(w.n)}
	if _, err := w.record.box.Receive(ctx, m, []byte(document)); err != nil {
		w.t.Fatalf("%v", err)
	}
	body := fmt.Sprintf(`{"entity":"repairJob","instance":"workshop","organization":"o","company":"c","document":%s}`, document)
	if err := w.record.box.SetDocument(ctx, m.ID, []byte(body)); err != nil {
		w.t.Fatalf("%v", err)
	}
	return m.ID
}

// receive records a document and returns what became of it.
func (w *world) receive(document string) RecordResult {
	w.t.Helper()
	out, err := w.record.record(ctx, RecordInput{Message: w.message(document)})
	if err != nil {
		w.t.Fatalf("%s: %v", document, err)
	}
	return out
}

func (w *world) load(id string) store.Record {
	w.t.Helper()
	r, err := w.opened.Load(ctx, id)
	if err != nil {
		w.t.Fatalf("%v", err)
	}
	return r
}

// path lists the events of a record and checks that their numbers have no gaps.
func (w *world) path(id string) []string {
	w.t.Helper()
	entries, err := w.opened.Journal(ctx, id)
	if err != nil {
		w.t.Fatalf("%v", err)
	}
	var all []string
	for _, entry := range entries {
		for _, e := range entry.Events {
			all = append(all, e.Name[len("RepairJob"):])
			if e.Seq != int64(len(all)) || e.EntityID != id || e.Entity != "repairJob" || e.Source != entity.Source {
				w.t.Errorf("event %d is %+v", len(all), e)
			}
		}
	}
	if s := w.load(id).Status; s.Seq != int64(len(all)) {
		w.t.Errorf("the status counts %d events, the journal has %d", s.Seq, len(all))
	}
	return all
}

func step(id, name string) flow.StepInput {
	return flow.StepInput{Order: id, Run: id + "-mend-1", Step: name, Key: id + "-mend-1#" + name + "#0"}
}

func (w *world) apply(id, name, key string) error {
	in := flow.ApplyInput{StepInput: step(id, "s"), Event: "RepairJob" + name}
	in.Key = key
	_, err := apply(ctx, w.opened, in)
	return err
}

func wants(t *testing.T, err error, code string) {
	t.Helper()
	if fault.Code(err) != code {
		t.Errorf("%v, want %q", err, code)
	}
}

func encoded(v any) string {
	data, _ := json.Marshal(v)
	return string(data)
}

func eventOf(name string) event.Event { return event.Event{Name: "RepairJob" + name} }

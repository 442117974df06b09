package entities

import (
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/orderloom/orderloom/shared/event"
	"github.com/orderloom/orderloom/shared/fault"
	"github.com/orderloom/orderloom/shared/inbox"
	"github.com/orderloom/orderloom/shared/order"
	"github.com/orderloom/orderloom/shared/transform"
)

func TestADocumentBecomesOneRecord(t *testing.T) {
	t.Parallel()
	w := newWorld(t, t.TempDir())
	m := w.message(`{"number":"R-1","hours":3,"customer":{"name":"Ann"}}`)
	first, err := w.record.record(ctx, RecordInput{Message: m})
	if err != nil || !first.Created || !strings.HasPrefix(first.Record, "rep_") {
		t.Fatalf("%+v %v", first, err)
	}
	if kept, err := w.record.box.Get(ctx, m); err != nil || kept.State != inbox.Recorded || kept.Order != first.Record {
		t.Errorf("%+v %v", kept, err)
	}
	if again, err := w.record.record(ctx, RecordInput{Message: m}); err != nil || again.Record != first.Record || again.Created {
		t.Errorf("the same message: %+v %v", again, err)
	}
	r := w.load(first.Record)
	if r.Name() != "R-1" || r.Status.State != "New" || r.Body.Instance != "workshop" || r.Body.Company != "c" || r.Body.Document["hours"] != 3.0 {
		t.Errorf("%+v", r)
	}
	for _, name := range []string{first.Record, "R-1", "#r-1"} {
		if found, err := w.opened.Resolve(ctx, name); err != nil || len(found) != 1 || found[0].Status.ID != first.Record {
			t.Errorf("%s: %v %v", name, found, err)
		}
	}
	if all, _, err := w.opened.List(ctx, "repairJob", 10, ""); err != nil || len(all) != 1 {
		t.Errorf("%v %v", all, err)
	}
	if diff := cmp.Diff([]string{"Received"}, w.path(first.Record)); diff != "" {
		t.Error(diff)
	}
}

func TestManyAtOnceAreOneRecord(t *testing.T) {
	t.Parallel()
	w := newWorld(t, t.TempDir())
	var messages []string
	for range 10 {
		messages = append(messages, w.message(`{"number":"R-1"}`))
	}
	var wg sync.WaitGroup
	ids := make([]string, len(messages))
	for i, m := range messages {
		wg.Go(func() {
			out, err := w.record.record(ctx, RecordInput{Message: m})
			if err != nil {
				t.Error(err)
			}
			ids[i] = out.Record
		})
	}
	wg.Wait()
	for _, id := range ids {
		if id != ids[0] {
			t.Fatalf("several records: %v", ids)
		}
	}
	if diff := cmp.Diff([]string{"Received"}, w.path(ids[0])); diff != "" {
		t.Error(diff)
	}
}

// The document may have been mapped before the declaration changed.
func TestWhatIsNoDocumentOfTheEntityIsRefusedWithItsPath(t *testing.T) {
	t.Parallel()
	w := newWorld(t, t.TempDir())
	_, err := w.record.record(ctx, RecordInput{Message: w.message(`{"number":"R-1","hours":"many"}`)})
	wants(t, err, transform.WrongType)
	if f, ok := errors.AsType[*fault.Error](err); !ok || f.Field != "hours" || f.Value != `"many"` {
		t.Errorf("%+v", f)
	}
	_, err = w.record.record(ctx, RecordInput{Message: w.message(`{}`)})
	wants(t, err, transform.MissingField)
	m := w.message(`{"number":"R-1"}`)
	if err := w.record.box.SetDocument(ctx, m, []byte(`{"entity":"toy","document":{}}`)); err != nil {
		t.Fatal(err)
	}
	_, err = w.record.record(ctx, RecordInput{Message: m})
	wants(t, err, fault.Invalid)
	_, err = w.record.record(ctx, RecordInput{Message: "msg_none"})
	wants(t, err, fault.NotFound)
}

func TestARecordIsLinkedToTheOrderThatItNames(t *testing.T) {
	t.Parallel()
	w := newWorld(t, t.TempDir())
	if id := w.receive(`{"number":"R-0","orderName":"#D1"}`).Record; w.load(id).Status.Order != "" {
		t.Error("there is no such order yet")
	}
	doc := order.Document{Channel: "shop", ExternalID: "1", Name: "#D1"}
	if _, _, err := w.record.orders.Create(ctx, "ord_00000000000000000000000009", "k", doc, event.Event{Name: event.OrderReceived}); err != nil {
		t.Fatal(err)
	}
	if id := w.receive(`{"number":"R-1","orderName":"D1"}`).Record; w.load(id).Status.Order != "ord_00000000000000000000000009" {
		t.Errorf("%+v", w.load(id).Status)
	}
	out := w.receive(`{"number":"R-0","orderName":"#D1","changedAt":"2026-01-01T00:00:00Z"}`)
	if w.load(out.Record).Status.Order == "" || out.Changed {
		t.Errorf("a newer version: %+v", out)
	}
}

// The entity's transitions say whether a record may still change.
func TestANewerVersion(t *testing.T) {
	t.Parallel()
	w := newWorld(t, t.TempDir())
	id := w.receive(`{"number":"R-1","hours":1,"changedAt":"2026-01-02T00:00:00Z"}`).Record
	for _, c := range []struct {
		document string
		want     RecordResult
		hours    float64
	}{
		{`{"number":"R-1","hours":2,"changedAt":"2026-01-01T00:00:00Z"}`, RecordResult{Record: id, Stale: true}, 1},
		{`{"number":"R-1","hours":2}`, RecordResult{Record: id, Stale: true}, 1},
		{`{"number":"R-1","hours":1,"changedAt":"2026-01-03T00:00:00Z"}`, RecordResult{Record: id}, 1},
		{`{"number":"R-1","hours":3,"changedAt":"2026-01-04T00:00:00Z"}`, RecordResult{Record: id, Changed: true}, 3},
	} {
		out := w.receive(c.document)
		if diff := cmp.Diff(c.want, out); diff != "" || w.load(id).Body.Document["hours"] != c.hours {
			t.Errorf("%s: %s %v", c.document, diff, w.load(id).Body.Document)
		}
	}
	if err := w.apply(id, "Validated", "a"); err != nil {
		t.Fatal(err)
	}
	if out := w.receive(`{"number":"R-1","hours":4,"changedAt":"2026-01-05T00:00:00Z"}`); !out.Refused || w.load(id).Body.Document["hours"] != 3.0 {
		t.Errorf("on the bench: %+v", out)
	}
	if diff := cmp.Diff([]string{"Received", "Changed", "Validated", "ChangeFailed"}, w.path(id)); diff != "" {
		t.Error(diff)
	}
}

// Whatever the order and repetition in which versions arrive, the same one stands
// at the end, as long as the record may change.
func TestVersionsInAnyOrder(t *testing.T) {
	t.Parallel()
	w, n := newWorld(t, t.TempDir()), 0
	rapid.Check(t, func(t *rapid.T) {
		w.t, n = t, n+1
		var documents []string
		for i := range 4 {
			documents = append(documents, fmt.Sprintf(`{"number":"R-%d","hours":%d,"changedAt":"2026-01-0%dT00:00:00Z"}`, n, i, rapid.IntRange(1, 3).Draw(t, "day")))
		}
		best := documents[0]
		e := repairJob(t)
		for _, d := range documents {
			a, _ := e.Read([]byte(d))
			b, _ := e.Read([]byte(best))
			if after(&e, a, b) {
				best = d
			}
		}
		var id string
		for _, d := range append(rapid.Permutation(documents).Draw(t, "first"), rapid.Permutation(documents).Draw(t, "again")...) {
			id = w.receive(d).Record
		}
		want, _ := e.Read([]byte(best))
		if got := w.load(id).Body.Document; encoded(got) != encoded(want) {
			t.Fatalf("%v stands, want %v", got, want)
		}
		w.path(id)
	})
}

func TestLargeDocumentsGoToTheBlobStore(t *testing.T) {
	t.Parallel()
	w := newWorld(t, t.TempDir())
	e := &w.opened.Entities[0]
	for i := range e.Fields {
		if e.Fields[i].ID == "parts" {
			e.Fields[i].MaxItems = 100
			e.Fields[i].Fields[1].MaxLength = 10_000
		}
	}
	parts := strings.Repeat(`{"sku":"`+strings.Repeat("x", 9_000)+`"},`, 60)
	id := w.receive(`{"number":"R-1","parts":[` + strings.TrimSuffix(parts, ",") + `]}`).Record
	if got := w.load(id).Body.Document["parts"].([]any); len(got) != 60 {
		t.Errorf("%d parts", len(got))
	}
}

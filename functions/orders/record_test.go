package orders

import (
	"encoding/json"
	"fmt"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/orderloom/orderloom/shared/event"
	"github.com/orderloom/orderloom/shared/fault"
	"github.com/orderloom/orderloom/shared/inbox"
	"github.com/orderloom/orderloom/shared/order"
)

func TestANewOrderIsCreatedAndItsMessageSettled(t *testing.T) {
	w := testWorld(t)
	res := w.record("create", document(1))
	if !res.Created || !res.Changed || res.Stale || res.Order == "" {
		t.Errorf("%+v", res)
	}
	m, err := w.box.Get(ctx, inbox.ID("shop", "orders", "create"))
	if err != nil || m.State != inbox.Recorded || m.Order != res.Order {
		t.Errorf("message %+v, %v", m, err)
	}
	if r := w.load(res.Order); r.Document.Name != "#1001" || r.Status.State != order.New || r.Status.Lines[0].Ordered != 10 {
		t.Errorf("%+v", r)
	}
}

func TestANewerVersionOverwritesAndAnOlderOneNever(t *testing.T) {
	w := testWorld(t)
	id := w.record("create", document(1)).Order
	if res := w.record("third", document(3)); res.Created || !res.Changed || res.Stale || res.Order != id {
		t.Errorf("newer: %+v", res)
	}
	if res := w.record("second", document(2)); res.Created || res.Changed || !res.Stale || res.Order != id {
		t.Errorf("older: %+v", res)
	}
	if r := w.load(id); r.Document.Note != "version 3" {
		t.Errorf("the order has %q", r.Document.Note)
	}
	if got := w.journal(id); !slices.Equal(got, []string{event.OrderReceived, event.OrderChanged}) {
		t.Errorf("events %v", got)
	}
}

func TestUpdatedBeforeCreatedIsOneOrderInTheNewerVersion(t *testing.T) {
	w := testWorld(t)
	first := w.record("updated", document(2))
	if res := w.record("create", document(1)); !first.Created || res.Created || !res.Stale || res.Order != first.Order {
		t.Errorf("%+v then %+v", first, res)
	}
	if r := w.load(first.Order); r.Document.Note != "version 2" || w.count(first.Order, event.OrderReceived) != 1 {
		t.Errorf("%+v", r.Document)
	}
}

func TestCanceledBeforeCreatedEndsCanceled(t *testing.T) {
	w := testWorld(t)
	id := w.record("cancelled", canceled(document(2))).Order
	w.record("create", document(1))
	r := w.load(id)
	if r.Status.State != order.Canceled || r.Status.Lines[0].Canceled != 10 || r.Document.Canceled == nil {
		t.Errorf("%+v", r.Status)
	}
	if got := w.journal(id); !slices.Equal(got, []string{event.OrderReceived, event.OrderCanceled}) {
		t.Errorf("events %v", got)
	}
}

// A shop's clock has seconds: an order can be created and canceled within one.
func TestTheCancellationIsTheLastVersionOfItsInstant(t *testing.T) {
	t.Parallel()
	for i := range 8 { // the content hashes of some of these sort the other way round
		doc := document(1)
		doc.Note = fmt.Sprint("order ", i)
		for name, versions := range map[string][]order.Document{"canceled last": {doc, canceled(doc)}, "canceled first": {canceled(doc), doc}} {
			w := newWorld(t, t.TempDir())
			var id string
			for n, v := range versions {
				id = w.record(fmt.Sprint(n), v).Order
			}
			if r := w.load(id); r.Status.State != order.Canceled || r.Document.Canceled == nil {
				t.Errorf("%s, order %d: %s", name, i, r.Status.State)
			}
		}
	}
}

// The echo of our own write-back has another update time and the same content.
func TestAnEchoChangesNothing(t *testing.T) {
	w := testWorld(t)
	id := w.received()
	before := w.load(id)
	echo := document(1)
	echo.UpdatedAt = echo.UpdatedAt.Add(time.Hour)
	if res := w.record("echo", echo); res.Created || res.Changed {
		t.Errorf("%+v", res)
	}
	after := w.load(id)
	if diff := cmp.Diff(before.Status.Lines, after.Status.Lines); diff != "" || after.Status.Seq != before.Status.Seq || after.Status.State != before.Status.State {
		t.Errorf("%s %+v", diff, after.Status)
	}
	if got := w.journal(id); !slices.Equal(got, []string{event.OrderReceived}) {
		t.Errorf("events %v", got)
	}
	// Its time counts all the same: what is older than the echo is old.
	if res := w.record("late", document(2)); !res.Stale {
		t.Errorf("%+v", res)
	}
}

func TestAnEchoDoesNotUndoACorrection(t *testing.T) {
	w := testWorld(t)
	id := w.received()
	if status, body, _ := w.post(Correct, "/api/orders/"+id+"/correct", id, `{"lines":[{"id":"1","quantity":4}]}`); status != 200 {
		t.Fatalf("%d %s", status, body)
	}
	echo := document(1)
	echo.UpdatedAt = echo.UpdatedAt.Add(time.Hour)
	w.record("echo", echo)
	if r := w.load(id); r.Document.Lines[0].Quantity != 4 || r.Status.Lines[0].Ordered != 4 {
		t.Errorf("%+v", r.Document.Lines)
	}
}

func TestRecordingAMessageAgainAnswersAndChangesNothing(t *testing.T) {
	w := testWorld(t)
	create, update := w.message("create", document(1)), w.message("update", document(2))
	r := w.recorder()
	var id string
	for i := range 3 {
		res, err := r.record(ctx, RecordInput{create})
		if err != nil || res.Created != (i == 0) || res.Stale {
			t.Errorf("create, try %d: %+v %v", i, res, err)
		}
		id = res.Order
	}
	for i := range 3 {
		if res, err := r.record(ctx, RecordInput{update}); err != nil || !res.Changed || res.Stale || res.Order != id {
			t.Errorf("update, try %d: %+v %v", i, res, err)
		}
	}
	if got := w.journal(id); !slices.Equal(got, []string{event.OrderReceived, event.OrderChanged}) {
		t.Errorf("events %v", got)
	}
}

func TestTheSameDocumentManyTimesAtOnceIsOneOrder(t *testing.T) {
	w := testWorld(t)
	// Different deliveries of the same content, each tried twice.
	var messages []string
	for i := range 8 {
		messages = append(messages, w.message(fmt.Sprint(i), document(1)))
	}
	r := w.recorder()
	got := together(16, func(i int) string {
		res, err := r.record(ctx, RecordInput{messages[i%8]})
		return fmt.Sprint(res.Order, err)
	})
	for _, g := range got {
		if g != got[0] {
			t.Fatalf("answers differ: %v", got)
		}
	}
	id, err := w.store.Find(ctx, "shop", "450789469")
	if err != nil || w.count(id, event.OrderReceived) != 1 || len(w.journal(id)) != 1 {
		t.Errorf("order %q, events %v, %v", id, w.journal(id), err)
	}
}

func TestADocumentWithoutItsKeyIsRefused(t *testing.T) {
	w := testWorld(t)
	doc := document(1)
	doc.ExternalID = ""
	if _, err := w.recorder().record(ctx, RecordInput{w.message("x", doc)}); !fault.Is(err, fault.Invalid) {
		t.Errorf("%v", err)
	}
	if _, err := w.recorder().record(ctx, RecordInput{w.message("y", map[string]any{"channel": 7})}); !fault.Is(err, fault.Invalid) {
		t.Errorf("%v", err)
	}
	if _, err := w.recorder().record(ctx, RecordInput{"msg_unknown"}); !fault.Is(err, fault.NotFound) {
		t.Errorf("%v", err)
	}
}

// What a location was asked to ship stays; the rest of a newer version counts,
// and the refusal says why.
func TestAChangeOfGoodsAfterTheyWerePromisedIsRefused(t *testing.T) {
	t.Parallel()
	for name, promise := range map[string]func(*world, string){
		"reserved": func(w *world, id string) { w.reserved(id, "Seattle") },
		"planned":  func(w *world, id string) { w.planned(id, "Seattle") },
	} {
		t.Run(name, func(t *testing.T) {
			w := testWorld(t)
			id := w.received()
			promise(w, id)
			doc := document(2)
			doc.Lines[0].Quantity = 99
			w.record("update", doc)
			r := w.load(id)
			if r.Document.Lines[0].Quantity != 10 || r.Status.Lines[0].Ordered != 10 || r.Document.Note != "version 2" {
				t.Errorf("%+v", r.Document)
			}
			if w.count(id, event.OrderChangeFailed) != 1 || w.count(id, event.OrderChanged) != 0 {
				t.Errorf("events %v", w.journal(id))
			}
			doc.UpdatedAt = doc.UpdatedAt.Add(time.Hour)
			w.record("echo of the refused version", doc)
			if w.count(id, event.OrderChangeFailed) != 1 {
				t.Errorf("refused twice: %v", w.journal(id))
			}
			note := w.load(id).Document
			note.UpdatedAt, note.Note, note.ChannelHash = doc.UpdatedAt.Add(time.Hour), "call first", ""
			w.record("note", note)
			if r := w.load(id); r.Document.Note != "call first" || w.count(id, event.OrderChanged) != 1 {
				t.Errorf("%+v", r.Document)
			}
		})
	}
}

// Whatever the order in which versions arrive, whatever is delivered twice: the
// order ends in its newest version, received once and canceled at most once.
func TestTheEndDependsOnTheVersionsNotOnTheirOrder(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	n := 0
	rapid.Check(t, func(rt *rapid.T) {
		n++
		versions := drawVersions(rt)
		arrivals := rapid.Permutation(indexes(len(versions))).Draw(rt, "arrivals")
		arrivals = append(arrivals, rapid.SliceOfN(rapid.IntRange(0, len(versions)-1), 0, 6).Draw(rt, "again")...)
		w := newWorld(rt, filepath.Join(dir, fmt.Sprint(n)))
		var id string
		created := 0
		for i, v := range arrivals {
			event := fmt.Sprint("version ", v)
			if rapid.Bool().Draw(rt, "another delivery") {
				event = fmt.Sprint("delivery ", i)
			}
			res := w.record(event, versions[v])
			if id != "" && res.Order != id {
				rt.Fatalf("orders %s and %s", id, res.Order)
			}
			if id = res.Order; res.Created {
				created++
			}
		}
		want := newest(versions)
		got := w.load(id)
		want.ChannelHash, want.ChannelGoods = contentHash(want), goodsHash(want)
		if diff := cmp.Diff(want, got.Document); diff != "" {
			rt.Fatalf("not the newest version (-want +got):\n%s", diff)
		}
		status := order.NewStatus(id, &want)
		if want.Canceled != nil {
			if _, err := status.Apply(cancelEvent("")); err != nil {
				rt.Fatalf("%v", err)
			}
		}
		if diff := cmp.Diff(status.Lines, got.Status.Lines); diff != "" || got.Status.State != status.State || got.Status.Reason != status.Reason {
			rt.Fatalf("%s / %s, want %s / %s\n%s", got.Status.State, got.Status.Reason, status.State, status.Reason, diff)
		}
		if created != 1 || w.count(id, event.OrderReceived) != 1 || w.count(id, event.OrderChangeFailed)+w.count(id, event.OrderCancellationFailed) != 0 {
			rt.Fatalf("created %d times, events %v", created, w.journal(id))
		}
	})
}

// drawVersions makes versions as a shop does: times may tie, and what is
// canceled stays canceled.
func drawVersions(rt *rapid.T) []order.Document {
	count := rapid.IntRange(1, 5).Draw(rt, "versions")
	cancelFrom := rapid.IntRange(0, 2*count).Draw(rt, "canceled from")
	minute := 0
	var all []order.Document
	for i := range count {
		minute += rapid.IntRange(0, 1).Draw(rt, "later")
		doc := document(minute)
		doc.Note = rapid.SampledFrom([]string{"", "a", "b"}).Draw(rt, "note")
		doc.Lines = nil
		for l := range rapid.IntRange(1, 3).Draw(rt, "lines") {
			kind := rapid.SampledFrom([]order.Kind{order.Physical, order.Digital}).Draw(rt, "kind")
			doc.Lines = append(doc.Lines, order.Line{ID: fmt.Sprint(l), Kind: kind, SKU: "A", Quantity: rapid.IntRange(1, 3).Draw(rt, "quantity")})
		}
		if i >= cancelFrom {
			doc = canceled(doc)
		}
		all = append(all, doc)
	}
	return all
}

func newest(versions []order.Document) order.Document {
	rank := func(d order.Document) string {
		final := 0
		if d.Canceled != nil {
			final = 1
		}
		return fmt.Sprintf("%s %d %s", d.UpdatedAt.Format(time.RFC3339), final, contentHash(d))
	}
	best := versions[0]
	for _, v := range versions[1:] {
		if rank(v) > rank(best) {
			best = v
		}
	}
	var out order.Document
	data, _ := json.Marshal(best)
	_ = json.Unmarshal(data, &out)
	return out
}

func indexes(n int) []int {
	all := make([]int, n)
	for i := range all {
		all[i] = i
	}
	return all
}

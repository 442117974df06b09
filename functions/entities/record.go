package entities

import (
	"cmp"
	"context"
	"encoding/json"
	"reflect"
	"time"

	"github.com/orderloom/orderloom/shared/entity"
	"github.com/orderloom/orderloom/shared/entity/store"
	"github.com/orderloom/orderloom/shared/event"
	"github.com/orderloom/orderloom/shared/fault"
	"github.com/orderloom/orderloom/shared/fn"
	"github.com/orderloom/orderloom/shared/inbox"
	orders "github.com/orderloom/orderloom/shared/order/store"
	"github.com/orderloom/orderloom/shared/transform"
)

// RecordInput names the message whose document is to be recorded.
type RecordInput struct {
	Message string `json:"message"`
}

// RecordResult says what became of it.
type RecordResult struct {
	Record  string `json:"record"`
	Created bool   `json:"created"`
	Changed bool   `json:"changed"`         // the sender's content is newer and different
	Stale   bool   `json:"stale,omitempty"` // the record has a newer version already
	Refused bool   `json:"refused,omitempty"`
}

// Record upserts a record by its sender, external id and the document's own
// update time.
var Record = fn.Function{
	ID:      "entities/record",
	Summary: "Record a document of a declared entity: create it, apply a newer version, or recognize an old one",
	Input:   RecordInput{},
	Result:  RecordResult{},
	Failures: append([]fn.Failure{
		{Code: transform.MissingField, Meaning: "a field that the entity needs is missing"},
		{Code: transform.WrongType, Meaning: "a field has the wrong type, or exceeds its bounds"},
		{Code: transform.UnknownValue, Meaning: "a field that the entity does not have, or an unknown currency"},
		{Code: fault.Invalid, Meaning: "the document is none of a declared entity"},
	}, changing...),
	Example: RecordInput{Message: "msg_example"},
	Timeout: 30 * time.Second,
	New: func(d fn.Deps) fn.Handler {
		r := recorder{
			storeOf(d), orders.Store{Table: d.Table, Blobs: d.Blobs, Now: d.Clock.Now},
			inbox.Box{Table: d.Table, Blobs: d.Blobs, Now: d.Clock.Now}, d.NewID,
		}
		return fn.Task(r.record)
	},
}

type recorder struct {
	opened
	orders orders.Store
	box    inbox.Box
	newID  func(string) string
}

func (r recorder) record(ctx context.Context, in RecordInput) (RecordResult, error) {
	if r.err != nil {
		return RecordResult{}, r.err
	}
	data, err := r.box.Document(ctx, in.Message)
	if err != nil {
		return RecordResult{}, err
	}
	body, err := fn.Decode[store.Body](data)
	if err != nil {
		return RecordResult{}, err
	}
	e, ok := entity.Find(r.Entities, body.Entity)
	if !ok {
		return RecordResult{}, fault.New(fault.Invalid, "no entity %q is declared", body.Entity).On(in.Message, "entity")
	}
	// The declaration may have changed since the document was mapped.
	if body.Document, err = e.Read(encode(body.Document)); err != nil {
		return RecordResult{}, err
	}
	res, err := r.upsert(ctx, e, in.Message, body)
	if err != nil {
		return RecordResult{}, err
	}
	return res, r.box.Settle(ctx, in.Message, inbox.Recorded, res.Record, nil)
}

func (r recorder) upsert(ctx context.Context, e *entity.Entity, message string, body store.Body) (RecordResult, error) {
	order, err := r.linked(ctx, body.Document.Text(e.Order))
	if err != nil {
		return RecordResult{}, err
	}
	id, err := r.Find(ctx, e.ID, body.Instance, body.Document.Text(e.ExternalID))
	if err != nil {
		return RecordResult{}, err
	}
	key := "record/" + message
	if id == "" {
		fresh := store.Record{Entity: e, Body: body, Status: e.NewStatus(r.newID(e.Prefix))}
		fresh.Status.Order = order
		created := false
		if id, created, err = r.Create(ctx, fresh, key, event.Event{Name: e.Event(entity.Received), Payload: encode(map[string]string{"name": fresh.Name()})}); err != nil {
			return RecordResult{}, err
		}
		if created {
			return RecordResult{Record: id, Created: true, Changed: true}, nil
		}
	}
	res, err := r.Change(ctx, id, key, "", func(rec *store.Record) (store.Change, error) { return newer(rec, body, order), nil })
	if err != nil {
		return RecordResult{}, err
	}
	if res.Outcome == nil { // nothing to do: the record has this version, or a newer one
		return RecordResult{Record: id, Stale: after(e, res.Record.Body.Document, body.Document)}, nil
	}
	out := RecordResult{}
	return out, json.Unmarshal(res.Outcome, &out)
}

// linked is the id of the order that a record names, "" when there is none, or
// not yet.
func (r recorder) linked(ctx context.Context, name string) (string, error) {
	if name == "" {
		return "", nil
	}
	found, err := r.orders.Resolve(ctx, name)
	if fault.Is(err, fault.NotFound) {
		return "", nil
	}
	if err != nil {
		return "", err
	}
	return found[0].Status.Order, nil
}

// newer decides what a further version of a document changes. Whether a record
// may still change is for the entity's transitions by Changed.
func newer(rec *store.Record, body store.Body, order string) store.Change {
	e := rec.Entity
	out := RecordResult{Record: rec.Status.ID}
	same := reflect.DeepEqual(without(e, rec.Body.Document), without(e, body.Document))
	if after(e, rec.Body.Document, body.Document) || same && (e.UpdatedAt == "" || !after(e, body.Document, rec.Body.Document)) {
		return store.Change{}
	}
	if same {
		rec.Body = body
		rec.Status.Order = cmp.Or(order, rec.Status.Order) // it may have become known
		return store.Change{Body: true, Outcome: out}
	}
	out.Changed = true
	changed := event.Event{Name: e.Event(entity.Changed)}
	trial := rec.Status
	_, refusal := e.Apply(&trial, changed)
	if refusal == nil && e.Over(&rec.Status) {
		refusal = fault.New(fault.NotTransitable, "the record is %s / %s", rec.Status.State, rec.Status.Reason).On(rec.Status.ID, "state")
	}
	if refusal != nil {
		out.Changed, out.Refused = false, true
		return store.Change{Outcome: out, Events: []event.Event{{Name: e.Event(entity.ChangeFailed), Payload: encode(fn.Failed(refusal))}}}
	}
	rec.Body = body
	rec.Status.Order = cmp.Or(order, rec.Status.Order)
	return store.Change{Body: true, Outcome: out, Events: []event.Event{changed}}
}

// without is a document apart from when its sender said it.
func without(e *entity.Entity, doc entity.Document) map[string]any {
	out := map[string]any{}
	for name, v := range doc {
		if name != e.UpdatedAt {
			out[name] = v
		}
	}
	return out
}

// after orders the versions of a document by their own time and, at the same
// instant, by content: whatever the order of arrival, the same version wins. An
// entity without such a time takes them as they come.
func after(e *entity.Entity, a, b entity.Document) bool {
	if e.UpdatedAt == "" {
		return false
	}
	at, err1 := time.Parse(time.RFC3339, a.Text(e.UpdatedAt))
	bt, err2 := time.Parse(time.RFC3339, b.Text(e.UpdatedAt))
	if err1 != nil || err2 != nil {
		return err1 == nil && err2 != nil // one that says when is newer than one that does not
	}
	if c := at.Compare(bt); c != 0 {
		return c > 0
	}
	return string(encode(a)) > string(encode(b))
}

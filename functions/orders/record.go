package orders

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"time"

	"github.com/orderloom/orderloom/shared/event"
	"github.com/orderloom/orderloom/shared/fault"
	"github.com/orderloom/orderloom/shared/fn"
	"github.com/orderloom/orderloom/shared/inbox"
	"github.com/orderloom/orderloom/shared/order"
	"github.com/orderloom/orderloom/shared/order/store"
)

// RecordInput names the message whose canonical document is to be recorded.
type RecordInput struct {
	Message string `json:"message"`
}

// RecordResult says what became of it.
type RecordResult struct {
	Order   string `json:"order"`
	Created bool   `json:"created"`
	Changed bool   `json:"changed"`         // the channel's content is newer and different
	Stale   bool   `json:"stale,omitempty"` // the order has a newer version already
}

// Record upserts an order by channel, external id and the document's own
// update time.
var Record = fn.Function{
	ID:       "orders/record",
	Summary:  "Record a canonical order: create it, apply a newer version, or recognize an old one",
	Input:    RecordInput{},
	Result:   RecordResult{},
	Failures: changing,
	Example:  RecordInput{Message: "msg_example"},
	Timeout:  30 * time.Second,
	New: func(d fn.Deps) fn.Handler {
		r := recorder{store: storeOf(d), box: boxOf(d), newID: d.NewID}
		return fn.Task(r.record)
	},
}

type recorder struct {
	store store.Store
	box   inbox.Box
	newID func(string) string
}

func (r recorder) record(ctx context.Context, in RecordInput) (RecordResult, error) {
	data, err := r.box.Document(ctx, in.Message)
	if err != nil {
		return RecordResult{}, err
	}
	doc, err := fn.Decode[order.Document](data)
	if err != nil {
		return RecordResult{}, err
	}
	if doc.Channel == "" || doc.ExternalID == "" {
		return RecordResult{}, fault.New(fault.Invalid, "document has no channel or external id").On(in.Message, "externalId")
	}
	doc.ChannelHash = contentHash(doc)
	res, err := r.upsert(ctx, in.Message, doc)
	if err != nil {
		return RecordResult{}, err
	}
	return res, r.box.Settle(ctx, in.Message, inbox.Recorded, res.Order, nil)
}

func (r recorder) upsert(ctx context.Context, message string, doc order.Document) (RecordResult, error) {
	id, err := r.store.Find(ctx, doc.Channel, doc.ExternalID)
	if err != nil {
		return RecordResult{}, err
	}
	key := "record/" + message
	if id == "" {
		var created bool
		id, created, err = r.store.Create(ctx, r.newID("ord"), key, doc, firstEvents(doc)...)
		if err != nil {
			return RecordResult{}, err
		}
		if created {
			return RecordResult{Order: id, Created: true, Changed: true}, nil
		}
	}
	res, err := r.store.Change(ctx, id, key, "", func(rec *store.Record) (store.Change, error) {
		return newer(ctx, r.store, rec, doc)
	})
	if err != nil {
		return RecordResult{}, err
	}
	if res.Outcome == nil { // nothing to do: the order has this version, or a newer one
		return RecordResult{Order: id, Stale: after(res.Record.Document, doc)}, nil
	}
	out := RecordResult{}
	return out, json.Unmarshal(res.Outcome, &out)
}

// firstEvents: an order whose first message is its cancellation begins and
// ends with it.
func firstEvents(doc order.Document) []event.Event {
	payload, _ := json.Marshal(map[string]string{"name": doc.Name, "channel": doc.Channel}) // strings always encode
	all := []event.Event{{Name: event.OrderReceived, Payload: payload}}
	if doc.Canceled != nil {
		all = append(all, cancelEvent(doc.Canceled.Reason))
	}
	return all
}

// contentHash identifies what the channel says, apart from when it said it.
// Echoes of our own write-back and repeated deliveries have the same hash.
func contentHash(doc order.Document) string {
	doc.UpdatedAt, doc.Warnings, doc.ChannelHash = time.Time{}, nil, ""
	data, _ := json.Marshal(doc) // a document of strings, numbers and times always encodes
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:])
}

// after orders the versions of a document: by its own time, at the same instant
// the cancellation last, for it is never taken back, and then by content hash.
// Whatever the order of arrival, the same version wins.
func after(a, b order.Document) bool {
	if c := a.UpdatedAt.Compare(b.UpdatedAt); c != 0 {
		return c > 0
	}
	if canceled := a.Canceled != nil; canceled != (b.Canceled != nil) {
		return canceled
	}
	return a.ChannelHash > b.ChannelHash
}

// newer decides what a further version of the document changes.
func newer(ctx context.Context, s store.Store, rec *store.Record, doc order.Document) (store.Change, error) {
	have := &rec.Document
	out := RecordResult{Order: rec.Status.Order}
	if !after(doc, *have) {
		return store.Change{}, nil
	}
	if doc.ChannelHash == have.ChannelHash {
		have.UpdatedAt = doc.UpdatedAt
		return store.Change{Document: true, Outcome: out}, nil
	}
	out.Changed = true
	if rec.Status.State == order.Canceled { // nothing is promised any more: the document follows
		*have = doc
		rec.Status.SetLines(have)
		return store.Change{Document: true, Outcome: out, Events: happened(event.OrderChanged)}, nil
	}
	if doc.Canceled != nil && have.Canceled == nil {
		return canceledByChannel(ctx, s, rec, doc, out)
	}
	if err := replaceable(rec, doc); err != nil {
		keepPromised(have, doc)
		return store.Change{Document: true, Outcome: out, Events: []event.Event{failedEvent(event.OrderChangeFailed, err)}}, nil
	}
	*have = doc
	rec.Status.SetLines(have)
	return store.Change{Document: true, Outcome: out, Events: happened(event.OrderChanged)}, nil
}

// replaceable returns why what is being fulfilled may no longer change.
func replaceable(rec *store.Record, doc order.Document) error {
	if sameGoods(rec.Document, doc) {
		return nil
	}
	if rec.Status.State == order.Canceled || rec.Status.State == order.Completed {
		return fault.New(fault.NotTransitable, "the order is %s", rec.Status.State).On(rec.Status.Order, "lines")
	}
	if len(rec.Status.FulfillmentOrders) > 0 {
		return fault.New(fault.NotTransitable, "lines or address changed after the order was handed to %s", rec.Status.FulfillmentOrders[0].Location).On(rec.Status.Order, "lines").Do("Agree the change with the location or cancel the rest")
	}
	for _, l := range rec.Status.Lines {
		if l.Reserved > 0 {
			return fault.New(fault.NotTransitable, "lines or address changed after stock was reserved").On(rec.Status.Order, "lines")
		}
	}
	return nil
}

// sameGoods reports whether two versions ask for the same goods at the same place.
func sameGoods(a, b order.Document) bool {
	if len(a.Lines) != len(b.Lines) || (a.ShipTo == nil) != (b.ShipTo == nil) || (a.ShipTo != nil && *a.ShipTo != *b.ShipTo) {
		return false
	}
	for i := range a.Lines {
		x, y := a.Lines[i], b.Lines[i]
		if x.ID != y.ID || x.SKU != y.SKU || x.Quantity != y.Quantity || x.Kind != y.Kind {
			return false
		}
	}
	return true
}

// keepPromised takes over everything but the goods.
func keepPromised(have *order.Document, doc order.Document) {
	doc.Lines, doc.ShipTo, doc.Totals = have.Lines, have.ShipTo, have.Totals
	*have = doc
}

func failedEvent(name string, err error) event.Event {
	payload, _ := json.Marshal(fn.Failed(err)) // two strings always encode
	return event.Event{Name: name, Payload: payload}
}

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
	Raises:   []string{event.OrderReceived, event.OrderChanged, event.OrderChangeFailed, event.OrderCanceled, event.OrderCancellationFailed},
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
	doc.ChannelHash, doc.ChannelGoods = contentHash(doc), goodsHash(doc)
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
	all := []event.Event{{Name: event.OrderReceived, Payload: encode(order.Received{Name: doc.Name, Channel: doc.Channel})}}
	if doc.Canceled != nil {
		all = append(all, cancelEvent(doc.Canceled.Reason))
	}
	return all
}

// contentHash identifies what the channel says, apart from when it said it.
// Echoes of our own write-back and repeated deliveries have the same hash.
func contentHash(doc order.Document) string {
	doc.UpdatedAt, doc.Warnings, doc.ChannelHash, doc.ChannelGoods = time.Time{}, nil, "", ""
	return hashOf(doc)
}

// goodsHash identifies what the channel says is to go where.
func goodsHash(doc order.Document) string {
	goods := order.Document{ShipTo: doc.ShipTo}
	for _, l := range doc.Lines {
		goods.Lines = append(goods.Lines, order.Line{ID: l.ID, SKU: l.SKU, Quantity: l.Quantity, Kind: l.Kind})
	}
	return hashOf(goods)
}

func hashOf(doc order.Document) string {
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

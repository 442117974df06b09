// Package inbox keeps raw messages: what an outside service sent, byte for
// byte, from the moment it was verified until its retention ends.
//
// A message's id is derived from instance, topic and the sender's event id, so
// the same delivery is the same record and is stored once. State moves
// received → recorded | ignored | failed; a replay moves failed → received. A
// message that its handler ignores is stored as ignored and never announced.
// The announcement (MessageReceived) is an outbox mark on the same item, which
// stays until the message leaves the state received.
package inbox

import (
	"context"
	"crypto/sha256"
	"encoding/base32"
	"encoding/hex"
	"encoding/json"
	"strings"
	"time"

	"github.com/orderloom/orderloom/shared/blob"
	"github.com/orderloom/orderloom/shared/fault"
	"github.com/orderloom/orderloom/shared/table"
	"github.com/tidwall/gjson"
)

// Limits and retention.
const (
	MaxBodyBytes    = 5 << 20
	InlineBodyBytes = 300 << 10 // larger bodies go to the blob store
	Retention       = 30 * 24 * time.Hour
)

// State of a message.
type State string

const (
	Received State = "received"
	Recorded State = "recorded"
	Ignored  State = "ignored"
	Failed   State = "failed"
)

// Message is one delivery.
type Message struct {
	ID             string            `json:"id"`
	Instance       string            `json:"instance"`
	Provider       string            `json:"provider"`
	Topic          string            `json:"topic"`
	EventID        string            `json:"eventId"`
	Headers        map[string]string `json:"headers,omitempty"`
	Transformation string            `json:"transformation"`
	Fetch          string            `json:"fetch,omitempty"`
	ReceivedAt     time.Time         `json:"receivedAt"`
	State          State             `json:"state"`
	Order          string            `json:"order,omitempty"` // the order it became part of
	Error          string            `json:"error,omitempty"`
	Cause          string            `json:"cause,omitempty"`
	Rounds         int64             `json:"rounds"` // how often it was announced, from 1
}

// ID derives the id of a delivery. Topics and instances keep their own space.
func ID(instance, topic, eventID string) string {
	h := sha256.New()
	for _, part := range []string{instance, topic, eventID} {
		h.Write([]byte(part))
		h.Write([]byte{0})
	}
	return "msg_" + strings.ToLower(base32.StdEncoding.WithPadding(base32.NoPadding).EncodeToString(h.Sum(nil)[:16]))
}

// Box is the store of messages.
type Box struct {
	Table table.Table
	Blobs blob.Store
	Now   func() time.Time
}

const (
	rawSK, bodySK, documentSK = "RAW", "BODY", "DOC"
	metaAttr, dataAttr        = "doc", "data"
	blobAttr, stateAttr       = "blob", "state"
)

func rawKey(id string) table.Key { return table.Key{PK: "MSG#" + id, SK: rawSK} }

// Receive stores a message and its body once and marks it for announcement.
// It reports false when the message was there already: nothing is stored then.
// A message whose State is Ignored is stored so and not announced.
func (b Box) Receive(ctx context.Context, m Message, body []byte) (stored bool, err error) {
	m.ReceivedAt, m.Rounds = b.Now(), 1
	if m.State != Ignored {
		m.State = Received
	}
	if len(body) > InlineBodyBytes { // a duplicate must not cost a blob
		if dup, err := b.has(ctx, m.ID); dup || err != nil {
			return false, err
		}
	}
	bodyItem, err := b.bodyItem(ctx, m.ID, bodySK, body)
	if err != nil {
		return false, err
	}
	meta, err := b.metaItem(m)
	if err != nil {
		return false, err
	}
	if m.State == Received {
		meta = b.announced(meta)
	}
	for range writeAttempts {
		err = b.Table.Transact(ctx, table.Put(meta, table.ItemAbsent()), table.Put(bodyItem))
		if !table.IsConditionFailed(err) {
			return err == nil, err
		}
		// Either the message is there, or another delivery of it is just being
		// written and may still fail.
		if dup, err := b.has(ctx, m.ID); dup || err != nil {
			return false, err
		}
	}
	return false, fault.New(fault.Conflict, "other deliveries of the message got in the way %d times", writeAttempts).On(m.ID, "")
}

// writeAttempts bounds how often a write that another one got in the way of is
// decided again.
const writeAttempts = 10

func (b Box) has(ctx context.Context, id string) (bool, error) {
	item, err := b.Table.Get(ctx, rawKey(id))
	return item != nil, err
}

func (b Box) expires() int64 { return b.Now().Add(Retention).Unix() }

func (b Box) metaItem(m Message) (table.Item, error) {
	doc, err := json.Marshal(m)
	if err != nil {
		return nil, err
	}
	item := table.Item{table.PK: "MSG#" + m.ID, table.SK: rawSK, metaAttr: doc, table.TTL: m.ReceivedAt.Add(Retention).Unix(), stateAttr: string(m.State), RoundAttr: m.Rounds}
	if m.State == Failed { // the inbound error list
		item[table.GSI2PK], item[table.GSI2SK] = "INBOUND-ERRORS", m.ReceivedAt.Format(table.SortableTime)+"#"+m.ID
	}
	return item, nil
}

// announced adds the outbox mark and, for the sweep, the time since which the
// message waits to be recorded.
func (b Box) announced(item table.Item) table.Item {
	item[OutboxAttr] = OutboxPending
	item[table.GSI1PK], item[table.GSI1SK] = "INBOX-OPEN", b.Now().Format(table.SortableTime)
	return item
}

// Outbox marks: orders/publish announces items whose outbox is pending.
const (
	OutboxAttr    = "outbox"
	OutboxPending = "pending"
	RoundAttr     = "round" // a message that is announced again begins a new one
)

func (b Box) bodyItem(ctx context.Context, id, sk string, body []byte) (table.Item, error) {
	item := table.Item{table.PK: "MSG#" + id, table.SK: sk, table.TTL: b.expires()}
	if len(body) <= InlineBodyBytes {
		item[dataAttr] = body
		return item, nil
	}
	// The key says what is in it: bodies that meet under one id (a repeated
	// delivery, the document fetched for it) never overwrite each other.
	sum := sha256.Sum256(body)
	key := "messages/" + id + "/" + strings.ToLower(sk) + "-" + hex.EncodeToString(sum[:8])
	if err := b.Blobs.Put(ctx, key, body); err != nil {
		return nil, err
	}
	item[blobAttr] = key
	return item, nil
}

// Get reads a message's record.
func (b Box) Get(ctx context.Context, id string) (Message, error) {
	item, err := b.Table.Get(ctx, rawKey(id))
	if err != nil {
		return Message{}, err
	}
	if item == nil {
		return Message{}, fault.New(fault.NotFound, "no message %q", id)
	}
	return decode(item)
}

func decode(item table.Item) (Message, error) {
	var m Message
	if err := json.Unmarshal(item.Bytes(metaAttr), &m); err != nil {
		return m, fault.Wrap(err, fault.Internal, "reading message %s", item.Str(table.PK))
	}
	return m, nil
}

// IsMessage reports whether a stored item is a message's record.
func IsMessage(item table.Item) bool {
	return strings.HasPrefix(item.Str(table.PK), "MSG#") && item.Str(table.SK) == rawSK
}

// Announcement is the detail of MessageReceived: what the intake machine needs.
type Announcement struct {
	Message        string `json:"message"`
	Transformation string `json:"transformation"`  // function id
	Fetch          string `json:"fetch,omitempty"` // function id
}

// AnnouncementOf makes the announcement of a stored item's message, which need
// not be decoded for it; ok is false when the item is not a message.
func AnnouncementOf(item table.Item) (a Announcement, at time.Time, ok bool) {
	doc := item.Bytes(metaAttr)
	if !IsMessage(item) || !gjson.ValidBytes(doc) {
		return a, at, false
	}
	fields := gjson.GetManyBytes(doc, "id", "transformation", "fetch", "receivedAt")
	at, err := time.Parse(time.RFC3339Nano, fields[3].Str)
	return Announcement{fields[0].Str, fields[1].Str, fields[2].Str}, at, err == nil
}

// Body returns the raw bytes, or what SetBody put in their place.
func (b Box) Body(ctx context.Context, id string) ([]byte, error) { return b.data(ctx, id, bodySK) }

// SetBody replaces the body by the document that was fetched back.
func (b Box) SetBody(ctx context.Context, id string, body []byte) error {
	return b.put(ctx, id, bodySK, body)
}

// Document returns the canonical document that the transformation made.
func (b Box) Document(ctx context.Context, id string) ([]byte, error) {
	return b.data(ctx, id, documentSK)
}

// SetDocument keeps the canonical document beside the message.
func (b Box) SetDocument(ctx context.Context, id string, doc []byte) error {
	return b.put(ctx, id, documentSK, doc)
}

func (b Box) put(ctx context.Context, id, sk string, data []byte) error {
	if len(data) > blob.MaxBytes {
		return fault.New(fault.TooLarge, "document of %d bytes exceeds %d", len(data), blob.MaxBytes).On(id, "")
	}
	item, err := b.bodyItem(ctx, id, sk, data)
	if err != nil {
		return err
	}
	_, err = b.Table.Write(ctx, table.Put(item))
	return err
}

func (b Box) data(ctx context.Context, id, sk string) ([]byte, error) {
	item, err := b.Table.Get(ctx, table.Key{PK: "MSG#" + id, SK: sk})
	if err != nil {
		return nil, err
	}
	if item == nil {
		return nil, fault.New(fault.NotFound, "message %q has no %s", id, strings.ToLower(sk))
	}
	if key := item.Str(blobAttr); key != "" {
		return b.Blobs.Get(ctx, key)
	}
	return item.Bytes(dataAttr), nil
}

package orders

import (
	"context"
	"encoding/json"
	"log/slog"
	"slices"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/orderloom/orderloom/shared/event"
	"github.com/orderloom/orderloom/shared/fault"
	"github.com/orderloom/orderloom/shared/fn"
	"github.com/orderloom/orderloom/shared/inbox"
	"github.com/orderloom/orderloom/shared/order/store"
	"github.com/orderloom/orderloom/shared/table"
	"github.com/orderloom/orderloom/shared/table/stream"
)

// Publish is the outbox: every journal entry and every stored message that is
// marked pending goes to the event bus; then an entry's mark goes.
var Publish = fn.Function{
	ID:      "orders/publish",
	Summary: "Publish journalled events and received messages on the event bus",
	Trigger: fn.Trigger{Stream: true},
	Raises:  []string{event.MessageReceived},
	Example: json.RawMessage(`{"Records":[]}`),
	Timeout: 60 * time.Second,
	New: func(d fn.Deps) fn.Handler {
		p := publisher{d.Table, d.Bus, d.Log}
		return func(ctx context.Context, in json.RawMessage) (json.RawMessage, error) {
			changes, err := stream.Decode(in)
			if err != nil {
				return nil, err
			}
			items := make([]table.Item, len(changes))
			for i, c := range changes {
				items[i] = c.New
			}
			failed, err := p.publish(ctx, items)
			if err != nil {
				return nil, err
			}
			if failed < 0 {
				return stream.Failures(in)
			}
			return stream.Failures(in, changes[failed])
		}
	},
}

type publisher struct {
	table table.Table
	bus   fn.Bus
	log   *slog.Logger
}

// One PutEvents call takes so many events of so many bytes together.
const (
	maxEntries = 10
	maxBytes   = 256 << 10
)

// publish announces the pending items among items, in order. It returns the
// index of the first item that could not be announced, or -1.
func (p publisher) publish(ctx context.Context, items []table.Item) (int, error) {
	var batch []fn.BusEntry
	var owner []int // index of the item each entry belongs to
	for i, item := range items {
		if item == nil || item.Str(inbox.OutboxAttr) != inbox.OutboxPending {
			continue
		}
		entries, err := entriesOf(item)
		if err != nil {
			return -1, err
		}
		for _, e := range entries {
			batch, owner = append(batch, e), append(owner, i)
		}
	}
	failed := -1
	for start, end := 0, 0; start < len(batch) && failed < 0; start = end {
		end = start + fitting(batch[start:])
		bad, err := p.bus.Put(ctx, batch[start:end])
		if err != nil {
			p.log.Warn("events not accepted; the stream delivers them again", "error", err)
			failed = owner[start]
		} else if len(bad) > 0 {
			failed = owner[start+slices.Min(bad)]
		}
	}
	return failed, p.settle(ctx, items, failed)
}

// fitting counts the entries at the front that one call takes: one at least.
func fitting(batch []fn.BusEntry) int {
	n, bytes := 0, 0
	for n < min(len(batch), maxEntries) {
		if bytes += entryBytes(batch[n]); bytes > maxBytes && n > 0 {
			break
		}
		n++
	}
	return n
}

// entryBytes is the size of an entry as EventBridge counts it: 14 for the time.
func entryBytes(e fn.BusEntry) int { return 14 + len(e.Source) + len(e.DetailType) + len(e.Detail) }

// settle removes the marks of the journal entries before the first failed item.
// A message keeps its mark until it is recorded: intake/sweep looks after those
// that are not, so a write of its own would tell nobody anything.
func (p publisher) settle(ctx context.Context, items []table.Item, failed int) error {
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(16)
	for i, item := range items {
		if i == failed {
			break
		}
		if item == nil || item.Str(inbox.OutboxAttr) != inbox.OutboxPending || inbox.IsMessage(item) {
			continue
		}
		g.Go(func() error {
			_, err := p.table.Write(ctx, published(item))
			if table.IsConditionFailed(err) {
				return nil // announced again, settled or expired meanwhile
			}
			return err
		})
	}
	return g.Wait()
}

// published takes the mark off a journal entry.
func published(item table.Item) table.Op {
	return table.Set(item.Key(), nil, table.Equal(inbox.OutboxAttr, inbox.OutboxPending)).Removing(inbox.OutboxAttr, table.GSI1PK, table.GSI1SK)
}

func entriesOf(item table.Item) ([]fn.BusEntry, error) {
	if a, at, ok := inbox.AnnouncementOf(item); ok {
		return []fn.BusEntry{{Source: "orderloom.intake", DetailType: event.MessageReceived, At: at, Detail: encode(a)}}, nil
	}
	key, events, ok := store.EncodedEvents(item)
	if !ok {
		return nil, fault.New(fault.Internal, "outbox record %s is neither a message nor a journal entry", item.Key())
	}
	all := make([]fn.BusEntry, len(events))
	for i, ev := range events {
		all[i] = fn.BusEntry{Source: sourceOf(ev), DetailType: ev.Name, At: ev.At, Detail: ev.JSON}
		if entryBytes(all[i]) > maxBytes {
			var err error
			if all[i].Detail, err = withoutPayload(ev.JSON, key); err != nil {
				return nil, err
			}
		}
	}
	return all, nil
}

// sourceOf is who raises the event: a provider its own, otherwise the stage of the
// catalog. What outside systems put in comes from here, too, once it was accepted.
func sourceOf(ev store.EncodedEvent) string {
	if d, ok := event.Lookup(ev.Name); ok {
		return d.Source
	}
	if ev.Source != "" {
		return ev.Source
	}
	return event.OrdersSource
}

// withoutPayload is an event whose payload the bus does not take: that stays in
// the journal, and the event says where.
func withoutPayload(encoded json.RawMessage, entry string) (json.RawMessage, error) {
	var ev event.Event
	if err := json.Unmarshal(encoded, &ev); err != nil {
		return nil, fault.Wrap(err, fault.Internal, "reading an event of journal entry %s", entry)
	}
	ev.Payload, ev.Journal = nil, entry
	return encode(ev), nil
}

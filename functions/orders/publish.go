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
// marked pending goes to the event bus; then the mark goes.
var Publish = fn.Function{
	ID:      "orders/publish",
	Summary: "Publish journalled events and received messages on the event bus",
	Trigger: fn.Trigger{Stream: true},
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

// maxEntries is how many events one PutEvents call takes.
const maxEntries = 10

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
	for start := 0; start < len(batch) && failed < 0; start += maxEntries {
		end := min(start+maxEntries, len(batch))
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

// settle removes the marks of the items before the first failed one.
func (p publisher) settle(ctx context.Context, items []table.Item, failed int) error {
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(16)
	for i, item := range items {
		if i == failed {
			break
		}
		if item == nil || item.Str(inbox.OutboxAttr) != inbox.OutboxPending {
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

// published takes the mark off one item. A message keeps its place in the
// index of open messages: that is the sweep's until the message is settled.
func published(item table.Item) table.Op {
	conds := []table.Cond{table.Equal(inbox.OutboxAttr, inbox.OutboxPending)}
	remove := []string{inbox.OutboxAttr, table.GSI1PK, table.GSI1SK}
	if _, ok := inbox.Decode(item); ok {
		conds = append(conds, table.Equal(inbox.RoundAttr, item.Int(inbox.RoundAttr)))
		remove = remove[:1]
	}
	return table.Set(item.Key(), nil, conds...).Removing(remove...)
}

func entriesOf(item table.Item) ([]fn.BusEntry, error) {
	if m, ok := inbox.Decode(item); ok {
		return []fn.BusEntry{{Source: "orderloom.intake", DetailType: event.MessageReceived, At: m.ReceivedAt, Detail: encode(inbox.AnnouncementOf(m))}}, nil
	}
	e, ok := store.DecodeEntry(item)
	if !ok {
		return nil, fault.New(fault.Internal, "outbox record %s is neither a message nor a journal entry", item.Key())
	}
	all := make([]fn.BusEntry, len(e.Events))
	for i, ev := range e.Events {
		source := "orderloom.orders"
		if d, ok := event.Lookup(ev.Name); ok {
			source = d.Source
		}
		detail, err := json.Marshal(ev)
		if err != nil {
			return nil, fault.Wrap(err, fault.Internal, "encoding event %s", ev.Name)
		}
		all[i] = fn.BusEntry{Source: source, DetailType: ev.Name, At: ev.At, Detail: detail}
	}
	return all, nil
}

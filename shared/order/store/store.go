// Package store keeps orders in the table.
//
// An order is three kinds of items under one partition key:
//
//	ORDER#<id> / BODY       the canonical document, written on change only
//	ORDER#<id> / STATE      the status: one lean item, all lines included
//	ORDER#<id> / J#<key>    one journal entry per change: its events, the outbox
//	                        mark and, by its key, the guard against doing it twice
//
// and CHANNEL#<channel>#<external id> / ORDER claims the channel's key.
// A change is ONE conditional transaction of STATE and its journal entry (and
// what else must stand or fall with it), so an event is published if and only
// if it happened.
//
// Every step of an order reads it: in a process that runs many, a Cache spares
// decoding what was decoded before.
package store

import (
	"context"
	"encoding/json"
	"strings"
	"time"

	"github.com/orderloom/orderloom/shared/blob"
	"github.com/orderloom/orderloom/shared/event"
	"github.com/orderloom/orderloom/shared/fault"
	"github.com/orderloom/orderloom/shared/order"
	"github.com/orderloom/orderloom/shared/table"
)

// Store reads and changes orders.
type Store struct {
	Table table.Table
	Blobs blob.Store
	Now   func() time.Time
	Cache *Cache // may be nil
}

// Record is one order as it stands.
type Record struct {
	Document order.Document
	Status   order.Status
}

// Entry is one journal entry.
type Entry struct {
	Key     string          `json:"key"`
	Step    string          `json:"step,omitempty"`
	At      time.Time       `json:"at"`
	Events  []event.Event   `json:"events"`
	Outcome json.RawMessage `json:"outcome,omitempty"` // what the caller got, for a caller that asks again
}

const (
	bodySK, stateSK, journalPrefix = "BODY", "STATE", "J#"
	docAttr, versionAttr, blobAttr = "doc", "version", "blob"
	ordersPartition                = "ORDERS"
	inlineBytes                    = 300 << 10
)

// Partition is the partition key of an order's items.
func Partition(id string) string { return "ORDER#" + id }

func nameKey(name string) string {
	return "NAME#" + strings.ToLower(strings.TrimPrefix(strings.TrimSpace(name), "#"))
}

func claimKey(channel, externalID string) table.Key {
	return table.Key{PK: "CHANNEL#" + channel + "#" + externalID, SK: "ORDER"}
}

// Load reads an order. An unknown id is a fault with code Record.NotFound.
func (s Store) Load(ctx context.Context, id string) (Record, error) {
	r, _, err := s.load(ctx, id)
	return r, err
}

// load reads an order and other items of its partition in one call. It is no
// snapshot: each item is as it was at some time during the call.
func (s Store) load(ctx context.Context, id string, others ...string) (Record, []table.Item, error) {
	if id == "" {
		return Record{}, nil, fault.New(fault.Invalid, "an order id is missing")
	}
	pk := Partition(id)
	keys := []table.Key{{PK: pk, SK: bodySK}, {PK: pk, SK: stateSK}}
	for _, sk := range others {
		keys = append(keys, table.Key{PK: pk, SK: sk})
	}
	items, err := s.Table.GetMany(ctx, keys)
	if err != nil {
		return Record{}, nil, err
	}
	if items[0] == nil || items[1] == nil {
		return Record{}, nil, fault.New(fault.NotFound, "no order %q", id)
	}
	r, err := s.decode(ctx, items[0], items[1])
	return r, items[2:], err
}

// Find returns the id of the order with the channel's key, "" when there is none.
func (s Store) Find(ctx context.Context, channel, externalID string) (string, error) {
	item, err := s.Table.Get(ctx, claimKey(channel, externalID))
	if err != nil || item == nil {
		return "", err
	}
	return item.Str("order"), nil
}

// Resolve finds orders by what a person types: an order id, or the channel's
// order name with or without "#". Newest first.
func (s Store) Resolve(ctx context.Context, name string) ([]Record, error) {
	if strings.HasPrefix(name, "ord_") {
		r, err := s.Load(ctx, name)
		if err != nil {
			return nil, err
		}
		return []Record{r}, nil
	}
	all, _, err := s.list(ctx, table.Query{Index: table.GSI1, PK: nameKey(name), Descending: true, Limit: 50})
	if err == nil && len(all) == 0 {
		err = fault.New(fault.NotFound, "no order named %q", name)
	}
	return all, err
}

// List returns up to limit orders, newest first, and the cursor of the next page.
func (s Store) List(ctx context.Context, limit int, after string) ([]Record, string, error) {
	return s.list(ctx, table.Query{Index: table.GSI2, PK: ordersPartition, Descending: true, Limit: limit, After: after})
}

func (s Store) list(ctx context.Context, q table.Query) ([]Record, string, error) {
	page, err := s.Table.Query(ctx, q)
	if err != nil {
		return nil, "", err
	}
	var all []Record
	for start := 0; start < len(page.Items); start += 50 {
		hits := page.Items[start:min(start+50, len(page.Items))]
		keys := make([]table.Key, 0, 2*len(hits))
		for _, h := range hits {
			keys = append(keys, table.Key{PK: h.Str(table.PK), SK: bodySK}, table.Key{PK: h.Str(table.PK), SK: stateSK})
		}
		items, err := s.Table.GetMany(ctx, keys)
		if err != nil {
			return nil, "", err
		}
		for i := 0; i+1 < len(items); i += 2 {
			if items[i] == nil || items[i+1] == nil {
				continue
			}
			r, err := s.decode(ctx, items[i], items[i+1])
			if err != nil {
				return nil, "", err
			}
			all = append(all, r)
		}
	}
	return all, page.Next, nil
}

// Complete gives an event from the bus its payload back when the bus could not
// take it.
func (s Store) Complete(ctx context.Context, e event.Event) (event.Event, error) {
	if e.Journal == "" {
		return e, nil
	}
	key := table.Key{PK: Partition(e.OrderID), SK: journalPrefix + e.Journal}
	item, err := s.Table.Get(ctx, key)
	if err != nil {
		return e, err
	}
	if item == nil {
		return e, fault.New(fault.NotFound, "no journal entry %s", key)
	}
	entry, err := DecodeEntry(item)
	if err != nil {
		return e, err
	}
	for _, have := range entry.Events {
		if have.Seq == e.Seq && have.Name == e.Name {
			return have, nil
		}
	}
	return e, fault.New(fault.NotFound, "journal entry %s has no event %d", key, e.Seq)
}

// Journal returns all entries of an order in the order in which they happened.
func (s Store) Journal(ctx context.Context, id string) ([]Entry, error) {
	var all []Entry
	q := table.Query{PK: Partition(id), Prefix: journalPrefix}
	for {
		page, err := s.Table.Query(ctx, q)
		if err != nil {
			return nil, err
		}
		for _, item := range page.Items {
			e, err := DecodeEntry(item)
			if err != nil {
				return nil, err
			}
			all = append(all, e)
		}
		if page.Next == "" {
			break
		}
		q.After = page.Next
	}
	sortEntries(all)
	return all, nil
}

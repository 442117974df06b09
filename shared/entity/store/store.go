// Package store keeps the records of declared entities in the table.
//
// A record is three kinds of items under one partition key:
//
//	RECORD#<id> / BODY       its document, written on change only
//	RECORD#<id> / STATE      its status
//	RECORD#<id> / J#<key>    one journal entry per change: its events, the outbox
//	                         mark and, by its key, the guard against doing it twice
//
// and SENDER#<entity>#<instance>#<external id> / RECORD claims the sender's key.
// By BODY's index keys a record is found by its name (RECORD-NAME#<name>) and
// listed by its entity (RECORDS#<entity>). A change is ONE conditional transaction
// of STATE and its journal entry (and what else must stand or fall with it), as
// for orders; orders/publish and orders/sweep serve both outboxes.
package store

import (
	"context"
	"encoding/json"
	"strings"
	"time"

	"github.com/orderloom/orderloom/shared/blob"
	"github.com/orderloom/orderloom/shared/entity"
	"github.com/orderloom/orderloom/shared/event"
	"github.com/orderloom/orderloom/shared/fault"
	orders "github.com/orderloom/orderloom/shared/order/store"
	"github.com/orderloom/orderloom/shared/policy"
	"github.com/orderloom/orderloom/shared/table"
)

// Store reads and changes records of the declared entities.
type Store struct {
	Table    table.Table
	Blobs    blob.Store
	Now      func() time.Time
	Entities []entity.Entity
}

// Body is a record's document and where it came from.
type Body struct {
	Entity       event.Entity    `json:"entity"`
	Instance     string          `json:"instance"`
	Organization string          `json:"organization"`
	Company      string          `json:"company"`
	Channel      string          `json:"channel,omitempty"`
	Document     entity.Document `json:"document"`
}

// Record is one record as it stands.
type Record struct {
	Entity *entity.Entity
	Body   Body
	Status entity.Status
}

// Name is what people call the record.
func (r *Record) Name() string { return r.Body.Document.Text(r.Entity.CallName()) }

// Look is the record as policies look at it.
func (r *Record) Look(now time.Time) policy.Record {
	return r.Entity.Record(r.Body.Document, &r.Status, now)
}

const (
	bodySK, stateSK, journalPrefix = "BODY", "STATE", "J#"
	docAttr, versionAttr, blobAttr = "doc", "version", "blob"
	inlineBytes                    = 300 << 10
)

// Partition is the partition key of a record's items.
func Partition(id string) string { return "RECORD#" + id }

func listPartition(of event.Entity) string { return "RECORDS#" + string(of) }

func nameKey(name string) string {
	return "RECORD-NAME#" + strings.ToLower(strings.TrimPrefix(strings.TrimSpace(name), "#"))
}

func claimKey(of event.Entity, instance, externalID string) table.Key {
	return table.Key{PK: "SENDER#" + string(of) + "#" + instance + "#" + externalID, SK: "RECORD"}
}

// Load reads a record. An unknown id is a fault with code Record.NotFound.
func (s Store) Load(ctx context.Context, id string) (Record, error) {
	r, _, err := s.load(ctx, id)
	return r, err
}

// load reads a record and other items of its partition in one call.
func (s Store) load(ctx context.Context, id string, others ...string) (Record, []table.Item, error) {
	if _, ok := entity.OfRecord(s.Entities, id); !ok {
		return Record{}, nil, fault.New(fault.NotFound, "no record %q", id)
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
		return Record{}, nil, fault.New(fault.NotFound, "no record %q", id)
	}
	r, err := s.decode(ctx, items[0], items[1])
	return r, items[2:], err
}

func (s Store) decode(ctx context.Context, body, state table.Item) (Record, error) {
	var r Record
	doc, err := body.Bytes(docAttr), error(nil)
	if key := body.Str(blobAttr); key != "" {
		doc, err = s.Blobs.Get(ctx, key)
	}
	if err != nil {
		return r, err
	}
	if err := json.Unmarshal(doc, &r.Body); err != nil {
		return r, fault.Wrap(err, fault.Internal, "reading document of %s", body.Str(table.PK))
	}
	if err := json.Unmarshal(state.Bytes(docAttr), &r.Status); err != nil {
		return r, fault.Wrap(err, fault.Internal, "reading status of %s", state.Str(table.PK))
	}
	var ok bool
	if r.Entity, ok = entity.Find(s.Entities, r.Body.Entity); !ok {
		return r, fault.New(fault.Misconfigured, "the entity %q of record %s is declared no more", r.Body.Entity, r.Status.ID)
	}
	return r, nil
}

// Find returns the id of the record with the sender's key, "" when there is none.
func (s Store) Find(ctx context.Context, of event.Entity, instance, externalID string) (string, error) {
	item, err := s.Table.Get(ctx, claimKey(of, instance, externalID))
	if err != nil || item == nil {
		return "", err
	}
	return item.Str("record"), nil
}

// Resolve finds records by what a person types: an id, or a name with or without
// "#". Newest first.
func (s Store) Resolve(ctx context.Context, name string) ([]Record, error) {
	if _, ok := entity.OfRecord(s.Entities, name); ok {
		r, err := s.Load(ctx, name)
		if err == nil || !fault.Is(err, fault.NotFound) {
			return []Record{r}, err
		}
	}
	all, _, err := s.list(ctx, table.Query{Index: table.GSI1, PK: nameKey(name), Descending: true, Limit: 50})
	if err == nil && len(all) == 0 {
		err = fault.New(fault.NotFound, "no record named %q", name)
	}
	return all, err
}

// List returns up to limit records of an entity, newest first, and the cursor of
// the next page.
func (s Store) List(ctx context.Context, of event.Entity, limit int, after string) ([]Record, string, error) {
	return s.list(ctx, table.Query{Index: table.GSI2, PK: listPartition(of), Descending: true, Limit: limit, After: after})
}

func (s Store) list(ctx context.Context, q table.Query) ([]Record, string, error) {
	page, err := s.Table.Query(ctx, q)
	if err != nil {
		return nil, "", err
	}
	all := []Record{}
	for _, hit := range page.Items {
		r, err := s.Load(ctx, strings.TrimPrefix(hit.Str(table.PK), "RECORD#"))
		if fault.Is(err, fault.NotFound) {
			continue // the index lags behind
		}
		if err != nil {
			return nil, "", err
		}
		all = append(all, r)
	}
	return all, page.Next, nil
}

// Journal returns all entries of a record in the order in which they happened.
func (s Store) Journal(ctx context.Context, id string) ([]orders.Entry, error) {
	var all []orders.Entry
	for q := (table.Query{PK: Partition(id), Prefix: journalPrefix}); ; {
		page, err := s.Table.Query(ctx, q)
		if err != nil {
			return nil, err
		}
		for _, item := range page.Items {
			e, err := orders.DecodeEntry(item)
			if err != nil {
				return nil, err
			}
			all = append(all, e)
		}
		if q.After = page.Next; q.After == "" {
			sortEntries(all)
			return all, nil
		}
	}
}

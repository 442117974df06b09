package store

import (
	"cmp"
	"context"
	"encoding/json"
	"slices"
	"strconv"

	"github.com/orderloom/orderloom/shared/event"
	"github.com/orderloom/orderloom/shared/fault"
	orders "github.com/orderloom/orderloom/shared/order/store"
	"github.com/orderloom/orderloom/shared/table"
)

// Change is what a function wants to happen to a record, decided on the record as
// it stands. It may change the record's Body and, beyond what events do, its Status.
type Change struct {
	Events  []event.Event // applied in order through the entity's transitions
	Body    bool          // the record's Body was changed too
	Outcome any           // returned again to a caller with the same key
	Ops     []table.Op    // further writes that stand or fall with the change
}

// Result of a change.
type Result struct {
	Record  Record
	Applied bool            // false: a change with that key was there already
	Outcome json.RawMessage // of the change that was applied first
}

const maxAttempts = 20

// Change applies decide's change once per key. Another writer in between makes it
// decide again on the new record; after 20 times it is a Record.Conflict. When
// decide returns an empty Change nothing is written.
func (s Store) Change(ctx context.Context, id, key, step string, decide func(*Record) (Change, error)) (Result, error) {
	if key == "" {
		return Result{}, fault.New(fault.Invalid, "an idempotency key is missing").On(id, "key")
	}
	for range maxAttempts {
		r, items, err := s.load(ctx, id, journalPrefix+key)
		if err != nil {
			return Result{}, err
		}
		if items[0] != nil {
			return s.repeated(ctx, id, items[0])
		}
		before := r.Status.Version
		c, err := decide(&r)
		if err == nil && len(c.Events) == 0 && len(c.Ops) == 0 && !c.Body && c.Outcome == nil {
			return Result{Record: r}, nil
		}
		var ops []table.Op
		var outcome json.RawMessage
		if err == nil {
			ops, outcome, err = s.commit(ctx, &r, before, key, step, c)
		}
		if err != nil {
			return s.refused(ctx, id, key, err)
		}
		err = s.Table.Transact(ctx, ops...)
		if err == nil {
			return Result{Record: r, Applied: true, Outcome: outcome}, nil
		}
		if !table.IsConditionFailed(err) {
			return Result{}, err
		}
	}
	return Result{}, fault.New(fault.Conflict, "record changed %d times while step %q tried to change it", maxAttempts, step).On(id, "version")
}

// Done reports whether the change with a key was applied.
func (s Store) Done(ctx context.Context, id, key string) (bool, error) {
	item, err := s.Table.Get(ctx, table.Key{PK: Partition(id), SK: journalPrefix + key})
	return item != nil, err
}

// refused is the result of a change that could not be decided, unless the record
// was read after the same change and the journal before it.
func (s Store) refused(ctx context.Context, id, key string, refusal error) (Result, error) {
	done, err := s.Table.Get(ctx, table.Key{PK: Partition(id), SK: journalPrefix + key})
	if err != nil || done == nil {
		return Result{}, refusal
	}
	return s.repeated(ctx, id, done)
}

// repeated is the result of a change that was there already. The record is read
// again: it may have been read before the change.
func (s Store) repeated(ctx context.Context, id string, done table.Item) (Result, error) {
	e, err := orders.DecodeEntry(done)
	if err != nil {
		return Result{}, err
	}
	r, err := s.Load(ctx, id)
	return Result{Record: r, Outcome: e.Outcome}, err
}

// commit turns a change into the writes of its transaction.
func (s Store) commit(ctx context.Context, r *Record, before int64, key, step string, c Change) ([]table.Op, json.RawMessage, error) {
	entry, err := s.apply(r, key, step, c)
	if err != nil {
		return nil, nil, err
	}
	journal, err := orders.JournalItem(Partition(r.Status.ID), entry)
	if err != nil {
		return nil, nil, err
	}
	doc, err := json.Marshal(r.Status)
	if err != nil {
		return nil, nil, err
	}
	state := table.Item{table.PK: Partition(r.Status.ID), table.SK: stateSK, docAttr: doc, versionAttr: r.Status.Version}
	ops := []table.Op{
		table.Put(state, table.Equal(versionAttr, before)),
		table.Put(journal, table.ItemAbsent()),
	}
	if c.Body {
		body, err := s.bodyItem(ctx, r)
		if err != nil {
			return nil, nil, err
		}
		ops = append(ops, table.Put(body))
	}
	return append(ops, c.Ops...), entry.Outcome, nil
}

func (s Store) apply(r *Record, key, step string, c Change) (orders.Entry, error) {
	now := s.Now()
	e := orders.Entry{Key: key, Step: step, At: now}
	for _, ev := range c.Events {
		ev.At, ev.Step = now, step
		done, err := r.Entity.Apply(&r.Status, ev)
		if err != nil {
			return e, err
		}
		e.Events = append(e.Events, done)
	}
	if c.Outcome != nil {
		out, err := json.Marshal(c.Outcome)
		if err != nil {
			return e, err
		}
		e.Outcome = out
	}
	r.Status.Version++
	r.Status.ChangedAt = now
	return e, nil
}

func (s Store) bodyItem(ctx context.Context, r *Record) (table.Item, error) {
	doc, err := json.Marshal(r.Body)
	if err != nil {
		return nil, err
	}
	id := r.Status.ID
	at := r.Status.ReceivedAt.Format(table.SortableTime) + "#" + id
	item := table.Item{
		table.PK: Partition(id), table.SK: bodySK,
		table.GSI1PK: nameKey(r.Name()), table.GSI1SK: at,
		table.GSI2PK: listPartition(r.Entity.ID), table.GSI2SK: at,
	}
	if len(doc) <= inlineBytes {
		item[docAttr] = doc
		return item, nil
	}
	key := "records/" + id + "/" + strconv.FormatInt(r.Status.Version, 10)
	if err := s.Blobs.Put(ctx, key, doc); err != nil {
		return nil, err
	}
	item[blobAttr] = key
	return item, nil
}

// Create stores a new record under its id unless the sender's key is claimed
// already; then it returns the id that claimed it and false.
func (s Store) Create(ctx context.Context, r Record, key string, first ...event.Event) (id string, created bool, err error) {
	r.Status.ReceivedAt = s.Now()
	ops, _, err := s.commit(ctx, &r, 0, key, "", Change{Events: first, Body: true})
	if err != nil {
		return "", false, err
	}
	ops[0].If = []table.Cond{table.ItemAbsent()}
	external := r.Body.Document.Text(r.Entity.ExternalID)
	claim := claimKey(r.Entity.ID, r.Body.Instance, external)
	ops = append(ops, table.Put(table.Item{table.PK: claim.PK, table.SK: claim.SK, "record": r.Status.ID}, table.ItemAbsent()))
	err = s.Table.Transact(ctx, ops...)
	if err == nil {
		return r.Status.ID, true, nil
	}
	if !table.IsConditionFailed(err) {
		return "", false, err
	}
	have, findErr := s.Find(ctx, r.Entity.ID, r.Body.Instance, external)
	if findErr != nil {
		return "", false, findErr
	}
	if have == "" {
		return "", false, err
	}
	return have, false, nil
}

func sortEntries(all []orders.Entry) {
	first := func(e orders.Entry) int64 {
		if len(e.Events) == 0 {
			return 0
		}
		return e.Events[0].Seq
	}
	slices.SortStableFunc(all, func(a, b orders.Entry) int {
		return cmp.Or(cmp.Compare(first(a), first(b)), a.At.Compare(b.At))
	})
}

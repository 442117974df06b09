package store

import (
	"context"
	"encoding/json"
	"hash/fnv"
	"strconv"

	"github.com/orderloom/orderloom/shared/event"
	"github.com/orderloom/orderloom/shared/fault"
	"github.com/orderloom/orderloom/shared/inbox"
	"github.com/orderloom/orderloom/shared/order"
	"github.com/orderloom/orderloom/shared/table"
)

// Change is what a function wants to happen to an order, decided on the record
// as it stands. It may change the record's Document and, beyond what events do,
// its Status.
type Change struct {
	Events   []event.Event // applied in order through the transition table
	Document bool          // the record's Document was changed too
	Outcome  any           // returned again to a caller with the same key
	Ops      []table.Op    // further writes that stand or fall with the change
}

// Result of a change.
type Result struct {
	Record  Record
	Applied bool            // false: a change with that key was there already
	Outcome json.RawMessage // of the change that was applied first
}

const maxAttempts = 20

// Change applies decide's change once per key. Another writer in between makes
// it decide again on the new record; after 20 times it is a Record.Conflict.
// When decide returns an empty Change nothing is written.
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
		c, refusal := decide(&r)
		if refusal != nil {
			return s.refused(ctx, id, key, refusal)
		}
		if len(c.Events) == 0 && len(c.Ops) == 0 && !c.Document && c.Outcome == nil {
			return Result{Record: r}, nil
		}
		ops, outcome, err := s.commit(ctx, &r, before, key, step, c)
		if err != nil {
			return Result{}, err
		}
		err = s.Table.Transact(ctx, ops...)
		if err == nil {
			s.Cache.changed(&r, c.Document, ops)
			return Result{Record: r, Applied: true, Outcome: outcome}, nil
		}
		if !table.IsConditionFailed(err) {
			return Result{}, err
		}
	}
	return Result{}, fault.New(fault.Conflict, "order changed %d times while step %q tried to change it", maxAttempts, step).On(id, "version")
}

// Done reports whether the change with a key was applied.
func (s Store) Done(ctx context.Context, id, key string) (bool, error) {
	item, err := s.Table.Get(ctx, table.Key{PK: Partition(id), SK: journalPrefix + key})
	return item != nil, err
}

// Began reports whether a change was applied whose key begins with prefix.
func (s Store) Began(ctx context.Context, id, prefix string) (bool, error) {
	page, err := s.Table.Query(ctx, table.Query{PK: Partition(id), Prefix: journalPrefix + prefix, Limit: 1})
	return len(page.Items) > 0, err
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
	e, err := DecodeEntry(done)
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
	answers, err := answers(r, entry)
	if err != nil {
		return nil, nil, err
	}
	journal, err := s.journalItem(r, entry)
	if err != nil {
		return nil, nil, err
	}
	state, err := stateItem(r)
	if err != nil {
		return nil, nil, err
	}
	ops := []table.Op{
		table.Put(state, table.Equal(versionAttr, before)),
		table.Put(journal, table.ItemAbsent()),
	}
	if c.Document {
		body, err := s.bodyItem(ctx, r)
		if err != nil {
			return nil, nil, err
		}
		ops = append(ops, table.Put(body))
	}
	return append(append(ops, c.Ops...), answers...), entry.Outcome, nil
}

func (s Store) apply(r *Record, key, step string, c Change) (Entry, error) {
	now := s.Now()
	e := Entry{Key: key, Step: step, At: now}
	for _, ev := range c.Events {
		ev.At, ev.Step = now, step
		all, err := r.Status.Apply(ev)
		if err != nil {
			return e, err
		}
		e.Events = append(e.Events, all...)
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

func stateItem(r *Record) (table.Item, error) {
	doc, err := json.Marshal(r.Status)
	if err != nil {
		return nil, err
	}
	return table.Item{table.PK: Partition(r.Status.Order), table.SK: stateSK, docAttr: pack(doc), versionAttr: r.Status.Version}, nil
}

func (s Store) bodyItem(ctx context.Context, r *Record) (table.Item, error) {
	doc, err := json.Marshal(r.Document)
	if err != nil {
		return nil, err
	}
	id := r.Status.Order
	item := table.Item{
		table.PK: Partition(id), table.SK: bodySK,
		table.GSI1PK: nameKey(r.Document.Name), table.GSI1SK: r.Status.ReceivedAt.Format(table.SortableTime) + "#" + id,
		table.GSI2PK: ordersPartition, table.GSI2SK: r.Status.ReceivedAt.Format(table.SortableTime) + "#" + id,
	}
	if packed := pack(doc); len(packed) <= inlineBytes {
		item[docAttr] = packed
		return item, nil
	}
	key := "orders/" + id + "/" + strconv.FormatInt(r.Status.Version, 10)
	if err := s.Blobs.Put(ctx, key, doc); err != nil {
		return nil, err
	}
	item[blobAttr] = key
	return item, nil
}

// outboxShards spreads the sweep's index over partitions.
const outboxShards = 8

func outboxPartition(shard int) string { return "OUTBOX#" + strconv.Itoa(shard) }

func (s Store) journalItem(r *Record, e Entry) (table.Item, error) {
	item, err := JournalItem(Partition(r.Status.Order), e)
	if err != nil {
		return nil, err
	}
	item["seq"] = r.Status.Seq
	return item, nil
}

// JournalItem is a journal entry of any record that keeps one: item and outbox
// record in one. A reader of the stream knows it by its sort key.
func JournalItem(partition string, e Entry) (table.Item, error) {
	doc, err := json.Marshal(e)
	if err != nil {
		return nil, err
	}
	doc = pack(doc)
	if len(doc) > table.MaxItemBytes-1024 {
		return nil, fault.New(fault.TooLarge, "the events of one step take %d bytes; %d fit", len(doc), table.MaxItemBytes-1024).On(partition, "events")
	}
	h := fnv.New32a()
	h.Write([]byte(partition))
	item := table.Item{
		table.PK: partition, table.SK: journalPrefix + e.Key, docAttr: doc,
	}
	if len(e.Events) > 0 {
		item[inbox.OutboxAttr] = inbox.OutboxPending
		item[table.GSI1PK], item[table.GSI1SK] = outboxPartition(int(h.Sum32()%outboxShards)), e.At.Format(table.SortableTime)
	}
	return item, nil
}

// Create stores a new order under id unless its channel key is claimed
// already; then it returns the id that claimed it and false.
func (s Store) Create(ctx context.Context, id, key string, doc order.Document, first ...event.Event) (string, bool, error) {
	now := s.Now()
	r := Record{Document: doc, Status: order.NewStatus(id, &doc)}
	r.Status.ReceivedAt = now
	ops, _, err := s.commit(ctx, &r, 0, key, "", Change{Events: first, Document: true})
	if err != nil {
		return "", false, err
	}
	ops[0].If = []table.Cond{table.ItemAbsent()}
	claim := claimKey(doc.Channel, doc.ExternalID)
	ops = append(ops, table.Put(table.Item{table.PK: claim.PK, table.SK: claim.SK, "order": id}, table.ItemAbsent()))
	err = s.Table.Transact(ctx, ops...)
	if err == nil {
		s.Cache.changed(&r, true, ops)
		return id, true, nil
	}
	if !table.IsConditionFailed(err) {
		return "", false, err
	}
	have, findErr := s.Find(ctx, doc.Channel, doc.ExternalID)
	if findErr != nil {
		return "", false, findErr
	}
	if have == "" {
		return "", false, err
	}
	return have, false, nil
}

// OutboxPartitions lists the GSI1 partitions of journal entries that are not
// published yet, each sorted by time.
func OutboxPartitions() []string {
	all := make([]string, outboxShards)
	for i := range all {
		all[i] = outboxPartition(i)
	}
	return all
}

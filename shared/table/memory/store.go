// Package memory keeps the table in memory, for an Orderloom that is tried out
// and forgotten: nothing of it survives the process. It keeps no stream; who
// wants to hear of writes says so when it is opened.
package memory

import (
	"context"
	"sync"

	"github.com/orderloom/orderloom/shared/clock"
	"github.com/orderloom/orderloom/shared/table"
)

// Store is a table.Table. It is safe for concurrent use.
type Store struct {
	clock clock.Clock
	wrote func(table.Item)

	mu         sync.RWMutex
	partitions map[table.Index]map[string]partition
}

var _ table.Table = (*Store)(nil)

// partition holds its items by their keys; queries sort what they find.
type partition map[table.Key]table.Item

// Open makes an empty store. wrote, unless it is nil, hears of every item that
// was written, after it can be read and before its writer goes on; it must not
// change it.
func Open(clk clock.Clock, wrote func(table.Item)) *Store {
	s := &Store{clock: clk, wrote: wrote, partitions: map[table.Index]map[string]partition{}}
	for _, index := range indexes {
		s.partitions[index] = map[string]partition{}
	}
	return s
}

var indexes = []table.Index{table.Primary, table.GSI1, table.GSI2}

// get returns the stored item, which nobody may change; nil when there is none.
func (s *Store) get(key table.Key) table.Item {
	return table.Live(s.partitions[table.Primary][key.PK][key], s.clock.Now())
}

// Get implements table.Table.
func (s *Store) Get(ctx context.Context, key table.Key) (table.Item, error) {
	if err := table.ValidateKey(key); err != nil {
		return nil, err
	}
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	s.mu.RLock()
	item := s.get(key)
	s.mu.RUnlock()
	table.CountRead(ctx, table.ReadUnits(table.Size(item)))
	return table.Clone(item), nil // nil stays nil
}

// GetMany implements table.Table.
func (s *Store) GetMany(ctx context.Context, keys []table.Key) ([]table.Item, error) {
	if err := table.ValidateKeys(keys); err != nil {
		return nil, err
	}
	items := make([]table.Item, len(keys))
	for i, key := range keys {
		var err error
		if items[i], err = s.Get(ctx, key); err != nil {
			return nil, err
		}
	}
	return items, nil
}

// Write implements table.Table.
func (s *Store) Write(ctx context.Context, op table.Op) (table.Item, error) {
	if err := table.ValidateWrite(op); err != nil {
		return nil, err
	}
	written, err := s.apply(ctx, []table.Op{op}, 1)
	if err != nil {
		return nil, err
	}
	return table.Clone(table.Live(written[0], s.clock.Now())), nil
}

// Transact implements table.Table. Without ops it does nothing.
func (s *Store) Transact(ctx context.Context, ops ...table.Op) error {
	if err := table.ValidateTransaction(ops); err != nil || len(ops) == 0 {
		return err
	}
	_, err := s.apply(ctx, ops, 2) // in a transaction a write costs twice
	return err
}

// apply does all ops or none and returns the items as they are afterwards.
func (s *Store) apply(ctx context.Context, ops []table.Op, factor int64) ([]table.Item, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	after, err := s.change(ctx, ops, factor)
	if err != nil || s.wrote == nil {
		return after, err
	}
	for i, item := range after {
		if ops[i].Kind != table.KindCheck && item != nil {
			s.wrote(item)
		}
	}
	return after, nil
}

func (s *Store) change(ctx context.Context, ops []table.Op, factor int64) ([]table.Item, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	before, after := make([]table.Item, len(ops)), make([]table.Item, len(ops))
	var failed []int
	for i, op := range ops {
		before[i] = s.get(op.Key)
		if !table.Holds(before[i], op.If) {
			failed = append(failed, i)
		}
	}
	if failed != nil {
		count(ctx, before, before, factor)
		return nil, &table.ConditionFailed{Ops: failed}
	}
	for i, op := range ops {
		var err error
		if after[i], err = table.Apply(op, before[i]); err != nil {
			return nil, err
		}
	}
	for i, op := range ops {
		if op.Kind != table.KindCheck {
			s.put(op.Key, after[i])
		}
	}
	count(ctx, before, after, factor)
	return after, nil
}

func count(ctx context.Context, before, after []table.Item, factor int64) {
	for i := range before {
		inTable, inIndexes := table.WriteUnits(before[i], after[i])
		table.CountWrite(ctx, factor*inTable, factor*inIndexes)
	}
}

// put replaces an item, in the indexes too; nil removes it.
func (s *Store) put(key table.Key, item table.Item) {
	old := s.partitions[table.Primary][key.PK][key]
	for _, index := range indexes {
		pk, sk := index.Attributes()
		if at, ok := old[pk].(string); ok {
			delete(s.partitions[index][at], key)
		}
		at, ok := item[pk].(string)
		if _, sorted := item[sk].(string); !ok || !sorted {
			continue
		}
		if s.partitions[index][at] == nil {
			s.partitions[index][at] = partition{}
		}
		s.partitions[index][at][key] = item
	}
}

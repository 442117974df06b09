package provider

import (
	"context"
	"slices"
	"strings"

	"github.com/orderloom/orderloom/shared/fault"
	"github.com/orderloom/orderloom/shared/table"
	"github.com/orderloom/orderloom/shared/transform"
)

// A mapping group holds tables that translate a service's words into ours and
// back (SKU → product, carrier → tracking company). Instances that name the same
// group share them. Each entry is an item of its own, so that a table of a
// million products costs an order only the reads of its own lines:
//
//	MAPPING#<group>#<table> / <key>   value
//
// The key EveryValue is the constant-mapping idiom: it holds for each value that
// has no entry of its own.
const EveryValue = "*"

const (
	valueAttr   = "value"
	maxKeyBytes = 1000 // of an entry; longer values are in no table
)

func mappingKey(group, name, key string) table.Key {
	return table.Key{PK: "MAPPING#" + group + "#" + name, SK: key}
}

// SaveMapping adds entries to a table of a mapping group and replaces those
// that have the same key.
func SaveMapping(ctx context.Context, t table.Table, group, name string, entries map[string]string) error {
	if group == "" || name == "" || strings.ContainsRune(group+name, '#') {
		return fault.New(fault.Invalid, "a mapping needs the names of its group and table, without #").Got(group + " / " + name)
	}
	var ops []table.Op
	for key, value := range entries {
		if key == "" || len(key) > maxKeyBytes || value == "" {
			return fault.New(fault.Invalid, "an entry needs a key of at most %d bytes and a value", maxKeyBytes).On(group, name+"."+key).Got(value)
		}
		k := mappingKey(group, name, key)
		ops = append(ops, table.Put(table.Item{table.PK: k.PK, table.SK: k.SK, valueAttr: value}))
	}
	for batch := range slices.Chunk(ops, table.MaxTransaction) {
		if err := t.Transact(ctx, batch...); err != nil {
			return err
		}
	}
	return nil
}

// RemoveMapping removes an entry; one that is not there is no error.
func RemoveMapping(ctx context.Context, t table.Table, group, name, key string) error {
	_, err := t.Write(ctx, table.Delete(mappingKey(group, name, key)))
	return err
}

// LookUp translates one value; ok is false when the table has no entry for it.
func LookUp(ctx context.Context, t table.Table, group, name, key string) (value string, ok bool, err error) {
	found, err := loadEntries(ctx, t, group, []entry{{name, key}})
	if err != nil {
		return "", false, err
	}
	value, ok = found.Lookup(name, key)
	return value, ok, nil
}

// Transform applies a mapping with the tables of the instance's group. The
// mapping itself stays pure: a first pass asks which entries it needs, they are
// read at once, a second pass uses them.
func Transform(ctx context.Context, t table.Table, in Instance, m *transform.Mapping, source []byte) ([]byte, error) {
	known := transform.Context{
		"organization": in.Organization, "company": in.Company, "channel": in.Channel, "instance": in.ID, "provider": in.Provider,
	}
	asked := &recorder{seen: map[entry]bool{}}
	m.Asks(source, asked, known)
	if len(asked.seen) == 0 {
		return m.Apply(source, asked, known)
	}
	found, err := loadEntries(ctx, t, in.MappingGroup, asked.entries)
	if err != nil {
		return nil, err
	}
	return m.Apply(source, found, known)
}

type entry struct{ table, key string }

// recorder notes what a mapping looks up.
type recorder struct {
	seen    map[entry]bool
	entries []entry
}

func (r *recorder) Lookup(name, key string) (string, bool) {
	e := entry{name, key}
	if !r.seen[e] {
		r.seen[e] = true
		r.entries = append(r.entries, e)
	}
	return key, true
}

// entries of a mapping group, as far as they were asked for.
type entries map[entry]string

func (e entries) Lookup(name, key string) (string, bool) {
	if v, ok := e[entry{name, key}]; ok {
		return v, true
	}
	v, ok := e[entry{name, EveryValue}]
	return v, ok
}

func loadEntries(ctx context.Context, t table.Table, group string, asked []entry) (entries, error) {
	found := entries{}
	if group == "" { // an instance without mapping group translates nothing
		return found, nil
	}
	var want []entry
	constants := map[string]bool{}
	for _, e := range asked {
		if !constants[e.table] {
			constants[e.table] = true
			want = append(want, entry{e.table, EveryValue})
		}
		if e.key != "" && e.key != EveryValue && len(e.key) <= maxKeyBytes {
			want = append(want, e)
		}
	}
	for batch := range slices.Chunk(want, 100) {
		keys := make([]table.Key, len(batch))
		for i, e := range batch {
			keys[i] = mappingKey(group, e.table, e.key)
		}
		items, err := t.GetMany(ctx, keys)
		if err != nil {
			return nil, err
		}
		for i, item := range items {
			if item != nil {
				found[batch[i]] = item.Str(valueAttr)
			}
		}
	}
	return found, nil
}

// Entries returns up to limit entries of a table of a mapping group, and whether
// there are more.
func Entries(ctx context.Context, t table.Table, group, name string, limit int) (all map[string]string, more bool, err error) {
	all = map[string]string{}
	q := table.Query{PK: mappingKey(group, name, "").PK}
	for {
		page, err := t.Query(ctx, q)
		if err != nil {
			return nil, false, err
		}
		for _, item := range page.Items {
			if len(all) == limit {
				return all, true, nil
			}
			all[item.Str(table.SK)] = item.Str(valueAttr)
		}
		if q.After = page.Next; q.After == "" {
			return all, false, nil
		}
	}
}

package table

import (
	"context"
	"math"
	"strconv"
	"strings"
	"sync/atomic"
)

// Size is the number of bytes that DynamoDB counts for an item: names plus
// values, an integer as half a byte per significant digit plus one.
func Size(item Item) int {
	n := 0
	for name, value := range item {
		n += len(name)
		switch v := value.(type) {
		case string:
			n += len(v)
		case []byte:
			n += len(v)
		case bool:
			n++
		case int64:
			n += integerSize(v)
		}
	}
	return n
}

func integerSize(v int64) int {
	digits := strings.TrimRight(strconv.FormatInt(v, 10), "0")
	return (len(digits)+1)/2 + 1
}

// ReadUnits is the read capacity of so many bytes, strongly consistent: one
// unit per 4 KB, at least one.
func ReadUnits(bytes int) int64 { return units(bytes, 4<<10) }

// WriteUnits is the write capacity of changing one item (nil is absent): one
// unit per KB of the larger of both in the table, and what the two indexes cost
// beside it. An index holds whole items: an entry that changes costs its size,
// one whose key changes costs removing and inserting, an untouched item nothing.
func WriteUnits(old, new Item) (inTable, inIndexes int64) {
	inTable = units(max(Size(old), Size(new)), 1<<10)
	for _, index := range []Index{GSI1, GSI2} {
		before, after := entry(old, index), entry(new, index)
		switch {
		case before == after && before != [2]string{}:
			if !sameItem(old, new) {
				inIndexes += inTable
			}
		default:
			if before != [2]string{} {
				inIndexes += units(Size(old), 1<<10)
			}
			if after != [2]string{} {
				inIndexes += units(Size(new), 1<<10)
			}
		}
	}
	return inTable, inIndexes
}

func units(bytes, per int) int64 { return int64(math.Ceil(float64(max(bytes, 1)) / float64(per))) }

// entry is the key of an item in a sparse index, empty when it is not in it.
func entry(item Item, index Index) [2]string {
	pk, sk := index.Attributes()
	if item[pk] == nil || item[sk] == nil {
		return [2]string{}
	}
	return [2]string{item.Str(pk), item.Str(sk)}
}

func sameItem(a, b Item) bool {
	if len(a) != len(b) {
		return false
	}
	for name, v := range a {
		if w, ok := b[name]; !ok || !equal(v, w) {
			return false
		}
	}
	return true
}

// Meter adds up the capacity that the calls with its context consume. Units are
// computed from sizes, alike on every adapter. Safe for concurrent use.
type Meter struct{ read, write, index atomic.Int64 }

// Read is the number of read units so far.
func (m *Meter) Read() int64 { return m.read.Load() }

// Write is the number of write units so far in the table itself.
func (m *Meter) Write() int64 { return m.write.Load() }

// Index is the number of write units so far in the indexes.
func (m *Meter) Index() int64 { return m.index.Load() }

type meterKey struct{}

// WithMeter returns a context whose table calls count on the returned meter.
func WithMeter(ctx context.Context) (context.Context, *Meter) {
	m := &Meter{}
	return context.WithValue(ctx, meterKey{}, m), m
}

// Metered is for adapters: it reports whether ctx has a meter, so that sizes are
// not added up for nobody.
func Metered(ctx context.Context) bool {
	_, ok := ctx.Value(meterKey{}).(*Meter)
	return ok
}

// CountRead is for adapters: it adds read units to the meter of ctx, if any.
func CountRead(ctx context.Context, units int64) {
	if m, ok := ctx.Value(meterKey{}).(*Meter); ok {
		m.read.Add(units)
	}
}

// CountWrite is for adapters: it adds write units to the meter of ctx, if any.
func CountWrite(ctx context.Context, inTable, inIndexes int64) {
	if m, ok := ctx.Value(meterKey{}).(*Meter); ok {
		m.write.Add(inTable)
		m.index.Add(inIndexes)
	}
}

package table

import (
	"bytes"
	"maps"
	"math"
	"slices"
	"time"
)

// Expired reports whether an item reads as absent at the given time.
func Expired(item Item, now time.Time) bool {
	ttl, ok := item[TTL].(int64)
	return ok && ttl <= now.Unix()
}

// Live returns the item, or nil when it is expired.
func Live(item Item, now time.Time) Item {
	if Expired(item, now) {
		return nil
	}
	return item
}

// Clone returns a copy that shares no memory with the item.
func Clone(item Item) Item {
	c := maps.Clone(item)
	for name, v := range c {
		if b, ok := v.([]byte); ok {
			c[name] = append([]byte{}, b...)
		}
	}
	return c
}

// Holds reports whether all conditions hold on an item; nil is an absent item.
func Holds(item Item, conds []Cond) bool {
	return !slices.ContainsFunc(conds, func(c Cond) bool { return !holds(item, c) })
}

func holds(item Item, c Cond) bool {
	got, present := item[c.Attr]
	switch c.Op {
	case OpExists:
		return present
	case OpAbsent:
		return !present
	case OpEqual:
		return present && equal(got, c.Value)
	}
	order, comparable := compare(got, c.Value)
	return comparable && (order >= 0) == (c.Op == OpAtLeast)
}

func equal(a, b any) bool {
	if x, ok := a.([]byte); ok {
		y, ok := b.([]byte)
		return ok && bytes.Equal(x, y)
	}
	if _, ok := b.([]byte); ok {
		return false
	}
	return a == b
}

// compare orders two integers or two strings (by their bytes).
func compare(a, b any) (order int, comparable bool) {
	switch x := a.(type) {
	case int64:
		if y, ok := b.(int64); ok {
			return cmp(x, y), true
		}
	case string:
		if y, ok := b.(string); ok {
			return cmp(x, y), true
		}
	}
	return 0, false
}

func cmp[T int64 | string](a, b T) int {
	switch {
	case a < b:
		return -1
	case a > b:
		return 1
	}
	return 0
}

// Apply returns the item that a validated op makes of the stored one (nil when
// absent), without looking at its conditions: nil after a delete, old itself
// after a check. Neither argument is changed.
func Apply(op Op, old Item) (Item, error) {
	switch op.Kind {
	case KindPut:
		return Clone(op.Item), nil
	case KindDelete:
		return nil, nil
	case KindCheck:
		return old, nil
	}
	item := maps.Clone(old)
	if item == nil {
		item = Item{PK: op.Key.PK, SK: op.Key.SK}
	}
	maps.Copy(item, Clone(op.Set))
	for name, n := range op.Add {
		sum, err := add(op.Key, name, item[name], n)
		if err != nil {
			return nil, err
		}
		item[name] = sum
	}
	for _, name := range op.Remove {
		delete(item, name)
	}
	return item, ValidateSize(item)
}

func add(key Key, name string, stored any, n int64) (int64, error) {
	if stored == nil {
		return n, nil
	}
	have, ok := stored.(int64)
	if !ok {
		return 0, invalid(key, name, "cannot add to a %T", stored)
	}
	if (n > 0 && have > math.MaxInt64-n) || (n < 0 && have < math.MinInt64-n) {
		return 0, invalid(key, name, "adding %d to %d overflows", n, have)
	}
	return have + n, nil
}

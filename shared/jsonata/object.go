package jsonata

import "slices"

// indexFrom is the number of keys from which an Object keeps a map; below it a
// scan over the keys is faster.
const indexFrom = 9

// usualKeys is how many keys find room in the allocation of the Object itself.
const usualKeys = 4

// Object is a JSON object that keeps the order in which its keys were first
// set. The zero value is an empty object. Reading is safe for concurrent use,
// setting is not.
type Object struct {
	keys  []string
	vals  []any
	index map[string]int // nil while there are few keys
	inner bool           // may hold evaluator-internal arrays (see export)
}

// NewObject returns an empty object.
func NewObject() *Object {
	o := &struct {
		Object
		keys [usualKeys]string
		vals [usualKeys]any
	}{}
	o.Object.keys, o.Object.vals = o.keys[:0], o.vals[:0]
	return &o.Object
}

func newObjectSize(n int) *Object {
	if n > 0 && n <= usualKeys {
		return NewObject()
	}
	return &Object{keys: make([]string, 0, n), vals: make([]any, 0, n)}
}

func (o *Object) find(key string) int {
	if o.index != nil {
		if i, ok := o.index[key]; ok {
			return i
		}
		return -1
	}
	for i, k := range o.keys {
		if k == key {
			return i
		}
	}
	return -1
}

// Get returns the value of key and whether there is one.
func (o *Object) Get(key string) (any, bool) {
	if i := o.find(key); i >= 0 {
		return o.vals[i], true
	}
	return nil, false
}

// Set gives key a value; a new key comes last, a known one keeps its place.
func (o *Object) Set(key string, v any) {
	if i := o.find(key); i >= 0 {
		o.vals[i] = v
		return
	}
	o.keys = append(o.keys, key)
	o.vals = append(o.vals, v)
	if o.index != nil {
		o.index[key] = len(o.keys) - 1
	} else if len(o.keys) >= indexFrom {
		o.reindex()
	}
}

func (o *Object) reindex() {
	o.index = nil
	if len(o.keys) < indexFrom {
		return
	}
	o.index = make(map[string]int, 2*len(o.keys))
	for i, k := range o.keys {
		o.index[k] = i
	}
}

// Delete removes key if it is there.
func (o *Object) Delete(key string) {
	i := o.find(key)
	if i < 0 {
		return
	}
	o.keys = slices.Delete(o.keys, i, i+1)
	o.vals = slices.Delete(o.vals, i, i+1)
	o.reindex()
}

// deleteAll removes several keys at once.
func (o *Object) deleteAll(gone map[string]bool) {
	kept := 0
	for i, k := range o.keys {
		if !gone[k] {
			o.keys[kept], o.vals[kept] = k, o.vals[i]
			kept++
		}
	}
	o.keys = slices.Delete(o.keys, kept, len(o.keys))
	o.vals = slices.Delete(o.vals, kept, len(o.vals))
	o.reindex()
}

// Len is the number of keys.
func (o *Object) Len() int { return len(o.keys) }

// Keys returns a copy of the keys, in order.
func (o *Object) Keys() []string { return append([]string(nil), o.keys...) }

// Range calls f for each key in order until f returns false.
func (o *Object) Range(f func(key string, value any) bool) {
	for i, k := range o.keys {
		if !f(k, o.vals[i]) {
			return
		}
	}
}

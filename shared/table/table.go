// Package table is the port to the one table that holds every record of
// Orderloom: DynamoDB on AWS, one SQLite file on one machine. Everything above
// it runs unchanged on both; package tabletest is the conformance suite.
//
// An item is a flat set of attributes under a partition key and a sort key.
// Two sparse indexes (gsi1, gsi2) order items by other keys. Writes may carry a
// condition; a transaction writes up to MaxTransaction items or none.
package table

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// Limits, the same on every adapter.
const (
	MaxItemBytes        = 400 << 10 // one item, names and values
	MaxTransaction      = 100       // operations in one transaction
	MaxTransactionBytes = 4 << 20
	MaxPage             = 1000
)

// Attribute names with a meaning for the port.
const (
	PK, SK         = "pk", "sk"
	GSI1PK, GSI1SK = "gsi1pk", "gsi1sk"
	GSI2PK, GSI2SK = "gsi2pk", "gsi2sk"
	TTL            = "ttl" // int64, seconds since 1970; from then on the item reads as absent
)

// SortableTime is a layout whose UTC times sort as text.
const SortableTime = "2006-01-02T15:04:05.000000000Z"

// Item maps attribute names to values: string, int64, bool or []byte.
type Item map[string]any

// Key returns the item's primary key.
func (i Item) Key() Key { return Key{i.Str(PK), i.Str(SK)} }

// Str returns a string attribute, "" when it is absent or of another type.
func (i Item) Str(name string) string { s, _ := i[name].(string); return s }

// Int returns an integer attribute, 0 when it is absent or of another type.
func (i Item) Int(name string) int64 { n, _ := i[name].(int64); return n }

// Bytes returns a binary attribute, nil when it is absent or of another type.
func (i Item) Bytes(name string) []byte { b, _ := i[name].([]byte); return b }

// Bool returns a boolean attribute, false when it is absent or of another type.
func (i Item) Bool(name string) bool { b, _ := i[name].(bool); return b }

// Key addresses one item. Neither part is empty.
type Key struct{ PK, SK string }

func (k Key) String() string { return k.PK + " / " + k.SK }

// Index selects the key order of a query. Primary is the table itself.
type Index string

const (
	Primary Index = ""
	GSI1    Index = "gsi1"
	GSI2    Index = "gsi2"
)

// Query asks for the items of one partition in sort-key order.
type Query struct {
	Index      Index
	PK         string
	Prefix     string // sort keys that begin with it; all when empty
	From       string // sort keys ≥ From (exclusive with Prefix)
	To         string // sort keys ≤ To, with From
	Descending bool
	Limit      int    // items per page, 1..MaxPage; 0 means MaxPage
	After      string // Page.Next of the page before
}

// Page is one page of a query. Next is empty on the last one; a page may hold
// fewer items than Limit although more follow.
type Page struct {
	Items []Item
	Next  string
}

// Cond is a condition on the stored item; all of a slice must hold. Build it
// with the functions below.
type Cond struct {
	Attr  string
	Op    CondOp
	Value any
}

// CondOp compares a stored attribute with a value.
type CondOp string

const (
	OpExists  CondOp = "exists"
	OpAbsent  CondOp = "absent"
	OpEqual   CondOp = "="
	OpAtLeast CondOp = ">=" // int64 or string attributes
	OpLess    CondOp = "<"
)

func ItemExists() Cond                { return Cond{Attr: PK, Op: OpExists} }
func ItemAbsent() Cond                { return Cond{Attr: PK, Op: OpAbsent} }
func Exists(attr string) Cond         { return Cond{Attr: attr, Op: OpExists} }
func Absent(attr string) Cond         { return Cond{Attr: attr, Op: OpAbsent} }
func Equal(attr string, v any) Cond   { return Cond{Attr: attr, Op: OpEqual, Value: v} }
func AtLeast(attr string, v any) Cond { return Cond{Attr: attr, Op: OpAtLeast, Value: v} }
func Less(attr string, v any) Cond    { return Cond{Attr: attr, Op: OpLess, Value: v} }

// Op is one write. Exactly one kind per Op; build it with Put, Update, Delete
// or Check.
type Op struct {
	Kind   OpKind
	Key    Key
	Item   Item             // Put: the whole item (its pk and sk are Key's)
	Set    Item             // Update: attributes to set
	Add    map[string]int64 // Update: integer attributes to add to; an absent one counts as 0
	Remove []string         // Update: attributes to remove
	If     []Cond           // all must hold, or the write fails with *ConditionFailed
}

// OpKind is what an Op does.
type OpKind string

const (
	KindPut    OpKind = "put"    // replace the item
	KindUpdate OpKind = "update" // change attributes; creates the item when absent
	KindDelete OpKind = "delete" // an absent item is no error
	KindCheck  OpKind = "check"  // only test the condition (transactions only)
)

// Put writes a whole item.
func Put(item Item, conds ...Cond) Op {
	return Op{Kind: KindPut, Key: item.Key(), Item: item, If: conds}
}

// Set changes attributes of one item; chain Adding and Removing as needed.
func Set(key Key, set Item, conds ...Cond) Op {
	return Op{Kind: KindUpdate, Key: key, Set: set, If: conds}
}

// Adding adds to integer attributes and returns the changed op.
func (o Op) Adding(add map[string]int64) Op { o.Add = add; return o }

// Removing removes attributes and returns the changed op.
func (o Op) Removing(names ...string) Op { o.Remove = names; return o }

// Delete removes one item.
func Delete(key Key, conds ...Cond) Op { return Op{Kind: KindDelete, Key: key, If: conds} }

// Check makes a transaction depend on an item that it does not write.
func Check(key Key, conds ...Cond) Op { return Op{Kind: KindCheck, Key: key, If: conds} }

// Table is the port. Implementations are safe for concurrent use; reads are
// strongly consistent on Primary. Bad arguments (empty key, unknown type, a
// limit exceeded) are faults with code Input.Invalid or Input.TooLarge.
type Table interface {
	// Get returns nil and no error when the item is absent or expired.
	Get(ctx context.Context, key Key) (Item, error)
	// GetMany returns the items in the order of keys, nil where absent; ≤ 100 keys.
	GetMany(ctx context.Context, keys []Key) ([]Item, error)
	Query(ctx context.Context, q Query) (Page, error)
	// Write applies one op and returns the item as it is afterwards (nil after
	// a delete); *ConditionFailed when its condition does not hold.
	Write(ctx context.Context, op Op) (Item, error)
	// Transact applies all ops or none; *ConditionFailed names the ops whose
	// conditions do not hold. At most one op per key.
	Transact(ctx context.Context, ops ...Op) error
}

// ConditionFailed reports writes whose conditions did not hold. Nothing was
// written.
type ConditionFailed struct {
	Ops []int // indexes of the failed ops, ascending; empty when another writer was in the way
}

func (e *ConditionFailed) Error() string {
	return fmt.Sprintf("condition failed on ops %v: another writer came first or the record is not as expected", e.Ops)
}

// IsConditionFailed reports whether err is, or wraps, a *ConditionFailed.
func IsConditionFailed(err error) bool {
	_, ok := errors.AsType[*ConditionFailed](err)
	return ok
}

// Change is one committed change of one item, as a table stream delivers it:
// at least once, in order per key.
type Change struct {
	Seq int64     // ascending in commit order
	At  time.Time // commit time
	Key Key
	New Item // nil when it was deleted

	Created bool // there was no item before
}

// Changes is the stream of an adapter that keeps one itself (SQLite; DynamoDB
// delivers its own stream to Lambda).
type Changes interface {
	// Changes returns up to limit changes after seq, oldest first, without
	// blocking.
	Changes(ctx context.Context, after int64, limit int) ([]Change, error)
	// Wait returns when a change after seq exists or ctx ends.
	Wait(ctx context.Context, after int64) error
	// Trim forgets changes up to and including seq.
	Trim(ctx context.Context, upTo int64) error
}

package store

import (
	"bytes"
	"context"
	"encoding/json"
	"sync"

	"github.com/orderloom/orderloom/shared/fault"
	"github.com/orderloom/orderloom/shared/order"
	"github.com/orderloom/orderloom/shared/table"
)

// Cache holds orders as they were decoded last, so that the next step of an
// order under way does not decode them again. It is never out of date: a copy
// counts only for the very bytes that the table has just returned. Stores of one
// process share one; a nil Cache remembers nothing.
type Cache struct {
	mu    sync.Mutex
	limit int // bytes of encoded orders

	// Two generations instead of a list in order of use: when the young one has
	// half the bytes, the old one goes and the young one becomes old.
	young, old map[string]decoded
	bytes      int // of young
}

// decoded is an order beside the bytes that it was decoded from, nil where there
// are none. Nobody changes what is in a cache.
type decoded struct {
	body     []byte
	document order.Document
	state    []byte
	status   order.Status
}

func (d decoded) bytes() int { return len(d.body) + len(d.state) }

// NewCache returns a cache of orders that take so many bytes in the table.
func NewCache(limit int) *Cache { return &Cache{limit: limit, young: map[string]decoded{}} }

func (c *Cache) get(partition string) decoded {
	if c == nil {
		return decoded{}
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	d, ok := c.young[partition]
	if !ok {
		d = c.old[partition]
	}
	return d
}

func (c *Cache) put(partition string, d decoded) {
	if c == nil || d.bytes() > c.limit/2 {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.bytes -= c.young[partition].bytes()
	if c.bytes+d.bytes() > c.limit/2 {
		c.old, c.young, c.bytes = c.young, map[string]decoded{}, 0
	}
	c.young[partition] = d
	c.bytes += d.bytes()
}

// documentOf returns a copy of the document, if it was decoded from these bytes.
func (d decoded) documentOf(body []byte) (order.Document, bool) {
	if len(body) == 0 || !bytes.Equal(body, d.body) {
		return order.Document{}, false
	}
	return d.document.Clone(), true
}

// statusOf returns a copy of the status, if it was decoded from these bytes.
func (d decoded) statusOf(state []byte) (order.Status, bool) {
	if len(state) == 0 || !bytes.Equal(state, d.state) {
		return order.Status{}, false
	}
	return d.status.Clone(), true
}

// changed remembers what a change that was committed made of an order; ops are
// the writes of commit.
func (c *Cache) changed(r *Record, document bool, ops []table.Op) {
	if c == nil {
		return
	}
	partition := Partition(r.Status.Order)
	d := c.get(partition)
	d.state, d.status = ops[0].Item.Bytes(docAttr), r.Status.Clone()
	if document {
		d.body, d.document = ops[2].Item.Bytes(docAttr), r.Document.Clone()
	}
	c.put(partition, d)
}

// decode reads an order, as far as the cache does not have it.
func (s Store) decode(ctx context.Context, body, state table.Item) (r Record, err error) {
	d := s.Cache.get(state.Str(table.PK))
	bodyText, stateText := body.Bytes(docAttr), state.Bytes(docAttr)
	var document, status bool // whether they are known
	if r.Document, document = d.documentOf(bodyText); !document {
		if r.Document, err = s.document(ctx, body); err != nil {
			return r, err
		}
	}
	if r.Status, status = d.statusOf(stateText); !status {
		if r.Status, err = decodeStatus(state); err != nil {
			return r, err
		}
	}
	if s.Cache != nil && (!document || !status) {
		s.Cache.put(state.Str(table.PK), decoded{bodyText, r.Document.Clone(), stateText, r.Status.Clone()})
	}
	return r, nil
}

func (s Store) document(ctx context.Context, body table.Item) (d order.Document, err error) {
	doc, err := docOf(body)
	if key := body.Str(blobAttr); key != "" {
		doc, err = s.Blobs.Get(ctx, key)
	}
	if err != nil {
		return d, err
	}
	if err := json.Unmarshal(doc, &d); err != nil {
		return d, fault.Wrap(err, fault.Internal, "reading document of %s", body.Str(table.PK))
	}
	return d, nil
}

func decodeStatus(state table.Item) (status order.Status, err error) {
	doc, err := docOf(state)
	if err != nil {
		return status, err
	}
	if err := json.Unmarshal(doc, &status); err != nil {
		return status, fault.Wrap(err, fault.Internal, "reading status of %s", state.Str(table.PK))
	}
	return status, nil
}

package sqlite

import (
	"strings"
	"sync"

	"github.com/orderloom/orderloom/shared/table"
)

// stored is a row of the item table.
type stored struct {
	id   int64 // 0: there is no row
	body string
}

// cache holds rows as they are committed, so that reading what was just written
// or is read all the time costs no statement.
//
// Around a commit the writer makes the cache forget the rows that change and
// then remember them anew. In between readers ask SQLite, which switches from
// old to new for all rows at once, so nobody sees one row of a transaction new
// and then another one old. Readers add what they found unless a commit began
// or ended since they asked or is changing that row: what they found may be old
// by now.
//
// Most reads that find nothing ask for a row of a partition that began lately:
// whether an order's step was done before. So the cache also remembers which
// rows those partitions got, even when it no longer has the rows.
type cache struct {
	mu    sync.RWMutex
	limit int // bytes

	// Two generations instead of a list in order of use: when the young one has
	// half the bytes, the old one goes and the young one becomes old.
	young, old map[table.Key]stored
	bytes      int // of young

	began recent // partitions that began lately

	turns   int                  // begins and ends of commits
	pending map[table.Key]stored // rows of the commit under way
}

// rowOverhead is about what a row costs beside its key and body.
const rowOverhead = 128

func newCache(limit, partitions int) *cache {
	return &cache{limit: limit, young: map[table.Key]stored{}, began: newRecent(partitions)}
}

// get returns a row, and whether the cache knows it. A row that is known not to
// exist has no id. turn is for add.
func (c *cache) get(key table.Key) (row stored, known bool, turn int) {
	c.mu.RLock()
	defer c.mu.RUnlock()
	if row, known = c.young[key]; !known {
		row, known = c.old[key]
	}
	if _, changing := c.pending[key]; !known && !changing {
		known = c.began.lacks(key)
	}
	return row, known, c.turns
}

// knows reports whether a partition began lately.
func (c *cache) knows(pk string) bool {
	c.mu.RLock()
	defer c.mu.RUnlock()
	_, known := c.began.rows(pk)
	return known
}

// add remembers a row that was read after get did not know it.
func (c *cache) add(key table.Key, row stored, turn int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	_, known := c.young[key]
	_, changing := c.pending[key]
	if !known && !changing && turn == c.turns {
		c.put(key, row)
	}
}

// begin forgets rows that are about to be committed.
func (c *cache) begin(rows map[table.Key]stored) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.turns++
	c.pending = rows
	for key := range rows {
		if row, ok := c.young[key]; ok {
			c.bytes -= rowBytes(key, row)
			delete(c.young, key)
		}
		delete(c.old, key)
	}
}

// end remembers the rows that were committed, none when that failed, and which
// of their partitions began with them.
func (c *cache) end(rows map[table.Key]stored, began map[string]bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.turns++
	c.pending = nil
	for pk, first := range began {
		if first {
			c.began.begin(pk)
		}
	}
	for key, row := range rows {
		c.put(key, row)
		if row.id != 0 {
			c.began.add(key)
		}
	}
}

// put adds a row that is not among the young.
func (c *cache) put(key table.Key, row stored) {
	n := rowBytes(key, row)
	if n > c.limit/2 {
		return
	}
	if c.bytes+n > c.limit/2 {
		c.old, c.young, c.bytes = c.young, map[table.Key]stored{}, 0
	}
	// A caller's key may be part of a larger text, which must not live on.
	c.young[table.Key{PK: strings.Clone(key.PK), SK: strings.Clone(key.SK)}] = row
	c.bytes += n
}

func rowBytes(key table.Key, row stored) int {
	return len(key.PK) + len(key.SK) + len(row.body) + rowOverhead
}

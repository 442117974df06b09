package sqlite

import (
	"slices"
	"sync"

	"github.com/orderloom/orderloom/shared/table"
)

// logged is a row of the change log.
type logged struct {
	seq, at int64
	key     table.Key
	created bool   // there was no item before
	after   string // body, "" where there is no item
}

func (l logged) bytes() int {
	return len(l.key.PK) + len(l.key.SK) + len(l.after) + rowOverhead
}

// tail holds the changes committed last, without a gap: whoever follows the log
// closely reads it without SQLite.
type tail struct {
	limit int // bytes

	mu      sync.Mutex
	changes []logged
	bytes   int
}

// since returns up to limit changes after seq, and whether the tail reaches
// back that far.
func (t *tail) since(seq int64, limit int) (changes []logged, reaches bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if len(t.changes) == 0 || seq < t.changes[0].seq-1 {
		return nil, false
	}
	first := min(int(seq-t.changes[0].seq)+1, len(t.changes))
	return slices.Clone(t.changes[first:min(first+limit, len(t.changes))]), true
}

// commit appends changes and forgets those up to a number, and the oldest where
// they take too much room.
func (t *tail) commit(changes []logged, trimmed int64) {
	t.mu.Lock()
	defer t.mu.Unlock()
	for _, c := range changes {
		t.bytes += c.bytes()
	}
	t.changes = append(t.changes, changes...)
	n := 0
	for n < len(t.changes) && (t.bytes > t.limit || t.changes[n].seq <= trimmed) {
		t.bytes -= t.changes[n].bytes()
		n++
	}
	clear(t.changes[:n]) // frees the images
	t.changes = t.changes[n:]
}

package sqlite

import (
	"hash/maphash"
	"slices"
	"strings"

	"github.com/orderloom/orderloom/shared/table"
)

// recent remembers partitions from their first row on and which rows they got
// since, by hashes of their sort keys: a row whose hash it does not have was
// never there. A row that was deleted, or shares a hash, only costs a look.
type recent struct {
	seed  maphash.Seed
	limit int // partitions
	most  int // rows of one; a larger one is forgotten

	// Two generations, as in the cache: a partition that gets a row is young.
	young, old map[string][]uint64
}

// maxRows is more than an order in flight has.
const maxRows = 100

func newRecent(limit int) recent {
	return recent{seed: maphash.MakeSeed(), limit: limit, most: maxRows, young: map[string][]uint64{}}
}

func (r *recent) hash(sk string) uint64 { return maphash.String(r.seed, sk) }

// rows returns the hashes of a partition's rows, if it is remembered.
func (r *recent) rows(pk string) ([]uint64, bool) {
	if rows, ok := r.young[pk]; ok {
		return rows, true
	}
	rows, ok := r.old[pk]
	return rows, ok
}

// lacks reports whether a row is known not to exist.
func (r *recent) lacks(key table.Key) bool {
	rows, ok := r.rows(key.PK)
	return ok && !slices.Contains(rows, r.hash(key.SK))
}

// begin remembers a partition that has no rows yet.
func (r *recent) begin(pk string) {
	if len(r.young) >= r.limit/2 {
		r.old, r.young = r.young, map[string][]uint64{}
	}
	if r.limit > 1 {
		r.young[strings.Clone(pk)] = nil // a caller's key may be part of a larger text
	}
}

// add notes a row of a partition, if that is remembered.
func (r *recent) add(key table.Key) {
	rows, ok := r.rows(key.PK)
	hash := r.hash(key.SK)
	if !ok || slices.Contains(rows, hash) {
		return
	}
	delete(r.young, key.PK)
	delete(r.old, key.PK)
	if len(rows) < r.most {
		r.begin(key.PK)
		r.young[key.PK] = append(rows, hash)
	}
}

package sqlite

import (
	"context"
	"database/sql/driver"
	"errors"
	"fmt"

	"github.com/orderloom/orderloom/shared/table"
)

// maxPageBytes ends a page early, as DynamoDB does.
const maxPageBytes = 1 << 20

const live = "(ttl IS NULL OR ttl > ?)"

// queryText selects a partition between two sort keys, the second exclusive.
// On an index, items with the same sort key are in the order of their own keys
// and the query begins behind a position.
func queryText(index table.Index, descending bool) string {
	pk, sk := index.Attributes()
	beyond, direction := ">", "ASC"
	if descending {
		beyond, direction = "<", "DESC"
	}
	where := fmt.Sprintf("%s = ? AND %s >= ? AND %s < ?", pk, sk, sk)
	order := sk + " " + direction
	if index != table.Primary {
		where += fmt.Sprintf(" AND %s IS NOT NULL AND %s IS NOT NULL AND (%s, pk, sk) %s (?, ?, ?)", pk, sk, sk, beyond)
		order += fmt.Sprintf(", pk %s, sk %s", direction, direction)
	}
	return fmt.Sprintf("SELECT pk, sk, %s, body FROM item WHERE %s AND %s ORDER BY %s LIMIT ?", sk, where, live, order)
}

// Get implements table.Table.
func (s *Store) Get(ctx context.Context, key table.Key) (table.Item, error) {
	if err := table.ValidateKey(key); err != nil {
		return nil, err
	}
	return s.item(ctx, key)
}

// item returns the item of a validated key.
func (s *Store) item(ctx context.Context, key table.Key) (table.Item, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	item, err := s.get(key)
	if err != nil {
		return nil, s.fail(err, "read an item")
	}
	if table.Metered(ctx) {
		table.CountRead(ctx, table.ReadUnits(table.Size(item)))
	}
	return item, nil
}

// get returns the item of a row that the cache knows or SQLite finds.
func (s *Store) get(key table.Key) (table.Item, error) {
	if s.isClosed() {
		return nil, s.errClosed()
	}
	row, known, turn := s.cache.get(key)
	if !known {
		if err := s.reading(func(r *reader) (err error) {
			row, err = find(r.find, key)
			return err
		}); err != nil {
			return nil, err
		}
		s.cache.add(key, row, turn)
	}
	if row.id == 0 {
		return nil, nil
	}
	item, err := decode(key, row.body)
	return table.Live(item, s.clock.Now()), err
}

// GetMany implements table.Table.
func (s *Store) GetMany(ctx context.Context, keys []table.Key) ([]table.Item, error) {
	if err := table.ValidateKeys(keys); err != nil {
		return nil, err
	}
	items := make([]table.Item, len(keys))
	for i, key := range keys {
		item, err := s.item(ctx, key)
		if err != nil {
			return nil, err
		}
		items[i] = item
	}
	return items, nil
}

// Query implements table.Table.
func (s *Store) Query(ctx context.Context, q table.Query) (table.Page, error) {
	if err := table.ValidateQuery(q); err != nil {
		return table.Page{}, err
	}
	after, err := table.ParseToken(q)
	if err != nil {
		return table.Page{}, err
	}
	if err := ctx.Err(); err != nil {
		return table.Page{}, err
	}
	page, bytes, err := s.query(q, after)
	if err != nil {
		return table.Page{}, s.fail(err, "query")
	}
	table.CountRead(ctx, table.ReadUnits(bytes))
	return page, nil
}

func (s *Store) query(q table.Query, after *table.Position) (page table.Page, bytes int, err error) {
	limit := q.Limit
	if limit == 0 {
		limit = table.MaxPage
	}
	var last table.Position
	var damaged error
	row := make([]driver.Value, 4)
	next := func() bool {
		if len(page.Items) == limit || bytes >= maxPageBytes {
			page.Next = table.Token(q, last)
			return false
		}
		last.Key.PK, _ = row[0].(string)
		last.Key.SK, _ = row[1].(string)
		last.Sort, _ = row[2].(string)
		var item table.Item
		if item, damaged = decode(last.Key, body(row[3])); damaged != nil {
			return false
		}
		page.Items = append(page.Items, item)
		bytes += table.Size(item)
		return true
	}
	err = s.reading(func(r *reader) error {
		return r.query(q).query(row, next, s.arguments(q, after, limit+1)...)
	})
	return page, bytes, errors.Join(err, damaged)
}

// arguments of queryText. No UTF-8 text holds a byte of 0xff, so it bounds
// whatever begins with a prefix; no text lies between x and x + NUL. A page
// token narrows the bounds, so that SQLite seeks to it instead of filtering.
func (s *Store) arguments(q table.Query, after *table.Position, limit int) []driver.Value {
	low, high := q.From, "\xff"
	switch {
	case q.Prefix != "":
		low, high = q.Prefix, q.Prefix+"\xff"
	case q.To != "":
		high = q.To + "\x00"
	}
	start := table.Position{}
	if q.Descending {
		start.Sort = "\xff"
	}
	if after != nil {
		start = *after
		switch {
		case q.Descending && q.Index == table.Primary:
			high = min(high, start.Sort)
		case q.Descending:
			high = min(high, start.Sort+"\x00")
		case q.Index == table.Primary:
			low = max(low, start.Sort+"\x00")
		default:
			low = max(low, start.Sort)
		}
	}
	args := []driver.Value{q.PK, low, high}
	if q.Index != table.Primary {
		args = append(args, start.Sort, start.Key.PK, start.Key.SK)
	}
	return append(args, s.clock.Now().Unix(), int64(limit))
}

func (s *Store) fail(err error, doing string) error { return fail(err, doing, s.path) }

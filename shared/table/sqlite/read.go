package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"github.com/orderloom/orderloom/shared/table"
)

// maxPageBytes ends a page early, as DynamoDB does.
const maxPageBytes = 1 << 20

// statements are prepared once per connection by database/sql.
type statements struct {
	get     *sql.Stmt
	changes *sql.Stmt
	query   map[table.Index][2]*sql.Stmt // ascending, descending
}

const live = "(ttl IS NULL OR ttl > ?)"

func prepareReads(ctx context.Context, db *sql.DB) (statements, error) {
	s := statements{query: map[table.Index][2]*sql.Stmt{}}
	var err error
	prepare := func(text string) *sql.Stmt {
		if err != nil {
			return nil
		}
		var stmt *sql.Stmt
		stmt, err = db.PrepareContext(ctx, text)
		return stmt
	}
	s.get = prepare("SELECT body FROM item WHERE pk = ? AND sk = ? AND " + live)
	s.changes = prepare("SELECT seq, at, pk, sk, old, new FROM change WHERE seq > ? ORDER BY seq LIMIT ?")
	for _, index := range []table.Index{table.Primary, table.GSI1, table.GSI2} {
		s.query[index] = [2]*sql.Stmt{prepare(queryText(index, false)), prepare(queryText(index, true))}
	}
	return s, err
}

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
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	item, err := s.get(key)
	if err != nil {
		return nil, s.fail(err, "read an item")
	}
	table.CountRead(ctx, table.ReadUnits(table.Size(item)))
	return item, nil
}

// get reads one item. The driver watches a context with a goroutine per call,
// so the statement runs without one: it takes microseconds.
func (s *Store) get(key table.Key) (table.Item, error) {
	var body []byte
	err := s.read.get.QueryRow(key.PK, key.SK, s.clock.Now().Unix()).Scan(&body)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	return decode(key, body)
}

// GetMany implements table.Table.
func (s *Store) GetMany(ctx context.Context, keys []table.Key) ([]table.Item, error) {
	if err := table.ValidateKeys(keys); err != nil {
		return nil, err
	}
	items := make([]table.Item, len(keys))
	for i, key := range keys {
		item, err := s.Get(ctx, key)
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
	rows, err := s.statement(q).Query(s.arguments(q, after, limit+1)...)
	if err != nil {
		return page, 0, err
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	var last table.Position
	for rows.Next() {
		if len(page.Items) == limit || bytes >= maxPageBytes {
			page.Next = table.Token(q, last)
			return page, bytes, nil
		}
		var body sql.RawBytes
		if err := rows.Scan(&last.Key.PK, &last.Key.SK, &last.Sort, &body); err != nil {
			return page, 0, err
		}
		item, err := decode(last.Key, body)
		if err != nil {
			return page, 0, err
		}
		page.Items = append(page.Items, item)
		bytes += table.Size(item)
	}
	return page, bytes, rows.Err()
}

func (s *Store) statement(q table.Query) *sql.Stmt {
	if q.Descending {
		return s.read.query[q.Index][1]
	}
	return s.read.query[q.Index][0]
}

// arguments of queryText. No UTF-8 text holds a byte of 0xff, so it bounds
// whatever begins with a prefix; no text lies between x and x + NUL. A page
// token narrows the bounds, so that SQLite seeks to it instead of filtering.
func (s *Store) arguments(q table.Query, after *table.Position, limit int) []any {
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
	args := []any{q.PK, low, high}
	if q.Index != table.Primary {
		args = append(args, start.Sort, start.Key.PK, start.Key.SK)
	}
	return append(args, s.clock.Now().Unix(), limit)
}

func (s *Store) fail(err error, doing string) error { return fail(err, doing, s.path) }

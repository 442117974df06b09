package sqlite

import (
	"bytes"
	"database/sql"
	"errors"

	lib "modernc.org/sqlite/lib"

	"github.com/orderloom/orderloom/shared/table"
)

const sqliteError = lib.SQLITE_ERROR

// row is an item as it is stored and as an op changes it.
type row struct {
	id     int64 // 0 when there is no row
	body   []byte
	before table.Item // nil when absent or expired, although a row may exist
	after  table.Item // nil when deleted
}

func (w *writer) load(key table.Key) (row, error) {
	var r row
	err := w.find.QueryRow(key.PK, key.SK).Scan(&r.id, &r.body)
	if errors.Is(err, sql.ErrNoRows) {
		return row{}, nil
	}
	if err != nil {
		return row{}, err
	}
	item, err := decode(key, r.body)
	r.before = table.Live(item, w.now)
	return r, err
}

// save writes the row and its change. A write that changes nothing writes
// nothing and leaves no change, as on DynamoDB.
func (w *writer) save(key table.Key, r row) error {
	if r.after == nil {
		if r.id == 0 {
			return nil
		}
		if _, err := w.remove.Exec(r.id); err != nil {
			return err
		}
		return w.record(key, r, nil)
	}
	body := encode(r.after)
	if r.before != nil && bytes.Equal(body, r.body) {
		return nil
	}
	if err := w.store(key, r, body); err != nil {
		return err
	}
	return w.record(key, r, body)
}

func (w *writer) store(key table.Key, r row, body []byte) error {
	i := r.after
	var err error
	switch {
	case r.id == 0:
		_, err = w.insert.Exec(key.PK, key.SK, i[table.GSI1PK], i[table.GSI1SK], i[table.GSI2PK], i[table.GSI2SK], i[table.TTL], body)
	case r.before != nil && sameColumns(r.before, i):
		_, err = w.update.Exec(body, r.id) // the indexes stay untouched
	default:
		_, err = w.reindex.Exec(i[table.GSI1PK], i[table.GSI1SK], i[table.GSI2PK], i[table.GSI2SK], i[table.TTL], body, r.id)
	}
	return err
}

func sameColumns(a, b table.Item) bool {
	for _, name := range []string{table.GSI1PK, table.GSI1SK, table.GSI2PK, table.GSI2SK, table.TTL} {
		if a[name] != b[name] {
			return false
		}
	}
	return true
}

// record appends to the change log. Images that read as absent are absent.
func (w *writer) record(key table.Key, r row, body []byte) error {
	var before, after any
	if r.before != nil {
		before = r.body
	}
	if r.after != nil && !table.Expired(r.after, w.now) {
		after = body
	}
	if before == nil && after == nil {
		return nil
	}
	w.seq++
	_, err := w.log.Exec(w.seq, w.now.UnixNano(), key.PK, key.SK, before, after)
	return err
}

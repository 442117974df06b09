package sqlite

import (
	"database/sql/driver"

	lib "modernc.org/sqlite/lib"

	"github.com/orderloom/orderloom/shared/table"
)

const sqliteError = lib.SQLITE_ERROR

// row is an item as it is stored and as an op changes it.
type row struct {
	stored
	before table.Item // nil when absent or expired, although a row may exist
	after  table.Item // nil when deleted
}

// load reads what an op is about to change.
func (w *writer) load(key table.Key) (r row, err error) {
	if r.stored, err = w.stored(key); err != nil || r.id == 0 {
		return r, err
	}
	item, err := decode(key, r.body)
	r.before = table.Live(item, w.now)
	return r, err
}

// stored returns the row of a key as the transaction sees it.
func (w *writer) stored(key table.Key) (stored, error) {
	if s, known := w.rows[key]; known {
		return s, nil
	}
	s, known, _ := w.cache.get(key)
	if !known {
		none, err := w.begins(key.PK)
		if err == nil && !none {
			s, err = find(w.find, key)
		}
		if err != nil {
			return stored{}, err
		}
	}
	w.rows[key] = s
	return s, nil
}

// begins reports whether a partition had no rows before the transaction, as far
// as the cache does not know that itself.
func (w *writer) begins(pk string) (bool, error) {
	if none, asked := w.began[pk]; asked || w.cache.knows(pk) {
		return none, nil
	}
	row := make([]driver.Value, 1)
	err := w.any.first(row, pk)
	w.began[pk] = err == nil && row[0] == nil
	return w.began[pk], err
}

// findText is the query of find.
const findText = "SELECT id, body FROM item WHERE pk = ? AND sk = ?"

// find reads the row of a key; it may be expired.
func find(s *statement, key table.Key) (stored, error) {
	row := make([]driver.Value, 2)
	err := s.first(row, key.PK, key.SK)
	id, _ := row[0].(int64)
	return stored{id, body(row[1])}, err
}

// body returns the text of a blob that was read, "" of NULL.
func body(v driver.Value) string {
	b, _ := v.([]byte)
	return string(b)
}

// blob returns the value that stores a body.
func blob(body string) driver.Value {
	if body == "" {
		return nil
	}
	return []byte(body)
}

// save writes the row and its change. A write that changes nothing writes
// nothing and leaves no change, as on DynamoDB.
func (w *writer) save(key table.Key, r row) error {
	if r.after == nil {
		if r.id == 0 {
			return nil
		}
		if _, err := w.remove.exec(r.id); err != nil {
			return err
		}
		w.rows[key] = stored{}
		return w.record(key, r, "")
	}
	w.body = appendBody(w.body[:0], r.after)
	if r.before != nil && string(w.body) == r.body {
		return nil
	}
	id, err := w.store(key, r, w.body)
	if err != nil {
		return err
	}
	body := string(w.body)
	w.rows[key] = stored{id, body}
	return w.record(key, r, body)
}

// store writes the row and returns its id.
func (w *writer) store(key table.Key, r row, body []byte) (id int64, err error) {
	i := r.after
	switch {
	case r.id == 0:
		done, err := w.insert.exec(key.PK, key.SK, i[table.GSI1PK], i[table.GSI1SK], i[table.GSI2PK], i[table.GSI2SK], i[table.TTL], body)
		if err != nil {
			return 0, err
		}
		return done.LastInsertId()
	case r.before != nil && sameColumns(r.before, i):
		_, err = w.update.exec(body, r.id) // the indexes stay untouched
	default:
		_, err = w.reindex.exec(i[table.GSI1PK], i[table.GSI1SK], i[table.GSI2PK], i[table.GSI2SK], i[table.TTL], body, r.id)
	}
	return r.id, err
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
func (w *writer) record(key table.Key, r row, body string) error {
	c := logged{at: w.now.UnixNano(), key: key, created: r.before == nil}
	if r.after != nil && !table.Expired(r.after, w.now) {
		c.after = body
	}
	w.written.Add(1)
	if c.created && c.after == "" || w.wanted != nil && !w.wanted(c.of(r)) {
		return nil
	}
	w.seq++
	c.seq = w.seq
	w.changes = append(w.changes, c)
	_, err := w.log.exec(c.seq, c.at, key.PK, key.SK, c.created, blob(c.after))
	return err
}

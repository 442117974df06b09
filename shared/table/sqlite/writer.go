package sqlite

import (
	"database/sql/driver"
	"errors"
	"sync/atomic"
	"time"

	"github.com/orderloom/orderloom/shared/clock"
	"github.com/orderloom/orderloom/shared/table"
)

const (
	purgeEvery = time.Minute // on the store's clock
	purgeRows  = 200         // expired items per purge, so that no writer waits long
)

// writer owns the one connection that writes. Only the write loop uses it.
type writer struct {
	conn  *connection
	clock clock.Clock
	cache *cache
	tail  *tail

	wanted func(table.Change) bool // changes that are kept; nil: all

	written atomic.Int64
	// Write units, while somebody counts them.
	counting atomic.Bool
	units    atomic.Int64

	// The transaction under way.
	now     time.Time
	seq     int64                // of the last change
	begun   int64                // seq before the transaction
	rows    map[table.Key]stored // all that it read or wrote, as they are now
	began   map[string]bool      // partitions that it asked about: whether they had no rows
	changes []logged
	trimmed int64 // changes up to it are forgotten

	body   []byte    // scratch
	purged time.Time // when expired items were last deleted

	find, any, insert, update, reindex, remove, log, forget, forgotten, purge, start, end, undo *statement
}

// openWriter opens the file for writing, creates its tables when it is new and
// proves that it can write. It fills the cache and the tail.
func openWriter(path string, clk clock.Clock, rows *cache, changes *tail) (_ *writer, err error) {
	w := &writer{clock: clk, cache: rows, tail: changes, rows: map[table.Key]stored{}, began: map[string]bool{}}
	if w.conn, err = openConnection(path, patience, "journal_mode(WAL)", "synchronous(FULL)", "wal_autocheckpoint(2000)", "cache_size(-16000)"); err != nil {
		return nil, err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, w.close())
		}
	}()
	if err = migrate(w.conn); err != nil {
		return nil, err
	}
	if err = w.prepare(); err != nil {
		return nil, err
	}
	last, err := w.conn.value("SELECT max(coalesce((SELECT max(seq) FROM change), 0), (SELECT upto FROM trimmed))")
	w.seq, _ = last.(int64)
	return w, err
}

func (w *writer) prepare() error {
	for text, stmt := range map[string]**statement{
		findText: &w.find,
		"SELECT 1 FROM item WHERE pk = ? LIMIT 1":                                                              &w.any,
		"INSERT INTO item (pk, sk, gsi1pk, gsi1sk, gsi2pk, gsi2sk, ttl, body) VALUES (?, ?, ?, ?, ?, ?, ?, ?)": &w.insert,
		"UPDATE item SET body = ? WHERE id = ?":                                                                &w.update,
		"UPDATE item SET gsi1pk = ?, gsi1sk = ?, gsi2pk = ?, gsi2sk = ?, ttl = ?, body = ? WHERE id = ?":       &w.reindex,
		"DELETE FROM item WHERE id = ?":                                                                        &w.remove,
		"INSERT INTO change (seq, at, pk, sk, created, new) VALUES (?, ?, ?, ?, ?, ?)":                         &w.log,
		"DELETE FROM change WHERE seq <= ?":                                                                    &w.forget,
		"UPDATE trimmed SET upto = max(upto, ?)":                                                               &w.forgotten,
		"DELETE FROM item WHERE id IN (SELECT id FROM item WHERE ttl <= ? LIMIT ?) RETURNING pk, sk":           &w.purge,
		"BEGIN IMMEDIATE": &w.start,
		"COMMIT":          &w.end,
		"ROLLBACK":        &w.undo,
	} {
		var err error
		if *stmt, err = w.conn.prepare(text); err != nil {
			return err
		}
	}
	return nil
}

func (w *writer) close() error {
	if w.conn == nil {
		return nil
	}
	return w.conn.close()
}

func (w *writer) begin() error {
	w.now, w.begun = w.clock.Now(), w.seq
	if _, err := w.start.exec(); err != nil {
		return err
	}
	if w.now.Sub(w.purged) < purgeEvery {
		return nil
	}
	// Expired items already read as absent; this only frees their room.
	row, n := make([]driver.Value, 2), 0
	err := w.purge.query(row, func() bool {
		pk, _ := row[0].(string)
		sk, _ := row[1].(string)
		w.rows[table.Key{PK: pk, SK: sk}] = stored{}
		n++
		return true
	}, w.now.Unix(), int64(purgeRows))
	if err == nil && n < purgeRows {
		w.purged = w.now
	}
	return err
}

// commit makes the transaction durable, then visible.
func (w *writer) commit() error {
	w.cache.begin(w.rows)
	if _, err := w.end.exec(); err != nil {
		w.cache.end(nil, nil)
		return err
	}
	w.cache.end(w.rows, w.began)
	w.tail.commit(w.changes, w.trimmed)
	w.reset()
	return nil
}

// rollback forgets the transaction. SQLite has already ended it after some
// errors; saying so is no failure.
func (w *writer) rollback() error {
	w.seq = w.begun
	w.reset()
	_, err := w.undo.exec()
	if err != nil && primary(err) == sqliteError {
		return nil
	}
	return err
}

func (w *writer) reset() {
	clear(w.rows)
	clear(w.began)
	clear(w.changes)
	w.changes, w.trimmed = w.changes[:0], 0
}

// apply runs one request inside the transaction. The outcome is the caller's
// to know once the transaction commits; an error ends the transaction.
func (w *writer) apply(r *request) (outcome, error) {
	if err := r.ctx.Err(); err != nil {
		return outcome{err: err}, nil //nolint:nilerr // the outcome is the caller's
	}
	if r.ops == nil {
		return outcome{}, w.trim(r.trim)
	}
	rows := make([]row, len(r.ops))
	for i, op := range r.ops {
		var err error
		if rows[i], err = w.load(op.Key); err != nil {
			return outcome{}, err
		}
	}
	if failed := failedOps(r.ops, rows); failed != nil {
		w.meter(r, rows, true)
		return outcome{err: &table.ConditionFailed{Ops: failed}}, nil
	}
	for i, op := range r.ops {
		if op.Kind == table.KindPut && !r.single { // it is encoded before the caller has it back
			rows[i].after = op.Item
			continue
		}
		var err error
		if rows[i].after, err = table.Apply(op, rows[i].before); err != nil {
			return outcome{err: err}, nil //nolint:nilerr // before anything was written
		}
	}
	for i, op := range r.ops {
		if op.Kind == table.KindCheck {
			continue
		}
		if err := w.save(op.Key, rows[i]); err != nil {
			return outcome{}, err
		}
	}
	w.meter(r, rows, false)
	if r.single {
		return outcome{item: table.Live(rows[0].after, w.now)}, nil
	}
	return outcome{}, nil
}

func failedOps(ops []table.Op, rows []row) (failed []int) {
	for i, op := range ops {
		if !table.Holds(rows[i].before, op.If) {
			failed = append(failed, i)
		}
	}
	return failed
}

// meter counts capacity: a failed condition costs reading what is stored, a
// transaction costs twice.
func (w *writer) meter(r *request, rows []row, failed bool) {
	counting := w.counting.Load()
	if !counting && !table.Metered(r.ctx) {
		return
	}
	for i, row := range rows {
		after := row.after
		if failed || r.ops[i].Kind == table.KindCheck {
			after = row.before
		}
		units, inIndexes := table.WriteUnits(row.before, after)
		if !r.single {
			units, inIndexes = 2*units, 2*inIndexes
		}
		if counting {
			w.units.Add(units + inIndexes)
		}
		table.CountWrite(r.ctx, units, inIndexes)
	}
}

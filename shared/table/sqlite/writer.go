package sqlite

import (
	"context"
	"database/sql"
	"errors"
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
	db    *sql.DB
	conn  *sql.Conn
	clock clock.Clock
	now   time.Time // of the transaction
	seq   int64     // of the last change, this transaction's included
	begun int64     // seq before this transaction

	purged time.Time // when expired items were last deleted

	find, insert, update, reindex, remove, log, purge *sql.Stmt
}

// openWriter opens the file for writing, creates its tables when it is new and
// proves that it can write.
func openWriter(ctx context.Context, path string, clk clock.Clock) (_ *writer, err error) {
	w := &writer{clock: clk}
	if w.db, err = connect(path, 1, patience, "journal_mode(WAL)", "synchronous(FULL)", "wal_autocheckpoint(2000)", "cache_size(-16000)"); err != nil {
		return nil, err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, w.close())
		}
	}()
	if w.conn, err = w.db.Conn(ctx); err != nil {
		return nil, err
	}
	if err = migrate(ctx, w.conn); err != nil {
		return nil, err
	}
	if err = w.prepare(ctx); err != nil {
		return nil, err
	}
	return w, w.conn.QueryRowContext(ctx,
		"SELECT max(coalesce((SELECT max(seq) FROM change), 0), (SELECT upto FROM trimmed))").Scan(&w.seq)
}

func (w *writer) prepare(ctx context.Context) error {
	for text, stmt := range map[string]**sql.Stmt{
		"SELECT id, body FROM item WHERE pk = ? AND sk = ?":                                                    &w.find,
		"INSERT INTO item (pk, sk, gsi1pk, gsi1sk, gsi2pk, gsi2sk, ttl, body) VALUES (?, ?, ?, ?, ?, ?, ?, ?)": &w.insert,
		"UPDATE item SET body = ? WHERE id = ?":                                                                &w.update,
		"UPDATE item SET gsi1pk = ?, gsi1sk = ?, gsi2pk = ?, gsi2sk = ?, ttl = ?, body = ? WHERE id = ?":       &w.reindex,
		"DELETE FROM item WHERE id = ?":                                                                        &w.remove,
		"INSERT INTO change (seq, at, pk, sk, old, new) VALUES (?, ?, ?, ?, ?, ?)":                             &w.log,
		"DELETE FROM item WHERE id IN (SELECT id FROM item WHERE ttl <= ? LIMIT ?)":                            &w.purge,
	} {
		var err error
		if *stmt, err = w.conn.PrepareContext(ctx, text); err != nil {
			return err
		}
	}
	return nil
}

func (w *writer) close() error {
	var err error
	if w.conn != nil {
		err = w.conn.Close()
	}
	return errors.Join(err, w.db.Close())
}

func (w *writer) exec(text string) error {
	_, err := w.conn.ExecContext(context.Background(), text)
	return err
}

func (w *writer) begin() error {
	w.now, w.begun = w.clock.Now(), w.seq
	if err := w.exec("BEGIN IMMEDIATE"); err != nil {
		return err
	}
	if w.now.Sub(w.purged) < purgeEvery {
		return nil
	}
	// Expired items already read as absent; this only frees their room.
	done, err := w.purge.Exec(w.now.Unix(), purgeRows)
	if err != nil {
		return err
	}
	if n, err := done.RowsAffected(); err != nil || n < purgeRows {
		w.purged = w.now
		return err
	}
	return nil
}

func (w *writer) commit() error { return w.exec("COMMIT") }

// rollback forgets the transaction. SQLite has already ended it after some
// errors; saying so is no failure.
func (w *writer) rollback() error {
	w.seq = w.begun
	err := w.exec("ROLLBACK")
	if err != nil && primary(err) == sqliteError {
		return nil
	}
	return err
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
		meter(r, rows, true)
		return outcome{err: &table.ConditionFailed{Ops: failed}}, nil
	}
	for i, op := range r.ops {
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
	meter(r, rows, false)
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
func meter(r *request, rows []row, failed bool) {
	for i, row := range rows {
		after := row.after
		if failed || r.ops[i].Kind == table.KindCheck {
			after = row.before
		}
		units, inIndexes := table.WriteUnits(row.before, after)
		if !r.single {
			units, inIndexes = 2*units, 2*inIndexes
		}
		table.CountWrite(r.ctx, units, inIndexes)
	}
}

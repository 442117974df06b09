package sqlite

import (
	"context"
	"database/sql/driver"
	"time"

	"github.com/orderloom/orderloom/shared/fault"
	"github.com/orderloom/orderloom/shared/table"
)

// Changes implements table.Changes.
func (s *Store) Changes(ctx context.Context, after int64, limit int) (changes []table.Change, err error) {
	if limit < 1 || limit > table.MaxPage {
		return nil, fault.New(fault.Invalid, "limit %d is not in 1..%d", limit, table.MaxPage).On("", "limit")
	}
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	if s.isClosed() {
		return nil, s.errClosed()
	}
	if after >= s.last.Load() {
		return nil, nil
	}
	log, reaches := s.tail.since(after, limit)
	if !reaches {
		if log, err = s.readLog(after, limit); err != nil {
			return nil, s.fail(err, "read changes")
		}
	}
	for bytes := 0; len(log) > 0 && bytes < maxPageBytes; log = log[1:] {
		c, err := log[0].change()
		if err != nil {
			return nil, s.fail(err, "read changes")
		}
		changes = append(changes, c)
		bytes += log[0].bytes()
	}
	return changes, nil
}

// readLog reads a page of the change log from the file.
func (s *Store) readLog(after int64, limit int) (log []logged, err error) {
	bytes, row := 0, make([]driver.Value, 6)
	err = s.reading(func(r *reader) error {
		return r.changes.query(row, func() bool {
			l := logged{after: body(row[5])}
			created, _ := row[4].(int64)
			l.created = created != 0
			l.seq, _ = row[0].(int64)
			l.at, _ = row[1].(int64)
			l.key.PK, _ = row[2].(string)
			l.key.SK, _ = row[3].(string)
			log = append(log, l)
			bytes += l.bytes()
			return bytes < maxPageBytes
		}, after, int64(limit))
	})
	return log, err
}

// of is the change before it is logged.
func (l logged) of(r row) table.Change {
	c := table.Change{At: time.Unix(0, l.at).UTC(), Key: l.key, Created: l.created}
	if l.after != "" {
		c.New = r.after
	}
	return c
}

func (l logged) change() (c table.Change, err error) {
	c = table.Change{Seq: l.seq, At: time.Unix(0, l.at).UTC(), Key: l.key, Created: l.created}
	if l.after != "" {
		c.New, err = decode(l.key, l.after)
	}
	return c, err
}

// Wait implements table.Changes. It also ends, with a fault, when the store closes.
func (s *Store) Wait(ctx context.Context, after int64) error {
	for {
		s.mu.Lock()
		next := s.waiter
		s.mu.Unlock()
		if s.last.Load() > after {
			return nil
		}
		select {
		case <-next:
		case <-s.closing:
			return s.errClosed()
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// announce wakes those who wait, after a commit.
func (s *Store) announce(seq int64) {
	if s.last.Swap(seq) == seq {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	close(s.waiter)
	s.waiter = make(chan struct{})
}

// Trim implements table.Changes.
func (s *Store) Trim(ctx context.Context, upTo int64) error {
	if last := s.last.Load(); upTo > last {
		return fault.New(fault.Invalid, "cannot forget changes up to %d, the last is %d", upTo, last).On("", "upTo")
	}
	_, err := s.submit(&request{ctx: ctx, trim: upTo})
	return err
}

func (w *writer) trim(upTo int64) error {
	if _, err := w.forget.exec(upTo); err != nil {
		return err
	}
	if _, err := w.forgotten.exec(upTo); err != nil {
		return err
	}
	w.trimmed = max(w.trimmed, upTo)
	return nil
}

package sqlite

import (
	"context"
	"errors"
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
	rows, err := s.read.changes.Query(after, limit)
	if err != nil {
		return nil, s.fail(err, "read changes")
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	for bytes := 0; rows.Next() && bytes < maxPageBytes; {
		var c table.Change
		var at int64
		var before, after []byte
		if err := rows.Scan(&c.Seq, &at, &c.Key.PK, &c.Key.SK, &before, &after); err != nil {
			return nil, s.fail(err, "read changes")
		}
		c.At = time.Unix(0, at).UTC()
		if c.Old, err = image(c.Key, before); err == nil {
			c.New, err = image(c.Key, after)
		}
		if err != nil {
			return nil, s.fail(err, "read changes")
		}
		changes = append(changes, c)
		bytes += len(before) + len(after)
	}
	if err := rows.Err(); err != nil {
		return nil, s.fail(err, "read changes")
	}
	return changes, nil
}

func image(key table.Key, body []byte) (table.Item, error) {
	if body == nil {
		return nil, nil
	}
	return decode(key, body)
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
	ctx := context.Background()
	if _, err := w.conn.ExecContext(ctx, "DELETE FROM change WHERE seq <= ?", upTo); err != nil {
		return err
	}
	_, err := w.conn.ExecContext(ctx, "UPDATE trimmed SET upto = max(upto, ?)", upTo)
	return err
}

package sqlite

import (
	"errors"

	"github.com/orderloom/orderloom/shared/table"
)

// reader is a connection that reads, with its statements.
type reader struct {
	*connection
	find, changes *statement
	queries       map[table.Index][2]*statement // ascending, descending
}

// openReader opens a connection that refuses to write.
func openReader(path string) (_ *reader, err error) {
	conn, err := openConnection(path, patience, "query_only(1)")
	if err != nil {
		return nil, err
	}
	prepare := func(text string) (s *statement) {
		if err == nil {
			s, err = conn.prepare(text)
		}
		return s
	}
	r := &reader{connection: conn, queries: map[table.Index][2]*statement{}}
	r.find = prepare(findText)
	r.changes = prepare("SELECT seq, at, pk, sk, created, new FROM change WHERE seq > ? ORDER BY seq LIMIT ?")
	for _, index := range []table.Index{table.Primary, table.GSI1, table.GSI2} {
		r.queries[index] = [2]*statement{prepare(queryText(index, false)), prepare(queryText(index, true))}
	}
	if err != nil {
		_ = conn.close() // the first error counts
		return nil, err
	}
	return r, nil
}

func (r *reader) query(q table.Query) *statement {
	if q.Descending {
		return r.queries[q.Index][1]
	}
	return r.queries[q.Index][0]
}

// reading lends a reader to do, opened when it is needed first.
func (s *Store) reading(do func(*reader) error) (err error) {
	var r *reader
	select {
	case r = <-s.readers:
	case <-s.closing:
		return s.errClosed()
	}
	defer func() { s.readers <- r }()
	if r == nil {
		if r, err = openReader(s.path); err != nil {
			return err
		}
	}
	return do(r)
}

// closeReaders waits for the reads under way; later ones find the store closed.
func (s *Store) closeReaders() error {
	var errs []error
	for range cap(s.readers) {
		if r := <-s.readers; r != nil {
			errs = append(errs, r.close())
		}
	}
	return errors.Join(errs...)
}

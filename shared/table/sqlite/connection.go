package sqlite

import (
	"context"
	"database/sql/driver"
	"errors"
	"io"
	"net/url"

	"modernc.org/sqlite"
)

// connection is one connection to a file, through the driver itself: what
// database/sql does for each call (locks, conversions, allocations) costs about
// as much as a small statement. One goroutine at a time uses a connection.
//
// Statements run without a context: the driver watches one with a goroutine per
// call, and a statement takes microseconds.
type connection struct {
	conn     driver.Conn
	prepared []*statement
}

// statement is a prepared statement of a connection.
type statement struct {
	stmt driverStatement
	args []driver.NamedValue // of the call under way
}

type driverStatement interface {
	driver.Stmt
	driver.StmtExecContext
	driver.StmtQueryContext
}

// dataSource names a file and the pragmas of its connections as the driver
// wants it.
func dataSource(path string, pragmas ...string) string {
	return "file:" + (&url.URL{Path: path}).EscapedPath() + "?" + url.Values{"_pragma": pragmas}.Encode()
}

func openConnection(path string, pragmas ...string) (*connection, error) {
	conn, err := new(sqlite.Driver).Open(dataSource(path, pragmas...))
	if err != nil {
		return nil, err
	}
	return &connection{conn: conn}, nil
}

// close ends the statements first: SQLite keeps a file open for their sake.
func (c *connection) close() error {
	var errs []error
	for _, s := range c.prepared {
		errs = append(errs, s.stmt.Close())
	}
	return errors.Join(append(errs, c.conn.Close())...)
}

// exec runs one or more statements once.
func (c *connection) exec(text string) error {
	s, err := c.compile(text)
	if err != nil {
		return err
	}
	_, err = s.exec()
	return errors.Join(err, s.stmt.Close())
}

// value runs a query of one column once and returns what its first row has.
func (c *connection) value(text string) (driver.Value, error) {
	s, err := c.compile(text)
	if err != nil {
		return nil, err
	}
	row := make([]driver.Value, 1)
	err = s.first(row)
	return row[0], errors.Join(err, s.stmt.Close())
}

// prepare returns a statement that lives as long as the connection.
func (c *connection) prepare(text string) (*statement, error) {
	s, err := c.compile(text)
	if err != nil {
		return nil, err
	}
	c.prepared = append(c.prepared, s)
	return s, nil
}

func (c *connection) compile(text string) (*statement, error) {
	stmt, err := c.conn.Prepare(text)
	if err != nil {
		return nil, err
	}
	full, ok := stmt.(driverStatement)
	if !ok {
		return nil, errors.Join(errors.New("the SQLite driver has other statements than expected"), stmt.Close())
	}
	return &statement{stmt: full}, nil
}

// exec runs a statement that returns no rows.
func (s *statement) exec(args ...driver.Value) (driver.Result, error) {
	return s.stmt.ExecContext(context.Background(), s.bind(args))
}

// query reads rows one after the other, each into memory of its own, and calls
// do with each until it returns false.
func (s *statement) query(row []driver.Value, do func() bool, args ...driver.Value) (err error) {
	rows, err := s.stmt.QueryContext(context.Background(), s.bind(args))
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	for {
		if err := rows.Next(row); err != nil {
			if errors.Is(err, io.EOF) {
				return nil
			}
			return err
		}
		if !do() {
			return nil
		}
	}
}

// first reads the first row; without one, row stays as it is.
func (s *statement) first(row []driver.Value, args ...driver.Value) error {
	return s.query(row, func() bool { return false }, args...)
}

func (s *statement) bind(args []driver.Value) []driver.NamedValue {
	s.args = s.args[:0]
	for i, v := range args {
		s.args = append(s.args, driver.NamedValue{Ordinal: i + 1, Value: v})
	}
	return s.args
}

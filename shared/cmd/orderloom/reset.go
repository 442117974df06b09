package main

import (
	"fmt"
	"os"
	"path/filepath"

	"github.com/orderloom/orderloom/shared/fault"
	"github.com/orderloom/orderloom/shared/table/sqlite"
)

type resetCmd struct{}

// parts are what a data folder holds, what marks it as one last: a reset that
// broke off can be repeated. Anything else in it is not ours to delete.
var parts = []string{"documents", "executions", "isolated", "functions.log", "sam-env.json", "run.json", "orderloom.log", "secrets.json",
	"table.db-wal", "table.db-shm", "table.db", "table.db-lock"}

// marks tell a data folder from, say, a home folder with documents in it.
var marks = []string{"table.db", "table.db-lock", "secrets.json"}

// Run deletes the data, unless an Orderloom runs on them.
func (resetCmd) Run(s *session) error {
	switch {
	case !s.holds(parts):
		_, err := fmt.Fprintln(s.out, "there is no data in", s.data)
		return err
	case !s.holds(marks):
		return fault.New(fault.Invalid, "%s is not a data folder of Orderloom; nothing is deleted", s.data).Do("Name another one with --data")
	}
	unlock, err := sqlite.Lock(s.ctx, filepath.Join(s.data, "table.db"))
	if err != nil {
		return err
	}
	if err := unlock(); err != nil {
		return fault.Wrap(err, fault.Internal, "releasing the lock")
	}
	for _, name := range parts {
		if err := os.RemoveAll(filepath.Join(s.data, name)); err != nil {
			return fault.Wrap(err, fault.Misconfigured, "deleting %s", name)
		}
	}
	_ = os.Remove(s.data) // stays when something else is in it
	_, err = fmt.Fprintln(s.out, "the data in", s.data, "is deleted")
	return err
}

// holds reports whether the data folder has one of these in it.
func (s *session) holds(names []string) bool {
	for _, name := range names {
		if _, err := os.Lstat(filepath.Join(s.data, name)); err == nil {
			return true
		}
	}
	return false
}

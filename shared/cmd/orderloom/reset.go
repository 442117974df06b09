package main

import (
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"time"

	"github.com/orderloom/orderloom/shared/cmd/world"
	"github.com/orderloom/orderloom/shared/fault"
)

type resetCmd struct{}

// parts are what a data folder holds. Anything else in it is not ours to delete.
var parts = []string{"table.db", "table.db-wal", "table.db-shm", "table.db-lock", "documents", "executions", "secrets.json", "orderloom.log", "run.json", "isolated", "functions.log", "sam-env.json"}

// Run deletes the data, unless an Orderloom runs on it.
func (resetCmd) Run(s *session) error {
	if at, err := world.Running(s.data); err == nil {
		probe := http.Client{Timeout: 2 * time.Second}
		if res, err := probe.Get(at.Console + "/api/stats"); err == nil {
			res.Body.Close()
			return fault.New(fault.Conflict, "an Orderloom runs on %s (process %d)", s.data, at.PID).Do("Stop it with Ctrl-C first")
		}
	}
	for _, name := range parts {
		if err := os.RemoveAll(filepath.Join(s.data, name)); err != nil {
			return fault.Wrap(err, fault.Internal, "deleting %s", name)
		}
	}
	left, err := os.ReadDir(s.data)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		_, err = fmt.Fprintln(s.out, "there is no data in", s.data)
		return err
	case err != nil:
		return fault.Wrap(err, fault.Internal, "reading the data folder")
	case len(left) == 0:
		if err := os.Remove(s.data); err != nil {
			return fault.Wrap(err, fault.Internal, "deleting the data folder")
		}
	}
	_, err = fmt.Fprintln(s.out, "the data in", s.data, "is deleted")
	return err
}

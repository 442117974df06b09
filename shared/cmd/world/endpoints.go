package world

import (
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/orderloom/orderloom/shared/fault"
)

// Endpoints are the addresses of a running Orderloom. They stand in run.json in
// its data folder as long as it runs, which is how the other commands find it.
type Endpoints struct {
	Console string `json:"console"` // e.g. "http://127.0.0.1:8080"
	AWS     string `json:"aws"`
	Fakes   string `json:"fakes"` // of the fake services
	PID     int    `json:"pid"`
}

const endpointsFile = "run.json"

// Running returns the addresses of the Orderloom that runs on a data folder.
func Running(dir string) (Endpoints, error) {
	var e Endpoints
	data, err := os.ReadFile(filepath.Join(dir, endpointsFile))
	if errors.Is(err, fs.ErrNotExist) {
		return e, fault.New(fault.NotFound, "no Orderloom runs on %s", dir).Do("Start one with make run, or name its folder with --data")
	}
	if err == nil {
		err = json.Unmarshal(data, &e)
	}
	if err != nil {
		return e, fault.Wrap(err, fault.Internal, "reading %s", endpointsFile)
	}
	return e, nil
}

func (e Endpoints) save(dir string) error {
	data, err := json.MarshalIndent(e, "", "  ")
	if err != nil {
		return err
	}
	if err := os.WriteFile(filepath.Join(dir, endpointsFile), append(data, '\n'), 0o600); err != nil {
		return fault.Wrap(err, fault.Internal, "writing %s", endpointsFile)
	}
	return nil
}

package world

import (
	"encoding/json"
	"errors"
	"io/fs"
	"net"
	"net/url"
	"os"
	"path/filepath"
	"time"

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

// Running returns the addresses of the Orderloom that runs on a data folder. One
// that was killed left its file but nobody listens there any more.
func Running(dir string) (Endpoints, error) {
	var e Endpoints
	file := filepath.Join(dir, endpointsFile)
	data, err := os.ReadFile(file)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return e, notRunning("no Orderloom runs on %s", dir)
	case err != nil:
		return e, fault.Wrap(err, fault.Misconfigured, "reading where Orderloom runs")
	case json.Unmarshal(data, &e) != nil || !listens(e.Console):
		return e, notRunning("no Orderloom runs on %s any more; %s was left by one that was killed", dir, endpointsFile)
	}
	return e, nil
}

func notRunning(format string, args ...any) error {
	return fault.New(fault.NotFound, format, args...).Do("Start one with make run, or name its folder with --data")
}

// listens reports whether somebody takes connections at an address.
func listens(address string) bool {
	u, err := url.Parse(address)
	if err != nil || u.Host == "" {
		return false
	}
	c, err := net.DialTimeout("tcp", u.Host, time.Second)
	if err != nil {
		return false
	}
	_ = c.Close()
	return true
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

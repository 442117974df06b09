package main

import (
	"fmt"
	"os"
	"strconv"
	"strings"
	"time"

	"github.com/orderloom/orderloom/functions/flows"
	"github.com/orderloom/orderloom/shared/fault"
	"github.com/orderloom/orderloom/shared/flow/registry"
)

type versionsCmd struct {
	ID string `arg:"" help:"The flow."`
}

func (c *versionsCmd) Run(s *session) error {
	api, err := s.client()
	if err != nil {
		return err
	}
	var out struct {
		Versions []registry.Version `json:"versions"`
	}
	if err := api.call("GET", flowPath(c.ID, "/versions"), nil, nil, &out); err != nil {
		return err
	}
	if s.json {
		return s.printJSON(out.Versions)
	}
	var rows [][]string
	for _, v := range out.Versions {
		what := v.Comment
		if v.RollbackOf > 0 {
			what = strings.TrimSuffix(fmt.Sprintf("back to %d: %s", v.RollbackOf, v.Comment), ": ")
		}
		rows = append(rows, []string{strconv.Itoa(v.Number), v.At.Format(time.RFC3339), v.By, strings.Join(v.Policies, " "), what})
	}
	s.table("VERSION | PUBLISHED | BY | POLICIES | COMMENT", rows)
	return nil
}

type rollbackCmd struct {
	ID      string `arg:"" help:"The flow."`
	Version int    `arg:"" optional:"" help:"The version to go back to; the one that was live before when left out."`
	By      string `help:"Who says so." default:"operator" env:"USER"`
	Comment string `help:"Why."`
}

func (c *rollbackCmd) Run(s *session) error {
	api, err := s.client()
	if err != nil {
		return err
	}
	var out flows.Steered
	if err := api.send(flowPath(c.ID, "/rollback"), flows.Told{Version: c.Version, By: c.By, Comment: c.Comment}, &out); err != nil {
		return err
	}
	_, err = fmt.Fprintf(s.out, "flow %s: version %d is live, which is version %d again; running orders stay on theirs\n", c.ID, out.Live.Number, out.Live.RollbackOf)
	return err
}

// flowDocument reads a file, or version ID@NUMBER of the running Orderloom;
// number 0 is what the repository deployed.
func (s *session) flowDocument(name string) ([]byte, error) {
	id, number, ok := strings.Cut(name, "@")
	if _, err := os.Stat(name); err == nil || !ok {
		return os.ReadFile(name)
	}
	if _, err := strconv.Atoi(number); err != nil {
		return nil, fault.New(fault.Invalid, "%s is neither a file nor the version of a flow", name).Do("Write ID@NUMBER")
	}
	api, err := s.client()
	if err != nil {
		return nil, err
	}
	var v registry.Version
	err = api.call("GET", flowPath(id, "/versions/"+number), nil, nil, &v)
	return v.Document, err
}

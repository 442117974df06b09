package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"net/url"
	"os"
	"slices"
	"strings"

	"github.com/orderloom/orderloom/functions/flows"
	"github.com/orderloom/orderloom/shared/fault"
	"github.com/orderloom/orderloom/shared/flow/bundle"
)

// exportFlowCmd is flow export: flows with all that they need, as one document.
type exportFlowCmd struct {
	ID     []string `arg:"" help:"The flows, as they are live."`
	Output string   `short:"o" help:"Write to this file instead of standard output." type:"path"`
}

func (c *exportFlowCmd) Run(s *session) error {
	api, err := s.client()
	if err != nil {
		return err
	}
	text, err := api.bundle(c.ID...)
	if err != nil {
		return err
	}
	if c.Output == "" {
		_, err = s.out.Write(text)
		return err
	}
	if err := os.WriteFile(c.Output, text, 0o600); err != nil {
		return fault.Wrap(err, fault.Invalid, "writing the bundle")
	}
	return nil
}

// bundle reads flows as a bundle; no ids mean all that are live.
func (c *client) bundle(ids ...string) ([]byte, error) {
	var raw json.RawMessage
	if err := c.call("GET", "/api/bundle?flows="+url.QueryEscape(strings.Join(ids, ",")), nil, nil, &raw); err != nil {
		return nil, err
	}
	var text bytes.Buffer
	if err := json.Indent(&text, raw, "", "  "); err != nil {
		return nil, err
	}
	text.WriteByte('\n')
	return text.Bytes(), nil
}

// importFlowCmd is flow import: all that is in a bundle, or nothing.
type importFlowCmd struct {
	File     string `arg:"" help:"A bundle, as flow export writes it." type:"existingfile"`
	DryRun   bool   `help:"Only check, and say what would be done."`
	Renumber bool   `help:"Give policies whose version is published with other content the next free version."`
}

func (c *importFlowCmd) Run(s *session) error {
	api, err := s.client()
	if err != nil {
		return err
	}
	text, err := os.ReadFile(c.File)
	if err != nil {
		return err
	}
	out, err := api.take(text, c.DryRun, c.Renumber)
	if err != nil {
		return err
	}
	if s.json {
		return s.printJSON(out)
	}
	s.showImport(out)
	return nil
}

// take imports a bundle, or checks it alone.
func (c *client) take(text []byte, dryRun, renumber bool) (flows.Imported, error) {
	var out flows.Imported
	if !json.Valid(text) {
		return out, fault.New(fault.Invalid, "the bundle is not JSON")
	}
	body, err := json.Marshal(flows.Importing{Bundle: text, DryRun: dryRun, Renumber: renumber})
	if err != nil {
		return out, err
	}
	return out, c.call("POST", "/api/bundle", nil, body, &out)
}

func (s *session) showImport(out flows.Imported) {
	words := map[bundle.Does][2]string{
		bundle.Publishes: {"would be published", "is published"}, bundle.Keeps: {"is there already", "was there already"}, bundle.Adds: {"would be added", "is added"},
	}
	for _, ref := range slices.Sorted(maps.Keys(out.Renumbered)) {
		fmt.Fprintf(s.out, "policy %s is called %s here\n", ref, out.Renumbered[ref])
	}
	for _, c := range out.Changes {
		text := words[c.Does][0]
		if out.Done {
			text = words[c.Does][1]
		}
		if c.Detail != "" {
			text += ": " + c.Detail
		}
		fmt.Fprintf(s.out, "%s %s %s\n", c.Kind, c.ID, text)
	}
}

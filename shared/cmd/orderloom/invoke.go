package main

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"strings"

	"github.com/orderloom/orderloom/shared/cmd/world"
	"github.com/orderloom/orderloom/shared/fault"
	"github.com/orderloom/orderloom/shared/fn"
	"github.com/orderloom/orderloom/shared/local/host"
)

type invokeCmd struct {
	ID      string `arg:"" help:"The function's id, e.g. orders/record."`
	Event   string `short:"e" help:"File with the event; default: the example in the function's folder." type:"existingfile"`
	Project string `help:"Folder with template.yaml; default: the nearest one above the working folder." type:"path"`
}

// Run invokes the function on the running Orderloom, or on a fresh one that is
// thrown away when none runs, and prints what it returned. A reported failure
// is a failure of the command.
func (c *invokeCmd) Run(s *session) error {
	event, err := c.event()
	if err != nil {
		return err
	}
	at, err := world.Running(s.data)
	if err == nil {
		return c.remote(s, at.AWS, event)
	}
	dir, err := os.MkdirTemp("", "orderloom-invoke-")
	if err != nil {
		return fault.Wrap(err, fault.Internal, "making a temporary folder")
	}
	defer os.RemoveAll(dir)
	w, err := world.Open(s.ctx, world.Options{Dir: dir, Project: c.Project, Manual: true})
	if err != nil {
		return err
	}
	err = c.remote(s, w.Host.AWSURL(), event)
	if closeErr := w.Close(); err == nil {
		err = closeErr
	}
	return err
}

func (c *invokeCmd) event() ([]byte, error) {
	if c.Event == "" {
		return world.Example(c.Project, c.ID)
	}
	event, err := os.ReadFile(c.Event)
	if err != nil {
		return nil, fault.Wrap(err, fault.Invalid, "reading the event")
	}
	if !json.Valid(event) {
		return nil, fault.New(fault.Invalid, "%s is not JSON", c.Event)
	}
	return event, nil
}

// remote invokes over the Lambda protocol.
func (c *invokeCmd) remote(s *session, endpoint string, event []byte) error {
	name := fn.PhysicalName(host.Stack, c.ID)
	req, err := http.NewRequestWithContext(s.ctx, http.MethodPost, endpoint+"/2015-03-31/functions/"+url.PathEscape(name)+"/invocations", strings.NewReader(string(event)))
	if err != nil {
		return err
	}
	res, err := httpClient().Do(req)
	if err != nil {
		return fmt.Errorf("no answer from the Orderloom at %s: %w", endpoint, err)
	}
	defer res.Body.Close()
	out, err := io.ReadAll(io.LimitReader(res.Body, 16<<20))
	if err != nil {
		return err
	}
	if res.StatusCode == http.StatusNotFound {
		return fault.New(fault.NotFound, "there is no function %q", c.ID).Do("Function ids are the folders below functions/, e.g. orders/record")
	}
	if res.StatusCode/100 != 2 {
		return fmt.Errorf("answered %s: %s", res.Status, out)
	}
	var shown any
	if json.Unmarshal(out, &shown) == nil {
		if err := s.printJSON(shown); err != nil {
			return err
		}
	}
	if res.Header.Get("X-Amz-Function-Error") != "" {
		return fmt.Errorf("the function %s reported a failure", c.ID)
	}
	return nil
}

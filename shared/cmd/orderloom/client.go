package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/orderloom/orderloom/shared/cmd/world"
	"github.com/orderloom/orderloom/shared/fault"
)

// client speaks to the running Orderloom over the same routes as everyone else.
type client struct {
	s    *session
	at   world.Endpoints
	http *http.Client
}

// client finds the running Orderloom by the file it leaves in its data folder.
func (s *session) client() (*client, error) {
	at, err := world.Running(s.data)
	if err != nil {
		return nil, err
	}
	return &client{s, at, httpClient()}, nil
}

func httpClient() *http.Client { return &http.Client{Timeout: time.Minute} }

// call sends a request to the console's API and decodes the answer into out.
func (c *client) call(method, path string, header map[string]string, body []byte, out any) error {
	return c.request(c.at.Console, method, path, header, body, out)
}

func (c *client) request(base, method, path string, header map[string]string, body []byte, out any) error {
	req, err := http.NewRequestWithContext(c.s.ctx, method, base+path, bytes.NewReader(body))
	if err != nil {
		return err
	}
	req.Header.Set("Content-Type", "application/json")
	for k, v := range header {
		req.Header.Set(k, v)
	}
	res, err := c.http.Do(req)
	if err != nil {
		return fmt.Errorf("no answer from the Orderloom at %s: %w", base, err)
	}
	defer res.Body.Close()
	data, err := io.ReadAll(io.LimitReader(res.Body, 64<<20))
	if err != nil {
		return fmt.Errorf("the answer of %s broke off: %w", base, err)
	}
	if res.StatusCode/100 != 2 {
		return refusal(res.StatusCode, data)
	}
	if out == nil || len(data) == 0 {
		return nil
	}
	if err := json.Unmarshal(data, out); err != nil {
		return fmt.Errorf("the answer of %s is not Orderloom's: %w", base, err)
	}
	return nil
}

// refusal shows the fault that an answer carries, its message, or the answer.
func refusal(status int, body []byte) error {
	var in struct {
		Error   *fault.Error `json:"error"`
		Message string       `json:"message"`
	}
	switch err := json.Unmarshal(body, &in); {
	case err == nil && in.Error != nil && in.Error.Message != "":
		return in.Error
	case err == nil && in.Message != "":
		return fmt.Errorf("answered %d: %s", status, in.Message)
	}
	return fmt.Errorf("answered %d: %s", status, strings.TrimSpace(string(body)))
}

// table prints rows in columns.
func (s *session) table(header string, rows [][]string) {
	w := tabwriter.NewWriter(s.out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, strings.ReplaceAll(header, " | ", "\t"))
	for _, r := range rows {
		fmt.Fprintln(w, strings.Join(r, "\t"))
	}
	_ = w.Flush() // standard output
}

// printJSON prints v indented.
func (s *session) printJSON(v any) error {
	data, err := json.MarshalIndent(v, "", "  ")
	if err != nil {
		return err
	}
	_, err = fmt.Fprintln(s.out, string(data))
	return err
}

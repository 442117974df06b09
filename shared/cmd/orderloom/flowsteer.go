package main

import (
	"encoding/json"
	"fmt"
	"net/url"
	"strconv"
	"time"

	"github.com/alecthomas/kong"

	"github.com/orderloom/orderloom/functions/console"
	"github.com/orderloom/orderloom/functions/flows"
	"github.com/orderloom/orderloom/functions/orders"
	"github.com/orderloom/orderloom/shared/flow/steer"
)

// flowPath is a route of a flow.
func flowPath(id string, rest string) string { return "/api/flows/" + url.PathEscape(id) + rest }

// send posts a body as JSON.
func (c *client) send(path string, body, out any) error {
	data, err := json.Marshal(body)
	if err != nil {
		return err
	}
	return c.call("POST", path, nil, data, out)
}

// steerCmd tells a flow something: pause, resume, stop or promote.
type steerCmd struct {
	ID      string `arg:"" help:"The flow."`
	Rate    int    `help:"Orders per second that go on when it is resumed; 10 when never said."`
	By      string `help:"Who says so." default:"operator" env:"USER"`
	Comment string `help:"Why."`
}

func (c *steerCmd) Run(s *session, k *kong.Context) error {
	api, err := s.client()
	if err != nil {
		return err
	}
	var out flows.Steered
	if err := api.send(flowPath(c.ID, "/"+k.Selected().Name), flows.Told{Rate: c.Rate, By: c.By, Comment: c.Comment}, &out); err != nil {
		return err
	}
	if s.json {
		return s.printJSON(out)
	}
	_, err = fmt.Fprintf(s.out, "flow %s: %s\n", c.ID, doing(console.FlowRow{Live: out.Live, Control: out.Control}))
	return err
}

// doing says what a flow does.
func doing(row console.FlowRow) string {
	c, text := row.Control, "published"
	switch c.State {
	case steer.Paused:
		text = "paused: orders queue, running ones hold at their next step"
	case steer.Draining, steer.Closing:
		text = fmt.Sprintf("resumed: those that waited go on, %d a second", c.Rate)
	case steer.Stopped:
		text = "stopped: no order enters, running ones finish"
	}
	if row.Live.Canary != nil {
		text += fmt.Sprintf("; version %d is on trial with %d %% of the new orders", row.Live.Canary.Number, row.Live.Canary.Percent)
	}
	return text
}

type listFlowsCmd struct{}

func (*listFlowsCmd) Run(s *session) error {
	api, err := s.client()
	if err != nil {
		return err
	}
	var out struct {
		Flows []console.FlowRow `json:"flows"`
	}
	if err := api.call("GET", "/api/flows", nil, nil, &out); err != nil {
		return err
	}
	if s.json {
		return s.printJSON(out.Flows)
	}
	var rows [][]string
	for _, f := range out.Flows {
		rows = append(rows, []string{f.Live.ID, f.Owner, numbered(f.Live.Number), doing(f)})
	}
	s.table("FLOW | OWNER | VERSION | IS", rows)
	return nil
}

// numbered is the number of a version, "" when the repository has it.
func numbered(n int) string {
	if n == 0 {
		return ""
	}
	return strconv.Itoa(n)
}

type showFlowCmd struct {
	ID string `arg:"" help:"The flow."`
}

func (c *showFlowCmd) Run(s *session) error {
	api, err := s.client()
	if err != nil {
		return err
	}
	var d console.FlowDetail
	if err := api.call("GET", flowPath(c.ID, ""), nil, nil, &d); err != nil {
		return err
	}
	if s.json {
		return s.printJSON(d)
	}
	fmt.Fprintf(s.out, "%s, %s (%s), version %s: %s\n", d.Live.ID, d.Live.Title, d.Owner, numbered(d.Live.Number), doing(d.FlowRow))
	if !d.Control.At.IsZero() {
		fmt.Fprintf(s.out, "  since %s, by %s: %s\n", d.Control.At.Format(time.RFC3339), d.Control.By, d.Control.Comment)
	}
	for _, e := range d.Queue {
		fmt.Fprintf(s.out, "  %s waits to enter since %s\n", e.Order, e.At.Format(time.RFC3339))
	}
	for _, h := range d.Steps {
		fmt.Fprintf(s.out, "  %s holds before step %s since %s\n", h.Order, h.Step, h.Since.Format(time.RFC3339))
	}
	for _, e := range d.LeftOut {
		fmt.Fprintf(s.out, "  %s did not enter; it is in %v\n", e.Order, e.Took)
	}
	return nil
}

type cancelOrdersCmd struct {
	ID      string `arg:"" help:"The flow."`
	Confirm int    `help:"The number of orders that was shown; without it they are only counted."`
	Reason  string `help:"Why, for the orders' journals." default:"the flow was stopped"`
}

func (c *cancelOrdersCmd) Run(s *session) error {
	api, err := s.client()
	if err != nil {
		return err
	}
	in := orders.RunCancellation{Confirm: c.Confirm, Reason: c.Reason}
	for {
		var out orders.RunCanceled
		if err := api.send(flowPath(c.ID, "/cancel-orders"), in, &out); err != nil {
			return err
		}
		if c.Confirm == 0 {
			_, err := fmt.Fprintf(s.out, "flow %s runs for %d orders; to cancel them: orderloom flow cancel-orders %s --confirm %d\n", c.ID, out.Running, c.ID, out.Running)
			return err
		}
		fmt.Fprintf(s.out, "%d orders canceled\n", out.Canceled)
		for _, id := range out.Refused {
			fmt.Fprintf(s.out, "  %s cannot be canceled any more and finishes\n", id)
		}
		if out.Next == "" {
			return nil
		}
		in.After, in.Confirm = out.Next, out.Left
	}
}

package main

import (
	"encoding/json"
	"fmt"
	"net/url"
	"os"

	"github.com/orderloom/orderloom/functions/flows"
	"github.com/orderloom/orderloom/shared/fault"
	"github.com/orderloom/orderloom/shared/flow/registry"
)

type flowCmd struct {
	Compile  compileCmd    `cmd:"" help:"Compile a flow document and print its machine, with what an order costs on standard error, or all its problems."`
	Diff     diffCmd       `cmd:"" help:"Tell in words what differs between two flow documents."`
	Simulate simulateCmd   `cmd:"" help:"Try a draft against orders without touching anything: path, decisions, cost, and what would have been different."`
	Export   exportFlowCmd `cmd:"" help:"Write live flows, with their policies and what they rely on, as one bundle; secrets are named, never written."`
	Import   importFlowCmd `cmd:"" help:"Check a bundle against the running Orderloom and publish all of it, or nothing."`
	Publish  publishCmd    `cmd:"" help:"Publish a flow document, with its policies, to the running Orderloom."`

	List         listFlowsCmd    `cmd:"" help:"List the live flows and what each does."`
	Show         showFlowCmd     `cmd:"" help:"Show what a flow does, and who waits because of it."`
	Versions     versionsCmd     `cmd:"" help:"List the versions of a flow."`
	Rollback     rollbackCmd     `cmd:"" help:"Make an older version of a flow live again; running orders stay on theirs."`
	Promote      steerCmd        `cmd:"" help:"Give all new orders to the version on trial."`
	Pause        steerCmd        `cmd:"" help:"Let orders queue before a flow and running ones hold at their next step."`
	Resume       steerCmd        `cmd:"" help:"Let those go on who wait, in order and at a rate."`
	Stop         steerCmd        `cmd:"" help:"Let no order enter a flow; running ones finish."`
	CancelOrders cancelOrdersCmd `cmd:"" help:"Count the orders that a flow runs for and, with --confirm, cancel them."`
}

type publishCmd struct {
	File     string   `arg:"" help:"The flow document." type:"existingfile"`
	Policies []string `help:"Policy documents that are published with it." type:"existingfile"`
	By       string   `help:"Who publishes it." default:"operator" env:"USER"`
	Comment  string   `help:"Why."`

	Canary    int `help:"Percent of the new orders that it gets at first, on trial."`
	Minutes   int `help:"How long the trial takes." default:"60"`
	Minimum   int `help:"Orders without which nothing is decided." default:"50"`
	Threshold int `help:"Percent of its orders that may have an exception." default:"5"`
}

func (c *publishCmd) Run(s *session) error {
	api, err := s.client()
	if err != nil {
		return err
	}
	var in flows.Publication
	if in.Flow, err = os.ReadFile(c.File); err != nil {
		return err
	}
	var head struct {
		ID string `json:"id"`
	}
	if err := json.Unmarshal(in.Flow, &head); err != nil {
		return fault.Wrap(err, fault.Invalid, "%s is not a JSON object", c.File)
	}
	for _, file := range c.Policies {
		data, err := os.ReadFile(file)
		if err != nil {
			return err
		}
		if !json.Valid(data) {
			return fault.New(fault.Invalid, "%s is not JSON", file)
		}
		in.Policies = append(in.Policies, data)
	}
	in.By, in.Comment = c.By, c.Comment
	if c.Canary > 0 {
		in.Canary = &registry.Trial{Percent: c.Canary, Minutes: c.Minutes, Minimum: c.Minimum, Threshold: c.Threshold}
	}
	body, err := json.Marshal(in)
	if err != nil {
		return err
	}
	var out flows.Published
	if err := api.call("POST", "/api/flows/"+url.PathEscape(head.ID)+"/publish", nil, body, &out); err != nil {
		return err
	}
	if in.Canary != nil {
		_, err = fmt.Fprintf(s.out, "version %d of flow %s is on trial with %d %% of the new orders, as %s\n", out.Number, out.Flow, c.Canary, out.Version)
		return err
	}
	_, err = fmt.Fprintf(s.out, "version %d of flow %s is live as %s; running orders stay on their version\n", out.Number, out.Flow, out.Version)
	return err
}

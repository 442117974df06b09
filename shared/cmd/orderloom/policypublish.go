package main

import (
	"encoding/json"
	"fmt"
	"net/url"
	"os"
	"strings"

	"github.com/orderloom/orderloom/functions/console"
	"github.com/orderloom/orderloom/functions/flows"
	"github.com/orderloom/orderloom/shared/fault"
)

func policyPath(id, rest string) string { return "/api/policies/" + url.PathEscape(id) + rest }

type policyPublishCmd struct {
	File    string `arg:"" help:"The policy document." type:"existingfile"`
	Confirm bool   `help:"Publish it with the flows that are listed; without it they are only listed."`
	By      string `help:"Who says so." default:"operator" env:"USER"`
	Comment string `help:"Why."`
}

func (c *policyPublishCmd) Run(s *session) error {
	doc, err := os.ReadFile(c.File)
	if err != nil {
		return err
	}
	var head struct {
		ID string `json:"id"`
	}
	if err := json.Unmarshal(doc, &head); err != nil {
		return fault.Wrap(err, fault.Invalid, "%s is not a JSON object", c.File)
	}
	return s.publishPolicy(policyPath(head.ID, "/publish"), flows.PolicyPublication{Policy: doc, By: c.By, Comment: c.Comment}, c.Confirm)
}

// publishPolicy lists what a version of a policy changes and, when asked to,
// publishes exactly that.
func (s *session) publishPolicy(path string, in flows.PolicyPublication, confirm bool) error {
	api, err := s.client()
	if err != nil {
		return err
	}
	var plan flows.PolicyPlan
	if err := api.send(path, in, &plan); err != nil {
		return err
	}
	if confirm {
		in.Confirm = plan.Digest
		if err := api.send(path, in, &plan); err != nil {
			return err
		}
	}
	if s.json {
		return s.printJSON(plan)
	}
	done := "would be published"
	if plan.Published {
		done = "is published"
	}
	fmt.Fprintf(s.out, "policy %s %s\n", plan.Policy, done)
	for _, f := range plan.Flows {
		fmt.Fprintf(s.out, "  flow %s, which uses %s, with it\n", f.Flow, f.Uses)
	}
	for _, f := range plan.Stay {
		fmt.Fprintf(s.out, "  flow %s stays on %s\n", f.Flow, f.Uses)
	}
	for _, id := range plan.Repository {
		fmt.Fprintf(s.out, "  flow %s is the repository's: change it there, then deploy\n", id)
	}
	if !plan.Published {
		fmt.Fprintln(s.out, "to publish it: the same with --confirm")
	}
	return nil
}

type policyRollbackCmd struct {
	ID      string `arg:"" help:"The policy."`
	Version int    `arg:"" optional:"" help:"The version whose content it gets again; the one before the newest when left out."`
	Confirm bool   `help:"Publish it with the flows that are listed; without it they are only listed."`
	By      string `help:"Who says so." default:"operator" env:"USER"`
	Comment string `help:"Why."`
}

func (c *policyRollbackCmd) Run(s *session) error {
	return s.publishPolicy(policyPath(c.ID, "/rollback"), flows.PolicyPublication{Version: c.Version, By: c.By, Comment: c.Comment}, c.Confirm)
}

type policyVersionsCmd struct {
	ID string `arg:"" help:"The policy."`
}

func (c *policyVersionsCmd) Run(s *session) error {
	api, err := s.client()
	if err != nil {
		return err
	}
	var out struct {
		Versions []console.PolicyRow `json:"versions"`
	}
	if err := api.call("GET", policyPath(c.ID, "/versions"), nil, nil, &out); err != nil {
		return err
	}
	if s.json {
		return s.printJSON(out.Versions)
	}
	var rows [][]string
	for _, v := range out.Versions {
		owner := "console"
		if v.Repository {
			owner = "repository"
		}
		rows = append(rows, []string{strings.TrimPrefix(v.Policy, c.ID+"@"), owner, v.Title})
	}
	s.table("VERSION | OWNER | TITLE", rows)
	return nil
}

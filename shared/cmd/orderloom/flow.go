package main

import (
	"encoding/json"
	"fmt"
	"net/url"
	"os"

	"github.com/orderloom/orderloom/functions/flows"
	"github.com/orderloom/orderloom/shared/fault"
	"github.com/orderloom/orderloom/shared/flow"
	"github.com/orderloom/orderloom/shared/flow/compile"
	"github.com/orderloom/orderloom/shared/policy"
	"github.com/orderloom/orderloom/statemachines"
)

type flowCmd struct {
	Compile compileCmd `cmd:"" help:"Compile a flow document and print its machine, with what an order costs on standard error, or all its problems."`
	Publish publishCmd `cmd:"" help:"Publish a flow document, with its policies, to the running Orderloom."`
}

type compileCmd struct {
	File     string   `arg:"" help:"The flow document." type:"existingfile"`
	Policies []string `help:"Policy documents beside those of the repository." type:"existingfile"`
}

func (c *compileCmd) Run(s *session) error {
	document, err := os.ReadFile(c.File)
	if err != nil {
		return err
	}
	policies, err := statemachines.Policies()
	if err != nil {
		return err
	}
	for _, file := range c.Policies {
		data, err := os.ReadFile(file)
		if err != nil {
			return err
		}
		p, problems := policy.Parse(data)
		if len(problems) > 0 {
			return fault.New(fault.Invalid, "%v", problems).On(file, "")
		}
		policies = append(policies, p)
	}
	catalog, err := flow.LoadCatalog()
	if err != nil {
		return err
	}
	result, problems := compile.Compile(document, catalog, policies)
	if len(problems) > 0 {
		for _, p := range problems {
			fmt.Fprintln(s.err, p)
		}
		return fault.New(flows.Invalid, "%s does not compile; problems: %d", c.File, len(problems))
	}
	fmt.Fprintln(s.err, "transitions:", result.Transitions)
	_, err = s.out.Write(result.Machine)
	return err
}

type publishCmd struct {
	File     string   `arg:"" help:"The flow document." type:"existingfile"`
	Policies []string `help:"Policy documents that are published with it." type:"existingfile"`
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
	body, err := json.Marshal(in)
	if err != nil {
		return err
	}
	var out flows.Published
	if err := api.call("POST", "/api/flows/"+url.PathEscape(head.ID)+"/publish", nil, body, &out); err != nil {
		return err
	}
	_, err = fmt.Fprintf(s.out, "flow %s is live as %s; running orders stay on their version\n", out.Flow, out.Version)
	return err
}

package main

import (
	"encoding/json"
	"fmt"
	"net/url"
	"os"

	"github.com/orderloom/orderloom/functions/flows"
	"github.com/orderloom/orderloom/shared/fault"
)

type flowCmd struct {
	Compile compileCmd `cmd:"" help:"Compile a flow document and print its machine, with what an order costs on standard error, or all its problems."`
	Diff    diffCmd    `cmd:"" help:"Tell in words what differs between two flow documents."`
	Publish publishCmd `cmd:"" help:"Publish a flow document, with its policies, to the running Orderloom."`
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

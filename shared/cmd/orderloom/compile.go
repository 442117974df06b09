package main

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"

	"github.com/orderloom/orderloom/functions/flows"
	"github.com/orderloom/orderloom/shared/fault"
	"github.com/orderloom/orderloom/shared/flow"
	"github.com/orderloom/orderloom/shared/flow/compile"
	"github.com/orderloom/orderloom/shared/flow/compile/cost"
	"github.com/orderloom/orderloom/shared/flow/compile/explain"
	"github.com/orderloom/orderloom/shared/flow/compile/iam"
	"github.com/orderloom/orderloom/shared/flow/picture"
	"github.com/orderloom/orderloom/shared/policy"
	"github.com/orderloom/orderloom/statemachines"
)

// compileCmd is flow compile: the machine of a drawing, or what can be said of it.
type compileCmd struct {
	File     string   `arg:"" help:"The flow document." type:"existingfile"`
	Profile  string   `placeholder:"standard|compact" help:"Compile with this profile instead of the document's."`
	Out      string   `placeholder:"FOLDER" help:"Write the machine, and with profile compact its children, to files of a folder." type:"path"`
	Policies []string `help:"Policy documents beside those of the repository." type:"existingfile"`
	Explain  bool     `xor:"show" help:"Print which states each step became, and why, instead of the machine."`
	Cost     bool     `xor:"show" help:"Print what 1,000 orders cost, with prices and assumptions, instead of the machine."`
	IAM      bool     `xor:"show" name:"iam" help:"Print the least that the machine's role must be allowed, as a policy document of IAM, instead of the machine."`
	Graph    string   `xor:"show" placeholder:"mermaid|svg" help:"Print the drawing, as mermaid or svg, instead of the machine."`
}

func (c *compileCmd) Run(s *session) error {
	if c.Graph != "" && c.Graph != "mermaid" && c.Graph != "svg" {
		return fault.New(fault.Invalid, "--graph is mermaid or svg, not %q", c.Graph)
	}
	if c.Profile != "" && c.Profile != flow.Standard && c.Profile != flow.Compact {
		return fault.New(fault.Invalid, "--profile is %s or %s, not %q", flow.Standard, flow.Compact, c.Profile)
	}
	document, err := os.ReadFile(c.File)
	if err != nil {
		return err
	}
	policies, err := c.published()
	if err != nil {
		return err
	}
	catalog, err := flow.LoadCatalog()
	if err != nil {
		return err
	}
	result, problems := compile.CompileAs(c.Profile, document, catalog, policies)
	if len(problems) > 0 {
		for _, p := range problems {
			fmt.Fprintln(s.err, p)
		}
		return fault.New(flows.Invalid, "%s does not compile; problems: %d", c.File, len(problems))
	}
	text, err := c.show(s, result, catalog)
	if err != nil {
		return err
	}
	_, err = s.out.Write(text)
	return err
}

// published are the repository's policies and those given beside them.
func (c *compileCmd) published() ([]policy.Policy, error) {
	policies, err := statemachines.Policies()
	if err != nil {
		return nil, err
	}
	for _, file := range c.Policies {
		p, err := readPolicy(file)
		if err != nil {
			return nil, err
		}
		policies = append(policies, p)
	}
	return policies, nil
}

// show is what was asked for: the machine, or something about it.
func (c *compileCmd) show(s *session, r compile.Result, catalog *flow.Catalog) ([]byte, error) {
	switch {
	case c.Explain:
		parts, err := explain.Of(r.Doc, r.Machine, catalog)
		if err != nil || s.json {
			return listed(parts, err)
		}
		return []byte(explain.Text(parts)), nil
	case c.Cost:
		return c.price(s, r)
	case c.IAM:
		d, err := iam.Of(r.Machine, catalog, r.Children...)
		if err != nil {
			return nil, err
		}
		return d.JSON()
	case c.Graph == "mermaid":
		return picture.Mermaid(r.Doc), nil
	case c.Graph == "svg":
		return picture.SVG(r.Doc), nil
	}
	fmt.Fprintln(s.err, "transitions:", r.Transitions)
	return c.machines(s, r)
}

// machines is the machine and what is said of its children, or all of them as
// files: <flow>.asl.json and <child>.asl.json.
func (c *compileCmd) machines(s *session, r compile.Result) ([]byte, error) {
	if c.Out == "" {
		for _, child := range r.Children {
			fmt.Fprintf(s.err, "child: %s for ${%s}; --out writes it\n", child.Name, child.Placeholder)
		}
		return r.Machine, nil
	}
	if err := os.MkdirAll(c.Out, 0o755); err != nil {
		return nil, err
	}
	for _, m := range append([]compile.Child{{Name: r.Doc.ID, Machine: r.Machine}}, r.Children...) {
		file := filepath.Join(c.Out, m.Name+".asl.json")
		if err := os.WriteFile(file, m.Machine, 0o644); err != nil {
			return nil, err
		}
		fmt.Fprintln(s.err, file)
	}
	return nil, nil
}

func (c *compileCmd) price(s *session, r compile.Result) ([]byte, error) {
	prices, err := cost.Prices()
	if err != nil {
		return nil, err
	}
	estimate, err := cost.Of(r, prices)
	if err != nil || s.json {
		return listed(estimate, err)
	}
	return []byte(estimate.String()), nil
}

// listed is v as JSON, unless making it failed.
func listed(v any, err error) ([]byte, error) {
	if err != nil {
		return nil, err
	}
	text, err := json.MarshalIndent(v, "", "  ")
	return append(text, '\n'), err
}

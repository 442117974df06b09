package main

import (
	"encoding/json"
	"fmt"
	"slices"

	"github.com/orderloom/orderloom/shared/fault"
	"github.com/orderloom/orderloom/shared/flow/bundle"
	"github.com/orderloom/orderloom/shared/flow/diff"
	"github.com/orderloom/orderloom/shared/flow/registry"
	"github.com/orderloom/orderloom/shared/policy"
)

type between struct {
	From         string `arg:"" help:"An environment by name, an address, or local."`
	To           string `arg:"" help:"The other one."`
	Environments string `help:"File that says where environments are." default:"environments.json" env:"ORDERLOOM_ENVIRONMENTS" type:"path"`
}

func (b *between) clients(s *session) (from, to *client, err error) {
	if from, err = s.at(b.From, b.Environments); err != nil {
		return nil, nil, err
	}
	to, err = s.at(b.To, b.Environments)
	return from, to, err
}

// envDiffCmd is env diff: what two Orderlooms do otherwise.
type envDiffCmd struct{ between }

func (c *envDiffCmd) Run(s *session) error {
	from, to, err := c.clients(s)
	if err != nil {
		return err
	}
	a, err := from.read(c.From)
	if err != nil {
		return err
	}
	b, err := to.read(c.To)
	if err != nil {
		return err
	}
	words, err := c.compare(a, b)
	if err != nil {
		return err
	}
	if s.json {
		return s.printJSON(words)
	}
	if len(words) == 0 {
		words = []string{"what is live does not differ"}
	}
	for _, w := range words {
		fmt.Fprintln(s.out, w)
	}
	return nil
}

// read reads all that is live.
func (c *client) read(name string) (bundle.Bundle, error) {
	text, err := c.bundle()
	if err != nil {
		return bundle.Bundle{}, err
	}
	entities, err := registry.Entities()
	if err != nil {
		return bundle.Bundle{}, err
	}
	b, problems := bundle.Parse(text, entities...)
	if len(problems) > 0 {
		return b, fault.Wrap(problems, fault.Internal, "what is live at %s", name)
	}
	return b, nil
}

// compare says in words what differs, flow by flow, then policy by policy.
func (c *envDiffCmd) compare(a, b bundle.Bundle) ([]string, error) {
	words := []string{}
	say := func(format string, args ...any) { words = append(words, fmt.Sprintf(format, args...)) }
	if a.States != b.States {
		say("orders go through other states at %s than at %s", c.From, c.To)
	}
	theirs := byFlow(b)
	for i, doc := range a.Documents() {
		other, ok := theirs[doc.ID]
		delete(theirs, doc.ID)
		if !ok {
			say("flow %s is live at %s only", doc.ID, c.From)
			continue
		}
		changes, problems := diff.Documents(other, a.Flows[i])
		if len(problems) > 0 {
			return nil, fault.Wrap(problems, fault.Internal, "flow %s cannot be compared", doc.ID)
		}
		for _, change := range changes {
			say("flow %s at %s: %s", doc.ID, c.From, change)
		}
	}
	for _, doc := range b.Documents() {
		if _, only := theirs[doc.ID]; only {
			say("flow %s is live at %s only", doc.ID, c.To)
		}
	}
	for _, p := range a.PolicyVersions() {
		i := slices.IndexFunc(b.PolicyVersions(), func(o policy.Policy) bool { return o.Ref() == p.Ref() })
		if i < 0 {
			continue // the flows that use it say so
		}
		for _, change := range policy.Diff(b.PolicyVersions()[i], p) {
			say("policy %s at %s: %s", p.Ref(), c.From, change)
		}
	}
	return words, nil
}

func byFlow(b bundle.Bundle) map[string]json.RawMessage {
	all := map[string]json.RawMessage{}
	for i, doc := range b.Documents() {
		all[doc.ID] = b.Flows[i]
	}
	return all
}

// envPromoteCmd is env promote: flows go from one Orderloom to another.
type envPromoteCmd struct {
	between
	Flows    []string `arg:"" help:"The flows."`
	Renumber bool     `help:"Give policies whose version is published there with other content the next free version."`
	Yes      bool     `help:"Do it; otherwise it is only shown."`
}

func (c *envPromoteCmd) Run(s *session) error {
	from, to, err := c.clients(s)
	if err != nil {
		return err
	}
	text, err := from.bundle(c.Flows...)
	if err != nil {
		return err
	}
	out, err := to.take(text, true, c.Renumber)
	if err == nil && c.Yes {
		out, err = to.take(text, false, c.Renumber)
	}
	if err != nil {
		return err
	}
	if s.json {
		return s.printJSON(out)
	}
	s.showImport(out)
	if !c.Yes {
		fmt.Fprintln(s.out, "nothing was done; say --yes to do it")
	}
	return nil
}

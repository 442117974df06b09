package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"regexp"
	"slices"
	"strconv"
	"time"

	"github.com/orderloom/orderloom/shared/cmd/trial"
	"github.com/orderloom/orderloom/shared/entity"
	"github.com/orderloom/orderloom/shared/fault"
	"github.com/orderloom/orderloom/shared/flow"
	"github.com/orderloom/orderloom/shared/flow/registry"
	"github.com/orderloom/orderloom/shared/policy"
)

// simulateCmd is flow simulate: what a draft would do, before it is published.
type simulateCmd struct {
	File     string   `arg:"" help:"The flow document, a draft." type:"existingfile"`
	Orders   string   `required:"" placeholder:"FILE|last-7-days" help:"Orders as orders export prints them, or canonical documents, as a JSON list or one a line; or last-N-days: those that the running Orderloom received."`
	Policies []string `help:"Policy documents beside those of the repository and, with last-N-days, those of the flows that are live." type:"existingfile"`
	Answers  string   `help:"What the world answers, step by step: a JSON object, see statemachines/README.md." type:"existingfile"`
	Profile  string   `help:"Compile with this profile instead of the draft's own."`
	Explain  bool     `help:"Print the path and the decisions of every order, too."`
}

func (c *simulateCmd) Run(s *session) error {
	o := trial.Options{Profile: c.Profile}
	var err error
	if o.Flow, err = os.ReadFile(c.File); err != nil {
		return err
	}
	if o.Policies, err = readPolicies(c.Policies); err != nil {
		return err
	}
	if c.Answers != "" {
		data, err := os.ReadFile(c.Answers)
		if err != nil {
			return err
		}
		if o.Answers, err = trial.ReadAnswers(data); err != nil {
			return err
		}
	}
	if o.Orders, err = c.orders(s); err != nil {
		return err
	}
	if lastDays.MatchString(c.Orders) {
		if o.Policies, err = s.published(o.Flow, o.Policies); err != nil {
			return err
		}
	}
	r, err := trial.Run(s.ctx, o)
	if err != nil {
		return s.told(err)
	}
	if s.json {
		return s.printJSON(r)
	}
	s.showTrial(r, c.Explain)
	return nil
}

// told prints all problems of a document that does not compile.
func (s *session) told(err error) error {
	if f, ok := errors.AsType[*fault.Error](err); ok {
		if problems, ok := f.Data.(flow.Problems); ok {
			for _, p := range problems {
				fmt.Fprintln(s.err, p)
			}
		}
	}
	return err
}

var lastDays = regexp.MustCompile(`^last-([0-9]{1,4})-days$`)

// orders reads the given orders, or asks the running Orderloom for its own.
func (c *simulateCmd) orders(s *session) ([]trial.Recorded, error) {
	var in io.Reader
	if m := lastDays.FindStringSubmatch(c.Orders); m != nil {
		days, _ := strconv.Atoi(m[1]) // it matches
		lines, err := s.recorded(time.Now().Add(-time.Duration(days) * 24 * time.Hour))
		if err != nil {
			return nil, err
		}
		in = bytes.NewReader(lines)
	} else {
		f, err := os.Open(c.Orders)
		if err != nil {
			return nil, err
		}
		defer f.Close()
		in = f
	}
	all, err := trial.Read(in)
	if err != nil {
		return nil, fault.Wrap(err, fault.Invalid, "the orders of %s cannot be read", c.Orders)
	}
	return all, nil
}

// published adds to the given policies those that the draft refers to and that
// flows of the running Orderloom use.
func (s *session) published(draft []byte, given []json.RawMessage) ([]json.RawMessage, error) {
	api, err := s.client()
	if err != nil {
		return nil, err
	}
	live, err := api.read(hereName)
	if err != nil {
		return nil, err
	}
	entities, err := registry.Entities()
	if err != nil {
		return nil, err
	}
	doc, _ := flow.Parse(draft, entities...) // its problems are told when it is compiled
	refs := doc.PolicyRefs()
	for _, text := range given {
		p, _ := policy.Parse(text, entity.Customs(entities)...)
		refs = slices.DeleteFunc(refs, func(ref string) bool { return ref == p.Ref() })
	}
	for i, p := range live.PolicyVersions() {
		if slices.Contains(refs, p.Ref()) {
			given = append(given, live.Policies[i])
		}
	}
	return given, nil
}

// readPolicies reads policy documents as they are.
func readPolicies(files []string) ([]json.RawMessage, error) {
	var all []json.RawMessage
	for _, file := range files {
		data, err := os.ReadFile(file)
		if err != nil {
			return nil, err
		}
		if !json.Valid(data) {
			return nil, fault.New(fault.Invalid, "%s is not JSON", file)
		}
		all = append(all, data)
	}
	return all, nil
}

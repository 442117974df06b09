package main

import (
	"fmt"

	"github.com/orderloom/orderloom/shared/fault"
	"github.com/orderloom/orderloom/shared/flow/diff"
)

// diffCmd is flow diff: what changed between two drawings, in words.
type diffCmd struct {
	Old string `arg:"" help:"The flow document as it was: a file, or ID@NUMBER of the running Orderloom."`
	New string `arg:"" help:"The flow document as it is."`
}

func (c *diffCmd) Run(s *session) error {
	was, err := s.flowDocument(c.Old)
	if err != nil {
		return err
	}
	is, err := s.flowDocument(c.New)
	if err != nil {
		return err
	}
	words, problems := diff.Documents(was, is)
	if len(problems) > 0 {
		return fault.Wrap(problems, fault.Invalid, "%s and %s cannot be compared", c.Old, c.New)
	}
	if s.json {
		return s.printJSON(words)
	}
	if len(words) == 0 {
		words = []string{"the flows do not differ"}
	}
	for _, w := range words {
		fmt.Fprintln(s.out, w)
	}
	return nil
}

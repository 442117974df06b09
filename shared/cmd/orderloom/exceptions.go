package main

import (
	"fmt"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/orderloom/orderloom/shared/exception"
	"github.com/orderloom/orderloom/shared/fault"
)

type exceptionsCmd struct {
	List   listExceptionsCmd `cmd:"" help:"List the open exceptions, oldest first."`
	Retry  retryCmd          `cmd:"" help:"Run the step again on the current data."`
	Skip   skipCmd           `cmd:"" help:"Go on with the next step."`
	Cancel cancelCmd         `cmd:"" help:"Cancel the order."`
}

type listExceptionsCmd struct {
	Wait string `help:"Wait, at most three minutes, until this order, e.g. '#1001', is on the list." placeholder:"ORDER"`
}

func (c listExceptionsCmd) Run(s *session) error {
	api, err := s.client()
	if err != nil {
		return err
	}
	all, err := api.exceptions()
	for end := time.Now().Add(waitLimit); err == nil && c.Wait != "" && !slices.ContainsFunc(all, target{c.Wait}.meant); all, err = api.exceptions() {
		if time.Now().After(end) {
			return fault.New(fault.NotFound, "no exception of %s within %v", c.Wait, waitLimit)
		}
		select {
		case <-s.ctx.Done():
			return s.ctx.Err()
		case <-time.After(200 * time.Millisecond):
		}
	}
	if err != nil {
		return err
	}
	if s.json {
		return s.printJSON(all)
	}
	var rows [][]string
	for _, e := range all {
		rows = append(rows, []string{e.ID, e.Name, string(e.Category), e.Step, e.Error, e.Cause, fmt.Sprint(e.Answers)})
	}
	s.table("EXCEPTION | ORDER | CATEGORY | STEP | ERROR | CAUSE | ANSWERS", rows)
	return api.mentionMessages()
}

// mentionMessages tells of what came in and is about no order, or not yet: a person
// who looks here would not look for it elsewhere.
func (c *client) mentionMessages() error {
	failed, err := c.failedMessages()
	for _, m := range failed {
		fmt.Fprintf(c.s.out, "\nin error: %s from %s: %s: %s\n", m.Topic, m.Instance, m.Error, m.Cause)
	}
	if len(failed) > 0 {
		fmt.Fprintln(c.s.out, "\nSee orderloom messages list; orderloom messages replay processes one again")
	}
	return err
}

const waitLimit = 3 * time.Minute

func (c *client) exceptions() ([]exception.Exception, error) {
	var out struct {
		Exceptions []exception.Exception `json:"exceptions"`
	}
	err := c.call("GET", "/api/exceptions", nil, nil, &out)
	return out.Exceptions, err
}

type target struct {
	Which string `arg:"" help:"An exception id, or the order name, e.g. '#1001', of which all open exceptions are meant."`
}

type (
	retryCmd  struct{ target }
	skipCmd   struct{ target }
	cancelCmd struct{ target }
)

func (c retryCmd) Run(s *session) error  { return c.answer(s, "retry") }
func (c skipCmd) Run(s *session) error   { return c.answer(s, "skip") }
func (c cancelCmd) Run(s *session) error { return c.answer(s, "cancel") }

// meant reports whether an exception is the one, or of the order, named.
func (t target) meant(e exception.Exception) bool {
	return e.ID == t.Which || e.Order == t.Which || strings.TrimPrefix(e.Name, "#") == strings.TrimPrefix(t.Which, "#")
}

func (t target) answer(s *session, verb string) error {
	api, err := s.client()
	if err != nil {
		return err
	}
	all, err := api.exceptions()
	if err != nil {
		return err
	}
	meant, err := t.of(all)
	if err != nil {
		return err
	}
	for _, e := range meant {
		if err := api.call("POST", "/api/exceptions/"+url.PathEscape(e.ID)+"/"+verb, nil, nil, nil); err != nil {
			return err
		}
		fmt.Fprintf(s.out, "%s: step %s of %s: %s\n", e.ID, e.Step, e.Name, verb)
		if verb == "cancel" {
			return nil // the order's other exceptions go with it
		}
	}
	return nil
}

// of picks the exceptions that are meant. They must be of one order: two shops
// can have the same order name, and an answer to the wrong one cannot be undone.
func (t target) of(all []exception.Exception) ([]exception.Exception, error) {
	meant := slices.DeleteFunc(slices.Clone(all), func(e exception.Exception) bool { return !t.meant(e) })
	if len(meant) == 0 {
		return nil, fault.New(fault.NotFound, "no open exception %q", t.Which).Do("See orderloom exceptions list")
	}
	for _, e := range meant {
		if e.Order != meant[0].Order {
			return nil, fault.New(fault.Conflict, "%q is the name of several orders with exceptions, %s and %s among them", t.Which, meant[0].Order, e.Order).Do("Name the order by its id, or the exception")
		}
	}
	return meant, nil
}

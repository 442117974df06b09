package main

import (
	"fmt"
	"net/url"

	"github.com/orderloom/orderloom/shared/fault"
	"github.com/orderloom/orderloom/shared/flow/references"
)

// refsCmd is refs: who uses a thing, before it is taken away.
type refsCmd struct {
	Kind string `arg:"" enum:"policy,event,instance,mapping,action" help:"policy, event, instance, mapping or action."`
	ID   string `arg:"" help:"Its id; of a policy also ID@VERSION, of a mapping GROUP or GROUP.TABLE."`
	Free bool   `help:"Fail when somebody uses it."`
}

func (c *refsCmd) Run(s *session) error {
	api, err := s.client()
	if err != nil {
		return err
	}
	var out struct {
		Uses []references.Use `json:"uses"`
	}
	if err := api.call("GET", "/api/references/"+url.PathEscape(c.Kind)+"/"+url.PathEscape(c.ID), nil, nil, &out); err != nil {
		return err
	}
	switch {
	case s.json:
		if err := s.printJSON(out.Uses); err != nil {
			return err
		}
	case len(out.Uses) == 0:
		fmt.Fprintf(s.out, "nobody uses %s %s\n", c.Kind, c.ID)
	default:
		for _, u := range out.Uses {
			fmt.Fprintln(s.out, u)
		}
	}
	if c.Free && len(out.Uses) > 0 {
		return fault.New(references.Referenced, "%s %s is used", c.Kind, c.ID).On(c.ID, "")
	}
	return nil
}

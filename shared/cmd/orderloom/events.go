package main

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/orderloom/orderloom/shared/fault"
	"github.com/orderloom/orderloom/shared/flow"
)

type eventsCmd struct {
	List listEventsCmd `cmd:"" help:"List the business events: what each means, who raises it and who listens."`
	Show showEventCmd  `cmd:"" help:"Show one event with its schema and how to subscribe to it or to put it in."`
	Put  putEventCmd   `cmd:"" help:"Put an event in as an outside system does, through the bus of the running Orderloom."`
}

type listEventsCmd struct{}

func (listEventsCmd) Run(s *session) error {
	all, err := flow.LoadEvents()
	if err != nil {
		return err
	}
	if s.json {
		return s.printJSON(all)
	}
	rows := make([][]string, len(all))
	for i, e := range all {
		outside := ""
		if e.External {
			outside = "yes"
		}
		rows[i] = []string{e.Name, e.Title, string(e.Entity), e.Source, outside, fmt.Sprint(len(e.RaisedBy)), fmt.Sprint(len(e.HeardBy))}
	}
	s.table("EVENT | MEANS | HAPPENS TO | SOURCE | FROM OUTSIDE | RAISED BY | HEARD BY", rows)
	return nil
}

type showEventCmd struct {
	Name string `arg:"" help:"The event's name, e.g. OrderReceived."`
}

func (c showEventCmd) Run(s *session) error {
	all, err := flow.LoadEvents()
	if err != nil {
		return err
	}
	i := slices.IndexFunc(all, func(e flow.EventEntry) bool { return e.Name == c.Name })
	if i < 0 {
		return fault.New(fault.NotFound, "no event %q", c.Name).Do("See orderloom events list")
	}
	if s.json {
		return s.printJSON(all[i])
	}
	return s.printEvent(all[i])
}

func (s *session) printEvent(e flow.EventEntry) error {
	payload, err := json.MarshalIndent(e.Payload, "", "  ")
	if err != nil {
		return err
	}
	var b strings.Builder
	fmt.Fprintf(&b, "%s: %s\nhappens to  %s\nsource      %s\n", e.Name, e.Title, e.Entity, e.Source)
	for _, p := range e.RaisedBy {
		fmt.Fprintln(&b, "raised by  ", partyWords(p))
	}
	for _, p := range e.HeardBy {
		fmt.Fprintln(&b, "heard by   ", partyWords(p))
	}
	if e.Payload != "" {
		fmt.Fprintf(&b, "payload     %s\n", payload)
	}
	fmt.Fprintf(&b, "subscribe   aws events put-rule --event-bus-name orderloom --name on-%s --event-pattern '{\"source\":[%q],\"detail-type\":[%q]}'\n", strings.ToLower(e.Name), e.Source, e.Name)
	if e.External {
		fmt.Fprintf(&b, "put in      aws events put-events --entries '[{\"EventBusName\":\"orderloom\",\"Source\":\"orderloom.external\",\"DetailType\":%q,\"Detail\":\"{\\\"id\\\":\\\"…\\\",\\\"channel\\\":\\\"…\\\",\\\"orderName\\\":\\\"…\\\",\\\"payload\\\":{…}}\"}]'\n", e.Name)
	}
	_, err = fmt.Fprint(s.out, b.String())
	return err
}

// partyWords names who raises an event, or listens to it.
func partyWords(p flow.Party) string {
	switch {
	case p.Outside:
		return "outside systems"
	case p.Binding != "":
		return "binding " + p.Binding + ", which runs " + p.Function + p.Flow
	case p.Machine != "":
		return "machine " + p.Machine
	case p.Flow != "" && len(p.Steps) > 0:
		return "flow " + p.Flow + ", steps " + strings.Join(p.Steps, ", ")
	case p.Flow != "":
		return "flow " + p.Flow
	}
	return p.Function
}

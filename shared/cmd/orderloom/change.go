package main

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/url"
	"slices"

	"github.com/orderloom/orderloom/functions/console"
	"github.com/orderloom/orderloom/shared/fault"
	"github.com/orderloom/orderloom/shared/order"
)

// correctOrderCmd is orders correct: it changes what an order that waits says.
type correctOrderCmd struct {
	Order   string         `arg:"" help:"The channel's order name, e.g. '#1001', or an order id."`
	Line    map[string]int `help:"A line's id and its new quantity, e.g. --line 1=10; orders show lists the ids." placeholder:"ID=QUANTITY"`
	Country string         `help:"New ship-to country code."`
}

// Run corrects what was ordered, or where it goes. What waits for an answer
// then goes on with exceptions retry.
func (c *correctOrderCmd) Run(s *session) error {
	if len(c.Line) == 0 && c.Country == "" {
		return fault.New(fault.Invalid, "nothing to correct").Do("Name a quantity with --line ID=QUANTITY or a country with --country")
	}
	api, d, err := s.order(c.Order)
	if err != nil {
		return err
	}
	in := map[string]any{}
	var lines []any
	for _, id := range slices.Sorted(maps.Keys(c.Line)) {
		lines = append(lines, map[string]any{"id": id, "quantity": c.Line[id]})
	}
	if len(lines) > 0 {
		in["lines"] = lines
	}
	if c.Country != "" {
		to := order.Address{}
		if d.Document.ShipTo != nil {
			to = *d.Document.ShipTo
		}
		to.Country = c.Country
		in["shipTo"] = to
	}
	return api.change(d, "correct", in, "is corrected")
}

type cancelOrderCmd struct {
	Order  string `arg:"" help:"The channel's order name, e.g. '#1001', or an order id."`
	Reason string `help:"Why, for the order's journal." default:"operator"`
}

func (c *cancelOrderCmd) Run(s *session) error {
	api, d, err := s.order(c.Order)
	if err != nil {
		return err
	}
	return api.change(d, "cancel", map[string]string{"reason": c.Reason}, "is canceled")
}

// order finds an order by its name or id.
func (s *session) order(name string) (*client, console.OrderDetail, error) {
	var d console.OrderDetail
	api, err := s.client()
	if err == nil {
		err = api.call("GET", "/api/orders/"+url.PathEscape(name), nil, nil, &d)
	}
	return api, d, err
}

func (c *client) change(d console.OrderDetail, command string, in any, done string) error {
	body, err := json.Marshal(in)
	if err != nil {
		return err
	}
	if err := c.call("POST", "/api/orders/"+d.Status.Order+"/"+command, nil, body, nil); err != nil {
		return err
	}
	_, err = fmt.Fprintln(c.s.out, d.Document.Name, done)
	return err
}

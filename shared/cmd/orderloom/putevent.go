package main

import (
	"encoding/json"
	"fmt"
	"time"

	"github.com/orderloom/orderloom/shared/cmd/world"
	"github.com/orderloom/orderloom/shared/event"
	"github.com/orderloom/orderloom/shared/fault"
)

// putEventCmd puts an event in as an outside system does, through the bus.
type putEventCmd struct {
	Name    string `arg:"" help:"The event's name; it must be one that is taken from outside."`
	Order   string `arg:"" help:"The channel's order name, e.g. '#1001'."`
	Channel string `help:"The order's channel." default:"demo-shop"`
	ID      string `help:"The sender's own id of the event: the same one again is the same event."`
	Entity  string `help:"Id of the line or fulfillment order that it happened to." placeholder:"ID"`
	Payload string `help:"The payload as JSON." default:"{}"`
}

func (c putEventCmd) Run(s *session) error {
	api, err := s.client()
	if err != nil {
		return err
	}
	if !json.Valid([]byte(c.Payload)) {
		return fault.New(fault.Invalid, "the payload is not JSON").On("", "payload")
	}
	r := event.Report{ID: c.ID, Channel: c.Channel, OrderName: c.Order, EntityID: c.Entity, Payload: json.RawMessage(c.Payload)}
	if err := world.PutEvent(s.ctx, api.http, api.at.AWS, time.Now(), c.Name, r); err != nil {
		return err
	}
	_, err = fmt.Fprintf(s.out, "%s is on the bus; what is wrong with it is told by orderloom messages list\n", c.Name)
	return err
}

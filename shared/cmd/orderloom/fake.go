package main

import (
	"encoding/json"
	"fmt"
)

type fakeCmd struct {
	Shipstation struct {
		Fail failCmd `cmd:"" help:"Make the next requests to the warehouse fail."`
		Hold holdCmd `cmd:"" help:"Ship nothing by itself, or do so again (--off)."`
		Ship shipCmd `cmd:"" help:"Ship an order now, all that is open of it."`
	} `cmd:"" help:"The fake warehouse."`
	Desk struct {
		Fail deskFailCmd `cmd:"" help:"Make the next webhooks to the service desk fail."`
	} `cmd:"" help:"The fake service desk, which is told of orders by webhooks."`
}

type failCmd struct {
	Status int `help:"HTTP status of the failures." default:"503"`
	Times  int `help:"How many requests fail; 0 ends the outage." required:""`
}

func (c failCmd) Run(s *session) error { return s.steer("/shipstation/_fake/fail", c) }

// MarshalJSON is what the fake reads.
func (c failCmd) MarshalJSON() ([]byte, error) {
	return json.Marshal(map[string]int{"status": c.Status, "times": c.Times})
}

type deskFailCmd struct {
	Status int `help:"HTTP status of the failures." default:"503"`
	Times  int `help:"How many webhooks fail; 0 ends the outage." required:""`
}

func (c deskFailCmd) Run(s *session) error { return s.steer("/service-desk/_fake/fail", failCmd(c)) }

type holdCmd struct {
	Off bool `help:"End the hold."`
}

func (c holdCmd) Run(s *session) error {
	return s.steer("/shipstation/_fake/auto", map[string]bool{"enabled": c.Off})
}

type shipCmd struct {
	Order string `arg:"" help:"Order number, e.g. '#1001'."`
}

func (c shipCmd) Run(s *session) error {
	return s.steer("/shipstation/_fake/ship", map[string]string{"orderNumber": c.Order})
}

// steer posts to the control routes of the fake services.
func (s *session) steer(path string, in any) error {
	api, err := s.client()
	if err != nil {
		return err
	}
	body, err := json.Marshal(in)
	if err != nil {
		return err
	}
	if err := api.request(api.at.Fakes, "POST", path, nil, body, nil); err != nil {
		return err
	}
	_, err = fmt.Fprintln(s.out, "done")
	return err
}

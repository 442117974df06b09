package main

import (
	"bytes"
	"encoding/json"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/orderloom/orderloom/functions/console"
	"github.com/orderloom/orderloom/shared/fault"
)

type exportOrdersCmd struct {
	Since string `help:"How far back, by the time they were received: e.g. 7d or 12h." default:"7d"`
}

func (c *exportOrdersCmd) Run(s *session) error {
	back, err := ago(c.Since)
	if err != nil {
		return err
	}
	lines, err := s.recorded(time.Now().Add(-back))
	if err != nil {
		return err
	}
	_, err = s.out.Write(lines)
	return err
}

// ago reads a time span in days or as Go writes it.
func ago(text string) (time.Duration, error) {
	if days, ok := strings.CutSuffix(text, "d"); ok {
		n, err := strconv.Atoi(days)
		if err == nil && n > 0 && n <= 3650 {
			return time.Duration(n) * 24 * time.Hour, nil
		}
	} else if d, err := time.ParseDuration(text); err == nil && d > 0 {
		return d, nil
	}
	return 0, fault.New(fault.Invalid, "a time span is e.g. 7d or 12h, not %q", text)
}

// recorded reads the orders that the running Orderloom received since a time,
// oldest first: document, status and journal of each on a line.
func (s *session) recorded(since time.Time) ([]byte, error) {
	api, err := s.client()
	if err != nil {
		return nil, err
	}
	ids, err := api.received(since)
	if err != nil {
		return nil, err
	}
	var lines bytes.Buffer
	for _, id := range ids {
		var d struct {
			Document json.RawMessage `json:"document"`
			Status   json.RawMessage `json:"status"`
			Journal  json.RawMessage `json:"journal"`
		}
		if err := api.call("GET", "/api/orders/"+url.PathEscape(id), nil, nil, &d); err != nil {
			return nil, err
		}
		line, err := json.Marshal(d)
		if err != nil {
			return nil, err
		}
		lines.Write(append(line, '\n'))
	}
	return lines.Bytes(), nil
}

// received lists the ids of the orders that were received since a time, oldest
// first.
func (c *client) received(since time.Time) (ids []string, err error) {
	defer func() { slices.Reverse(ids) }()
	for after := ""; ; {
		var page struct {
			Orders []console.OrderRow `json:"orders"`
			Next   string             `json:"next"`
		}
		if err := c.call("GET", "/api/orders?limit=200&after="+url.QueryEscape(after), nil, nil, &page); err != nil {
			return nil, err
		}
		for _, o := range page.Orders { // newest first
			at, err := time.Parse(time.RFC3339, o.ReceivedAt)
			if err != nil {
				return nil, fault.Wrap(err, fault.Internal, "order %s was received at no time", o.ID)
			}
			if at.Before(since) {
				return ids, nil
			}
			ids = append(ids, o.ID)
		}
		if after = page.Next; after == "" {
			return ids, nil
		}
	}
}

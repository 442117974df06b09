package main

import (
	"encoding/json"
	"fmt"
	"net/url"
	"strconv"
	"time"

	"github.com/orderloom/orderloom/shared/fault"
)

type stockCmd struct {
	Show showStockCmd `cmd:"" help:"Show the stock of a product at all locations."`
	Post postStockCmd `cmd:"" help:"Post a receipt, or a correction: -- -5 takes five away."`
}

type showStockCmd struct {
	SKU string `arg:"" name:"sku"`
}

func (c showStockCmd) Run(s *session) error {
	api, err := s.client()
	if err != nil {
		return err
	}
	var out struct {
		Stock []struct {
			SKU, Location          string
			OnHand, Reserved, Free int64
		} `json:"stock"`
	}
	if err := api.call("GET", "/api/stock/"+url.PathEscape(c.SKU), nil, nil, &out); err != nil {
		return err
	}
	if s.json {
		return s.printJSON(out.Stock)
	}
	if len(out.Stock) == 0 {
		return fault.New(fault.NotFound, "there is no stock of %q at any location", c.SKU)
	}
	var rows [][]string
	for _, l := range out.Stock {
		rows = append(rows, []string{c.SKU, l.Location, strconv.FormatInt(l.OnHand, 10), strconv.FormatInt(l.Reserved, 10), strconv.FormatInt(l.Free, 10)})
	}
	s.table("SKU | LOCATION | ON HAND | RESERVED | FREE", rows)
	return nil
}

type postStockCmd struct {
	SKU      string `arg:"" name:"sku" help:"The product."`
	Location string `arg:"" help:"Where it lies, e.g. Chicago."`
	Quantity int    `arg:"" help:"How many; a negative number stands behind --."`
	Key      string `help:"The posting's own key; the same key is booked once. Default: a new one."`
}

func (c postStockCmd) Run(s *session) error {
	api, err := s.client()
	if err != nil {
		return err
	}
	if c.Key == "" {
		c.Key = "cli-" + strconv.FormatInt(time.Now().UnixNano(), 36)
	}
	body, err := json.Marshal(map[string]any{"key": c.Key, "lines": []map[string]any{{"sku": c.SKU, "location": c.Location, "quantity": c.Quantity}}})
	if err != nil {
		return err
	}
	var out struct {
		Posted bool `json:"posted"`
	}
	if err := api.call("POST", "/api/stock", nil, body, &out); err != nil {
		return err
	}
	if !out.Posted {
		_, err = fmt.Fprintf(s.out, "posting %s was booked before\n", c.Key)
		return err
	}
	_, err = fmt.Fprintf(s.out, "posting %s: %+d %s at %s\n", c.Key, c.Quantity, c.SKU, c.Location)
	return err
}

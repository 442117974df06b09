package main

import (
	"fmt"
	"hash/fnv"
	"os"
	"path/filepath"
	"time"

	"github.com/tidwall/gjson"
	"github.com/tidwall/sjson"

	"github.com/orderloom/orderloom/shared/cmd/world"
	"github.com/orderloom/orderloom/shared/fault"
	"github.com/orderloom/orderloom/shared/inbox"
	"github.com/orderloom/orderloom/shared/local/secrets"
)

type sendCmd struct {
	Shopify sendShopifyCmd `cmd:"" help:"An order as a Shopify webhook's body."`
	JSON    sendJSONCmd    `cmd:"" name:"json" help:"A document of a declared entity, as its sender writes it."`
}

type sendShopifyCmd struct {
	File    string `arg:"" help:"The document." type:"existingfile"`
	Shop    string `help:"Provider instance that it is sent to." default:"demo-shop"`
	Topic   string `help:"The webhook's topic." default:"orders/create"`
	Name    string `help:"Another order name, e.g. '#7001': it becomes an order of its own."`
	Qty     int    `help:"Another quantity of the first line."`
	Country string `help:"Another ship-to country code."`
}

// Run changes the document as asked, makes the fake shop know the order, and
// posts it signed.
func (c *sendShopifyCmd) Run(s *session) error {
	api, err := s.client()
	if err != nil {
		return err
	}
	body, err := c.document()
	if err != nil {
		return err
	}
	store, err := secrets.Open(filepath.Join(s.data, "secrets.json"))
	if err != nil {
		return err
	}
	secret, err := store.Get(s.ctx, world.HookSecret(c.Shop))
	if err != nil {
		return fault.New(fault.NotFound, "the demo has no shop %q", c.Shop).Do("Use --shop demo-shop, --shop lab-shop, --shop wholesale-shop, --shop marketplace-shop or --shop outlet-shop")
	}
	if gjson.ValidBytes(body) { // the shop itself would not know it otherwise when shipments are reported
		if err := api.request(api.at.Fakes, "POST", "/"+c.Shop+"/_fake/orders", nil, body, nil); err != nil {
			fmt.Fprintln(s.err, "the fake shop does not take the document as an order:", err)
		}
	}
	var out accepted
	if err := api.call("POST", "/hooks/"+c.Shop, world.Sign(secret, c.Shop, c.Topic, time.Now(), body), body, &out); err != nil {
		return err
	}
	_, err = fmt.Fprintln(s.out, out)
	return err
}

// accepted is the answer to a delivery.
type accepted struct {
	Message   string `json:"message"`
	Duplicate bool   `json:"duplicate"`
}

func (a accepted) String() string {
	text := "accepted as message " + a.Message
	if a.Duplicate {
		text += "; it had been sent before and changes nothing"
	}
	return text
}

func (c *sendShopifyCmd) document() ([]byte, error) {
	body, err := os.ReadFile(c.File)
	if err != nil {
		return nil, fault.Wrap(err, fault.Invalid, "reading the document")
	}
	if len(body) > inbox.MaxBodyBytes {
		return nil, fault.New(fault.TooLarge, "the document has %d bytes; at most %d are taken", len(body), inbox.MaxBodyBytes)
	}
	root := ""
	if gjson.GetBytes(body, "order").IsObject() {
		root = "order."
	}
	edits := map[string]any{}
	if c.Name != "" { // an order name of its own needs an id of its own
		h := fnv.New64a()
		h.Write([]byte(c.Name))
		edits["name"], edits["id"] = c.Name, 6_000_000_000_000+h.Sum64()%1_000_000_000_000
	}
	if c.Qty > 0 {
		edits["line_items.0.quantity"] = c.Qty
		if gjson.GetBytes(body, root+"line_items.0.current_quantity").Exists() {
			edits["line_items.0.current_quantity"] = c.Qty
		}
	}
	if c.Country != "" {
		edits["shipping_address.country_code"] = c.Country
	}
	for path, value := range edits {
		if body, err = sjson.SetBytes(body, root+path, value); err != nil {
			return nil, fault.Wrap(err, fault.Invalid, "changing %s", path)
		}
	}
	return body, nil
}

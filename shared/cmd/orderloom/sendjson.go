package main

import (
	"fmt"
	"os"
	"path/filepath"

	"github.com/orderloom/orderloom/shared/cmd/world"
	"github.com/orderloom/orderloom/shared/fault"
	"github.com/orderloom/orderloom/shared/local/secrets"
)

type sendJSONCmd struct {
	Instance string `arg:"" help:"Provider instance that it is sent to; the demo has one for each declared entity, with its id."`
	File     string `arg:"" help:"The document." type:"existingfile"`
	Delivery string `help:"Id of the delivery; two with the same id are one." placeholder:"ID"`
}

// Run posts the document as it is, signed.
func (c *sendJSONCmd) Run(s *session) error {
	api, err := s.client()
	if err != nil {
		return err
	}
	body, err := os.ReadFile(c.File)
	if err != nil {
		return fault.Wrap(err, fault.Invalid, "reading the document")
	}
	store, err := secrets.Open(filepath.Join(s.data, "secrets.json"))
	if err != nil {
		return err
	}
	secret, err := store.Get(s.ctx, world.HookSecret(c.Instance))
	if err != nil {
		return fault.New(fault.NotFound, "the demo has no instance %q", c.Instance).Do("orderloom entities list shows the entities, whose ids they have")
	}
	var out accepted
	if err := api.call("POST", "/hooks/"+c.Instance, world.SignDocument(secret, c.Delivery, body), body, &out); err != nil {
		return err
	}
	_, err = fmt.Fprintln(s.out, out)
	return err
}

package scenario

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"strconv"
	"strings"

	"github.com/tidwall/sjson"

	"github.com/orderloom/orderloom/shared/order"
)

// This file drives records of declared entities. A document is a section of the
// scenario; arguments change its fields, by their paths in the sender's words:
//
//	post claims claim.json W-1 delivery=7 total=12.00 customer.mail=
//
// An empty value removes the field; one that is JSON is taken as it is.

func (r *runner) postDocument(args []string, times int) error {
	if len(args) < 3 {
		return errors.New("want: post INSTANCE FILE NAME …")
	}
	body, ok := r.documents[args[1]]
	if !ok {
		return fmt.Errorf("the scenario has no section %s", args[1])
	}
	delivery := ""
	for _, a := range args[3:] {
		path, value, found := strings.Cut(a, "=")
		if path == "delivery" {
			delivery = value
			continue
		}
		if !found {
			return fmt.Errorf("unknown argument %q", a)
		}
		var err error
		if body, err = changed(body, path, value); err != nil {
			return err
		}
	}
	r.records[args[2]] = true
	path, header := r.world.Sign(args[0], delivery, body)
	return r.post(path, header, body, times)
}

func changed(body []byte, path, value string) ([]byte, error) {
	switch {
	case value == "":
		return sjson.DeleteBytes(body, path)
	case json.Valid([]byte(value)):
		return sjson.SetRawBytes(body, path, []byte(value))
	}
	return sjson.SetBytes(body, path, value)
}

// recordDetail is what GET /api/records/{name} answers, as far as it is the same
// as for orders.
func (r *runner) recordDetail(name string) (detail, error) {
	var d detail
	var id struct{ Status struct{ ID string } }
	for _, into := range []any{&d, &id} {
		if err := r.get("/api/records/"+url.PathEscape(name), into); err != nil {
			return d, err
		}
	}
	d.Document, d.commands = order.Document{Name: name}, "/api/records/"+id.Status.ID
	return d, nil
}

type inboundError struct{ ID, Error, Cause string }

// messages are those of the inbound error list.
func (r *runner) messages() ([]inboundError, error) {
	var out struct{ Messages []inboundError }
	err := r.get("/api/messages", &out)
	return out.Messages, err
}

func (r *runner) replayAll() error {
	all, err := r.messages()
	if err != nil {
		return err
	}
	if len(all) == 0 {
		return errors.New("no message is in error")
	}
	for _, m := range all {
		if err := r.post("/api/messages/"+m.ID+"/replay", nil, nil, 1); err != nil {
			return err
		}
	}
	return nil
}

func (r *runner) expectMessages(args []string) error {
	all, err := r.messages()
	if err != nil {
		return err
	}
	if err := same(strconv.Itoa(len(all)), args[0]); err != nil {
		return err
	}
	for _, m := range all {
		if text := strings.Join(args[2:], " "); m.Error != args[1] || !strings.Contains(m.Cause, text) {
			return fmt.Errorf("it is: %s %s", m.Error, m.Cause)
		}
	}
	return nil
}

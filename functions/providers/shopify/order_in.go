package shopify

import (
	"context"
	_ "embed"
	"encoding/json"
	"errors"
	"strings"
	"time"

	"github.com/orderloom/orderloom/shared/fault"
	"github.com/orderloom/orderloom/shared/fn"
	"github.com/orderloom/orderloom/shared/inbox"
	"github.com/orderloom/orderloom/shared/provider"
	"github.com/orderloom/orderloom/shared/transform"
)

//go:embed order_in.mapping.json
var orderMapping []byte

// OrderInput names a message, or carries a shop's document inline.
type OrderInput struct {
	Message  string            `json:"message,omitempty"`
	Instance string            `json:"instance,omitempty"` // inline
	Body     json.RawMessage   `json:"body,omitempty"`     // inline
	Headers  map[string]string `json:"headers,omitempty"`  // inline: those of the webhook
}

// OrderResult says what the message turned out to be.
type OrderResult struct {
	Kind     string          `json:"kind"` // order, or ignored when the topic is not about orders
	Message  string          `json:"message,omitempty"`
	Document json.RawMessage `json:"document,omitempty"` // the canonical order; inline only
}

// OrderIn maps a shop's order to the canonical one.
var OrderIn = fn.Function{
	ID:      "shopify/order-in",
	Summary: "Map the shop's order to the canonical order",
	Input:   OrderInput{},
	Result:  OrderResult{},
	Failures: []fn.Failure{
		{Code: transform.MissingField, Meaning: "a field that an order needs is missing"},
		{Code: transform.WrongType, Meaning: "a field has the wrong type"},
		{Code: transform.UnknownValue, Meaning: "a value has no counterpart, e.g. an unknown currency"},
		{Code: transform.UnknownFormat, Meaning: "the document is not a Shopify order"},
		{Code: fault.Invalid, Meaning: "the document is not JSON, or a line is not one that can be ordered"},
		{Code: fault.TooLarge, Meaning: "the document has too many bytes or lines"},
		{Code: fault.Misconfigured, Meaning: "the instance belongs to no organization, company or channel"},
		{Code: fault.NotFound, Meaning: "no such message or instance"},
	},
	Example: OrderInput{Instance: "demo-shop", Headers: map[string]string{HeaderTopic: "orders/create"}, Body: json.RawMessage(
		`{"id":5501001,"name":"#1001","created_at":"2026-03-02T09:15:00-05:00","updated_at":"2026-03-02T09:15:01-05:00","currency":"USD",` +
			`"financial_status":"paid","email":"bob@example.com","subtotal_price":"24.00","total_tax":"1.44","total_price":"30.44",` +
			`"line_items":[{"id":1,"sku":"MUG-BLUE","name":"Mug - blue","quantity":2,"price":"12.00","requires_shipping":true}],` +
			`"shipping_lines":[{"code":"Standard","title":"Standard","price":"5.00"}],` +
			`"shipping_address":{"first_name":"Bob","last_name":"Norman","address1":"Chestnut Street 92","city":"Louisville","province_code":"KY","zip":"40202","country_code":"US"}}`)},
	Timeout: 30 * time.Second,
	New: func(d fn.Deps) fn.Handler {
		m, err := transform.Parse(orderMapping)
		t := transformation{deps: d, box: inbox.Box{Table: d.Table, Blobs: d.Blobs, Now: d.Clock.Now}, mapping: m, mappingErr: err}
		return fn.Task(t.run)
	},
}

type transformation struct {
	deps       fn.Deps
	box        inbox.Box
	mapping    *transform.Mapping
	mappingErr error
}

func (t transformation) run(ctx context.Context, in OrderInput) (OrderResult, error) {
	if t.mappingErr != nil {
		return OrderResult{}, fault.Wrap(t.mappingErr, fault.Internal, "the mapping of the provider")
	}
	if err := t.load(ctx, &in); err != nil {
		return OrderResult{}, err
	}
	out := OrderResult{Kind: "order", Message: in.Message}
	if topic := header(in.Headers, HeaderTopic); topic != "" && !strings.HasPrefix(topic, "orders/") {
		out.Kind = "ignored"
		return out, nil
	}
	doc, err := t.order(ctx, in)
	if f, ok := errors.AsType[*fault.Error](err); ok && f.Record == "" {
		f.Record = in.Message
	}
	if err != nil {
		return OrderResult{}, err
	}
	if in.Message == "" {
		out.Document = doc
		return out, nil
	}
	return out, t.box.SetDocument(ctx, in.Message, doc)
}

// load fills the input of a reference with what was received.
func (t transformation) load(ctx context.Context, in *OrderInput) error {
	if in.Message == "" {
		return nil
	}
	m, err := t.box.Get(ctx, in.Message)
	if err != nil {
		return err
	}
	if in.Body, err = t.box.Body(ctx, in.Message); err != nil {
		return err
	}
	in.Instance, in.Headers = m.Instance, map[string]string{HeaderTopic: m.Topic}
	return nil
}

func (t transformation) order(ctx context.Context, in OrderInput) ([]byte, error) {
	instance, err := provider.Load(ctx, t.deps.Table, in.Instance)
	if err != nil {
		return nil, err
	}
	for field, value := range map[string]string{"organization": instance.Organization, "company": instance.Company, "channel": instance.Channel} {
		if value == "" {
			return nil, fault.New(fault.Misconfigured, "instance %q has no %s", instance.ID, field).Do("Set it with the instance, then replay the message")
		}
	}
	mapped, err := provider.Transform(ctx, t.deps.Table, instance, t.mapping, in.Body)
	if err != nil {
		return nil, err
	}
	doc, err := finish(mapped)
	if err != nil {
		return nil, err
	}
	data, err := json.Marshal(doc)
	if err != nil {
		return nil, fault.Wrap(err, fault.Internal, "encoding the order")
	}
	return data, nil
}

// header finds a header whatever its case.
func header(all map[string]string, name string) string {
	for k, v := range all {
		if strings.EqualFold(k, name) {
			return v
		}
	}
	return ""
}

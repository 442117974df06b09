package shipstation

import (
	"context"
	"encoding/json"
	"time"

	"github.com/orderloom/orderloom/shared/fault"
	"github.com/orderloom/orderloom/shared/fn"
	"github.com/orderloom/orderloom/shared/inbox"
	"github.com/orderloom/orderloom/shared/order"
)

// ShipmentInput names a message whose shipments were fetched, or carries such
// a document inline.
type ShipmentInput struct {
	Message  string          `json:"message,omitempty"`
	Instance string          `json:"instance,omitempty"` // inline
	Body     json.RawMessage `json:"body,omitempty"`     // inline
}

// ShipmentResult says what the message turned out to be.
type ShipmentResult struct {
	Kind     string           `json:"kind"` // shipment, or ignored when nothing in it is ours
	Message  string           `json:"message,omitempty"`
	Document *order.Shipments `json:"document,omitempty"` // inline only
}

// ShipmentIn maps fetched shipments to canonical ones.
var ShipmentIn = fn.Function{
	ID:      "shipstation/shipment-in",
	Summary: "Map the warehouse's shipments to canonical shipments",
	Input:   ShipmentInput{},
	Result:  ShipmentResult{},
	Failures: []fn.Failure{
		{Code: fault.Invalid, Meaning: "a field is missing or has the wrong type"},
		{Code: fault.NotFound, Meaning: "no such message"},
	},
	Example: ShipmentInput{Instance: "warehouse", Body: json.RawMessage(`{"shipments":[{"shipmentId":5001,"orderId":4001,` +
		`"orderKey":"fo_01JZZZZZZZZZZZZZZZZZZZZZZZ-1","orderNumber":"#1001","createDate":"2026-03-02T08:15:00.0000000","shipDate":"2026-03-02",` +
		`"trackingNumber":"9400100000000000000001","carrierCode":"stamps_com","serviceCode":"usps_priority_mail","voided":false,` +
		`"shipmentItems":[{"lineItemKey":"466157049","sku":"IPOD2008GREEN","name":"IPod Nano - 8gb","quantity":1}]}]}`)},
	Timeout: 30 * time.Second,
	New: func(d fn.Deps) fn.Handler {
		zone, err := time.LoadLocation(serviceZone)
		t := transformation{box: inbox.Box{Table: d.Table, Blobs: d.Blobs, Now: d.Clock.Now}, zone: zone, zoneErr: err}
		return fn.Task(t.run)
	},
}

type transformation struct {
	box     inbox.Box
	zone    *time.Location
	zoneErr error
}

func (t transformation) run(ctx context.Context, in ShipmentInput) (ShipmentResult, error) {
	if t.zoneErr != nil {
		return ShipmentResult{}, fault.Wrap(t.zoneErr, fault.Internal, "time zone of the service")
	}
	out := ShipmentResult{Kind: "shipment", Message: in.Message}
	instance, body := in.Instance, []byte(in.Body)
	if in.Message != "" {
		m, err := t.box.Get(ctx, in.Message)
		if err != nil {
			return out, err
		}
		if body, err = t.box.Body(ctx, in.Message); err != nil {
			return out, err
		}
		instance = m.Instance
	}
	shipments, problem := mapShipments(instance, body, t.zone)
	if problem != nil {
		problem.Record = in.Message
		return out, problem
	}
	if len(shipments) == 0 {
		out.Kind = "ignored"
	}
	doc := order.Shipments{Shipments: shipments}
	if in.Message == "" {
		out.Document = &doc
		return out, nil
	}
	if out.Kind == "ignored" {
		return out, nil
	}
	data, err := json.Marshal(doc)
	if err != nil {
		return out, fault.Wrap(err, fault.Internal, "encoding the shipments")
	}
	return out, t.box.SetDocument(ctx, in.Message, data)
}

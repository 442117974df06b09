package event

import "encoding/json"

// Report is an event that happened outside, before the order it is about is
// known by its id: what an outside system puts on the bus as the detail, with
// source ExternalSource and the event's name as detail-type, and the canonical
// document that a provider's transformation of kind "event" makes of a message.
// The order is named by its id, or by its channel and the channel's id or name.
type Report struct {
	ID         string          `json:"id,omitempty"`   // the sender's id of the event; without it the bus's is taken
	Name       string          `json:"name,omitempty"` // on the bus the detail-type
	Source     string          `json:"source,omitempty"`
	Order      string          `json:"order,omitempty"`
	Channel    string          `json:"channel,omitempty"`
	ExternalID string          `json:"externalId,omitempty"`
	OrderName  string          `json:"orderName,omitempty"` // e.g. "#1001"
	Entity     Entity          `json:"entity,omitempty"`
	EntityID   string          `json:"entityId,omitempty"` // of the line or fulfillment order; not for events of the order
	Payload    json.RawMessage `json:"payload,omitempty"`
}

// Limits of a report: what an order's journal and the bus take without effort.
const (
	MaxReportBytes = 64 << 10
	MaxReportDepth = 32
	MaxReportID    = 200
)

package order

import "encoding/json"

// Payloads of events that change more than a state.

// Assignment gives a quantity of a line to a location.
type Assignment struct {
	Line     string          `json:"line"`
	SKU      string          `json:"sku"`
	Quantity int             `json:"quantity"`
	Location string          `json:"location"`
	Why      json.RawMessage `json:"why,omitempty"` // the policy row that decided
}

// Sourced is the payload of OrderSourced.
type Sourced struct {
	Assignments []Assignment `json:"assignments"`
	Goods       int64        `json:"goods,omitempty"` // the edition of the goods it is about
}

// Reserved is the payload of OrderReserved.
type Reserved struct {
	Goods int64 `json:"goods,omitempty"` // the edition of the goods that stock was taken for
}

// Shortage says which stock is short.
type Shortage struct {
	SKU      string `json:"sku"`
	Location string `json:"location"`
	Wanted   int    `json:"wanted"`
	OnHand   int    `json:"onHand"` // free now
}

// Short is the payload of OrderReservationFailed.
type Short struct {
	Missing []Shortage `json:"missing"`
	Goods   int64      `json:"goods,omitempty"` // the edition of the goods that wait
}

// Sent is the payload of FulfillmentOrderSent.
type Sent struct {
	Remote string `json:"remote"` // the provider's order id
}

// Reported is the payload of FulfillmentOrderReported.
type Reported struct {
	Shipment int    `json:"shipment"`
	ReportID string `json:"reportId,omitempty"` // the shop's id of the fulfillment
}

// Received is the payload of OrderReceived.
type Received struct {
	Name    string `json:"name"` // the channel's order name
	Channel string `json:"channel"`
}

// CanceledFor is the payload of OrderCanceled.
type CanceledFor struct {
	Reason string `json:"reason"`
}

// ExceptionRaised is the payload of OrderExceptionRaised and of
// FulfillmentOrderSendFailed.
type ExceptionRaised struct {
	Exception string `json:"exception"` // its id
	Error     string `json:"error"`     // failure code
	Cause     string `json:"cause"`     // one sentence
}

// ExceptionResolved is the payload of OrderExceptionResolved.
type ExceptionResolved struct {
	Exception string `json:"exception"`
	Answer    string `json:"answer"`
}

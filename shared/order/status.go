package order

import "time"

// State is where a record stands; Reason says why or how far.
type State string

// States of order, line and fulfillment order.
const (
	New                  State = "New"
	OnHold               State = "On Hold"
	InProgress           State = "In Progress"
	FulfillmentInProcess State = "Fulfillment In Process"
	Completed            State = "Completed"
	Canceled             State = "Canceled"
)

// Reason refines a State.
type Reason string

const (
	ReasonNew                  Reason = "New"
	ReasonValidated            Reason = "Order Validation Success"
	ReasonValidationFailed     Reason = "Order Validation Failed"
	ReasonLineValidated        Reason = "Order Line Validation Success"
	ReasonLineValidationFailed Reason = "Order Line Validation Failed"
	ReasonSourcingFailed       Reason = "No Location"
	ReasonReady                Reason = "Ready To Be Fulfilled"
	ReasonReserved             Reason = "Stock Reserved"
	ReasonBackorder            Reason = "Backorder Hold"
	ReasonSending              Reason = "Sending"
	ReasonSent                 Reason = "Sent To Fulfillment"
	ReasonSendFailed           Reason = "Sending Failed"
	ReasonPartiallyShipped     Reason = "Partially Shipped"
	ReasonShipped              Reason = "Shipped"
	ReasonFulfilled            Reason = "Fulfilled"
	ReasonCanceled             Reason = "Canceled"
	ReasonHeld                 Reason = "Held"
	ReasonHoldReleased         Reason = "Hold Released"
	ReasonHoldExpired          Reason = "Hold Expired"
	ReasonApproval             Reason = "Waiting For Approval"
	ReasonApproved             Reason = "Approved"
	ReasonRejected             Reason = "Rejected"
	ReasonNoShipping           Reason = "No Shipping Needed" // digital and service lines
)

// Status is everything Orderloom knows about what happened to an order. It is
// one item of the table and changes only together with a journal entry.
type Status struct {
	Order             string             `json:"order"`   // "ord_…"
	Version           int64              `json:"version"` // of this status: +1 with every change
	Seq               int64              `json:"seq"`     // of the last event
	State             State              `json:"state"`
	Reason            Reason             `json:"reason"`
	Lines             []LineStatus       `json:"lines"`
	FulfillmentOrders []FulfillmentOrder `json:"fulfillmentOrders,omitempty"`
	Goods             int64              `json:"goods,omitempty"`   // edition of what is ordered and where to: +1 when either changes
	Sourced           int64              `json:"sourced,omitempty"` // the edition that locations were chosen for
	Tags              []string           `json:"tags,omitempty"`
	Priority          int                `json:"priority,omitempty"`   // set by policies; 0: none
	Attributes        map[string]string  `json:"attributes,omitempty"` // set by policies, before those of the document
	Runs              map[string]int     `json:"runs,omitempty"`       // flow id → number of its latest run
	Waits             []string           `json:"waits,omitempty"`      // signals somebody waits for; a cancellation answers them all
	OpenExceptions    []string           `json:"openExceptions,omitempty"`
	Holds             []Hold             `json:"holds,omitempty"` // where a flow waits on purpose for a person
	ReceivedAt        time.Time          `json:"receivedAt"`
	ChangedAt         time.Time          `json:"changedAt"`
}

// LineStatus is what happened to one line. Ordered = document quantity;
// Shipped + Canceled ≤ Ordered.
type LineStatus struct {
	ID       string `json:"id"`
	Kind     Kind   `json:"kind"`
	State    State  `json:"state"`
	Reason   Reason `json:"reason"`
	Location string `json:"location,omitempty"`
	Ordered  int    `json:"ordered"`
	Reserved int    `json:"reserved,omitempty"`
	Shipped  int    `json:"shipped,omitempty"`
	Canceled int    `json:"canceled,omitempty"`

	Attributes map[string]string `json:"attributes,omitempty"` // set by policies, before those of the document
}

// FulfillmentOrder is what one location is asked to ship.
type FulfillmentOrder struct {
	ID        string            `json:"id"` // "fo_…"
	Location  string            `json:"location"`
	State     State             `json:"state"`
	Reason    Reason            `json:"reason"`
	Lines     []FulfillmentLine `json:"lines"`
	Remote    string            `json:"remote,omitempty"` // the provider's own order id
	Shipments []ShipmentRecord  `json:"shipments,omitempty"`
}

// FulfillmentLine is a part of an order line in a fulfillment order.
type FulfillmentLine struct {
	Line     string `json:"line"`
	Quantity int    `json:"quantity"`
	Shipped  int    `json:"shipped,omitempty"`
}

// ShipmentRecord is one shipment of a fulfillment order; Number counts from 1.
type ShipmentRecord struct {
	Number    int            `json:"number"`
	Remote    string         `json:"remote"` // the provider's shipment id: guards against counting it twice
	ShippedAt time.Time      `json:"shippedAt"`
	Carrier   string         `json:"carrier"`
	Service   string         `json:"service,omitempty"`
	Trackings []Tracking     `json:"trackings"`
	Lines     []ShipmentLine `json:"lines"`
	Reported  bool           `json:"reported,omitempty"` // written back to the shop
	ReportID  string         `json:"reportId,omitempty"` // the shop's id of that fulfillment
}

// Line finds a line's status by id, nil when there is none.
func (s *Status) Line(id string) *LineStatus {
	for i := range s.Lines {
		if s.Lines[i].ID == id {
			return &s.Lines[i]
		}
	}
	return nil
}

// FulfillmentOrder finds a fulfillment order by id, nil when there is none.
func (s *Status) FulfillmentOrder(id string) *FulfillmentOrder {
	for i := range s.FulfillmentOrders {
		if s.FulfillmentOrders[i].ID == id {
			return &s.FulfillmentOrders[i]
		}
	}
	return nil
}

// Shipped reports whether everything asked for has left the location.
func (f *FulfillmentOrder) Shipped() bool {
	for _, l := range f.Lines {
		if l.Shipped < l.Quantity {
			return false
		}
	}
	return true
}

// Shipment finds a shipment by number, nil when there is none.
func (f *FulfillmentOrder) Shipment(number int) *ShipmentRecord {
	for i := range f.Shipments {
		if f.Shipments[i].Number == number {
			return &f.Shipments[i]
		}
	}
	return nil
}

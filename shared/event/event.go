// Package event is the catalog of business events: what can happen to a
// record, said as entity + past participle. Every change of a record is one or
// more events; they are journalled with the change and published from there.
package event

import (
	"encoding/json"
	"time"
)

// Entity is the kind of record an event happens to.
type Entity string

const (
	Order            Entity = "order"
	Line             Entity = "line"
	FulfillmentOrder Entity = "fulfillmentOrder"
	Message          Entity = "message"
	Stock            Entity = "stock"
)

// Event is one thing that happened. On the bus it is the detail of an entry
// whose detail-type is Name.
type Event struct {
	Name     string          `json:"name"`
	Entity   Entity          `json:"entity"`
	EntityID string          `json:"entityId"`          // order id, line id, fulfillment order id, …
	OrderID  string          `json:"orderId,omitempty"` // empty for events outside an order
	Seq      int64           `json:"seq"`               // ascending without gaps per order; consumers apply by it
	At       time.Time       `json:"at"`
	Step     string          `json:"step,omitempty"`   // flow step that caused it
	Source   string          `json:"source,omitempty"` // of events beside the catalog: orderloom.<stage or provider>
	Payload  json.RawMessage `json:"payload,omitempty"`
	Journal  string          `json:"journal,omitempty"` // key of the journal entry that holds a payload too large for the bus
}

// Sources of entries on the bus.
const (
	OrdersSource   = "orderloom.orders"   // everything that stands in an order's journal
	ExternalSource = "orderloom.external" // what outside systems put in; nothing of Orderloom has it
)

// Definition is one row of the catalog.
type Definition struct {
	Name     string `json:"name"`
	Title    string `json:"title"` // what a business user reads
	Entity   Entity `json:"entity"`
	Source   string `json:"source"`             // EventBridge source that raises it
	External bool   `json:"external,omitempty"` // outside systems may put it in
	Payload  Schema `json:"payload,omitempty"`  // of an event that is declared beside the catalog
}

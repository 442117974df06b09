package policy

import (
	"slices"
	"strings"

	"github.com/orderloom/orderloom/shared/event"
)

// Type is the type of a field.
type Type string

// The types of fields and the values that Record.Field returns for them.
const (
	Text   Type = "text"   // string, never empty
	Number Type = "number" // int64; a score: float64
	Money  Type = "money"  // int64, minor units of the order's currency
	Bool   Type = "bool"   // bool
	Time   Type = "time"   // string, RFC 3339 in UTC with seconds
	Tags   Type = "tags"   // []string, never empty
)

// Field is a field that conditions can use.
type Field struct {
	Path  string       `json:"path"`
	Title string       `json:"title"`
	Type  Type         `json:"type"`
	Of    event.Entity `json:"entity"` // "" of now, which belongs to none
}

// Shipment is the entity of what a wait for a shipment found. Only conditions
// of flows can use it.
const Shipment event.Entity = "shipment"

// Paths that the compiler and the back ends treat on their own.
const (
	currencyDigits   = "order.currencyDigits"
	LinePath         = "line.location"
	PriorityPath     = "order.priority"
	ShipmentNumber   = "shipment.number"
	ShipmentComplete = "shipment.complete"
)

// Schema lists the fields. Besides, order.attributes.<name> and
// line.attributes.<name> are texts; what a policy set goes before what the
// channel states. order.scores.<name> are numbers.
func Schema() []Field { return slices.Clone(schema) }

// schema never changes.
var schema = func() []Field {
	var all []Field
	add := func(of event.Entity, t Type, pairs ...string) {
		for i := 0; i < len(pairs); i += 2 {
			all = append(all, Field{string(of) + "." + pairs[i], pairs[i+1], t, of})
		}
	}
	add(event.Order, Text, "id", "Order id", "organization", "Organization", "company", "Company", "channel", "Channel", "instance", "Provider instance",
		"externalId", "Id in the channel", "name", "Order name", "currency", "Currency", "paymentStatus", "Payment status", "risk", "Risk", "note", "Note",
		"customer.id", "Customer id", "customer.name", "Customer", "customer.email", "Customer's e-mail", "customer.phone", "Customer's phone",
		"state", "State", "reason", "State reason")
	for _, a := range [][2]string{{"shipTo", "Ship-to"}, {"billTo", "Bill-to"}} {
		add(event.Order, Text, a[0]+".name", a[1]+" name", a[0]+".company", a[1]+" company", a[0]+".line1", a[1]+" address line 1", a[0]+".line2", a[1]+" address line 2",
			a[0]+".city", a[1]+" city", a[0]+".province", a[1]+" province", a[0]+".zip", a[1]+" zip code", a[0]+".country", a[1]+" country", a[0]+".phone", a[1]+" phone")
	}
	add(event.Order, Money, "totals.subtotal", "Subtotal", "totals.discount", "Discount", "totals.shipping", "Shipping", "totals.tax", "Tax", "totals.total", "Total")
	add(event.Order, Time, "placedAt", "Placed at", "updatedAt", "Updated at", "requestedAt", "Requested delivery", "promisedAt", "Promised delivery", "shipBy", "Ship by")
	add(event.Order, Number, "priority", "Priority", "lineCount", "Number of lines", "currencyDigits", "Digits after the decimal point of the currency")
	add(event.Order, Tags, "tags", "Tags")
	add(event.Line, Text, "id", "Line id", "kind", "Kind", "sku", "SKU", "product", "Product", "title", "Title", "location", "Location", "state", "Line state", "reason", "Line state reason")
	add(event.Line, Number, "quantity", "Quantity", "reserved", "Reserved", "shipped", "Shipped", "canceled", "Canceled")
	add(event.Line, Money, "price", "Price per unit", "amount", "Price times quantity")
	add(event.FulfillmentOrder, Text, "id", "Fulfillment order id", "location", "Location", "state", "Fulfillment order state", "reason", "Fulfillment order state reason")
	add(event.FulfillmentOrder, Number, "quantity", "Quantity", "lineCount", "Number of lines")
	add(Shipment, Number, "number", "Number of the shipment")
	add(Shipment, Bool, "complete", "Nothing is left to ship")
	return append(all, Field{Path: NowPath, Title: "Now", Type: Time})
}()

// LookupField finds a field by its path.
func LookupField(path string) (Field, bool) {
	if name, ok := AttributeName(path); ok && attributeName(name) {
		if of, _, _ := strings.Cut(path, "."); of == string(event.Order) || of == string(event.Line) {
			return Field{path, name, Text, event.Entity(of)}, true
		}
	}
	if f, ok := scoreField(path); ok {
		return f, true
	}
	f, ok := byPath[path]
	return f, ok
}

// byPath is schema as a map.
var byPath = func() map[string]Field {
	all := make(map[string]Field, len(schema))
	for _, f := range schema {
		all[f.Path] = f
	}
	return all
}()

// attributeName accepts names that cannot be confused with the syntax of facts.
func attributeName(name string) bool {
	return name != "" && len(name) <= 100 && !strings.ContainsAny(name, "(),\x00")
}

// reachable lists the entities whose fields a condition on an entity can use.
func reachable(of event.Entity) []event.Entity {
	switch of {
	case event.Line, event.FulfillmentOrder:
		return []event.Entity{of, event.Order}
	case Shipment:
		return []event.Entity{Shipment, event.FulfillmentOrder, event.Order}
	}
	return []event.Entity{event.Order}
}

package policy

import (
	"strings"

	"github.com/orderloom/orderloom/shared/event"
)

// relation leads from a record to several others. The way back, from a line or
// fulfillment order to its order, needs none: conditions just use order.*.
type relation struct {
	Path string
	From event.Entity
	To   event.Entity
}

// LinesRelation leads from an order to its lines.
const LinesRelation = "order.lines"

const (
	fulfillmentOrdersRelation = "order.fulfillmentOrders"
	linesOfFulfillmentOrder   = "fulfillmentOrder.lines"
	fulfillmentOrdersOfLine   = "line.fulfillmentOrders"
)

// relations never changes.
var relations = []relation{
	{LinesRelation, event.Order, event.Line},
	{fulfillmentOrdersRelation, event.Order, event.FulfillmentOrder},
	{linesOfFulfillmentOrder, event.FulfillmentOrder, event.Line},
	{fulfillmentOrdersOfLine, event.Line, event.FulfillmentOrder},
}

// has reports whether a field is one of the relation's records; others inside
// the relation are of the record around it.
func (r relation) has(field string) bool { return strings.HasPrefix(field, string(r.To)+".") }

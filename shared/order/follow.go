package order

import "github.com/orderloom/orderloom/shared/event"

// Follows lists the events that may follow from one in the same change: upward,
// what a record's event makes of the record around it, and downward, what happens
// to the records within. statemachines/README.md says when each does.
func Follows(name string) []string {
	switch name {
	case event.OrderLineValidated:
		return []string{event.OrderLinesValidated}
	case event.OrderLineValidateFailed:
		return []string{event.OrderLinesValidateFailed}
	case event.OrderSourced:
		return []string{event.OrderLineSourced}
	case event.FulfillmentOrderSent:
		return []string{event.OrderSentToFulfillment}
	case event.FulfillmentOrderShipped:
		return []string{event.FulfillmentOrderCompleted, event.OrderPartiallyShipped, event.OrderFulfilled}
	case event.OrderCanceled:
		return []string{event.FulfillmentOrderCanceled}
	}
	return nil
}

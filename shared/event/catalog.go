package event

import "sync"

// Names of the events, so that a misspelled one does not compile.
const (
	MessageReceived = "MessageReceived"

	OrderReceived             = "OrderReceived"
	OrderChanged              = "OrderChanged"
	OrderChangeFailed         = "OrderChangeFailed"
	OrderCorrected            = "OrderCorrected"
	OrderHeaderValidated      = "OrderHeaderValidated"
	OrderHeaderValidateFailed = "OrderHeaderValidationFailed"
	OrderLineValidated        = "OrderLineValidated"
	OrderLineValidateFailed   = "OrderLineValidationFailed"
	OrderLinesValidated       = "OrderLinesValidated"
	OrderLinesValidateFailed  = "OrderLinesValidationFailed"
	OrderLineSourced          = "OrderLineSourced"
	OrderSourced              = "OrderSourced"
	OrderSourcingFailed       = "OrderSourcingFailed"
	OrderReserved             = "OrderReserved"
	OrderReservationFailed    = "OrderReservationFailed"
	OrderReleased             = "OrderReleased"
	OrderSentToFulfillment    = "OrderSentToFulfillment"
	OrderPartiallyShipped     = "OrderPartiallyShipped"
	OrderFulfilled            = "OrderFulfilled"
	OrderCanceled             = "OrderCanceled"
	OrderCancellationFailed   = "OrderCancellationFailed"
	OrderExceptionRaised      = "OrderExceptionRaised"
	OrderExceptionResolved    = "OrderExceptionResolved"
	OrderHoldPlaced           = "OrderHoldPlaced"
	OrderHoldReleased         = "OrderHoldReleased"
	OrderHoldExpired          = "OrderHoldExpired"
	OrderEnriched             = "OrderEnriched"
	OrderStepAbandoned        = "OrderStepAbandoned"
	OrderScored               = "OrderScored"
	OrderNotified             = "OrderNotified"
	OrderShortageDetected     = "OrderShortageDetected" // before anything is reserved
	OrderApprovalRequested    = "OrderApprovalRequested"
	OrderApproved             = "OrderApproved"
	OrderRejected             = "OrderRejected"

	FulfillmentOrderCreated   = "FulfillmentOrderCreated"
	FulfillmentOrderReleased  = "FulfillmentOrderReleased" // about to be sent; can no longer be canceled for free
	FulfillmentOrderSent      = "FulfillmentOrderSent"
	FulfillmentOrderSendFail  = "FulfillmentOrderSendFailed"
	FulfillmentOrderShipped   = "FulfillmentOrderShipped" // one shipment, partial or last
	FulfillmentOrderCompleted = "FulfillmentOrderCompleted"
	FulfillmentOrderReported  = "FulfillmentOrderReported" // a shipment was written back to the shop
	FulfillmentOrderCanceled  = "FulfillmentOrderCanceled"

	StockPosted = "StockPosted"
)

// All is the catalog.
func All() []Definition {
	orders := func(name, title string, e Entity) Definition {
		return Definition{Name: name, Title: title, Entity: e, Source: OrdersSource}
	}
	return []Definition{
		{Name: MessageReceived, Title: "Message received", Entity: Message, Source: "orderloom.intake"},
		orders(OrderReceived, "Order received", Order),
		orders(OrderChanged, "Order changed by its channel", Order),
		orders(OrderChangeFailed, "Change by the channel refused", Order),
		orders(OrderCorrected, "Order corrected by a person", Order),
		orders(OrderHeaderValidated, "Order header validated", Order),
		orders(OrderHeaderValidateFailed, "Order header validation failed", Order),
		orders(OrderLineValidated, "Order line validated", Line),
		orders(OrderLineValidateFailed, "Order line validation failed", Line),
		orders(OrderLinesValidated, "All order lines validated", Order),
		orders(OrderLinesValidateFailed, "Validation of order lines failed", Order),
		orders(OrderLineSourced, "Location assigned to order line", Line),
		orders(OrderSourced, "Location assigned to all order lines", Order),
		orders(OrderSourcingFailed, "No location for the order", Order),
		orders(OrderReserved, "Stock reserved", Order),
		orders(OrderReservationFailed, "Not enough stock", Order),
		orders(OrderReleased, "Reserved stock released", Order),
		orders(OrderSentToFulfillment, "All fulfillment orders sent", Order),
		orders(OrderPartiallyShipped, "Order partially shipped", Order),
		orders(OrderFulfilled, "Order fulfilled", Order),
		orders(OrderCanceled, "Order canceled", Order),
		orders(OrderCancellationFailed, "Cancellation refused", Order),
		orders(OrderExceptionRaised, "Exception raised", Order),
		orders(OrderExceptionResolved, "Exception resolved", Order),
		orders(OrderHoldPlaced, "Order put on hold by its flow", Order),
		orders(OrderHoldReleased, "Hold released", Order),
		orders(OrderHoldExpired, "Hold expired", Order),
		orders(OrderStepAbandoned, "A step failed and the flow went on", Order),
		orders(OrderEnriched, "Fields set by the flow", Order),
		orders(OrderScored, "Score written on the order", Order),
		orders(OrderNotified, "Somebody was told of the order", Order),
		orders(OrderShortageDetected, "Too little stock found for the order", Order),
		orders(OrderApprovalRequested, "Approval requested", Order),
		orders(OrderApproved, "Order approved", Order),
		orders(OrderRejected, "Approval refused", Order),
		orders(FulfillmentOrderCreated, "Fulfillment order created", FulfillmentOrder),
		orders(FulfillmentOrderReleased, "Fulfillment order released for sending", FulfillmentOrder),
		orders(FulfillmentOrderSent, "Fulfillment order sent", FulfillmentOrder),
		orders(FulfillmentOrderSendFail, "Sending the fulfillment order failed", FulfillmentOrder),
		orders(FulfillmentOrderShipped, "Shipment left the location", FulfillmentOrder),
		orders(FulfillmentOrderCompleted, "Fulfillment order shipped completely", FulfillmentOrder),
		orders(FulfillmentOrderReported, "Shipment reported to the shop", FulfillmentOrder),
		orders(FulfillmentOrderCanceled, "Fulfillment order canceled", FulfillmentOrder),
		{Name: StockPosted, Title: "Stock posted", Entity: Stock, Source: "orderloom.inventory"},
	}
}

// byName is All as a map, made once: every event of every order is looked up.
var byName = sync.OnceValue(func() map[string]Definition {
	all := map[string]Definition{}
	for _, d := range All() {
		all[d.Name] = d
	}
	return all
})

// Lookup finds a definition by name.
func Lookup(name string) (Definition, bool) {
	d, ok := byName()[name]
	return d, ok
}

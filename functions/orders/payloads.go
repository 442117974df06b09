package orders

import (
	"github.com/orderloom/orderloom/shared/event"
	"github.com/orderloom/orderloom/shared/flow"
	"github.com/orderloom/orderloom/shared/fn"
	"github.com/orderloom/orderloom/shared/inbox"
	"github.com/orderloom/orderloom/shared/order"
	"github.com/orderloom/orderloom/shared/policy"
)

// Payloads has a zero value of the payload of every event that orders publishes
// and that has one: the source of its JSON Schema. MessageReceived is all payload.
func Payloads() map[string]any {
	return map[string]any{
		event.MessageReceived:           inbox.Announcement{},
		event.OrderReceived:             order.Received{},
		event.OrderChangeFailed:         fn.LambdaError{},
		event.OrderCorrected:            Correction{},
		event.OrderHeaderValidated:      policy.Why{},
		event.OrderHeaderValidateFailed: policy.Why{},
		event.OrderLineValidateFailed:   policy.Why{},
		event.OrderSourced:              order.Sourced{},
		event.OrderReserved:             flow.ReserveResult{},
		event.OrderReservationFailed:    flow.ReserveResult{},
		event.OrderCanceled:             order.CanceledFor{},
		event.OrderCancellationFailed:   fn.LambdaError{},
		event.OrderExceptionRaised:      order.ExceptionRaised{},
		event.OrderExceptionResolved:    order.ExceptionResolved{},
		event.OrderHoldPlaced:           order.Hold{},
		event.OrderHoldReleased:         order.HoldEnd{},
		event.OrderHoldExpired:          order.HoldEnd{},
		event.OrderApprovalRequested:    order.Hold{},
		event.OrderApproved:             order.HoldEnd{},
		event.OrderRejected:             order.HoldEnd{},
		event.OrderEnriched:             enriched{},
		event.OrderStepAbandoned:        flow.StepFailure{},
		event.FulfillmentOrderCreated:   order.FulfillmentOrder{},
		event.FulfillmentOrderSent:      order.Sent{},
		event.FulfillmentOrderSendFail:  order.ExceptionRaised{},
		event.FulfillmentOrderShipped:   order.Shipment{},
		event.FulfillmentOrderReported:  order.Reported{},
	}
}

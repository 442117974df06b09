package order

import (
	"slices"

	"github.com/orderloom/orderloom/shared/event"
	"github.com/orderloom/orderloom/shared/fault"
)

// Transition says what an event does to the record it happens to: from any of
// From to To with Reason. An event without a row changes no state; an event
// whose rows do not list the present state is illegal.
type Transition struct {
	Event  string  `json:"event"`
	From   []State `json:"from"`
	To     State   `json:"to"`
	Reason Reason  `json:"reason"`
}

// Transitions is the table, in the order of an order's life.
func Transitions() []Transition { return transitions }

// The table never changes; it is a variable only because Go has no constant slices.
var transitions = []Transition{
	{event.OrderHeaderValidated, []State{New, OnHold, InProgress}, InProgress, ReasonValidated},
	{event.OrderHeaderValidateFailed, []State{New, OnHold, InProgress}, OnHold, ReasonValidationFailed},
	{event.OrderLineValidated, []State{New, OnHold, InProgress}, InProgress, ReasonLineValidated},
	{event.OrderLineValidateFailed, []State{New, OnHold, InProgress}, OnHold, ReasonLineValidationFailed},
	{event.OrderLinesValidated, []State{New, OnHold, InProgress}, InProgress, ReasonValidated},
	{event.OrderLinesValidateFailed, []State{New, OnHold, InProgress}, OnHold, ReasonValidationFailed},
	{event.OrderLineSourced, []State{New, OnHold, InProgress}, InProgress, ReasonReady},
	{event.OrderSourced, []State{New, OnHold, InProgress}, InProgress, ReasonReady},
	{event.OrderSourcingFailed, []State{New, OnHold, InProgress}, OnHold, ReasonSourcingFailed},
	{event.OrderReserved, []State{New, OnHold, InProgress}, InProgress, ReasonReserved},
	{event.OrderReservationFailed, []State{New, OnHold, InProgress}, OnHold, ReasonBackorder},
	{event.FulfillmentOrderReleased, []State{New, OnHold, InProgress}, InProgress, ReasonSending},
	{event.FulfillmentOrderSent, []State{InProgress, OnHold}, FulfillmentInProcess, ReasonSent},
	{event.FulfillmentOrderSendFail, []State{New, OnHold, InProgress}, OnHold, ReasonSendFailed},
	{event.FulfillmentOrderShipped, []State{InProgress, OnHold, FulfillmentInProcess}, FulfillmentInProcess, ReasonPartiallyShipped},
	{event.FulfillmentOrderCompleted, []State{FulfillmentInProcess}, Completed, ReasonShipped},
	{event.FulfillmentOrderCanceled, []State{New, OnHold, InProgress}, Canceled, ReasonCanceled},
	{event.OrderSentToFulfillment, []State{InProgress, OnHold, FulfillmentInProcess}, FulfillmentInProcess, ReasonSent},
	{event.OrderPartiallyShipped, []State{InProgress, OnHold, FulfillmentInProcess}, FulfillmentInProcess, ReasonPartiallyShipped},
	{event.OrderFulfilled, []State{InProgress, OnHold, FulfillmentInProcess}, Completed, ReasonFulfilled},
	{event.OrderHoldPlaced, []State{New, OnHold, InProgress}, OnHold, ReasonHeld},
	{event.OrderHoldReleased, []State{New, OnHold, InProgress}, InProgress, ReasonHoldReleased},
	{event.OrderHoldExpired, []State{New, OnHold, InProgress}, OnHold, ReasonHoldExpired},
	{event.OrderApprovalRequested, []State{New, OnHold, InProgress}, OnHold, ReasonApproval},
	{event.OrderApproved, []State{New, OnHold, InProgress}, InProgress, ReasonApproved},
	{event.OrderRejected, []State{New, OnHold, InProgress}, OnHold, ReasonRejected},
	{event.OrderCanceled, []State{New, OnHold, InProgress}, Canceled, ReasonCanceled},
}

// move applies the table to one record's state.
func move(name, record string, state *State, reason *Reason) error {
	known := false
	for _, t := range transitions {
		if t.Event != name {
			continue
		}
		known = true
		if slices.Contains(t.From, *state) {
			*state, *reason = t.To, t.Reason
			return nil
		}
	}
	if !known {
		return nil
	}
	code := fault.NotTransitable
	if *state == Canceled {
		code = fault.OrderCanceled
	}
	return fault.New(code, "%s is not possible in state %s / %s", name, *state, *reason).On(record, "state")
}

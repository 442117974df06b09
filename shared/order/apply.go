package order

import (
	"encoding/json"

	"github.com/orderloom/orderloom/shared/event"
	"github.com/orderloom/orderloom/shared/fault"
)

// NewStatus is the status of an order that was just received.
func NewStatus(id string, doc *Document) Status {
	s := Status{Order: id, State: New, Reason: ReasonNew}
	s.SetLines(doc)
	return s
}

// SetLines makes the line statuses follow a document whose lines changed before
// anything was promised: kept lines keep their history, quantities follow. All
// lines of a canceled order are canceled.
func (s *Status) SetLines(doc *Document) {
	lines := make([]LineStatus, len(doc.Lines))
	for i, l := range doc.Lines {
		if old := s.Line(l.ID); old != nil {
			lines[i] = *old
		} else {
			lines[i] = LineStatus{ID: l.ID, State: New, Reason: ReasonNew}
		}
		lines[i].Kind, lines[i].Ordered = l.Kind, l.Quantity
	}
	s.Lines = lines
	if s.State == Canceled {
		s.cancelLines()
	}
}

// Apply moves the status by one event and returns the events that happened: the
// given one, completed, and those that follow from it (a line's outcome that
// completes the order, for example). On error the status is undefined and must
// be thrown away: nothing of the event happened.
func (s *Status) Apply(e event.Event) ([]event.Event, error) {
	e.OrderID = s.Order
	if e.EntityID == "" {
		e.EntityID = s.Order
	}
	if e.Entity == "" {
		d, ok := event.Lookup(e.Name)
		if !ok {
			return nil, fault.New(fault.Invalid, "no event named %q in the catalog", e.Name).On(s.Order, "event")
		}
		e.Entity = d.Entity
	}
	if err := s.planning(e); err != nil {
		return nil, err
	}
	if err := s.moveRecord(e); err != nil {
		return nil, err
	}
	follow, err := s.effect(e)
	if err != nil {
		return nil, err
	}
	s.Seq++
	e.Seq = s.Seq
	all := []event.Event{e}
	for _, f := range follow {
		f.Step, f.At = e.Step, e.At
		more, err := s.Apply(f)
		if err != nil {
			return nil, err
		}
		all = append(all, more...)
	}
	return all, nil
}

// planning refuses to check, source or reserve again what locations were asked
// to ship: their fulfillment orders stand. A flow that is started again walks
// past these steps.
func (s *Status) planning(e event.Event) error {
	switch e.Name {
	case event.OrderHeaderValidated, event.OrderHeaderValidateFailed, event.OrderLineValidated, event.OrderLineValidateFailed,
		event.OrderLinesValidated, event.OrderLinesValidateFailed, event.OrderLineSourced, event.OrderSourced, event.OrderSourcingFailed,
		event.OrderReserved, event.OrderReservationFailed:
		if len(s.FulfillmentOrders) > 0 {
			return fault.New(fault.NotTransitable, "%s is not possible once there are fulfillment orders", e.Name).On(s.Order, "fulfillmentOrders")
		}
	}
	return nil
}

func (s *Status) moveRecord(e event.Event) error {
	switch e.Entity {
	case event.Line:
		l := s.Line(e.EntityID)
		if l == nil {
			return fault.New(fault.NotFound, "no line with that id").On(s.Order, "lines").Got(e.EntityID)
		}
		return move(e.Name, s.Order+"/"+l.ID, &l.State, &l.Reason)
	case event.FulfillmentOrder:
		if e.Name == event.FulfillmentOrderCreated {
			return nil // the record comes into being with the event
		}
		f := s.FulfillmentOrder(e.EntityID)
		if f == nil {
			return fault.New(fault.NotFound, "no fulfillment order with that id").On(s.Order, "fulfillmentOrders").Got(e.EntityID)
		}
		return move(e.Name, f.ID, &f.State, &f.Reason)
	}
	return move(e.Name, s.Order, &s.State, &s.Reason)
}

// effect changes what an event changes beside the state of its own record.
func (s *Status) effect(e event.Event) ([]event.Event, error) {
	switch e.Name {
	case event.OrderSourced:
		return s.sourced(e)
	case event.OrderReserved:
		return nil, s.reserved(e)
	case event.OrderReservationFailed:
		return nil, s.short(e)
	case event.OrderReleased:
		s.givenBack()
	case event.OrderScored:
		return nil, s.scored(e)
	case event.FulfillmentOrderCreated:
		return nil, s.created(e)
	case event.FulfillmentOrderSent:
		return s.sent(e)
	case event.FulfillmentOrderShipped:
		return s.shipped(e)
	case event.FulfillmentOrderReported:
		return nil, s.reported(e)
	case event.OrderFulfilled:
		s.done() // lines that need no shipping are completed with the order
	case event.OrderHoldPlaced, event.OrderApprovalRequested:
		return nil, s.held(e)
	case event.OrderHoldReleased, event.OrderHoldExpired, event.OrderApproved, event.OrderRejected:
		return nil, s.released(e)
	case event.OrderCanceled:
		return s.canceled(), nil
	}
	return nil, nil
}

func payload[T any](e event.Event) (T, error) {
	var v T
	if len(e.Payload) == 0 {
		return v, nil // nothing more to say
	}
	if err := json.Unmarshal(e.Payload, &v); err != nil {
		return v, fault.Wrap(err, fault.Invalid, "payload of %s", e.Name).On(e.OrderID, "payload")
	}
	return v, nil
}

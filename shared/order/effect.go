package order

import (
	"github.com/orderloom/orderloom/shared/event"
	"github.com/orderloom/orderloom/shared/fault"
)

func (s *Status) sourced(e event.Event) ([]event.Event, error) {
	p, err := payload[Sourced](e)
	if err != nil {
		return nil, err
	}
	if err := s.current(e, p.Goods); err != nil {
		return nil, err
	}
	s.Sourced = s.Goods
	for i := range s.Lines {
		s.Lines[i].Location = "" // a line that no longer ships has none
	}
	var follow []event.Event
	for _, a := range p.Assignments {
		l := s.Line(a.Line)
		if l == nil {
			return nil, fault.New(fault.NotFound, "assignment to an unknown line").On(s.Order, "assignments").Got(a.Line)
		}
		l.Location = a.Location
		follow = append(follow, event.Event{Name: event.OrderLineSourced, EntityID: a.Line})
	}
	return follow, nil
}

// current refuses the outcome of a step that looked at goods which have changed
// since: what it decided or took is not what is ordered now.
func (s *Status) current(e event.Event, goods int64) error {
	if goods == s.Goods {
		return nil
	}
	return fault.New(fault.OrderChanged, "the order changed before %s", e.Name).On(s.Order, "lines")
}

func (s *Status) reserved(e event.Event) error {
	p, err := payload[Reserved](e)
	if err != nil {
		return err
	}
	if err := s.current(e, p.Goods); err != nil {
		return err
	}
	for i := range s.Lines {
		l := &s.Lines[i]
		if l.Location == "" {
			continue
		}
		l.Reserved = l.Ordered - l.Canceled - l.Shipped
		l.State, l.Reason = InProgress, ReasonReserved
	}
	return nil
}

// givenBack takes the lines back to where they were before stock was reserved.
func (s *Status) givenBack() {
	for i := range s.Lines {
		l := &s.Lines[i]
		l.Reserved = 0
		if l.State == InProgress && l.Reason == ReasonReserved {
			l.Reason = ReasonReady
		}
	}
	if s.State == InProgress && s.Reason == ReasonReserved {
		s.Reason = ReasonReady
	}
}

// short puts the lines that wait for the missing stock on hold.
func (s *Status) short(e event.Event) error {
	p, err := payload[Short](e)
	if err != nil {
		return err
	}
	if err := s.current(e, p.Goods); err != nil {
		return err
	}
	missing := map[string]bool{}
	for _, m := range p.Missing {
		missing[m.Location] = true
	}
	for i := range s.Lines {
		if l := &s.Lines[i]; missing[l.Location] {
			l.State, l.Reason = OnHold, ReasonBackorder
		}
	}
	return nil
}

func (s *Status) created(e event.Event) error {
	f, err := payload[FulfillmentOrder](e)
	if err != nil {
		return err
	}
	if s.FulfillmentOrder(f.ID) != nil {
		return fault.New(fault.Conflict, "fulfillment order exists already").On(s.Order, "fulfillmentOrders").Got(f.ID)
	}
	f.State, f.Reason = New, ReasonNew
	s.FulfillmentOrders = append(s.FulfillmentOrders, f)
	return nil
}

func (s *Status) sent(e event.Event) ([]event.Event, error) {
	p, err := payload[Sent](e)
	if err != nil {
		return nil, err
	}
	f := s.FulfillmentOrder(e.EntityID)
	f.Remote = p.Remote
	for _, fl := range f.Lines {
		if l := s.Line(fl.Line); l != nil && l.Shipped == 0 { // else a sibling shipped a part of it before
			l.State, l.Reason = FulfillmentInProcess, ReasonSent
		}
	}
	for i := range s.FulfillmentOrders {
		if r := s.FulfillmentOrders[i].State; r != FulfillmentInProcess && r != Completed {
			return nil, nil
		}
	}
	if s.Reason == ReasonPartiallyShipped {
		return nil, nil // a sibling shipped before this one was sent
	}
	return []event.Event{{Name: event.OrderSentToFulfillment}}, nil
}

// shipped books one shipment. A shipment of more than is left is refused: it
// is a message for a person to look at, not a quantity to guess.
func (s *Status) shipped(e event.Event) ([]event.Event, error) {
	p, err := payload[Shipment](e)
	if err != nil {
		return nil, err
	}
	f := s.FulfillmentOrder(e.EntityID)
	for _, sl := range p.Lines {
		if err := s.book(f, sl); err != nil {
			return nil, err
		}
	}
	f.Shipments = append(f.Shipments, ShipmentRecord{
		Number: len(f.Shipments) + 1, Remote: p.ExternalID, ShippedAt: p.ShippedAt,
		Carrier: p.Carrier, Service: p.CarrierService, Trackings: p.Trackings, Lines: p.Lines,
	})
	var follow []event.Event
	if f.Shipped() {
		follow = append(follow, event.Event{Name: event.FulfillmentOrderCompleted, EntityID: f.ID})
	}
	if s.done() {
		return append(follow, event.Event{Name: event.OrderFulfilled}), nil
	}
	return append(follow, event.Event{Name: event.OrderPartiallyShipped}), nil
}

func (s *Status) book(f *FulfillmentOrder, sl ShipmentLine) error {
	l := s.Line(sl.Line)
	var fl *FulfillmentLine
	for i := range f.Lines {
		if f.Lines[i].Line == sl.Line {
			fl = &f.Lines[i]
		}
	}
	if l == nil || fl == nil {
		return fault.New(fault.Invalid, "shipment names a line that the fulfillment order does not have").On(f.ID, "lines").Got(sl.Line)
	}
	if sl.Quantity <= 0 || fl.Shipped+sl.Quantity > fl.Quantity {
		return fault.New(fault.Invalid, "shipment of %d although %d of %d are left to ship", sl.Quantity, fl.Quantity-fl.Shipped, fl.Quantity).On(f.ID, "lines."+sl.Line+".quantity").Got(sl.Quantity)
	}
	fl.Shipped += sl.Quantity
	l.Shipped += sl.Quantity
	l.Reserved = max(0, l.Reserved-sl.Quantity)
	l.State, l.Reason = FulfillmentInProcess, ReasonPartiallyShipped
	if l.Shipped+l.Canceled >= l.Ordered {
		l.State, l.Reason = Completed, ReasonShipped
	}
	return nil
}

// done reports shipped + canceled = ordered over all lines that ship. Lines
// that need no shipping are completed with the last one that does.
func (s *Status) done() bool {
	for _, l := range s.Lines {
		if l.Kind == Physical && l.Shipped+l.Canceled < l.Ordered {
			return false
		}
	}
	for i := range s.Lines {
		if l := &s.Lines[i]; l.Kind != Physical && l.State != Canceled {
			l.State, l.Reason = Completed, ReasonNoShipping
		}
	}
	return true
}

func (s *Status) reported(e event.Event) error {
	p, err := payload[Reported](e)
	if err != nil {
		return err
	}
	f := s.FulfillmentOrder(e.EntityID)
	sh := f.Shipment(p.Shipment)
	if sh == nil {
		return fault.New(fault.NotFound, "no shipment number %d", p.Shipment).On(f.ID, "shipment")
	}
	sh.Reported, sh.ReportID = true, p.ReportID
	return nil
}

func (s *Status) cancelLines() {
	for i := range s.Lines {
		l := &s.Lines[i]
		l.Canceled, l.Reserved = l.Ordered-l.Shipped, 0
		l.State, l.Reason = Canceled, ReasonCanceled
	}
}

func (s *Status) canceled() []event.Event {
	s.cancelLines()
	s.Holds = nil
	var follow []event.Event
	for _, f := range s.FulfillmentOrders {
		follow = append(follow, event.Event{Name: event.FulfillmentOrderCanceled, EntityID: f.ID})
	}
	return follow
}

// Cancelable returns nil while nothing was released to a location, else the
// fault that says what stands in the way.
func (s *Status) Cancelable() error {
	for _, f := range s.FulfillmentOrders {
		switch {
		case len(f.Shipments) > 0:
			return fault.New(fault.NotTransitable, "fulfillment order %s has shipped from %s", f.ID, f.Location).On(s.Order, "canceled").Do("Ask the customer to return the goods")
		case f.State != New || f.Reason == ReasonSending:
			return fault.New(fault.NotTransitable, "fulfillment order %s was already sent to %s", f.ID, f.Location).On(s.Order, "canceled").Do("Ask the warehouse to stop it")
		}
	}
	if s.State == Completed || s.State == Canceled {
		return fault.New(fault.NotTransitable, "order is already %s", s.State).On(s.Order, "canceled")
	}
	return nil
}

package order_test

import (
	"encoding/json"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/orderloom/orderloom/shared/event"
	"github.com/orderloom/orderloom/shared/fault"
	"github.com/orderloom/orderloom/shared/order"
)

const id = "ord_01JABCDEFGHJKMNPQRSTVWXYZ0"

func received(lines ...order.Line) order.Status {
	return order.NewStatus(id, &order.Document{Lines: lines})
}

func physical(lineID string, quantity int) order.Line {
	return order.Line{ID: lineID, Kind: order.Physical, SKU: "SKU" + lineID, Quantity: quantity}
}

func happen(t *testing.T, s *order.Status, name, entity string, payload any) []event.Event {
	t.Helper()
	all, err := s.Apply(newEvent(name, entity, payload))
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	return all
}

func newEvent(name, entity string, payload any) event.Event {
	data, _ := json.Marshal(payload)
	return event.Event{Name: name, EntityID: entity, Payload: data, At: time.Unix(0, 0)}
}

// sentTo walks an order of one line to "sent" from one location.
func sentTo(t *testing.T, quantity int) (order.Status, string) {
	s := received(physical("1", quantity))
	fo := order.FulfillmentOrderID(id, 1)
	happen(t, &s, event.OrderHeaderValidated, "", nil)
	happen(t, &s, event.OrderLinesValidated, "", nil)
	happen(t, &s, event.OrderSourced, "", order.Sourced{Assignments: []order.Assignment{{Line: "1", Quantity: quantity, Location: "Seattle"}}})
	happen(t, &s, event.OrderReserved, "", nil)
	happen(t, &s, event.FulfillmentOrderCreated, fo, order.FulfillmentOrder{ID: fo, Location: "Seattle", Lines: []order.FulfillmentLine{{Line: "1", Quantity: quantity}}})
	happen(t, &s, event.FulfillmentOrderReleased, fo, nil)
	happen(t, &s, event.FulfillmentOrderSent, fo, order.Sent{Remote: "77"})
	return s, fo
}

func shipment(remote string, quantity int) order.Shipment {
	return order.Shipment{ExternalID: remote, Carrier: "ups", Trackings: []order.Tracking{{Number: "1Z" + remote}}, Lines: []order.ShipmentLine{{Line: "1", Quantity: quantity}}}
}

func TestAnOrderIsFulfilledWhenShippedPlusCanceledIsOrdered(t *testing.T) {
	t.Parallel()
	s, fo := sentTo(t, 110)
	if s.State != order.FulfillmentInProcess || s.Reason != order.ReasonSent {
		t.Fatalf("after sending: %s / %s", s.State, s.Reason)
	}
	happen(t, &s, event.FulfillmentOrderShipped, fo, shipment("a", 60))
	if s.Reason != order.ReasonPartiallyShipped || s.Lines[0].Shipped != 60 || s.Lines[0].Reserved != 50 {
		t.Fatalf("after 60: %+v", s)
	}
	all := happen(t, &s, event.FulfillmentOrderShipped, fo, shipment("b", 50))
	if s.State != order.Completed || s.Reason != order.ReasonFulfilled || s.Lines[0].State != order.Completed {
		t.Fatalf("after 110: %+v", s)
	}
	var names []string
	for _, e := range all {
		names = append(names, e.Name)
	}
	if len(names) != 3 || names[1] != event.FulfillmentOrderCompleted || names[2] != event.OrderFulfilled {
		t.Errorf("events that follow: %v", names)
	}
}

// Once locations were asked, a flow that is started again changes nothing of
// what was checked, decided and reserved.
func TestThePlanStandsOnceThereAreFulfillmentOrders(t *testing.T) {
	t.Parallel()
	s := received(physical("1", 10), physical("2", 5))
	fo := order.FulfillmentOrderID(id, 1)
	happen(t, &s, event.OrderSourced, "", order.Sourced{Assignments: []order.Assignment{{Line: "1", Location: "Seattle"}, {Line: "2", Location: "Seattle"}}})
	happen(t, &s, event.OrderReserved, "", nil)
	happen(t, &s, event.FulfillmentOrderCreated, fo, order.FulfillmentOrder{ID: fo, Location: "Seattle", Lines: []order.FulfillmentLine{{Line: "1", Quantity: 10}}})
	for _, e := range []event.Event{
		newEvent(event.OrderHeaderValidated, "", nil), newEvent(event.OrderHeaderValidateFailed, "", nil), newEvent(event.OrderLineValidated, "2", nil),
		newEvent(event.OrderLineValidateFailed, "2", nil), newEvent(event.OrderLinesValidated, "", nil), newEvent(event.OrderLinesValidateFailed, "", nil),
		newEvent(event.OrderSourced, "", order.Sourced{}), newEvent(event.OrderLineSourced, "2", nil), newEvent(event.OrderSourcingFailed, "", nil),
		newEvent(event.OrderReserved, "", nil), newEvent(event.OrderReservationFailed, "", order.Short{}),
	} {
		again := clone(s)
		if _, err := again.Apply(e); !fault.Is(err, fault.NotTransitable) {
			t.Errorf("%s: %v", e.Name, err)
		}
	}
	happen(t, &s, event.FulfillmentOrderReleased, fo, nil) // the flow goes on from here
}

func TestMoreThanIsLeftCannotShip(t *testing.T) {
	t.Parallel()
	s, fo := sentTo(t, 10)
	if _, err := s.Apply(newEvent(event.FulfillmentOrderShipped, fo, shipment("a", 11))); !fault.Is(err, fault.Invalid) {
		t.Errorf("got %v", err)
	}
	s, fo = sentTo(t, 10)
	if _, err := s.Apply(newEvent(event.FulfillmentOrderShipped, fo, order.Shipment{ExternalID: "a", Lines: []order.ShipmentLine{{Line: "2", Quantity: 1}}})); !fault.Is(err, fault.Invalid) {
		t.Errorf("unknown line: got %v", err)
	}
}

func TestDigitalLinesAreDoneWithTheLastShipment(t *testing.T) {
	t.Parallel()
	s := received(physical("1", 1), order.Line{ID: "2", Kind: order.Digital, Quantity: 1})
	fo := order.FulfillmentOrderID(id, 1)
	happen(t, &s, event.OrderHeaderValidated, "", nil)
	happen(t, &s, event.FulfillmentOrderCreated, fo, order.FulfillmentOrder{ID: fo, Lines: []order.FulfillmentLine{{Line: "1", Quantity: 1}}})
	happen(t, &s, event.FulfillmentOrderReleased, fo, nil)
	happen(t, &s, event.FulfillmentOrderSent, fo, order.Sent{})
	happen(t, &s, event.FulfillmentOrderShipped, fo, shipment("a", 1))
	if s.State != order.Completed || s.Lines[1].Reason != order.ReasonNoShipping {
		t.Errorf("%+v", s)
	}
}

func TestCancellationIsPossibleUntilALocationWasAsked(t *testing.T) {
	t.Parallel()
	s := received(physical("1", 10))
	if err := s.Cancelable(); err != nil {
		t.Fatal(err)
	}
	happen(t, &s, event.OrderCanceled, "", nil)
	if s.State != order.Canceled || s.Lines[0].Canceled != 10 {
		t.Errorf("%+v", s)
	}
	if _, err := s.Apply(newEvent(event.OrderReserved, "", nil)); !fault.Is(err, fault.OrderCanceled) {
		t.Errorf("a step after the cancellation must learn of it, got %v", err)
	}
	sent, fo := sentTo(t, 10)
	if err := sent.Cancelable(); !fault.Is(err, fault.NotTransitable) {
		t.Errorf("sent: %v", err)
	}
	happen(t, &sent, event.FulfillmentOrderShipped, fo, shipment("a", 10))
	if err := sent.Cancelable(); !fault.Is(err, fault.NotTransitable) {
		t.Errorf("shipped: %v", err)
	}
}

func TestCompletedNeverGoesBack(t *testing.T) {
	t.Parallel()
	s, fo := sentTo(t, 1)
	happen(t, &s, event.FulfillmentOrderShipped, fo, shipment("a", 1))
	for _, tr := range order.Transitions() {
		if d, _ := event.Lookup(tr.Event); d.Entity != event.Order {
			continue
		}
		before := s
		if _, err := before.Apply(newEvent(tr.Event, "", order.Sourced{})); !fault.Is(err, fault.NotTransitable) {
			t.Errorf("%s from Completed: %v", tr.Event, err)
		}
	}
}

func TestEveryTransitionNamesAnEventOfTheCatalogue(t *testing.T) {
	t.Parallel()
	for _, tr := range order.Transitions() {
		if _, ok := event.Lookup(tr.Event); !ok {
			t.Errorf("%s is not in the catalog", tr.Event)
		}
	}
}

func TestFulfillmentOrderIDsLeadBackToTheirOrder(t *testing.T) {
	t.Parallel()
	if got := order.OrderOfFulfillmentOrder(order.FulfillmentOrderID(id, 3)); got != id {
		t.Errorf("got %q", got)
	}
	for _, foreign := range []string{"", "fo_", "fo_x", "fo_x-0", "fo_-1", "12345", "fo_x-y"} {
		if got := order.OrderOfFulfillmentOrder(foreign); got != "" {
			t.Errorf("%q → %q", foreign, got)
		}
	}
}

// Whatever happens in whatever order: quantities stay within what was ordered,
// sequence numbers have no gaps, and a refused event is refused by a fault.
func TestStatusStaysConsistent(t *testing.T) {
	t.Parallel()
	fo := order.FulfillmentOrderID(id, 1)
	rapid.Check(t, func(rt *rapid.T) {
		quantity := rapid.IntRange(1, 5).Draw(rt, "quantity")
		s := received(physical("1", quantity))
		events := []func() event.Event{
			func() event.Event { return newEvent(event.OrderHeaderValidated, "", nil) },
			func() event.Event { return newEvent(event.OrderHeaderValidateFailed, "", nil) },
			func() event.Event { return newEvent(event.OrderReserved, "", nil) },
			func() event.Event {
				return newEvent(event.OrderSourced, "", order.Sourced{Assignments: []order.Assignment{{Line: "1", Location: "Seattle"}}})
			},
			func() event.Event {
				return newEvent(event.FulfillmentOrderCreated, fo, order.FulfillmentOrder{ID: fo, Lines: []order.FulfillmentLine{{Line: "1", Quantity: quantity}}})
			},
			func() event.Event { return newEvent(event.FulfillmentOrderReleased, fo, nil) },
			func() event.Event { return newEvent(event.FulfillmentOrderSent, fo, order.Sent{}) },
			func() event.Event {
				return newEvent(event.FulfillmentOrderShipped, fo, shipment("a", rapid.IntRange(-1, 6).Draw(rt, "shipped")))
			},
			func() event.Event { return newEvent(event.OrderCanceled, "", nil) },
		}
		for range rapid.IntRange(1, 30).Draw(rt, "steps") {
			next := clone(s)
			all, err := next.Apply(events[rapid.IntRange(0, len(events)-1).Draw(rt, "event")]())
			if err != nil {
				if fault.Code(err) == fault.Internal {
					rt.Fatalf("not a fault: %v", err)
				}
				continue
			}
			for i, e := range all {
				if e.Seq != s.Seq+int64(i)+1 {
					rt.Fatalf("sequence %d after %d", e.Seq, s.Seq)
				}
			}
			s = next
			l := s.Lines[0]
			if l.Shipped < 0 || l.Canceled < 0 || l.Shipped+l.Canceled > l.Ordered || l.Reserved > l.Ordered {
				rt.Fatalf("line %+v", l)
			}
			if s.State == order.Completed && l.Shipped+l.Canceled != l.Ordered {
				rt.Fatalf("completed with %+v", l)
			}
		}
	})
}

func clone(s order.Status) order.Status {
	data, _ := json.Marshal(s)
	var c order.Status
	_ = json.Unmarshal(data, &c)
	return c
}

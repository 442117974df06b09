package order_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"github.com/orderloom/orderloom/shared/event"
	"github.com/orderloom/orderloom/shared/order"
)

// plan is an order whose lines are spread over fulfillment orders, each of which is
// sent and then ships in some lots.
type plan struct {
	doc   order.Document
	first []event.Event   // until there are fulfillment orders
	lots  [][]event.Event // by fulfillment order: sent, then its shipments
}

func payloadOf(v any) json.RawMessage { data, _ := json.Marshal(v); return data }

func drawPlan(t *rapid.T) plan {
	p := plan{first: []event.Event{{Name: event.OrderHeaderValidated}}}
	locations := rapid.IntRange(1, 3).Draw(t, "locations")
	parts := make([][]order.FulfillmentLine, locations)
	for i := range rapid.IntRange(1, 4).Draw(t, "lines") {
		id := fmt.Sprint(i + 1)
		l := order.Line{ID: id, Kind: order.Physical}
		for at := range locations {
			if q := rapid.IntRange(0, 2).Draw(t, "quantity"); q > 0 {
				l.Quantity += q
				parts[at] = append(parts[at], order.FulfillmentLine{Line: id, Quantity: q})
			}
		}
		if l.Quantity == 0 {
			l.Kind, l.Quantity = order.Digital, 1
		}
		p.doc.Lines = append(p.doc.Lines, l)
	}
	for at, lines := range parts {
		if len(lines) == 0 {
			continue
		}
		f := order.FulfillmentOrder{ID: fmt.Sprintf("fo_%d", at+1), Lines: lines}
		p.first = append(p.first, event.Event{Name: event.FulfillmentOrderCreated, EntityID: f.ID, Payload: payloadOf(f)})
		lot := []event.Event{{Name: event.FulfillmentOrderReleased, EntityID: f.ID}, {Name: event.FulfillmentOrderSent, EntityID: f.ID}}
		for _, l := range lines {
			for range l.Quantity {
				sh := order.Shipment{FulfillmentOrder: f.ID, Lines: []order.ShipmentLine{{Line: l.Line, Quantity: 1}}}
				lot = append(lot, event.Event{Name: event.FulfillmentOrderShipped, EntityID: f.ID, Payload: payloadOf(sh)})
			}
		}
		p.lots = append(p.lots, lot)
	}
	return p
}

// play applies a plan, or the first so many events of each fulfillment order, in an
// order that is drawn: what one location does has no order with what another does,
// and its shipments have none among each other.
func (p plan) play(t *rapid.T, upTo []int) order.Status {
	s := order.NewStatus("ord_1", &p.doc)
	apply := func(e event.Event) {
		happened, err := s.Apply(e)
		if err != nil {
			t.Fatalf("%s of %s: %v", e.Name, e.EntityID, err)
		}
		for _, f := range happened[1:] {
			if !slices.Contains(order.Follows(e.Name), f.Name) && !slices.ContainsFunc(happened, func(by event.Event) bool { return slices.Contains(order.Follows(by.Name), f.Name) }) {
				t.Fatalf("%s follows from %s, which Follows does not say", f.Name, e.Name)
			}
		}
		rolledUp(t, s)
	}
	for _, e := range p.first {
		apply(e)
	}
	left := make([][]event.Event, len(p.lots))
	for i, lot := range p.lots {
		left[i] = slices.Clone(lot[:upTo[i]])
	}
	for {
		open := []int{}
		for i := range left {
			if len(left[i]) > 0 {
				open = append(open, i)
			}
		}
		if len(open) == 0 {
			return s
		}
		i := rapid.SampledFrom(open).Draw(t, "next")
		apply(left[i][0])
		left[i] = left[i][1:]
	}
}

// rolledUp is the rule of statemachines/README.md: where the order stands follows
// from its lines and fulfillment orders alone, once one was sent or has shipped.
func rolledUp(t *rapid.T, s order.Status) {
	shipped, all, sent := false, true, len(s.FulfillmentOrders) > 0
	for _, l := range s.Lines {
		shipped = shipped || l.Shipped > 0
		all = all && (l.Kind != order.Physical || l.Shipped+l.Canceled == l.Ordered)
	}
	for _, f := range s.FulfillmentOrders {
		sent = sent && (f.State == order.FulfillmentInProcess || f.State == order.Completed)
	}
	state, reason := order.InProgress, order.ReasonValidated
	switch {
	case shipped && all:
		state, reason = order.Completed, order.ReasonFulfilled
	case shipped:
		state, reason = order.FulfillmentInProcess, order.ReasonPartiallyShipped
	case sent:
		state, reason = order.FulfillmentInProcess, order.ReasonSent
	}
	if s.State != state || s.Reason != reason {
		t.Fatalf("the order is %s / %s, its lines make it %s / %s: %+v", s.State, s.Reason, state, reason, s.Lines)
	}
}

// Whatever the order in which locations send and ship, the order and its lines end
// at the same place; the sequence numbers alone tell the ways apart.
func TestAnOrderStandsWhereItsLinesStand(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		p := drawPlan(t)
		if len(p.lots) == 0 {
			t.Skip("nothing ships")
		}
		upTo := make([]int, len(p.lots))
		for i, lot := range p.lots {
			upTo[i] = rapid.IntRange(0, len(lot)).Draw(t, "so far")
		}
		one, other := p.play(t, upTo), p.play(t, upTo)
		if one.State != other.State || one.Reason != other.Reason || !slices.EqualFunc(one.Lines, other.Lines, func(a, b order.LineStatus) bool {
			return a.State == b.State && a.Reason == b.Reason && a.Shipped == b.Shipped
		}) {
			t.Fatalf("%+v\n%+v", one, other)
		}
	})
}

// An event that follows from another is one of the catalog.
func TestWhatFollowsIsInTheCatalog(t *testing.T) {
	t.Parallel()
	for _, d := range event.All() {
		for _, name := range order.Follows(d.Name) {
			if _, ok := event.Lookup(name); !ok {
				t.Errorf("%s leads to %s, which is no event", d.Name, name)
			}
		}
	}
}

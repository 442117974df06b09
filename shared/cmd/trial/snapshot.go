package trial

import (
	"context"
	"encoding/json"
	"time"

	"github.com/orderloom/orderloom/shared/flow"
	"github.com/orderloom/orderloom/shared/order/store"
	"github.com/orderloom/orderloom/shared/rendezvous"
)

// view is an order as a decision saw it.
type view struct {
	store.Record
	fulfillmentOrder string
	shipped          flow.ShipmentSignal
	at               time.Time
}

// snapshot keeps the order as it stood after a call: what follows is decided on
// that. Only drawings that decide need it.
func (s *sandbox) snapshot(key string, r *run, fulfillmentOrder string) {
	if !s.decides || key == "" {
		return
	}
	record, err := s.orders.Load(context.Background(), r.id)
	if err != nil {
		r.fail(err)
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.seen[key] = view{record, fulfillmentOrder, r.shipped[fulfillmentOrder], s.clock.Now()}
}

// remember keeps the order as it stands when an execution is woken.
func (s *sandbox) remember(m rendezvous.Meeting) {
	s.mu.Lock()
	key := s.tokens[m.Token]
	s.mu.Unlock()
	r := s.runs[m.Order]
	if key == "" || r == nil {
		return
	}
	r.mu.Lock()
	fulfillmentOrder := r.seen[key].fulfillmentOrder
	var shipped flow.ShipmentSignal
	if json.Unmarshal(m.Output, &shipped) == nil && shipped.Shipment > 0 { // else somebody was answered
		r.shipped[fulfillmentOrder] = shipped
	}
	r.mu.Unlock()
	s.snapshot(key, r, fulfillmentOrder)
}

package shipstationtest

import (
	"cmp"
	"context"
	"fmt"
	"slices"
)

// schedule plans the next automatic parcel of an order; s.mu is held.
func (s *Server) schedule(rec *record) {
	if !s.auto || rec.timer || len(rec.all()) == 0 {
		return
	}
	rec.timer = true
	s.opts.Clock.AfterFunc(s.opts.ShipAfter, func() { s.shipNext(rec) })
}

func (s *Server) shipNext(rec *record) {
	s.mu.Lock()
	rec.timer = false
	if s.ctx.Err() != nil || !s.auto || len(rec.all()) == 0 {
		s.mu.Unlock()
		return
	}
	sh, err := s.pack(rec, rec.next(s.opts.Split))
	if err != nil { // the split asked for what is not there: all that is open goes
		rec.parcels = nil
		sh, err = s.pack(rec, rec.all())
	}
	batch := int64(0)
	if err == nil {
		batch = s.batch(sh)
	}
	s.schedule(rec)
	s.mu.Unlock()
	if batch != 0 {
		s.deliver(notification(rec, batch), 1)
	}
}

// next takes the next parcel of the plan, which it makes when there is none.
func (rec *record) next(split func(Order) [][]Line) []Line {
	if split == nil {
		return rec.all()
	}
	if len(rec.parcels) == 0 {
		open := rec.order
		open.Items = nil
		for i, it := range rec.order.Items {
			it.Quantity = rec.open[i]
			open.Items = append(open.Items, it)
		}
		rec.parcels = split(open)
	}
	if len(rec.parcels) == 0 {
		return rec.all()
	}
	parcel := rec.parcels[0]
	rec.parcels = rec.parcels[1:]
	return parcel
}

// batch puts parcels into a new batch; s.mu is held.
func (s *Server) batch(parcels ...shipment) int64 {
	id := s.id()
	s.batches[id] = parcels
	for _, p := range parcels {
		p.order.batches = append(p.order.batches, id)
	}
	return id
}

// Ship ships an order by hand, found by its key or number: the given lines, or
// all that is open. It returns when the notification was delivered. Several
// orders of one number leave in one batch, with one notification; both empty
// means every order with something open.
func (s *Server) Ship(ctx context.Context, key, number string, lines ...Line) error {
	s.mu.Lock()
	var parcels []shipment
	var firstErr error
	for _, rec := range s.matching(key, number) {
		take := lines
		if len(take) == 0 {
			take = rec.all()
		}
		sh, err := s.pack(rec, take)
		if err != nil {
			firstErr = err
			continue
		}
		rec.parcels = nil
		parcels = append(parcels, sh)
	}
	if len(parcels) == 0 {
		s.mu.Unlock()
		if firstErr == nil {
			firstErr = fmt.Errorf("no order with key %q or number %q", key, number)
		}
		return firstErr
	}
	body := notification(parcels[0].order, s.batch(parcels...))
	s.mu.Unlock()
	if err := s.notify(ctx, body); err != nil {
		s.opts.Clock.AfterFunc(retryNotify, func() { s.deliver(body, 2) })
		return fmt.Errorf("shipped, but the notification failed and will be repeated: %w", err)
	}
	return nil
}

// matching finds orders; s.mu is held.
func (s *Server) matching(key, number string) []*record {
	if number != "" {
		return s.numbers[number]
	}
	var all []*record
	for k, rec := range s.orders {
		if k == key || (key == "" && len(rec.all()) > 0) {
			all = append(all, rec)
		}
	}
	slices.SortFunc(all, func(a, b *record) int { return cmp.Compare(a.order.ID, b.order.ID) })
	return all
}

// SetAuto switches automatic shipping; switched on it takes up all that is open.
func (s *Server) SetAuto(enabled bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.auto = enabled
	for _, rec := range s.orders {
		s.schedule(rec)
	}
}

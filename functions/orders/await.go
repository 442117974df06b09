package orders

import (
	"context"
	"slices"

	"github.com/orderloom/orderloom/shared/event"
	"github.com/orderloom/orderloom/shared/flow"
	"github.com/orderloom/orderloom/shared/order/store"
	"github.com/orderloom/orderloom/shared/rendezvous"
	"github.com/orderloom/orderloom/shared/table"
)

// await is the waiter's half of a rendezvous. Events to come are answered where
// they are committed (package order/store). One that happened before counts: the
// journal is read after the record that the change is decided on, so an event is
// either in it or comes after the wait.
func await(ctx context.Context, s store.Store, r *store.Record, in flow.ApplyInput) (table.Op, error) {
	a := in.Await
	if a.Event != nil {
		ev, err := happenedBefore(ctx, s, in.Order, *a.Event)
		if err != nil {
			return table.Op{}, err
		}
		if ev != nil {
			return rendezvous.Meet(in.Order, a.Signal, a.Token, rendezvous.EventSignal{Event: ev.Name, Seq: ev.Seq}, s.Now())
		}
	}
	if !slices.Contains(r.Status.Waits, a.Signal) {
		r.Status.Waits = append(r.Status.Waits, a.Signal)
	}
	return rendezvous.Wait(in.Order, a.Signal, a.Token, s.Now()), nil
}

// happenedBefore finds the first event that a step may take; nil when it is yet
// to come.
func happenedBefore(ctx context.Context, s store.Store, id string, want flow.AwaitEvent) (*event.Event, error) {
	entries, err := s.Journal(ctx, id)
	if err != nil {
		return nil, err
	}
	for _, entry := range entries {
		for _, ev := range entry.Events {
			if ev.Name == want.Name && ev.Seq > want.After && (want.Entity == "" || want.Entity == ev.EntityID) {
				return &ev, nil
			}
		}
	}
	return nil, nil
}

// noLongerAwaits takes a step's wait for an event off the order: its time is over.
func noLongerAwaits(r *store.Record, key string) {
	r.Status.Waits = slices.DeleteFunc(r.Status.Waits, func(w string) bool { return rendezvous.IsEventSignalOf(w, key) })
}

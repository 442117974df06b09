package store

import (
	"slices"

	"github.com/orderloom/orderloom/shared/rendezvous"
	"github.com/orderloom/orderloom/shared/table"
)

// answers are the events' halves of the waits that the events of a change end:
// whoever raises an event need not know who waits for it. An order that nothing
// waits for costs no write.
func answers(r *Record, e Entry) ([]table.Op, error) {
	var ops []table.Op
	left := r.Status.Waits[:0:0]
	for _, signal := range r.Status.Waits {
		ended := false
		for _, ev := range e.Events {
			if !rendezvous.IsEventSignal(signal, ev.Name, ev.EntityID) {
				continue
			}
			op, err := rendezvous.Answer(r.Status.Order, signal, rendezvous.EventSignal{Event: ev.Name, Seq: ev.Seq}, e.At)
			if err != nil {
				return nil, err
			}
			ops, ended = append(ops, op), true
			break // the first one ends it
		}
		if !ended {
			left = append(left, signal)
		}
	}
	if len(ops) > 0 {
		r.Status.Waits = slices.Clip(left)
	}
	return ops, nil
}

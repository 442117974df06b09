package steer

import (
	"context"
	"slices"
	"time"

	"github.com/orderloom/orderloom/shared/fault"
	"github.com/orderloom/orderloom/shared/flow"
	"github.com/orderloom/orderloom/shared/order/store"
	"github.com/orderloom/orderloom/shared/rendezvous"
	"github.com/orderloom/orderloom/shared/table"
)

// Held is a step of a running order that waits to begin.
type Held struct {
	Order  string    `json:"order"`
	Step   string    `json:"step"`
	Signal string    `json:"signal"` // under which its execution waits
	Since  time.Time `json:"since"`

	key table.Key
}

const signal = "paused/"

// Signal is the name under which a step waits; key is its idempotency key.
func Signal(key string) string { return signal + key }

// Hold is the writes that let a step wait until the flow lets it begin; ok is
// false when the flow does, and nobody would come to let it. They belong into
// one transaction with the execution's wait.
func (c Control) Hold(h Held) (ops []table.Op, ok bool, err error) {
	if c.State != Paused && c.State != Draining {
		return nil, false, nil
	}
	item, err := itemOf(c.Flow, held+h.Since.Format(table.SortableTime)+"#"+h.Order+"#"+h.Signal, h)
	return []table.Op{table.Put(item), c.still()}, true, err
}

// Waiting lists the steps of a flow that wait to begin, oldest first.
func Waiting(ctx context.Context, t table.Table, flow string, limit int) ([]Held, error) {
	all, err := first[Held](ctx, t, flow, held, limit)
	out := make([]Held, len(all))
	for i, h := range all {
		out[i] = h.value
		out[i].key = h.key
	}
	return out, err
}

// Begin lets a step begin on the order as it is now. Doing it twice is doing it
// once; an order that waits no more (it was canceled, its run ended) is left alone.
func Begin(ctx context.Context, s store.Store, h Held) error {
	res, err := s.Change(ctx, h.Order, "begun/"+h.Signal, h.Step, func(r *store.Record) (store.Change, error) {
		var c store.Change
		if h.key != (table.Key{}) {
			c.Ops = append(c.Ops, table.Delete(h.key))
		}
		i := slices.Index(r.Status.Waits, h.Signal)
		if i < 0 {
			return c, nil
		}
		r.Status.Waits = slices.Delete(r.Status.Waits, i, i+1)
		op, err := rendezvous.Answer(h.Order, h.Signal, flow.ExceptionAnswer{Answer: flow.Reprocess}, s.Now())
		c.Ops = append(c.Ops, op)
		return c, err
	})
	if h.key != (table.Key{}) && (fault.Is(err, fault.NotFound) || err == nil && !res.Applied) {
		_, err = s.Table.Write(ctx, table.Delete(h.key)) // what it is about is gone, or has begun
	}
	return err
}

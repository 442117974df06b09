package steer

import (
	"context"
	"encoding/json"
	"time"

	"github.com/orderloom/orderloom/shared/fault"
	"github.com/orderloom/orderloom/shared/table"
)

// Entry is an order that passes the filters of a flow that it does not enter now.
type Entry struct {
	Order string    `json:"order"`
	At    time.Time `json:"at"`             // when it was received: the queue's order
	Took  []string  `json:"took,omitempty"` // the other flows that it entered

	key table.Key
}

func waiters(flow string) string { return "STEER#" + flow }

const queued, leftOut, held = "Q#", "L#", "H#"

// Enqueue lets an order wait until the flow takes it, or, when the flow is
// stopped, notes that it was left out, unless it queues since before. Doing it
// twice is doing it once. Ok is false when the flow is in another state by now.
func Enqueue(ctx context.Context, t table.Table, c Control, e Entry) (ok bool, err error) {
	list, place := queued, e.At.Format(table.SortableTime)+"#"+e.Order
	if c.State == Stopped {
		list = leftOut
		if has, err := t.Get(ctx, table.Key{PK: waiters(c.Flow), SK: queued + place}); err != nil || has != nil {
			return has != nil, err // it came before
		}
	}
	item, err := itemOf(c.Flow, list+place, e)
	if err != nil {
		return false, err
	}
	err = t.Transact(ctx, table.Put(item), c.still())
	if table.IsConditionFailed(err) {
		return false, nil
	}
	return err == nil, err
}

func itemOf(flow, sk string, v any) (table.Item, error) {
	doc, err := json.Marshal(v)
	return table.Item{table.PK: waiters(flow), table.SK: sk, docAttr: doc}, err
}

// Queue lists the orders that wait to enter a flow, in order.
func Queue(ctx context.Context, t table.Table, flow string, limit int) ([]Entry, error) {
	return entries(ctx, t, flow, queued, limit)
}

// LeftOut lists the orders that came when the flow was stopped, in order.
func LeftOut(ctx context.Context, t table.Table, flow string, limit int) ([]Entry, error) {
	return entries(ctx, t, flow, leftOut, limit)
}

func entries(ctx context.Context, t table.Table, flow, list string, limit int) ([]Entry, error) {
	all, err := first[Entry](ctx, t, flow, list, limit)
	out := make([]Entry, len(all))
	for i, e := range all {
		out[i] = e.value
		out[i].key = e.key
	}
	return out, err
}

// Dequeue takes an order off the queue: it has entered.
func Dequeue(ctx context.Context, t table.Table, e Entry) error {
	_, err := t.Write(ctx, table.Delete(e.key))
	return err
}

type stored[T any] struct {
	key   table.Key
	value T
}

// first reads up to limit items of a list.
func first[T any](ctx context.Context, t table.Table, flow, list string, limit int) ([]stored[T], error) {
	var all []stored[T]
	for q := (table.Query{PK: waiters(flow), Prefix: list}); len(all) < limit; {
		q.Limit = min(limit-len(all), table.MaxPage)
		page, err := t.Query(ctx, q)
		if err != nil {
			return nil, err
		}
		for _, item := range page.Items {
			s := stored[T]{key: item.Key()}
			if err := json.Unmarshal(item.Bytes(docAttr), &s.value); err != nil {
				return nil, fault.Wrap(err, fault.Internal, "reading %s", s.key)
			}
			all = append(all, s)
		}
		if q.After = page.Next; q.After == "" {
			break
		}
	}
	return all, nil
}

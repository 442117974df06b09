package orders

import (
	"context"
	"time"

	"github.com/orderloom/orderloom/shared/fn"
	"github.com/orderloom/orderloom/shared/inbox"
	"github.com/orderloom/orderloom/shared/order/store"
	"github.com/orderloom/orderloom/shared/table"
)

// SweepResult counts what a sweep found.
type SweepResult struct {
	Published int `json:"published"`
}

const (
	sweepEvery = 5 * time.Minute
	sweepLimit = 200 // per shard and run
)

// Sweep publishes outbox records that the stream left behind.
var Sweep = fn.Function{
	ID:      "orders/sweep",
	Summary: "Publish journal entries that are still unpublished after five minutes",
	Trigger: fn.Trigger{Schedule: sweepEvery},
	Result:  SweepResult{},
	Example: struct{}{},
	Timeout: 60 * time.Second,
	New: func(d fn.Deps) fn.Handler {
		p := publisher{d.Table, d.Bus, d.Log}
		return fn.Task(func(ctx context.Context, _ struct{}) (SweepResult, error) {
			return p.sweep(ctx, d.Clock.Now().Add(-sweepEvery))
		})
	},
}

func (p publisher) sweep(ctx context.Context, before time.Time) (SweepResult, error) {
	var out SweepResult
	for _, partition := range store.OutboxPartitions() {
		page, err := p.table.Query(ctx, table.Query{Index: table.GSI1, PK: partition, From: "0", To: before.Format(table.SortableTime), Limit: sweepLimit})
		if err != nil {
			return out, err
		}
		for _, hit := range page.Items {
			item, err := p.table.Get(ctx, hit.Key()) // the index holds only keys
			if err != nil {
				return out, err
			}
			if item.Str(inbox.OutboxAttr) != inbox.OutboxPending {
				continue // published meanwhile; the index lags behind
			}
			failed, err := p.publish(ctx, []table.Item{item})
			if err != nil { // one bad record must not keep the others back
				p.log.Error("record not published by the sweep", "record", hit.Key(), "error", err)
				continue
			}
			if failed < 0 {
				out.Published++
			}
		}
	}
	return out, nil
}

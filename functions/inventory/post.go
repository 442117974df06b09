package inventory

import (
	"context"
	"encoding/json"
	"strconv"
	"time"

	"github.com/orderloom/orderloom/shared/event"
	"github.com/orderloom/orderloom/shared/fault"
	"github.com/orderloom/orderloom/shared/fn"
	"github.com/orderloom/orderloom/shared/order/store"
	"github.com/orderloom/orderloom/shared/stock"
	"github.com/orderloom/orderloom/shared/table"
)

// Posting books receipts (positive) and corrections (negative) once per key.
type Posting struct {
	Key   string   `json:"key"` // the sender's own id of this posting
	Lines []demand `json:"lines"`
}

// PostResult says whether the posting was new.
type PostResult struct {
	Posted bool `json:"posted"`
}

const maxPostingLines = 5000

// Post books stock and wakes the orders that wait for it.
var Post = fn.Function{
	ID:      "inventory/post",
	Summary: "Post stock receipts and corrections once per key and wake the orders that wait for the stock",
	Trigger: fn.Trigger{Routes: []fn.Route{{Method: "POST", Path: "/api/stock"}}},
	Failures: []fn.Failure{
		{Code: fault.Conflict, Meaning: "a correction would take more than is free"},
		{Code: fault.Invalid, Meaning: "key, sku, location or quantity is missing"},
	},
	Raises:  []string{event.StockPosted},
	Example: fn.ExampleRequest("POST", "/api/stock", nil, `{"key":"example-receipt","lines":[{"sku":"EXAMPLE","location":"Chicago","quantity":10}]}`),
	Timeout: 60 * time.Second,
	New: func(d fn.Deps) fn.Handler {
		k := keeper{d.Table, store.Store{Table: d.Table, Blobs: d.Blobs, Now: d.Clock.Now, Cache: d.Orders}, d.Clock.Now}
		return fn.HTTP(d.Log, func(ctx context.Context, req fn.Request) (fn.Response, error) {
			in, err := fn.Decode[Posting](req.Body)
			if err != nil {
				return fn.Response{}, err
			}
			out, err := k.post(ctx, in)
			if err != nil {
				return fn.Response{}, err
			}
			return fn.JSON(200, out)
		})
	},
}

func (k keeper) post(ctx context.Context, in Posting) (PostResult, error) {
	lines, err := in.summed()
	if err != nil {
		return PostResult{}, err
	}
	out := PostResult{}
	for n, part := range chunks(lines) {
		posted, err := k.postChunk(ctx, in.Key, n, part)
		if err != nil {
			return out, err
		}
		out.Posted = out.Posted || posted
	}
	// Also when the posting was known: its first try may have ended before this.
	return out, k.offer(ctx, lines)
}

// postChunk books a part of a posting once: its journal entry is the guard.
func (k keeper) postChunk(ctx context.Context, key string, n int, part []demand) (bool, error) {
	payload, err := json.Marshal(Posting{Key: key, Lines: part})
	if err != nil {
		return false, err
	}
	now := k.now()
	partition := "STOCKPOST#" + key
	guard, err := store.JournalItem(partition, store.Entry{Key: strconv.Itoa(n), At: now, Events: []event.Event{
		{Name: event.StockPosted, Entity: event.Stock, EntityID: key, Seq: int64(n + 1), At: now, Payload: payload},
	}})
	if err != nil {
		return false, err
	}
	ops := []table.Op{table.Put(guard, table.ItemAbsent())}
	for _, d := range part {
		q := int64(d.Quantity)
		op := table.Set(stock.Key(d.SKU, d.Location), nil).Adding(map[string]int64{stock.OnHand: q, stock.Free: q, stock.Version: 1})
		if q < 0 {
			op.If = []table.Cond{table.AtLeast(stock.Free, -q)}
		}
		ops = append(ops, op)
	}
	for range maxAttempts {
		err = k.table.Transact(ctx, ops...)
		if err == nil {
			return true, nil
		}
		if !table.IsConditionFailed(err) {
			return false, err
		}
		have, err := k.table.Get(ctx, guard.Key())
		if err != nil || have != nil {
			return false, err
		}
		if missing, err := k.short(ctx, decreases(part)); err != nil {
			return false, err
		} else if len(missing) > 0 {
			m := missing[0]
			return false, fault.New(fault.Conflict, "only %d of %s are free at %s", m.free, m.SKU, m.Location).On(key, "lines").Got(-m.Quantity).Do("Cancel or move reservations first")
		}
	}
	return false, fault.New(fault.Conflict, "stock changed %d times while it was posted", maxAttempts).On(key, "lines")
}

func decreases(part []demand) []demand {
	var all []demand
	for _, d := range part {
		if d.Quantity < 0 {
			all = append(all, demand{d.SKU, d.Location, -d.Quantity})
		}
	}
	return all
}

// summed checks a posting and adds up lines of the same product and location.
func (in Posting) summed() ([]demand, error) {
	switch {
	case in.Key == "" || len(in.Key) > 200:
		return nil, fault.New(fault.Invalid, "a posting needs a key of 1 to 200 characters").On("", "key")
	case len(in.Lines) == 0:
		return nil, fault.New(fault.Invalid, "a posting needs lines").On(in.Key, "lines")
	case len(in.Lines) > maxPostingLines:
		return nil, fault.New(fault.TooLarge, "%d lines exceed %d", len(in.Lines), maxPostingLines).On(in.Key, "lines").Do("Send several postings")
	}
	var all []demand
	at := map[demand]int{}
	for i, l := range in.Lines {
		field := "lines." + strconv.Itoa(i)
		if l.SKU == "" || l.Location == "" || l.Quantity == 0 || l.Quantity > 1e9 || l.Quantity < -1e9 {
			return nil, fault.New(fault.Invalid, "a line needs sku, location and a quantity other than 0, at most 1,000,000,000").On(in.Key, field)
		}
		k := demand{SKU: l.SKU, Location: l.Location}
		j, ok := at[k]
		if !ok {
			j = len(all)
			at[k] = j
			all = append(all, k)
		}
		all[j].Quantity += l.Quantity
	}
	return all, nil
}

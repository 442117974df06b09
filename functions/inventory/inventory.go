// Package inventory keeps stock: what is on hand and what of it is free. It is
// the only writer of stock records.
//
//	STOCK#<sku> / <location>      see package stock
//	ORDER#<id> / RES#<n>          what an order holds: the guard against reserving twice
//	STOCKWAIT#<sku>#<location>    orders that wait for it, oldest first
//
// free never goes below zero: every decrease is conditional on it. Orders wait
// by an item that is written on the condition that the stock has not changed
// since it was found short, so no receipt can slip in between unnoticed.
package inventory

import (
	"strconv"
	"time"

	"github.com/orderloom/orderloom/shared/order/store"
	"github.com/orderloom/orderloom/shared/table"
)

// demand is a quantity of a product at a location; lines of an order that ask
// for the same are one demand.
type demand struct {
	SKU      string `json:"sku"`
	Location string `json:"location"`
	Quantity int    `json:"quantity"`
}

// chunkSize bounds the demands of one transaction; an order with more is
// reserved in several, each with a guard of its own.
const chunkSize = 45

func chunks(all []demand) [][]demand {
	var out [][]demand
	for len(all) > chunkSize {
		out, all = append(out, all[:chunkSize]), all[chunkSize:]
	}
	return append(out, all)
}

const reservationPrefix = "RES#"

func reservationKey(order string, chunk int) table.Key {
	return table.Key{PK: store.Partition(order), SK: reservationPrefix + strconv.Itoa(chunk)}
}

// demandsOf sums what an order's assigned lines still need, in line order.
func demandsOf(r store.Record) []demand {
	sku := make(map[string]string, len(r.Document.Lines))
	for _, l := range r.Document.Lines {
		sku[l.ID] = l.SKU
	}
	var all []demand
	at := map[demand]int{}
	for _, l := range r.Status.Lines {
		quantity := l.Ordered - l.Canceled - l.Shipped
		if l.Location == "" || quantity <= 0 {
			continue
		}
		k := demand{SKU: sku[l.ID], Location: l.Location}
		i, ok := at[k]
		if !ok {
			i = len(all)
			at[k] = i
			all = append(all, k)
		}
		all[i].Quantity += quantity
	}
	return all
}

func sortable(t time.Time) string { return t.Format(table.SortableTime) }

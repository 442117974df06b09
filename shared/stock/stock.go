// Package stock is the layout of stock records, for those who read them.
// functions/inventory is their only writer:
//
//	STOCK#<sku> / <location>      onHand, reserved, free (= onHand − reserved), version
package stock

import (
	"context"

	"github.com/orderloom/orderloom/shared/table"
)

// Attributes of a stock record. Version changes with every write.
const (
	OnHand, Reserved, Free, Version = "onHand", "reserved", "free", "version"
)

// Level is the stock of one product at one location.
type Level struct {
	SKU      string `json:"sku"`
	Location string `json:"location"`
	OnHand   int64  `json:"onHand"`
	Reserved int64  `json:"reserved"`
	Free     int64  `json:"free"`
}

func partition(sku string) string { return "STOCK#" + sku }

// Key addresses a stock record.
func Key(sku, location string) table.Key { return table.Key{PK: partition(sku), SK: location} }

// Levels returns the stock of one product at all locations, by location; none
// of a product that was never posted.
func Levels(ctx context.Context, t table.Table, sku string) ([]Level, error) {
	all := []Level{}
	q := table.Query{PK: partition(sku)}
	for {
		page, err := t.Query(ctx, q)
		if err != nil {
			return nil, err
		}
		for _, item := range page.Items {
			all = append(all, Level{sku, item.Str(table.SK), item.Int(OnHand), item.Int(Reserved), item.Int(Free)})
		}
		if q.After = page.Next; page.Next == "" {
			return all, nil
		}
	}
}

package world

import (
	"context"
	"time"

	"github.com/orderloom/orderloom/functions/providers/shopify/shopifytest"
	"github.com/orderloom/orderloom/shared/fault"
	"github.com/orderloom/orderloom/shared/order/store"
)

// Sample is one order of the demo, as a shop sends it.
type Sample struct {
	Shop string // provider instance
	Name string
	Want string // "state / reason" that it ends in when nobody interferes
	Body []byte
}

const (
	shipped   = "Completed / Fulfilled"
	invalid   = "On Hold / Order Validation Failed"
	backorder = "On Hold / Backorder Hold"
)

// Samples are the demo's orders: most ship; one waits for stock and two for a
// person.
func Samples(now time.Time) []Sample {
	line := func(sku string, quantity int) shopifytest.LineSpec {
		return shopifytest.LineSpec{SKU: sku, Quantity: quantity}
	}
	voucher := shopifytest.LineSpec{SKU: "VOUCHER", Title: "Voucher by e-mail", Quantity: 1, Cents: 2500, Digital: true}
	var all []Sample
	add := func(shop, name, country, want string, lines ...shopifytest.LineSpec) {
		spec := shopifytest.OrderSpec{Name: name, Country: country, Lines: lines, CreatedAt: now.Add(time.Duration(len(all)) * time.Second)}
		all = append(all, Sample{Shop: shop, Name: name, Want: want, Body: shopifytest.Document(spec)})
	}
	add(DemoShop, "#2001", "US", shipped, line("MUG-BLUE", 2))
	add(DemoShop, "#2002", "US", shipped, line("TEE-BLACK-M", 1), line("POSTER-A2", 1))
	add(DemoShop, "#2003", "CA", shipped, line("MUG-GREEN", 4))
	add(DemoShop, "#2004", "DE", shipped, line("POSTER-A2", 1), voucher)
	add(DemoShop, "#2005", "US", shipped, line("MUG-BLUE", 1), line("MUG-BLUE", 3))
	add(DemoShop, "#2006", "US", shipped, line("LAMP-RARE", 1))
	add(DemoShop, "#2007", "US", backorder, line("LAMP-RARE", 2))
	add(DemoShop, "#2008", "AQ", invalid, line("TEE-BLACK-M", 1))
	add(LabShop, "#L-110", "US", shipped, line("LAB-WIDGET", 110))
	add(LabShop, "#L-10", "US", shipped, line("LAB-WIDGET", 10))
	add(LabShop, "#L-1", "US", invalid, line("LAB-WIDGET", 1))
	add(LabShop, "#L-both", "US", shipped, line("LAB-WIDGET", 110), line("LAB-WIDGET", 10))
	return all
}

// Place has a shop take an order and send its webhook.
func (w *World) Place(ctx context.Context, s Sample) error {
	return w.Fakes.Shops[s.Shop].Place(ctx, "orders/create", s.Body)
}

// Known reports whether a sample was recorded before.
func (w *World) Known(ctx context.Context, s Sample) (bool, error) {
	d := w.Host.Deps()
	_, err := store.Store{Table: d.Table, Blobs: d.Blobs, Now: d.Clock.Now}.Resolve(ctx, s.Name)
	if fault.Is(err, fault.NotFound) {
		return false, nil
	}
	return err == nil, err
}

package world_test

import (
	"fmt"
	"os"
	"runtime/debug"
	"strconv"
	"strings"
	"testing"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/orderloom/orderloom/shared/cmd/world"
	"github.com/orderloom/orderloom/shared/event"
	"github.com/orderloom/orderloom/shared/order"
	"github.com/orderloom/orderloom/shared/order/store"
)

// BenchmarkResidentMemory stores 10,000 orders and reports how much memory the
// process holds afterwards (Linux), and before there were any. They are canceled
// ones: orders in flight also hold an execution each.
func BenchmarkResidentMemory(b *testing.B) {
	debug.SetGCPercent(world.GCPercent) // as the command does
	w := open(b, world.Options{Manual: true})
	before := residentMB(b)
	d := w.Host.Deps()
	orders := store.Store{Table: d.Table, Blobs: d.Blobs, Now: time.Now}
	var g errgroup.Group
	g.SetLimit(32)
	b.ResetTimer()
	for i := range 10_000 {
		g.Go(func() error {
			doc := order.Document{
				Channel: "bench", Instance: "bench", ExternalID: strconv.Itoa(i), Name: fmt.Sprintf("#R%d", i), Currency: "USD", PlacedAt: start,
				Customer: order.Customer{Name: "Bob Norman", Email: "bob.norman@example.com"},
				ShipTo:   &order.Address{Name: "Bob Norman", Line1: "Chestnut Street 92", City: "Louisville", Province: "KY", Zip: "40202", Country: "US"},
				Lines:    []order.Line{{ID: "1", Kind: order.Physical, SKU: "MUG-BLUE", Title: "Mug", Quantity: 1, Price: "12.00"}, {ID: "2", Kind: order.Physical, SKU: "TEE-BLACK-M", Title: "T-shirt", Quantity: 2, Price: "19.00"}},
			}
			_, _, err := orders.Create(b.Context(), d.NewID("ord"), "bench", doc, event.Event{Name: event.OrderReceived}, event.Event{Name: event.OrderCanceled})
			return err
		})
	}
	if err := g.Wait(); err != nil {
		b.Fatal(err)
	}
	for !w.Host.Idle() {
		time.Sleep(10 * time.Millisecond)
	}
	b.StopTimer()
	debug.FreeOSMemory() // what the rush of storing left behind is not held
	b.ReportMetric(residentMB(b), "MB-resident")
	b.ReportMetric(before, "MB-before")
}

// residentMB reads VmRSS, the memory that the system counts for the process.
func residentMB(b *testing.B) float64 {
	data, err := os.ReadFile("/proc/self/status")
	if err != nil {
		b.Skipf("no /proc here: %v", err)
	}
	_, rest, _ := strings.Cut(string(data), "VmRSS:")
	kb, err := strconv.ParseFloat(strings.Fields(rest)[0], 64)
	if err != nil {
		b.Fatal(err)
	}
	return kb / 1024
}

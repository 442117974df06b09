package world_test

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"runtime/debug"
	"runtime/pprof"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/google/pprof/profile"

	"github.com/orderloom/orderloom/functions/providers/shopify/shopifytest"
	"github.com/orderloom/orderloom/shared/clock"
	"github.com/orderloom/orderloom/shared/cmd/world"
	"github.com/orderloom/orderloom/shared/table/sqlite"
)

// quick is a world on the wall clock whose warehouse ships at once.
func quick(b *testing.B) *world.World {
	debug.SetGCPercent(world.GCPercent) // as the command does
	return open(b, world.Options{Clock: clock.System{}, ShipAfter: time.Millisecond})
}

func orderBody(name string) []byte {
	return shopifytest.Document(shopifytest.OrderSpec{Name: name, CreatedAt: time.Now(), Lines: []shopifytest.LineSpec{
		{SKU: "MUG-BLUE", Quantity: 1}, {SKU: "TEE-BLACK-M", Quantity: 2},
	}})
}

// BenchmarkWebhook posts 200 signed documents a second and reports how long the
// 202 took, which is when the message is durable: of messages that nothing
// follows, and of orders that go through the whole flow in the same process
// meanwhile, which is more than two processors can do.
func BenchmarkWebhook(b *testing.B) {
	b.Run("alone", func(b *testing.B) { webhooks(b, "products/update") })
	b.Run("with the flow behind it", func(b *testing.B) { webhooks(b, "orders/create") })
}

func webhooks(b *testing.B, topic string) {
	w := quick(b)
	const every = time.Second / 200
	took := make([]time.Duration, b.N)
	var all sync.WaitGroup
	b.ResetTimer()
	begin := time.Now()
	for i := range b.N {
		time.Sleep(time.Until(begin.Add(time.Duration(i) * every)))
		all.Go(func() {
			body := orderBody(fmt.Sprintf("#W%d", i))
			at := time.Now()
			if err := w.Receive(b.Context(), world.DemoShop, topic, body); err != nil {
				b.Error(err)
			}
			took[i] = time.Since(at)
		})
	}
	all.Wait()
	b.StopTimer()
	slices.Sort(took)
	b.ReportMetric(ms(took[len(took)/2]), "ms-p50")
	b.ReportMetric(ms(took[len(took)*99/100]), "ms-p99")
}

func ms(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }

// BenchmarkEndToEnd sends orders through the whole flow, from the webhook to the
// shipment that the shop was told of, durable, with the fake services in this
// process, and says where the processor's time went.
func BenchmarkEndToEnd(b *testing.B) {
	w := quick(b)
	var cpu bytes.Buffer
	if err := pprof.StartCPUProfile(&cpu); err != nil {
		b.Logf("no profile of its own beside -cpuprofile: %v", err)
	}
	before, done := processTime(b), count(b, w)
	b.ResetTimer()
	slots := make(chan struct{}, 32)
	for i := range b.N {
		slots <- struct{}{}
		go func() {
			defer func() { <-slots }()
			if err := w.Fakes.Shops[world.DemoShop].Place(context.Background(), "orders/create", orderBody(fmt.Sprintf("#E%d", i))); err != nil {
				b.Error(err)
			}
		}()
	}
	for w.Fakes.Shops[world.DemoShop].Stats().Fulfillments < b.N && !b.Failed() {
		time.Sleep(5 * time.Millisecond)
	}
	b.StopTimer()
	used := processTime(b) - before
	pprof.StopCPUProfile()
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "orders/s")
	b.ReportMetric(ms(used)/float64(b.N), "cpu-ms/order")
	if file := os.Getenv("ORDERLOOM_PROFILE"); file != "" { // for go tool pprof
		if err := os.WriteFile(file, cpu.Bytes(), 0o600); err != nil {
			b.Error(err)
		}
	}
	shares(b, cpu.Bytes())
	done()
}

// count reports what an order costs on AWS: invocations of functions, events,
// runs of machines and writes of items, the shop's echo included.
func count(b *testing.B, w *world.World) (done func()) {
	var events atomic.Int64
	stop := w.Host.Bus().Tap(func([]byte) { events.Add(1) })
	invoked, started, written := w.Host.Functions().Stats().Invoked, w.Host.Engine().Stats().Started, itemsWritten(w)
	return func() {
		for w.Fakes.Shops[world.DemoShop].Stats().Webhooks < 2*b.N || !w.Host.Idle() {
			time.Sleep(5 * time.Millisecond)
		}
		stop()
		per := func(n int64) float64 { return float64(n) / float64(b.N) }
		b.ReportMetric(per(w.Host.Functions().Stats().Invoked-invoked), "invocations/order")
		b.ReportMetric(per(w.Host.Engine().Stats().Started-started), "runs/order")
		b.ReportMetric(per(events.Load()), "events/order")
		b.ReportMetric(per(itemsWritten(w)-written), "writes/order")
	}
}

func itemsWritten(w *world.World) int64 { return w.Host.Deps().Table.(*sqlite.Store).Written() }

func processTime(b *testing.B) time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		b.Fatal(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// parts attributes a sample to the innermost package of ours on its stack.
var parts = []struct{ prefix, name string }{
	{"shared/jsonata.", "expressions"}, {"shared/asl.", "engine"}, {"shared/engine", "engine"},
	{"shared/table/", "store"}, {"shared/table.", "store"}, {"shared/blob", "store"},
	{"functions/providers/shipstation/shipstationtest", "fakes"}, {"functions/providers/shopify/shopifytest", "fakes"},
	{"functions/", "handlers"}, {"shared/order", "handlers"}, {"shared/policy", "handlers"}, {"shared/transform", "handlers"}, {"shared/provider", "handlers"}, {"shared/inbox", "handlers"}, {"shared/fn.", "handlers"},
	{"shared/awsenv", "protocols"}, {"shared/local", "protocols"},
}

func shares(b *testing.B, data []byte) {
	p, err := profile.ParseData(data)
	if err != nil {
		b.Logf("no shares: %v", err)
		return
	}
	sums, total := map[string]int64{}, int64(0)
	for _, s := range p.Sample {
		sums[partOf(s)] += s.Value[1]
		total += s.Value[1]
	}
	for name, sum := range sums {
		b.ReportMetric(100*float64(sum)/float64(max(total, 1)), "%"+name)
	}
}

func partOf(s *profile.Sample) string {
	for _, l := range s.Location { // innermost first
		for _, line := range l.Line {
			name, ok := strings.CutPrefix(line.Function.Name, "github.com/orderloom/orderloom/")
			if !ok {
				continue
			}
			for _, p := range parts {
				if strings.HasPrefix(name, p.prefix) {
					return p.name
				}
			}
		}
	}
	return "runtime"
}

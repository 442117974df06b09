package world_test

import (
	"fmt"
	"math"
	"os"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/orderloom/orderloom/functions/providers/shopify/shopifytest"
	"github.com/orderloom/orderloom/shared/cmd/world"
	"github.com/orderloom/orderloom/shared/engine"
	"github.com/orderloom/orderloom/shared/flow"
	"github.com/orderloom/orderloom/shared/flow/compile"
	"github.com/orderloom/orderloom/shared/flow/compile/cost"
	"github.com/orderloom/orderloom/shared/local/host"
	"github.com/orderloom/orderloom/shared/table/sqlite"
)

const defaultFlow = "order-to-fulfillment"

// figures are what one order takes, on average. All but the transitions are of
// everything that an order sets going: intake, the publishing of its events, the
// shop's echo.
type figures struct {
	transitions, express, invocations, units, events float64
}

// measured sends orders of one line, which become one fulfillment order each,
// through a flow in virtual time.
func measured(t testing.TB, flows []compile.Result, orders int) figures {
	t.Helper()
	w := open(t, world.Options{Flows: flows, ShipAfter: time.Second})
	shop, table, engine := w.Fakes.Shops[world.DemoShop], w.Host.Deps().Table.(*sqlite.Store), w.Host.Engine()
	w.Drive(t.Context(), time.Second, func() bool { return false }) // what the seeding set going
	var events atomic.Int64
	stop := w.Host.Bus().Tap(func([]byte) { events.Add(1) })
	defer stop()
	table.CountUnits()
	invoked, started, units := w.Host.Functions().Stats().Invoked, engine.Stats().Started, table.Units()
	var g errgroup.Group
	g.SetLimit(16)
	for i := range orders {
		g.Go(func() error {
			body := shopifytest.Document(shopifytest.OrderSpec{Name: fmt.Sprintf("#F%d", i), CreatedAt: start, Lines: []shopifytest.LineSpec{{SKU: "MUG-BLUE", Quantity: 1}}})
			return shop.Place(t.Context(), "orders/create", body)
		})
	}
	if err := g.Wait(); err != nil {
		t.Fatal(err)
	}
	if !w.Drive(t.Context(), time.Hour, func() bool { return shop.Stats().Fulfillments == orders }) {
		t.Fatalf("%d of %d orders were shipped", shop.Stats().Fulfillments, orders)
	}
	per := func(n int64) float64 { return float64(n) / float64(orders) }
	transitions, runs := transitions(t, w)
	if runs != orders {
		t.Fatalf("%d runs of %d orders", runs, orders)
	}
	return figures{
		per(transitions), per(engine.Stats().Started - started - int64(runs)), per(w.Host.Functions().Stats().Invoked - invoked), per(table.Units() - units), per(events.Load()),
	}
}

// transitions counts the states that the runs of the default flow entered.
func transitions(t testing.TB, w *world.World) (entered int64, runs int) {
	e := w.Host.Engine()
	for page := (engine.Page{Max: 1000}); ; {
		list, next, err := e.ListExecutions(t.Context(), e.MachineARN(host.Stack+"-"+defaultFlow), "", page)
		if err != nil {
			t.Fatal(err)
		}
		for _, x := range list {
			events, _, err := e.GetExecutionHistory(t.Context(), x.ARN, engine.HistoryPage{Page: engine.Page{Max: 1000}, WithoutData: true})
			if err != nil || x.Status != engine.Succeeded {
				t.Fatalf("%s is %s: %v", x.Name, x.Status, err)
			}
			for _, ev := range events {
				if strings.HasSuffix(ev.Type, "StateEntered") {
					entered++
				}
			}
		}
		if runs += len(list); next == "" {
			return entered, runs
		}
		page.Token = next
	}
}

// profiles are the default flow as it is committed, as compact, and as one
// writes it by hand without thinking of its price.
func profiles(t testing.TB) (names []string, flows [][]compile.Result) {
	all, err := world.CompiledAs(flow.Compact)
	if err != nil {
		t.Fatal(err)
	}
	naive, err := os.ReadFile("testdata/naive.asl.json")
	if err != nil {
		t.Fatal(err)
	}
	var compact []compile.Result
	for _, r := range all {
		if r.Doc.ID == defaultFlow {
			compact = append(compact, r)
		}
	}
	byHand := compile.Result{Doc: flow.Document{ID: defaultFlow}, Machine: naive}
	return []string{"naive", flow.Standard, flow.Compact}, [][]compile.Result{{byHand}, nil, compact}
}

// report writes the table of the figures and how they compare with the first.
func report(t testing.TB, names []string, all []figures) string {
	prices, err := cost.Prices()
	if err != nil {
		t.Fatal(err)
	}
	transition, request := prices.Prices.Transition.InexactFloat64(), prices.Prices.Express.InexactFloat64()
	var b strings.Builder
	fmt.Fprintf(&b, "%-10s %24s %18s %18s %18s %18s %22s\n", "per order", "Standard transitions", "Express runs", "invocations", "write units", "events", "$/1,000, machines")
	for i, f := range all {
		fmt.Fprintf(&b, "%-10s", names[i])
		for j, v := range f.list(transition, request) {
			first := all[0].list(transition, request)[j]
			fmt.Fprintf(&b, " %*s", []int{24, 18, 18, 18, 18, 22}[j], fmt.Sprintf("%.2f (%.2f)", v, v/first))
		}
		b.WriteByte('\n')
	}
	return b.String()
}

func (f figures) list(transition, request float64) []float64 {
	return []float64{f.transitions, f.express, f.invocations, f.units, f.events, 1000 * (f.transitions*transition + f.express*request)}
}

// BenchmarkFlowProfiles prints what 1,000 orders take with either profile and
// with a machine that was written by hand.
func BenchmarkFlowProfiles(b *testing.B) {
	for b.Loop() {
		names, flows := profiles(b)
		var all []figures
		for _, f := range flows {
			all = append(all, measured(b, f, 1000))
		}
		b.Logf("1,000 orders of one line and one fulfillment order\n%s", report(b, names, all))
		b.ReportMetric(all[2].transitions, "transitions/order")
		b.ReportMetric(all[2].transitions/all[0].transitions, "of-naive")
	}
}

// The same of a few orders: compact takes seven transitions, and does as much.
func TestFlowProfiles(t *testing.T) {
	t.Parallel()
	names, flows := profiles(t)
	all := make([]figures, len(flows))
	for i, f := range flows {
		all[i] = measured(t, f, 20)
	}
	text := report(t, names, all)
	t.Log("\n" + text)
	for i, want := range []float64{32, 19, 7} {
		if all[i].transitions != want {
			t.Errorf("%s takes %v transitions, not %v", names[i], all[i].transitions, want)
		}
	}
	standard, compact := all[1], all[2]
	if more := compact.express - standard.express; more != 3 {
		t.Errorf("compact makes %v stretches, not 3", more)
	}
	// Readers of the stream take as many changes at a time as there are.
	batches := math.Abs(compact.invocations-standard.invocations) / standard.invocations
	if batches > 0.1 || compact.events != standard.events || compact.units != standard.units {
		t.Errorf("the profiles do not do the same\n%s", text)
	}
}

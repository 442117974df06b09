package compile_test

import (
	"fmt"
	"hash/fnv"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/orderloom/orderloom/shared/engine"
	"github.com/orderloom/orderloom/shared/flow"
	"github.com/orderloom/orderloom/shared/flow/compile"
	"github.com/orderloom/orderloom/statemachines"
)

// fate decides what happens to a call or to somebody who waits: the same for
// both profiles, from what it is about and how often it came before.
type fate struct {
	seed int
	seen map[string]int
}

func (f fate) draw(about string, of int) int {
	h := fnv.New64a()
	fmt.Fprintf(h, "%d/%s/%d", f.seed, about, f.seen[about])
	return int(h.Sum64() >> 20 % uint64(of))
}

// calls answers a call: a few fail for good, a few until they are done again,
// a few say that the order is elsewhere.
func (f fate) calls(c call) (string, *engine.TaskError) {
	if c.Token != "" || c.Function == "inventory/release" || c.Event == "OrderReleased" {
		return "", nil
	}
	switch f.draw(c.String(), 40) {
	case 0:
		return "", c.failing("Policy.NotMet")
	case 1:
		return "", c.failing("Order.IllegalTransition")
	case 2:
		return "", c.failing("Order.Changed")
	case 3, 4:
		return "", c.failing("Orderloom.Internal") // past all attempts
	case 5:
		if f.draw("canceled", 4) == 0 {
			return "", c.failing("Order.Canceled")
		}
	}
	if c.Function == "inventory/reserve" && f.draw(c.String(), 3) == 0 {
		return `{"reserved":false,"missing":[]}`, nil
	}
	facts := `{"order.lineCount":` + fmt.Sprint(f.draw(c.String(), 6)) + `,"order.totals.total":` + fmt.Sprint(f.draw(c.String(), 2)*200000) +
		`,"order.shipTo.country":"` + []string{"US", "US", "CA"}[f.draw("country", 3)] + `","order.paymentStatus":"` + []string{"paid", "pending"}[f.draw(c.String(), 2)] + `"}`
	switch c.Function {
	case "orders/create-fulfillment-orders":
		return `{"version":1,"facts":` + facts + `,"fulfillmentOrders":[{"id":"fo_1","location":"` + []string{"Seattle", "Chicago"}[f.draw("location", 2)] + `"}]}`, nil
	case "sourcing/assign", "inventory/reserve", "shipstation/create-order", "shopify/create-fulfillment", "orders/expire-hold":
		return "", nil
	}
	return `{"version":1,"facts":` + facts + `}`, nil
}

// answer is what comes to somebody who waits, "" for nothing.
func (f fate) answer(signal string) string {
	n := f.draw(signal, 12)
	f.seen[signal]++
	switch kind, _, _ := strings.Cut(signal, "/"); kind {
	case "exception":
		return `{"answer":"` + []string{"reprocess", "skip"}[n%2] + `"}`
	case "shipment":
		return []string{`{"shipment":1,"complete":false}`, `{"shipment":1,"complete":true}`, `{"odd":1}`}[min(n/5, 2)]
	case "hold":
		return []string{`{"answer":"release"}`, `{"answer":"approve"}`, `{"answer":"reject"}`, ""}[n%4]
	}
	return `{}`
}

// story is what is done for one order, repeated attempts left out, and its end.
func story(t *testing.T, result compile.Result, seed int) []string {
	f := fate{seed, map[string]int{}}
	r := run(t, result, f.calls)
	for range 40 {
		r.settle()
		r.mu.Lock()
		waiting := slices.Sorted(maps.Keys(r.tokens))
		r.mu.Unlock()
		if len(waiting) == 0 {
			break
		}
		if out := f.answer(waiting[0]); out != "" {
			_ = r.SendTaskSuccess(t.Context(), r.token(waiting[0]), []byte(out)) // the order may have left meanwhile
			continue
		}
		r.token(waiting[0])
		r.clock.Advance(400 * 24 * time.Hour)
	}
	var told []string
	for _, c := range r.did() {
		told = append(told, c.String())
	}
	x, err := r.DescribeExecution(t.Context(), r.arn)
	if err != nil {
		t.Fatal(err)
	}
	return append(slices.Compact(told), string(x.Status)+" "+x.Error)
}

// Whatever fails and whatever is answered, both profiles call the same functions
// with the same keys in the same order.
func TestProfilesTellTheSameStory(t *testing.T) {
	t.Parallel()
	documents, err := statemachines.Documents()
	if err != nil {
		t.Fatal(err)
	}
	documents["decided"] = []byte(decided)
	for id, document := range documents {
		t.Run(id, func(t *testing.T) {
			t.Parallel()
			standard, compact := compiledAs(t, flow.Standard, document), compiledAs(t, flow.Compact, document)
			calls := 0
			for seed := range 10 {
				want := story(t, standard, seed)
				if got := story(t, compact, seed); !slices.Equal(got, want) {
					t.Fatalf("seed %d: with compact\n%s\nwith standard\n%s", seed, strings.Join(got, "\n"), strings.Join(want, "\n"))
				}
				calls += len(want)
			}
			if calls < 40 {
				t.Errorf("only %d calls in all", calls)
			}
		})
	}
}

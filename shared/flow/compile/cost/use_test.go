package cost_test

import (
	"testing"

	"github.com/shopspring/decimal"

	"github.com/orderloom/orderloom/shared/flow/compile/cost"
)

// What is counted costs what an estimate of the same counts costs.
func TestWhatIsCountedIsPricedLikeAnEstimate(t *testing.T) {
	t.Parallel()
	table := prices(t)
	e := estimate(t, compiled(t)["lab"], table)
	each := func(what string) int {
		for _, i := range e.Items {
			if i.What == what {
				return int(i.Count.IntPart()) / 1000
			}
		}
		t.Fatalf("no %s", what)
		return 0
	}
	one := cost.Use{Transitions: each("Standard transitions"), Requests: each("requests"), WriteUnits: each("write units"), Events: each("events")}
	var sum cost.Use
	for range 1000 {
		sum = sum.Plus(one)
	}
	if got := table.Of(sum); !got.Round(9).Equal(e.Total.Round(9)) {
		t.Errorf("%s, not %s", got, e.Total)
	}
	if got := table.Of(cost.Use{}); !got.Equal(decimal.Zero) {
		t.Errorf("nothing costs %s", got)
	}
}

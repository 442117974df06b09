package shopify

import (
	"net/http"
	"net/http/httptest"
	"strconv"
	"testing"

	"pgregory.net/rapid"

	"github.com/orderloom/orderloom/functions/providers/shopify/shopifytest"
	"github.com/orderloom/orderloom/shared/fault"
	"github.com/orderloom/orderloom/shared/order"
)

// moody fails requests as it is told: before or after they were carried out.
type moody struct {
	shop  inProcess
	moods []string
}

func (m *moody) Do(r *http.Request) (*http.Response, error) {
	mood := "fine"
	if len(m.moods) > 0 {
		mood, m.moods = m.moods[0], m.moods[1:]
	}
	if mood == "down" {
		return unavailable(), nil
	}
	res, err := m.shop.Do(r)
	if mood == "lost" && err == nil {
		return unavailable(), nil
	}
	return res, err
}

func unavailable() *http.Response {
	rec := httptest.NewRecorder()
	rec.WriteHeader(http.StatusServiceUnavailable)
	return rec.Result()
}

// However an order is packed, wherever the shop expects its lines, and whichever
// requests fail or lose their answers: at the end the shop was told of exactly
// the pieces of each shipment under its tracking numbers.
func TestTheShopIsToldOfEveryPieceOnce(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		away := rapid.IntRange(0, 3).Draw(rt, "pieces expected elsewhere")
		w := newWorld(t, func(o *shopifytest.Options) {
			o.Locate = func(l shopifytest.Line) []shopifytest.Part {
				all := []shopifytest.Part{{Location: "Seattle", Quantity: l.Quantity - min(away, l.Quantity)}}
				if away > 0 {
					all = append(all, shopifytest.Part{Location: "Chicago", Quantity: min(away, l.Quantity)})
				}
				return all
			}
		})
		open := rapid.SliceOfN(rapid.IntRange(1, 6), 1, 3).Draw(rt, "lines")
		w.ordered(t, open...)
		shop := &moody{shop: inProcess{w.shop}}
		w.deps.HTTP = shop
		want := map[string]int{}
		for number := 1; number <= 3; number++ {
			tracking := strconv.Itoa(rapid.IntRange(1, 2).Draw(rt, "parcel")) // two shipments may share one
			var lines []line
			for i := range open {
				if q := rapid.IntRange(0, open[i]).Draw(rt, "quantity"); q > 0 {
					open[i] -= q
					id := strconv.Itoa(i + 1)
					lines = append(lines, line{Line: id, Quantity: q})
					want[tracking+"/"+id] += q
				}
			}
			if len(lines) == 0 {
				continue
			}
			w.shipped(t, strconv.Itoa(number), []order.Tracking{{Number: tracking}}, lines...)
			n := w.shipments(t)
			shop.moods = rapid.SliceOfN(rapid.SampledFrom([]string{"fine", "fine", "down", "lost"}), 0, 8).Draw(rt, "moods")
			out, err := w.report(t, n)
			for fault.Is(err, fault.Unavailable) {
				out, err = w.report(t, n)
			}
			if err != nil || out.ReportID == "" {
				rt.Fatalf("shipment %d: %+v, %v", n, out, err)
			}
			w.recorded(t, out)
		}
		got := map[string]int{}
		for _, f := range w.shop.Fulfillments(externalID) {
			for _, l := range f.Lines {
				got[f.Numbers[0]+"/"+l.ID] += l.Quantity
			}
		}
		for key := range want {
			if got[key] != want[key] {
				rt.Fatalf("the shop was told of %v, shipped were %v", got, want)
			}
		}
		if len(got) != len(want) {
			rt.Fatalf("the shop was told of %v, shipped were %v", got, want)
		}
	})
}

// shipments is how many shipments are recorded.
func (w world) shipments(t *testing.T) int {
	t.Helper()
	r, err := w.orders.Load(t.Context(), orderID)
	if err != nil {
		t.Fatal(err)
	}
	return len(r.Status.FulfillmentOrders[0].Shipments)
}

package shopify

import (
	"context"
	"slices"
	"strings"

	"github.com/orderloom/orderloom/shared/order"
)

// subtract takes off what the shop was told of the shipment already and returns
// the ids of those fulfillments. One is the shipment's when it has the same
// tracking numbers, only lines and quantities of it, and is not recorded as
// another shipment's. Without tracking numbers the lines must be exactly the
// shipment's: a person may have fulfilled some pieces by hand.
func (r report) subtract(ctx context.Context, all []fulfillment, open map[string]int) ([]string, error) {
	claimed := claims(r.call.Status)
	wanted := numbers(r.call.Shipment.Trackings)
	var ids []string
	for _, f := range all {
		if f.Status == "CANCELLED" || f.Status == "ERROR" || f.Status == "FAILURE" || claimed[number(f.ID)] || !possible(f, wanted) {
			continue
		}
		f, err := r.shop.detail(ctx, f)
		if err != nil {
			return nil, err
		}
		have := map[string]int{}
		for _, l := range f.Lines.Nodes {
			have[number(l.LineItem.ID)] += l.Quantity
		}
		if !slices.Equal(trackingNumbers(f), wanted) || !within(have, open) || (len(wanted) == 0 && !within(open, have)) {
			continue
		}
		ids = append(ids, number(f.ID))
		for line, quantity := range have {
			if open[line] -= quantity; open[line] == 0 {
				delete(open, line)
			}
		}
	}
	return ids, nil
}

// claims are the fulfillments that are recorded as some shipment's.
func claims(s order.Status) map[string]bool {
	all := map[string]bool{}
	for _, fo := range s.FulfillmentOrders {
		for _, sh := range fo.Shipments {
			for id := range strings.SplitSeq(sh.ReportID, ",") {
				all[id] = true
			}
		}
	}
	return all
}

// possible tells by the first tracking numbers, without asking the shop more.
func possible(f fulfillment, wanted []string) bool {
	for _, n := range trackingNumbers(f) {
		if !slices.Contains(wanted, n) {
			return false
		}
	}
	return (len(f.Tracking) == 0) == (len(wanted) == 0)
}

func trackingNumbers(f fulfillment) []string {
	var all []string
	for _, t := range f.Tracking {
		if t.Number != "" {
			all = append(all, t.Number)
		}
	}
	slices.Sort(all)
	return slices.Compact(all)
}

func numbers(trackings []order.Tracking) []string {
	var all []string
	for _, t := range trackings {
		if t.Number != "" {
			all = append(all, t.Number)
		}
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// within reports whether a is not empty and no quantity of it exceeds b's.
func within(a, b map[string]int) bool {
	for line, quantity := range a {
		if quantity > b[line] {
			return false
		}
	}
	return len(a) > 0
}

package shopify

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/orderloom/orderloom/shared/fault"
	"github.com/orderloom/orderloom/shared/provider"
)

type fulfillmentInput struct {
	Lines    []orderLines  `json:"lineItemsByFulfillmentOrder"`
	Tracking *trackingInfo `json:"trackingInfo,omitempty"`
	Notify   bool          `json:"notifyCustomer"`
}

type orderLines struct {
	Order string         `json:"fulfillmentOrderId"`
	Lines []lineQuantity `json:"fulfillmentOrderLineItems"`
}

type lineQuantity struct {
	ID       string `json:"id"`
	Quantity int    `json:"quantity"`
}

type trackingInfo struct {
	Company string   `json:"company,omitempty"`
	Numbers []string `json:"numbers,omitempty"`
	URLs    []string `json:"urls,omitempty"`
}

// lot is what becomes one fulfillment: the shop takes only fulfillment orders of
// one location at once.
type lot struct {
	location string
	lines    []orderLines
}

// plan spreads the open quantities over the shop's fulfillment orders, those of
// the location that shipped first.
func (r report) plan(all []fulfillmentOrder, open map[string]int) ([]lot, error) {
	left := maps.Clone(open)
	var lots []lot
	for _, fo := range r.preferred(all) {
		var lines []lineQuantity
		for _, l := range fo.Lines.Nodes {
			line := number(l.LineItem.ID)
			take := min(left[line], l.Remaining)
			if take <= 0 {
				continue
			}
			left[line] -= take
			lines = append(lines, lineQuantity{l.ID, take})
		}
		if len(lines) == 0 {
			continue
		}
		place := placeOf(fo)
		i := slices.IndexFunc(lots, func(l lot) bool { return l.location == place })
		if i < 0 {
			i, lots = len(lots), append(lots, lot{location: place})
		}
		lots[i].lines = append(lots[i].lines, orderLines{fo.ID, lines})
	}
	return lots, r.shortage(all, open, left)
}

// preferred are the fulfillment orders that can be fulfilled, in the order in
// which they are used.
func (r report) preferred(all []fulfillmentOrder) []fulfillmentOrder {
	var usable []fulfillmentOrder
	for _, fo := range all {
		if fo.Status == "OPEN" || fo.Status == "IN_PROGRESS" {
			usable = append(usable, fo)
		}
	}
	rank := func(fo fulfillmentOrder) int {
		if strings.EqualFold(fo.Location.Name, r.call.FulfillmentOrder.Location) {
			return 0
		}
		return 1
	}
	slices.SortStableFunc(usable, func(a, b fulfillmentOrder) int { return cmp.Compare(rank(a), rank(b)) })
	return usable
}

func placeOf(fo fulfillmentOrder) string {
	if fo.Location.Location != nil {
		return fo.Location.Location.ID
	}
	return fo.Location.Name
}

// shortage refuses a shipment of more than the shop has open, and says why that
// may be: goods that left cannot be reported in part without anybody noticing.
func (r report) shortage(all []fulfillmentOrder, open, left map[string]int) error {
	var missing []string
	for _, line := range slices.Sorted(maps.Keys(left)) {
		if left[line] > 0 {
			missing = append(missing, fmt.Sprintf("line %s: %d shipped, %d open in the shop", line, open[line], open[line]-left[line]))
		}
	}
	if len(missing) == 0 {
		return nil
	}
	states := map[string]int{}
	for _, fo := range all {
		states[fo.Status]++
	}
	var seen []string
	for _, s := range slices.Sorted(maps.Keys(states)) {
		seen = append(seen, fmt.Sprintf("%d %s", states[s], s))
	}
	return fault.New(fault.Refused, "the shop has less open than was shipped (%s); it was fulfilled there by somebody else, is on hold, or was canceled. Fulfillment orders there: %s",
		strings.Join(missing, "; "), strings.Join(seen, ", ")).On(r.call.Status.Order, "lines."+missingLine(left)).
		Do("Compare the order's fulfillments in the shop, then reprocess or skip the step")
}

func missingLine(left map[string]int) string {
	for _, line := range slices.Sorted(maps.Keys(left)) {
		if left[line] > 0 {
			return line
		}
	}
	return ""
}

// tracking tells the carrier and every number; the addresses only when each
// number has its own, because the shop pairs them by position.
func (r report) tracking() *trackingInfo {
	t := trackingInfo{Company: r.company}
	for _, n := range r.call.Shipment.Trackings {
		if n.Number == "" {
			continue
		}
		t.Numbers = append(t.Numbers, n.Number)
		if n.URL != "" {
			t.URLs = append(t.URLs, n.URL)
		}
	}
	if len(t.URLs) != len(t.Numbers) {
		t.URLs = nil
	}
	if t.Company == "" && len(t.Numbers) == 0 {
		return nil
	}
	return &t
}

// companies are the shop's spellings, by which it makes links for the customer,
// of the carriers that the mapping group says nothing about.
var companies = map[string]string{
	"ups": "UPS", "ups_walleted": "UPS", "usps": "USPS", "stamps_com": "USPS", "fedex": "FedEx", "dhl_express": "DHL Express",
	"dhl_ecommerce": "DHL eCommerce", "canada_post": "Canada Post", "ontrac": "OnTrac", "royal_mail": "Royal Mail",
}

// carrierTable of a mapping group translates carriers to the shop's names.
const carrierTable = "carrier"

// company is the shop's name of the shipment's carrier.
func company(ctx context.Context, c provider.Call) (string, error) {
	carrier := c.Shipment.Carrier
	if carrier == "" {
		return "", nil
	}
	name, ok, err := provider.LookUp(ctx, c.Deps.Table, c.Instance.MappingGroup, carrierTable, carrier)
	if err != nil || ok {
		return name, err
	}
	if name, ok := companies[strings.ToLower(carrier)]; ok {
		return name, nil
	}
	return carrier, nil
}

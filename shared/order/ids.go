package order

import (
	"strconv"
	"strings"
)

// FulfillmentOrderID is the id of an order's n-th fulfillment order, n ≥ 1. It
// is derived, so that creating it twice is creating it once, and it leads back
// to its order when a warehouse quotes it.
func FulfillmentOrderID(orderID string, n int) string {
	return "fo_" + strings.TrimPrefix(orderID, "ord_") + "-" + strconv.Itoa(n)
}

// OrderOfFulfillmentOrder returns the id of the order, "" when id is not one of
// ours.
func OrderOfFulfillmentOrder(id string) string {
	rest, ok := strings.CutPrefix(id, "fo_")
	if !ok {
		return ""
	}
	base, n, ok := strings.Cut(rest, "-")
	if v, err := strconv.Atoi(n); !ok || err != nil || v < 1 || base == "" {
		return ""
	}
	return "ord_" + base
}

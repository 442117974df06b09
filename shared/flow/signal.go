package flow

import (
	"strconv"
	"strings"
)

// Signals are the names under which a waiting state and its event meet.

const stockSignal = "stock/"

// StockSignalName is the signal that missing stock may have arrived; key is the
// reserving step's idempotency key.
func StockSignalName(key string) string { return stockSignal + key }

// IsStockSignal reports whether a signal is one of StockSignalName's.
func IsStockSignal(signal string) bool { return strings.HasPrefix(signal, stockSignal) }

const holdSignal = "hold/"

// HoldSignalName is the signal that a hold or an approval was answered; key is
// the step's idempotency key.
func HoldSignalName(key string) string { return holdSignal + key }

// ShipmentSignalName is the signal of a fulfillment order's n-th shipment, from 1.
func ShipmentSignalName(fulfillmentOrder string, n int) string {
	return "shipment/" + fulfillmentOrder + "/" + strconv.Itoa(n)
}

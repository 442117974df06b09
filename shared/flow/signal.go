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

const eventSignal = "event/"

// EventSignalName is the signal that an event happened to an order; entity is
// the id of the record that it must have happened to, "" for any of the order,
// key the waiting step's idempotency key: two steps that wait for the same event
// both get it.
func EventSignalName(event, entity, key string) string {
	return eventSignal + event + "/" + entity + "/" + key
}

// IsEventSignal reports whether somebody waits under a signal for an event that
// happened to a record.
func IsEventSignal(signal, event, entity string) bool {
	rest, ok := strings.CutPrefix(signal, eventSignal+event+"/")
	return ok && (strings.HasPrefix(rest, "/") || strings.HasPrefix(rest, entity+"/"))
}

// IsEventSignalOf reports whether a signal is the one under which a step waits.
func IsEventSignalOf(signal, key string) bool {
	return strings.HasPrefix(signal, eventSignal) && strings.HasSuffix(signal, "/"+key)
}

// IsEventSignalIn reports whether a signal is one under which a step of a run
// waits for an event.
func IsEventSignalIn(signal, run string) bool {
	return strings.HasPrefix(signal, eventSignal) && strings.Contains(signal, "/"+run+"#")
}

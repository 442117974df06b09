package inventory

import "github.com/orderloom/orderloom/shared/event"

// Payloads has a zero value of the payload of every event whose payload is made
// here: the source of its JSON Schema.
func Payloads() map[string]any {
	return map[string]any{
		event.StockPosted:   Posting{},
		event.OrderReleased: ReleaseResult{}, // a machine hands it on
	}
}

package rendezvous

import "strings"

// EventSignal is the output of a wait for an event.
type EventSignal struct {
	Event string `json:"event"`
	Seq   int64  `json:"seq"` // its number in the order
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

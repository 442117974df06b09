package eventsapi

import (
	"context"
	"encoding/json"
	"strings"

	"github.com/orderloom/orderloom/shared/fault"
	"github.com/orderloom/orderloom/shared/fn"
	"github.com/orderloom/orderloom/shared/local/bus"
)

type response struct {
	FailedEntryCount int           `json:"FailedEntryCount"`
	Entries          []bus.Outcome `json:"Entries"`
}

// Put takes the body of a PutEvents request and returns that of its answer. A
// state machine's events:putEvents uses it too.
func Put(ctx context.Context, deliver Deliver, body []byte) ([]byte, error) {
	entries, err := parse(body)
	if err != nil {
		return nil, err
	}
	if len(entries) == 0 || len(entries) > bus.MaxEntries {
		return nil, fault.New(fault.Invalid, "a call puts 1 to %d events, not %d", bus.MaxEntries, len(entries))
	}
	out := response{Entries: make([]bus.Outcome, len(entries))}
	for name, places := range byBus(entries) {
		if err := out.put(ctx, deliver, name, places, entries); err != nil {
			return nil, err
		}
	}
	for _, o := range out.Entries {
		if o.ErrorCode != "" {
			out.FailedEntryCount++
		}
	}
	return json.Marshal(out)
}

// byBus groups the entries' places by the bus they are for.
func byBus(entries []entry) map[string][]int {
	all := map[string][]int{}
	for i, e := range entries {
		name := busName(e.bus)
		all[name] = append(all[name], i)
	}
	return all
}

// put delivers the entries of one bus and notes the outcomes in their places.
func (out *response) put(ctx context.Context, deliver Deliver, name string, places []int, from []entry) error {
	var entries []fn.BusEntry
	var put []int
	for _, i := range places {
		e, problem := from[i].read()
		if problem.ErrorCode != "" {
			out.Entries[i] = problem
			continue
		}
		entries, put = append(entries, e), append(put, i)
	}
	if len(entries) == 0 {
		return nil
	}
	outcomes, err := deliver(ctx, name, entries)
	if err != nil && !fault.Is(err, fault.NotFound) {
		return err
	}
	for n, i := range put {
		out.Entries[i] = bus.Outcome{ErrorCode: unknownBus, ErrorMessage: "Event bus " + name + " does not exist."}
		if err == nil {
			out.Entries[i] = outcomes[n]
		}
	}
	return nil
}

// busName is the name of a bus that is given by name or ARN, or not at all.
func busName(name string) string {
	if name == "" {
		return "default"
	}
	if _, after, ok := strings.Cut(name, ":event-bus/"); ok {
		return after
	}
	return name
}

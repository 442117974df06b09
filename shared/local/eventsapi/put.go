package eventsapi

import (
	"context"
	"encoding/json"
	"strings"
	"time"

	"github.com/orderloom/orderloom/shared/fault"
	"github.com/orderloom/orderloom/shared/fn"
	"github.com/orderloom/orderloom/shared/local/bus"
)

type request struct {
	Entries []entry `json:"Entries"`
}

type entry struct {
	Source       string          `json:"Source"`
	DetailType   string          `json:"DetailType"`
	Detail       json.RawMessage `json:"Detail"` // JSON in a text; from a state machine also an object
	EventBusName string          `json:"EventBusName"`
	Time         json.RawMessage `json:"Time"` // seconds since 1970; from a state machine also RFC 3339
}

type response struct {
	FailedEntryCount int           `json:"FailedEntryCount"`
	Entries          []bus.Outcome `json:"Entries"`
}

// Put takes the body of a PutEvents request and returns that of its answer. A
// state machine's events:putEvents uses it too.
func Put(ctx context.Context, deliver Deliver, body []byte) ([]byte, error) {
	var in request
	if err := json.Unmarshal(body, &in); err != nil {
		return nil, fault.Wrap(err, fault.Invalid, "not a PutEvents request")
	}
	if len(in.Entries) == 0 || len(in.Entries) > bus.MaxEntries {
		return nil, fault.New(fault.Invalid, "a call puts 1 to %d events, not %d", bus.MaxEntries, len(in.Entries))
	}
	out := response{Entries: make([]bus.Outcome, len(in.Entries))}
	for name, places := range in.byBus() {
		if err := out.put(ctx, deliver, name, places, in.Entries); err != nil {
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
func (r request) byBus() map[string][]int {
	all := map[string][]int{}
	for i, e := range r.Entries {
		name := busName(e.EventBusName)
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

// read checks what only this protocol knows; the bus checks the rest.
func (e entry) read() (fn.BusEntry, bus.Outcome) {
	if strings.HasPrefix(e.Source, "aws.") {
		return fn.BusEntry{}, bus.Outcome{ErrorCode: forbidden, ErrorMessage: "Not authorized for the source."}
	}
	at, ok := instant(e.Time)
	if !ok {
		return fn.BusEntry{}, bus.Outcome{ErrorCode: "InvalidArgument", ErrorMessage: "Parameter Time is not valid."}
	}
	detail := e.Detail
	if len(detail) > 0 && detail[0] == '"' {
		var text string
		if err := json.Unmarshal(detail, &text); err != nil {
			return fn.BusEntry{}, bus.Outcome{ErrorCode: malformed, ErrorMessage: "Detail is malformed."}
		}
		detail = json.RawMessage(text)
	}
	return fn.BusEntry{Source: e.Source, DetailType: e.DetailType, Detail: detail, At: at}, bus.Outcome{}
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

func instant(text json.RawMessage) (time.Time, bool) {
	if len(text) == 0 || string(text) == "null" {
		return time.Time{}, true
	}
	var seconds float64
	if json.Unmarshal(text, &seconds) == nil {
		return time.UnixMilli(int64(seconds * 1000)).UTC(), seconds >= 0 && seconds < 1e11
	}
	var at time.Time
	err := json.Unmarshal(text, &at)
	return at.UTC(), err == nil
}

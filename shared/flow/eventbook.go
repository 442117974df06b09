package flow

import (
	_ "embed"
	"encoding/json"

	"github.com/orderloom/orderloom/shared/event"
	"github.com/orderloom/orderloom/shared/fault"
)

// EventEntry is one event of the typed catalog: Orderloom's own, a provider's or
// the business's, with everybody who raises it and who listens. It is derived from
// the declarations, the flows, the bindings and the rules, and kept in events.json.
type EventEntry struct {
	event.Definition
	RaisedBy []Party         `json:"raisedBy,omitempty"`
	HeardBy  []Party         `json:"heardBy,omitempty"`
	Detail   json.RawMessage `json:"detail"`          // JSON Schema of the detail on the bus
	PutIn    json.RawMessage `json:"putIn,omitempty"` // of an external event: schema of the detail that outside systems put in
}

// Party is a function, a step of a flow, a binding, a machine, or "outside".
type Party struct {
	Function string   `json:"function,omitempty"`
	Flow     string   `json:"flow,omitempty"`
	Steps    []string `json:"steps,omitempty"` // of the flow
	Binding  string   `json:"binding,omitempty"`
	Machine  string   `json:"machine,omitempty"` // that a rule starts
	Outside  bool     `json:"outside,omitempty"` // other systems, through the bus
}

//go:embed events.json
var eventsJSON []byte

// LoadEvents reads the catalog of events that was generated with this program.
func LoadEvents() ([]EventEntry, error) {
	var all []EventEntry
	if err := json.Unmarshal(eventsJSON, &all); err != nil {
		return nil, fault.Wrap(err, fault.Internal, "reading the catalog of events")
	}
	return all, nil
}

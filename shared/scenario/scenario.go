// Package scenario runs the conformance scenarios of flows: files
// statemachines/<flow>/runs/*.txtar.
//
// The comment of a file says in words what is given and expected. Section
// "steps" holds one command a line (see command.go). Sections "path" and
// "record" are goldens: the business events of each order by record, and where
// each record stands at the end. Sections whose names end in .json are documents
// of declared entities, which "post" sends. A scenario drives a whole Orderloom from the
// outside, through webhooks and the API, in virtual time.
package scenario

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"time"

	"golang.org/x/tools/txtar"
)

// World is the Orderloom a scenario runs against.
type World struct {
	URL    string // of the HTTP API, e.g. "http://127.0.0.1:8080"
	Client *http.Client
	// Document builds and signs the webhook that a shop would send.
	Document func(topic string, o Order) (path string, header map[string]string, body []byte)
	// Sign signs a document as the sender of an instance would. Two with the same
	// delivery are one message.
	Sign func(instance, delivery string, body []byte) (path string, header map[string]string)
	// Warehouse is the fake fulfillment service.
	Warehouse Warehouse
	// FailShop makes the next requests to the fake shop fail.
	FailShop func(status, times int)
	// Desk is the fake service that webhooks tell of orders.
	Desk Desk
	// Abort stops a run of a flow from the outside, as an operator can.
	Abort func(run string) error
	// Reports counts the shipments that the fake shop was told of.
	Reports func(o Order) int
	// Tags are those that the fake shop's order was given.
	Tags func(o Order) []string
	// PutEvent puts an event on the bus as an outside system does, about the order
	// of that name in the shop's channel.
	PutEvent func(event, order, id string, payload json.RawMessage) error
	// Drive runs virtual time until done or until nothing happens any more
	// within the horizon; it returns done's last answer.
	Drive func(horizon time.Duration, done func() bool) bool
}

// Warehouse is what a scenario can do to the fake fulfillment service.
type Warehouse interface {
	Fail(status, times int)
	Hold(bool)                                                     // true: nothing ships by itself
	Ship(fulfillmentOrder string, quantities map[string]int) error // line id → quantity
	Knows(fulfillmentOrder string) bool
	Created() int // orders in all
}

// Desk is what a scenario can do to the fake service that is told by webhooks.
type Desk interface {
	Fail(status, times int)
	Told() []string // path and body of each post, once
}

// Order is a document in a scenario's words.
type Order struct {
	Name    string // "#L1"
	Shop    string // provider instance; empty for the usual one
	Country string
	Lines   []int         // quantities; line ids count from 1
	SKU     string        // of all lines; empty for the default
	Digital bool          // nothing of it ships
	Tags    string        // comma between two
	Payment string        // the shop's word for it; empty: paid
	After   time.Duration // the document's update time, after the order was placed
	ShipBy  time.Duration // the day by which it is to leave, after it was placed; 0: none
}

// Script is a parsed scenario.
type Script struct {
	Title  string
	Steps  []Step
	Path   string // golden; empty when the file has none yet
	Record string

	Documents map[string][]byte // sections whose names end in .json
}

// Step is one command with its line number in the section.
type Step struct {
	Line int
	Args []string
}

const documentSuffix = ".json"

// Parse reads a scenario file.
func Parse(data []byte) (Script, error) {
	a := txtar.Parse(data)
	s := Script{Title: strings.TrimSpace(string(a.Comment))}
	for _, f := range a.Files {
		switch f.Name {
		case "steps":
			for i, line := range strings.Split(string(f.Data), "\n") {
				if line = strings.TrimSpace(line); line != "" && !strings.HasPrefix(line, "# ") {
					s.Steps = append(s.Steps, Step{i + 1, strings.Fields(line)})
				}
			}
		case "path":
			s.Path = string(f.Data)
		case "record":
			s.Record = string(f.Data)
		default:
			if strings.HasSuffix(f.Name, documentSuffix) {
				if s.Documents == nil {
					s.Documents = map[string][]byte{}
				}
				s.Documents[f.Name] = f.Data
				continue
			}
			return s, fmt.Errorf("section %q is none of steps, path, record", f.Name)
		}
	}
	if len(s.Steps) == 0 {
		return s, fmt.Errorf("section steps is missing or empty")
	}
	return s, nil
}

// Format writes a scenario file with the given goldens.
func Format(data []byte, path, record string) []byte {
	a := txtar.Parse(data)
	keep := a.Files[:0]
	for _, f := range a.Files {
		if f.Name == "steps" || strings.HasSuffix(f.Name, documentSuffix) {
			f.Data = append([]byte(strings.TrimSpace(string(f.Data))), "\n\n"...)
			keep = append(keep, f)
		}
	}
	keep = append(keep, txtar.File{Name: "path", Data: []byte(path + "\n")}, txtar.File{Name: "record", Data: []byte(record)})
	a.Files = keep
	return txtar.Format(a)
}

// Package bundle carries flows from one Orderloom to another: one JSON document
// with the flows, the policies that they use, and what they rely on there, their
// own events, mappings, provider actions and instances, and the order's states.
// Secrets are named, never carried. bundle.schema.json and statemachines/README.md
// describe the format.
package bundle

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"

	"github.com/orderloom/orderloom/shared/flow"
	"github.com/orderloom/orderloom/shared/order"
	"github.com/orderloom/orderloom/shared/policy"
	"github.com/orderloom/orderloom/shared/policy/jsondoc"
)

// Format is the version of the bundle format that this package reads and writes.
const Format = "1.0"

// Bounds of a bundle.
const (
	MaxFlows    = 100
	MaxPolicies = 1000
	MaxEntries  = 1000 // of a mapping table; larger ones are named, not carried
)

// Bundle is what travels. Lists are sorted, so that the same flows make the same
// bundle.
type Bundle struct {
	Format    string            `json:"format"`
	Flows     []json.RawMessage `json:"flows"`
	Policies  []json.RawMessage `json:"policies,omitempty"`
	Events    []Event           `json:"events,omitempty"`
	Mappings  []Mapping         `json:"mappings,omitempty"`
	States    string            `json:"states"` // see StatesHash
	Actions   []string          `json:"actions,omitempty"`
	Instances []Instance        `json:"instances,omitempty"`

	read reading
}

// Event is an event of the business's own.
type Event struct {
	Name  string `json:"name"`
	Title string `json:"title"`
}

// Mapping is a table of a mapping group that actions look things up in.
type Mapping struct {
	Group   string            `json:"group"`
	Table   string            `json:"table"`
	Entries map[string]string `json:"entries,omitempty"`
	Large   bool              `json:"large,omitempty"` // more than MaxEntries, which are not carried
}

// Instance is a provider instance that a step names: what must be set where it
// goes, never to what.
type Instance struct {
	ID         string   `json:"id"`
	Provider   string   `json:"provider"`
	Parameters []string `json:"parameters,omitempty"`
	Secrets    []string `json:"secrets,omitempty"`
}

// reading is what the parser understood, in the order of the lists.
type reading struct {
	parser   *jsondoc.Parser
	flows    []flow.Document
	policies []policy.Policy
}

// Documents are the flows as they were read.
func (b *Bundle) Documents() []flow.Document { return b.read.flows }

// PolicyVersions are the policies as they were read.
func (b *Bundle) PolicyVersions() []policy.Policy { return b.read.policies }

// StatesHash identifies the transition table of orders: flows rely on what their
// events do.
func StatesHash() string {
	text, _ := json.Marshal(order.Transitions()) // texts always encode
	sum := sha256.Sum256(text)
	return "sha256:" + hex.EncodeToString(sum[:])
}

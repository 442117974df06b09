package flow

import (
	_ "embed"
	"encoding/json"

	"github.com/orderloom/orderloom/shared/entity"
	"github.com/orderloom/orderloom/shared/event"
	"github.com/orderloom/orderloom/shared/fault"
	"github.com/orderloom/orderloom/shared/fn"
	"github.com/orderloom/orderloom/shared/inbox"
)

// Catalog is everything that a drawing may use: derived from the declared
// functions and providers, and kept in catalog.json for those who must not
// import them.
type Catalog struct {
	Functions []Function         `json:"functions"`
	Providers []Provider         `json:"providers"`
	Events    []event.Definition `json:"events,omitempty"`   // that flows raise, beside those of package event
	Entities  []entity.Entity    `json:"entities,omitempty"` // that documents declare, beside orders
}

// Function is a declared function.
type Function struct {
	ID             string          `json:"id"`
	Summary        string          `json:"summary"`
	Provider       string          `json:"provider,omitempty"` // id of the provider it belongs to
	Action         bool            `json:"action,omitempty"`   // a step can call it: its input is an ActionInput
	Trigger        fn.Trigger      `json:"trigger"`
	TimeoutSeconds int             `json:"timeoutSeconds"`
	Failures       []fn.Failure    `json:"failures,omitempty"`
	Raises         []string        `json:"raises,omitempty"` // events that it raises of its own accord
	Input          json.RawMessage `json:"input,omitempty"`  // JSON Schema
	Result         json.RawMessage `json:"result,omitempty"` // JSON Schema

	Implements []fn.Capability `json:"implements,omitempty"` // what a step can ask of it
	Parameters json.RawMessage `json:"parameters,omitempty"` // JSON Schema of an action's parameters; without one it takes none
}

// Provider is a declared provider.
type Provider struct {
	ID         string          `json:"id"`
	Name       string          `json:"name"`
	Summary    string          `json:"summary"`
	Service    string          `json:"service"`
	Parameters json.RawMessage `json:"parameters,omitempty"` // list of provider.Parameter
	Lookups    []string        `json:"lookups,omitempty"`    // mapping tables that its actions look things up in
	Handlers   []inbox.Handler `json:"handlers,omitempty"`
	Functions  []string        `json:"functions,omitempty"`
}

//go:embed catalog.json
var catalogJSON []byte

// LoadCatalog reads the catalog that was generated with this program.
func LoadCatalog() (*Catalog, error) {
	var c Catalog
	if err := json.Unmarshal(catalogJSON, &c); err != nil {
		return nil, fault.Wrap(err, fault.Internal, "reading the catalog")
	}
	return &c, nil
}

// Function finds a function by id.
func (c *Catalog) Function(id string) (Function, bool) {
	for _, f := range c.Functions {
		if f.ID == id {
			return f, true
		}
	}
	return Function{}, false
}

// Provider finds a provider by id.
func (c *Catalog) Provider(id string) (Provider, bool) {
	for _, p := range c.Providers {
		if p.ID == id {
			return p, true
		}
	}
	return Provider{}, false
}

// Package provider declares providers: the folders under functions/providers
// that speak to one outside service each. A Provider value lists what the
// service can send us (handlers), how its documents become ours
// (transformations) and what we can ask of it (actions). An Instance is an
// installed provider with its own host, parameters and secrets.
package provider

import (
	"github.com/orderloom/orderloom/shared/event"
	"github.com/orderloom/orderloom/shared/fn"
	"github.com/orderloom/orderloom/shared/inbox"
)

// Provider is one catalog entry.
type Provider struct {
	ID         string // folder name under functions/providers
	Name       string // "Shopify"
	Summary    string
	Service    Service
	Parameters []Parameter
	Lookups    []string // mapping tables that its actions look things up in
	Handlers   []inbox.Handler
	Events     []event.Definition // of its own, without a source: what its transformations of kind "event" report
	Functions  []fn.Function      // transformations and actions, in the order a reader wants them
}

// Service is what a provider is for.
type Service string

const (
	OrderIntake  Service = "order-intake"
	Documents    Service = "documents" // documents of declared entities
	Fulfillment  Service = "fulfillment"
	Notification Service = "notification"
)

// Parameter is asked for when an instance is installed. A secret parameter is
// kept by reference (Instance.Secrets), any other by value.
type Parameter struct {
	Name     string `json:"name"`
	Title    string `json:"title"`
	Secret   bool   `json:"secret,omitempty"`
	Required bool   `json:"required,omitempty"`
	Default  string `json:"default,omitempty"`
}

// Package catalog derives from the declared functions and providers what others
// read: the catalog of the flow compiler, the example event of every function, and
// the typed catalog of business events with its schemas.
package catalog

import (
	"bytes"
	"encoding/json"
	"slices"
	"strings"

	"github.com/orderloom/orderloom/functions"
	"github.com/orderloom/orderloom/functions/providers"
	"github.com/orderloom/orderloom/shared/fault"
	"github.com/orderloom/orderloom/shared/flow"
	"github.com/orderloom/orderloom/shared/fn"
	"github.com/orderloom/orderloom/shared/provider"
	"github.com/orderloom/orderloom/statemachines"
)

// Build returns the catalog.
func Build() (flow.Catalog, error) {
	var c flow.Catalog
	owner := map[string]string{}
	for _, p := range providers.All() {
		entry, err := describeProvider(p)
		if err != nil {
			return c, err
		}
		c.Providers = append(c.Providers, entry)
		for _, f := range p.Functions {
			owner[f.ID] = p.ID
		}
	}
	for _, f := range functions.All() {
		entry, err := describe(f, owner[f.ID])
		if err != nil {
			return c, err
		}
		c.Functions = append(c.Functions, entry)
	}
	var err error
	if c.Events, err = Declared(); err != nil {
		return c, err
	}
	c.Entities, err = statemachines.Entities()
	return c, err
}

func describeProvider(p provider.Provider) (flow.Provider, error) {
	parameters, err := json.Marshal(p.Parameters)
	if err != nil {
		return flow.Provider{}, fault.Wrap(err, fault.Internal, "encoding the parameters of %s", p.ID)
	}
	out := flow.Provider{ID: p.ID, Name: p.Name, Summary: p.Summary, Service: string(p.Service), Parameters: parameters, Lookups: p.Lookups, Handlers: p.Handlers}
	for _, f := range p.Functions {
		out.Functions = append(out.Functions, f.ID)
	}
	return out, nil
}

func describe(f fn.Function, owner string) (flow.Function, error) {
	_, action := f.Input.(flow.ActionInput)
	out := flow.Function{ID: f.ID, Summary: f.Summary, Provider: owner, Action: action && owner != "", Trigger: f.Trigger,
		TimeoutSeconds: int(f.Timeout.Seconds()), Failures: slices.Clone(f.Failures), Implements: slices.Clone(f.Implements), Raises: slices.Clone(f.Raises)}
	var err error
	if out.Input, err = schema(f.Input); err != nil {
		return out, fault.Wrap(err, fault.Internal, "input schema of %s", f.ID)
	}
	if out.Result, err = schema(f.Result); err != nil {
		return out, fault.Wrap(err, fault.Internal, "result schema of %s", f.ID)
	}
	if out.Parameters, err = parametersSchema(f.Parameters); err != nil {
		return out, fault.Wrap(err, fault.Internal, "schema of the parameters of %s", f.ID)
	}
	return out, nil
}

// Event is the content of a function's event.json.
func Event(f fn.Function) ([]byte, error) { return Encode(f.Example) }

// Encode writes JSON for people: indented, without escaping what HTML escapes.
func Encode(v any) ([]byte, error) {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	if err := enc.Encode(v); err != nil {
		return nil, fault.Wrap(err, fault.Internal, "encoding JSON")
	}
	return b.Bytes(), nil
}

// Text is the content of shared/flow/catalog.json.
func Text() ([]byte, error) {
	c, err := Build()
	if err != nil {
		return nil, err
	}
	return Encode(c)
}

// Folder is where a function lives. Those of providers have a folder more in
// their path than in their id.
func Folder(id string) string {
	stage, _, _ := strings.Cut(id, "/")
	for _, p := range providers.All() {
		if p.ID == stage {
			return "functions/providers/" + id
		}
	}
	return "functions/" + id
}

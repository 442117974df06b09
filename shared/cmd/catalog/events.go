package catalog

import (
	"io/fs"
	"slices"
	"strings"

	"github.com/orderloom/orderloom/functions"
	"github.com/orderloom/orderloom/functions/inventory"
	"github.com/orderloom/orderloom/functions/orders"
	"github.com/orderloom/orderloom/functions/providers"
	"github.com/orderloom/orderloom/shared/event"
	"github.com/orderloom/orderloom/shared/fault"
	"github.com/orderloom/orderloom/shared/flow"
	"github.com/orderloom/orderloom/shared/flow/compile"
	"github.com/orderloom/orderloom/shared/order"
	"github.com/orderloom/orderloom/shared/provider"
	"github.com/orderloom/orderloom/statemachines"
)

// Declared lists the events beside Orderloom's own: the business's, and those of
// providers. Two of one name are a fault.
func Declared() ([]event.Definition, error) {
	own, err := statemachines.Events()
	if err != nil {
		return nil, err
	}
	return DeclaredBy(own, providers.All())
}

// DeclaredBy is Declared for the business's own events and some providers.
func DeclaredBy(own []event.Definition, list []provider.Provider) ([]event.Definition, error) {
	all := slices.Clone(own)
	for _, p := range list {
		for _, d := range p.Events {
			d.Source = "orderloom." + p.ID
			if err := d.Check(); err != nil {
				return nil, fault.Wrap(err, fault.Code(err), "provider %s", p.ID)
			}
			all = append(all, d)
		}
	}
	seen := map[string]bool{}
	for _, d := range all {
		if seen[d.Name] {
			return nil, fault.New(fault.Conflict, "the event %s is declared twice", d.Name).On(d.Name, "name").Do("Give one of them another name")
		}
		seen[d.Name] = true
	}
	return all, nil
}

// Events is the typed catalog: who raises each event and who listens is read from
// what the functions declare, what the machines of flows ask for, the bindings and
// the rules of the templates under project.
func Events(project fs.FS) ([]flow.EventEntry, error) {
	declared, err := Declared()
	if err != nil {
		return nil, err
	}
	all := map[string]*flow.EventEntry{}
	names := make([]string, 0, len(declared))
	for _, d := range append(event.All(), declared...) {
		all[d.Name] = &flow.EventEntry{Definition: d}
		names = append(names, d.Name)
	}
	for _, fill := range []func(map[string]*flow.EventEntry) error{
		describePayloads, raisedByFunctions, raisedByFlows, heardByFunctions, heardByFlows, heardByBindings,
		func(all map[string]*flow.EventEntry) error { return heardByMachines(all, project) },
	} {
		if err := fill(all); err != nil {
			return nil, err
		}
	}
	out := make([]flow.EventEntry, len(names))
	for i, name := range names {
		out[i] = *all[name]
	}
	return out, nil
}

// describePayloads adds the schemas.
func describePayloads(all map[string]*flow.EventEntry) error {
	types := orders.Payloads()
	for name, zero := range inventory.Payloads() {
		types[name] = zero
	}
	for name, zero := range types {
		e, ok := all[name]
		if !ok {
			return fault.New(fault.Internal, "a payload is described of %s, which is no event", name)
		}
		text, err := payloadSchema(zero)
		if err != nil {
			return fault.Wrap(err, fault.Internal, "the schema of %s", name)
		}
		e.Payload = text
	}
	for _, e := range all {
		var err error
		if e.Detail, err = detailSchema(e.Definition); err != nil {
			return err
		}
		if e.External {
			if e.PutIn, err = reportSchema(e.Definition); err != nil {
				return err
			}
		}
	}
	return nil
}

func raisedByFunctions(all map[string]*flow.EventEntry) error {
	for _, f := range functions.All() {
		for _, name := range f.Raises {
			for _, n := range append([]string{name}, order.Follows(name)...) {
				e, ok := all[n]
				if !ok {
					return fault.New(fault.Internal, "%s declares to raise %s, which is no event", f.ID, n)
				}
				if by := (flow.Party{Function: f.ID}); !slices.ContainsFunc(e.RaisedBy, func(p flow.Party) bool { return p.Function == f.ID }) {
					e.RaisedBy = append(e.RaisedBy, by)
				}
			}
		}
	}
	for _, e := range all {
		if e.External {
			e.RaisedBy = append(e.RaisedBy, flow.Party{Outside: true})
		}
		if provider, ok := strings.CutPrefix(e.Source, "orderloom."); ok && slices.ContainsFunc(providersByID(), func(id string) bool { return id == provider }) {
			e.RaisedBy = append(e.RaisedBy, transformations(provider)...)
		}
	}
	return nil
}

func providersByID() []string {
	var all []string
	for _, p := range providers.All() {
		all = append(all, p.ID)
	}
	return all
}

// transformations are the functions of a provider that make documents of messages:
// they report its own events.
func transformations(provider string) []flow.Party {
	var all []flow.Party
	for _, p := range providers.All() {
		for _, h := range p.Handlers {
			by := func(p flow.Party) bool { return p.Function == h.Transformation }
			if p.ID == provider && h.Transformation != "" && !slices.ContainsFunc(all, by) {
				all = append(all, flow.Party{Function: h.Transformation})
			}
		}
	}
	return all
}

// raisedByFlows reads what the steps of the committed machines ask for.
func raisedByFlows(all map[string]*flow.EventEntry) error {
	catalog, err := Build()
	if err != nil {
		return err
	}
	flows, err := statemachines.Flows()
	if err != nil {
		return err
	}
	own, err := entityFlows(&catalog)
	if err != nil {
		return err
	}
	for _, f := range flows {
		if own[f.ID] {
			continue // what it raises is declared with its entity
		}
		raised, err := compile.Raised(f.Machine, &catalog)
		if err != nil {
			return err
		}
		for name, steps := range raised {
			e, ok := all[name]
			if !ok {
				return fault.New(fault.Internal, "flow %s raises %s, which is no event", f.ID, name)
			}
			e.RaisedBy = append(e.RaisedBy, flow.Party{Flow: f.ID, Steps: steps})
		}
	}
	return nil
}

// entityFlows are those of declared entities.
func entityFlows(catalog *flow.Catalog) (map[string]bool, error) {
	documents, err := statemachines.Documents()
	all := map[string]bool{}
	for id, text := range documents {
		doc, problems := flow.Parse(text, catalog.Entities...)
		if err := problems.Err(); err != nil {
			return nil, err
		}
		all[id] = doc.Entity != nil
	}
	return all, err
}

package bundle

import (
	"cmp"
	"context"
	"encoding/json"
	"maps"
	"slices"

	"github.com/orderloom/orderloom/shared/fault"
	"github.com/orderloom/orderloom/shared/flow"
	"github.com/orderloom/orderloom/shared/policy"
	"github.com/orderloom/orderloom/shared/provider"
	"github.com/orderloom/orderloom/shared/table"
)

// Library is what is published at a place.
type Library interface {
	// Flows lists the live flows.
	Flows(ctx context.Context) ([]string, error)
	// Document returns what is live of a flow, and whether the repository owns it.
	// An unknown flow is a fault with code Record.NotFound.
	Document(ctx context.Context, id string) (doc json.RawMessage, repository bool, err error)
	// Policies returns published versions; one that is none is Record.NotFound.
	Policies(ctx context.Context, refs []string) ([]policy.Policy, error)
	// Versions returns all published versions of a policy, oldest first.
	Versions(ctx context.Context, id string) ([]policy.Policy, error)
}

// Place is an Orderloom that bundles come from and go to.
type Place struct {
	Library Library
	Table   table.Table // of instances and mappings
	Catalog *flow.Catalog
}

// Export bundles what is live of flows.
func (p Place) Export(ctx context.Context, ids ...string) (Bundle, error) {
	b := Bundle{Format: Format, States: StatesHash()}
	var docs []flow.Document
	for _, id := range slices.Compact(slices.Sorted(slices.Values(ids))) {
		text, _, err := p.Library.Document(ctx, id)
		if err != nil {
			return b, err
		}
		doc, problems := flow.Parse(text, p.Catalog.Entities...)
		if len(problems) > 0 {
			return b, fault.Wrap(problems, fault.Internal, "what is live of flow %q does not read", id)
		}
		b.Flows, docs = append(b.Flows, text), append(docs, doc)
	}
	if len(docs) == 0 || len(docs) > MaxFlows {
		return b, fault.New(fault.Invalid, "a bundle has 1 to %d flows, not %d", MaxFlows, len(docs))
	}
	if err := p.addPolicies(ctx, &b, docs); err != nil {
		return b, err
	}
	if err := p.addEvents(&b, docs); err != nil {
		return b, err
	}
	return b, p.addProviders(ctx, &b, docs)
}

func (p Place) addPolicies(ctx context.Context, b *Bundle, docs []flow.Document) error {
	refs := map[string]bool{}
	for _, d := range docs {
		for _, ref := range d.PolicyRefs() {
			refs[ref] = true
		}
	}
	policies, err := p.Library.Policies(ctx, slices.Sorted(maps.Keys(refs)))
	if err != nil {
		return err
	}
	for i := range policies {
		text, err := json.Marshal(&policies[i])
		if err != nil {
			return fault.Wrap(err, fault.Internal, "encoding policy %s", policies[i].Ref())
		}
		b.Policies = append(b.Policies, text)
	}
	return nil
}

func (p Place) addEvents(b *Bundle, docs []flow.Document) error {
	own := slices.DeleteFunc(slices.Clone(docs), func(d flow.Document) bool { return d.Entity != nil }) // events of an entity are declared with it
	for s := range steps(own) {
		if s.Event == "" || slices.ContainsFunc(b.Events, func(e Event) bool { return e.Name == s.Event }) {
			continue
		}
		title := ""
		for _, e := range p.Catalog.Events {
			if e.Name == s.Event {
				title = e.Title
			}
		}
		if title == "" {
			return fault.New(fault.Internal, "step %q raises %s, which is not declared", s.ID, s.Event)
		}
		b.Events = append(b.Events, Event{s.Event, title})
	}
	slices.SortFunc(b.Events, func(x, y Event) int { return cmp.Compare(x.Name, y.Name) })
	return nil
}

// channel stands for the instance that an order came through.
const channel = "channel"

// addProviders adds actions, the instances that they are called on, and the
// mapping tables that they look things up in there.
func (p Place) addProviders(ctx context.Context, b *Bundle, docs []flow.Document) error {
	installed, err := provider.List(ctx, p.Table)
	if err != nil {
		return err
	}
	tables := map[[2]string]bool{}
	for s := range steps(docs) {
		if s.Action == "" {
			continue
		}
		if !slices.Contains(b.Actions, s.Action) {
			b.Actions = append(b.Actions, s.Action)
		}
		f, _ := p.Catalog.Function(s.Action)
		of, _ := p.Catalog.Provider(f.Provider)
		for _, in := range installed {
			named := in.ID == s.Instance
			if !named && (s.Instance != channel || in.Provider != f.Provider || in.Channel == "") {
				continue
			}
			if named {
				b.addInstance(in)
			}
			for _, name := range of.Lookups {
				tables[[2]string{in.MappingGroup, name}] = in.MappingGroup != ""
			}
		}
	}
	slices.Sort(b.Actions)
	slices.SortFunc(b.Instances, func(x, y Instance) int { return cmp.Compare(x.ID, y.ID) })
	for at, wanted := range tables {
		if wanted {
			if err := p.addMapping(ctx, b, at[0], at[1]); err != nil {
				return err
			}
		}
	}
	slices.SortFunc(b.Mappings, func(x, y Mapping) int { return cmp.Or(cmp.Compare(x.Group, y.Group), cmp.Compare(x.Table, y.Table)) })
	return nil
}

func (b *Bundle) addInstance(in provider.Instance) {
	if !slices.ContainsFunc(b.Instances, func(have Instance) bool { return have.ID == in.ID }) {
		b.Instances = append(b.Instances, Instance{in.ID, in.Provider, slices.Sorted(maps.Keys(in.Parameters)), slices.Sorted(maps.Keys(in.Secrets))})
	}
}

func (p Place) addMapping(ctx context.Context, b *Bundle, group, name string) error {
	entries, more, err := provider.Entries(ctx, p.Table, group, name, MaxEntries)
	if err != nil {
		return err
	}
	m := Mapping{Group: group, Table: name, Entries: entries}
	if more {
		m.Entries, m.Large = nil, true
	}
	b.Mappings = append(b.Mappings, m)
	return nil
}

// steps yields the steps of flows, those inside others too.
func steps(docs []flow.Document) func(yield func(flow.Step) bool) {
	return func(yield func(flow.Step) bool) {
		for _, d := range docs {
			if !each(d.Scope, yield) {
				return
			}
		}
	}
}

func each(sc flow.Scope, yield func(flow.Step) bool) bool {
	for _, s := range sc.Steps {
		if !yield(s) || !each(s.Inner, yield) {
			return false
		}
	}
	return true
}

package flows

import (
	"context"
	"encoding/json"
	"maps"
	"slices"

	"github.com/orderloom/orderloom/shared/flow"
	"github.com/orderloom/orderloom/shared/flow/bundle"
	"github.com/orderloom/orderloom/shared/flow/compile"
	"github.com/orderloom/orderloom/shared/flow/registry"
	"github.com/orderloom/orderloom/shared/provider"
)

// carry does what was said. Machines that nobody runs on yet come first, what
// orders enter last; entries of mappings that were added are taken back when
// that fails.
func (i importer) carry(ctx context.Context, b *bundle.Bundle, changes []bundle.Change, results map[string]compile.Result) (err error) {
	does := func(kind, id string) bundle.Does {
		at := slices.IndexFunc(changes, func(c bundle.Change) bool { return c.Kind == kind && c.ID == id })
		return changes[at].Does
	}
	added, err := i.translate(ctx, b.Mappings)
	live := false
	defer func() {
		if !live {
			i.untranslate(context.WithoutCancel(ctx), added)
		}
	}()
	if err != nil {
		return err
	}
	var policies []json.RawMessage
	for n, p := range b.PolicyVersions() {
		if does("policy", p.Ref()) == bundle.Publishes {
			policies = append(policies, b.Policies[n])
		}
	}
	docs := b.Documents()
	var drafts []draft
	for n := range docs {
		if does("flow", docs[n].ID) == bundle.Publishes {
			drafts = append(drafts, draft{&docs[n], b.Flows[n], results[docs[n].ID]})
		}
	}
	released, err := i.all(ctx, policies, drafts)
	if err != nil {
		return err
	}
	live = true
	return i.route(ctx, released)
}

// translate adds the entries that are missing here and returns them.
func (i importer) translate(ctx context.Context, mappings []bundle.Mapping) ([]bundle.Mapping, error) {
	var added []bundle.Mapping
	for _, m := range mappings {
		missing, err := i.Missing(ctx, m)
		if err != nil {
			return added, err
		}
		if len(missing) == 0 {
			continue
		}
		added = append(added, bundle.Mapping{Group: m.Group, Table: m.Table, Entries: missing})
		if err := provider.SaveMapping(ctx, i.Table, m.Group, m.Table, missing); err != nil {
			return added, err
		}
	}
	return added, nil
}

func (i importer) untranslate(ctx context.Context, added []bundle.Mapping) {
	for _, m := range added {
		for _, key := range slices.Sorted(maps.Keys(m.Entries)) {
			_ = provider.RemoveMapping(ctx, i.Table, m.Group, m.Table, key) // the first error counts
		}
	}
}

// all publishes machines that nobody runs on yet, then policies and flows in one
// transaction.
func (i importer) all(ctx context.Context, policies []json.RawMessage, drafts []draft) ([]registry.Live, error) {
	versions := make([]registry.Version, len(drafts))
	for n, d := range drafts {
		var err error
		if versions[n], err = i.make(ctx, d.doc, d.text, d.result); err != nil {
			return nil, err
		}
		versions[n].Comment = "imported"
	}
	return i.registry.Release(ctx, policies, versions...)
}

// draft is a flow that is about to be published.
type draft struct {
	doc    *flow.Document
	text   json.RawMessage
	result compile.Result
}

// Package references tells who uses a policy, an event, a provider instance or a
// mapping, so that nothing is taken away that something else relies on.
package references

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"github.com/orderloom/orderloom/shared/fault"
	"github.com/orderloom/orderloom/shared/flow"
	"github.com/orderloom/orderloom/shared/flow/bundle"
	"github.com/orderloom/orderloom/shared/provider"
)

// Kind is a kind of thing that others use.
type Kind string

// The kinds. A policy is named by its id or as id@version, a mapping as
// group.table or by its group alone.
const (
	Policy   Kind = "policy"
	Event    Kind = "event"
	Instance Kind = "instance"
	Mapping  Kind = "mapping"
	Action   Kind = "action"
)

// Kinds lists the kinds.
func Kinds() []Kind { return []Kind{Policy, Event, Instance, Mapping, Action} }

// Use is one place where a thing is used.
type Use struct {
	By    string `json:"by"` // flow or instance
	ID    string `json:"id"`
	Where string `json:"where"`          // step, entry, or what of an instance
	What  string `json:"what,omitempty"` // what exactly is used: the version of a policy, the table of a mapping
}

func (u Use) String() string {
	s := u.By + " " + u.ID + ", " + u.Where
	if u.What != "" {
		s += ": " + u.What
	}
	return s
}

// Referenced is the failure of taking away what is still used.
const Referenced = "Still.Referenced"

// Free is a fault with code Referenced that names every use; nil when there is
// none.
func Free(ctx context.Context, p bundle.Place, kind Kind, id string) error {
	uses, err := Find(ctx, p, kind, id)
	if err != nil || len(uses) == 0 {
		return err
	}
	words := make([]string, len(uses))
	for i, u := range uses {
		words[i] = u.String()
	}
	return fault.New(Referenced, "%s %s is used by %s", kind, id, strings.Join(words, "; ")).On(id, "").Do("Change or take away what uses it, then try again").With(uses)
}

// Find lists who uses a thing at a place: live flows by id, then instances. It
// need not exist there: what refers to something that is gone is found, too.
// Orders that are under way keep the versions that they started with.
func Find(ctx context.Context, p bundle.Place, kind Kind, id string) ([]Use, error) {
	if !slices.Contains(Kinds(), kind) || id == "" {
		return nil, fault.New(fault.Invalid, "there is no %s %q to refer to", kind, id).On("", "kind").Do("Kinds: policy, event, instance, mapping, action")
	}
	installed, err := provider.List(ctx, p.Table)
	if err != nil {
		return nil, err
	}
	ids, err := p.Library.Flows(ctx)
	if err != nil {
		return nil, err
	}
	s := search{Place: p, kind: kind, id: id, installed: installed, uses: []Use{}}
	for _, name := range slices.Sorted(slices.Values(ids)) {
		text, _, err := p.Library.Document(ctx, name)
		if fault.Is(err, fault.NotFound) {
			continue // it was taken away meanwhile
		}
		if err != nil {
			return nil, err
		}
		doc, problems := flow.Parse(text, p.Catalog.Entities...)
		if len(problems) > 0 {
			return nil, fault.Wrap(problems, fault.Internal, "what is live of flow %q does not read", name)
		}
		s.flow(doc)
	}
	s.instances()
	return s.uses, nil
}

type search struct {
	bundle.Place
	kind      Kind
	id        string
	installed []provider.Instance
	uses      []Use
}

func (s *search) flow(d flow.Document) {
	found := func(where, what string) { s.uses = append(s.uses, Use{"flow", d.ID, where, what}) }
	policies := func(where string, refs []string) {
		for _, ref := range refs {
			if id, _, _ := strings.Cut(ref, "@"); s.kind == Policy && (ref == s.id || id == s.id) {
				found(where, ref)
			}
		}
	}
	policies("entry", d.Entry.Filter)
	var scope func(flow.Scope)
	scope = func(sc flow.Scope) {
		for _, step := range sc.Steps {
			where := "step " + step.ID
			policies(where, step.Policies)
			for _, b := range step.Branches {
				policies(where+", branch "+b.Name, b.Filter)
			}
			s.step(step, func(what string) { found(where, what) })
			scope(step.Inner)
		}
	}
	scope(d.Scope)
}

// step finds what is no policy.
func (s *search) step(step flow.Step, found func(what string)) {
	switch {
	case s.kind == Event && (step.Event == s.id || step.Raises == s.id),
		s.kind == Action && step.Action == s.id,
		s.kind == Instance && step.Instance == s.id:
		found("")
	case s.kind == Instance && step.Instance == "channel":
		f, _ := s.Catalog.Function(step.Action)
		for _, in := range s.installed {
			if in.ID == s.id && in.Channel != "" && in.Provider == f.Provider {
				found("for orders of its channel " + in.Channel)
			}
		}
	}
}

// instances finds those that translate with a mapping.
func (s *search) instances() {
	if s.kind != Mapping {
		return
	}
	group, table, _ := strings.Cut(s.id, ".")
	for _, in := range s.installed {
		of, _ := s.Catalog.Provider(in.Provider)
		if in.MappingGroup == group && (table == "" || slices.Contains(of.Lookups, table)) {
			s.uses = append(s.uses, Use{"instance", in.ID, "mapping group", cmp.Or(table, strings.Join(of.Lookups, ", "))})
		}
	}
}

package bundle

import (
	"context"
	"encoding/json"
	"maps"
	"slices"
	"strconv"

	"github.com/orderloom/orderloom/shared/fault"
	"github.com/orderloom/orderloom/shared/flow"
	"github.com/orderloom/orderloom/shared/policy"
	"github.com/orderloom/orderloom/shared/provider"
)

// Codes of what keeps a bundle from being imported at a place, beside those of
// its form and of the flows and policies in it.
const (
	FlowOwned       = "FLOW_OWNED"       // the repository there owns a flow, which is another
	PolicyConflict  = "POLICY_CONFLICT"  // a policy version is published there with other content
	MappingConflict = "MAPPING_CONFLICT" // a mapping there translates to something else
	MissingMapping  = "MISSING_MAPPING"  // a table that is too large to be carried is not there
	MissingEvent    = "MISSING_EVENT"
	MissingAction   = "MISSING_ACTION"
	MissingInstance = "MISSING_INSTANCE"
	MissingSecret   = "MISSING_SECRET"
	StatesDiffer    = "STATES_DIFFER"
)

// Change is what importing does with one part of a bundle.
type Change struct {
	Kind   string `json:"kind"` // flow, policy or mapping
	ID     string `json:"id"`
	Does   Does   `json:"does"`
	Detail string `json:"detail,omitempty"`
}

// Does is what is done.
type Does string

// What can be done.
const (
	Publishes Does = "publish"
	Keeps     Does = "keep" // it is there already
	Adds      Does = "add"  // entries of a mapping
)

// Check finds everything that keeps a bundle from being imported here, and says
// what importing it does. It changes nothing. A policy whose version is taken
// here is a problem, unless Renumber was called before.
func (p Place) Check(ctx context.Context, b *Bundle) ([]Change, flow.Problems, error) {
	c := checking{Place: p, bundle: b}
	for _, part := range []func(context.Context) error{c.flows, c.policies, c.mappings, c.instances} {
		if err := part(ctx); err != nil {
			return nil, nil, err
		}
	}
	c.needs()
	return c.changes, b.read.parser.Problems(), nil
}

type checking struct {
	Place
	bundle  *Bundle
	changes []Change
}

func (c *checking) does(kind, id string, does Does, detail string) {
	c.changes = append(c.changes, Change{kind, id, does, detail})
}

// say notes a problem of a part of the bundle.
func (c *checking) say(code, list string, place int, format string, args ...any) {
	parser := c.bundle.read.parser
	pointer := "/" + list
	if place >= 0 {
		pointer += "/" + strconv.Itoa(place)
	}
	parser.At(parser.Find(pointer), code, format, args...)
}

func (c *checking) flows(ctx context.Context) error {
	for i, doc := range c.bundle.read.flows {
		live, owned, err := c.Library.Document(ctx, doc.ID)
		switch same := sameJSON(live, c.bundle.Flows[i]); {
		case fault.Is(err, fault.NotFound):
			c.does("flow", doc.ID, Publishes, "it is new here")
		case err != nil:
			return err
		case same:
			c.does("flow", doc.ID, Keeps, "")
		case owned:
			c.say(FlowOwned, "flows", i, "flow %q is owned by the repository here, and differs | Change it in the repository, or give it another id", doc.ID)
		default:
			c.does("flow", doc.ID, Publishes, "it replaces what is live for new orders")
		}
	}
	return nil
}

func (c *checking) policies(ctx context.Context) error {
	for i, p := range c.bundle.read.policies {
		versions, err := c.Library.Versions(ctx, p.ID)
		if err != nil {
			return err
		}
		have := find(versions, p.Version)
		switch {
		case have == nil:
			c.does("policy", p.Ref(), Publishes, "")
		case samePolicy(*have, p):
			c.does("policy", p.Ref(), Keeps, "")
		default:
			c.say(PolicyConflict, "policies", i, "policy %s is published here with other content | Import it as version %d: --renumber", p.Ref(), next(versions))
		}
	}
	return nil
}

func (c *checking) mappings(ctx context.Context) error {
	for i, m := range c.bundle.Mappings {
		here, _, err := provider.Entries(ctx, c.Table, m.Group, m.Table, looked)
		if err != nil {
			return err
		}
		name := m.Group + " / " + m.Table
		if m.Large && len(here) == 0 {
			c.say(MissingMapping, "mappings", i, "the mapping %s is too large for a bundle and not here | Copy it before", name)
		}
		for _, key := range m.keys() {
			if value, ok := here[key]; ok && value != m.Entries[key] {
				c.say(MappingConflict, "mappings", i, "the mapping %s translates %q to %q here, to %q in the bundle | Make both the same", name, key, value, m.Entries[key])
			}
		}
		if n := len(m.without(here)); n > 0 {
			c.does("mapping", name, Adds, strconv.Itoa(n)+" entries")
		} else {
			c.does("mapping", name, Keeps, "")
		}
	}
	return nil
}

// looked bounds how many entries of a table here are compared.
const looked = 100 * MaxEntries

// Missing are the entries of a mapping that are not here.
func (p Place) Missing(ctx context.Context, m Mapping) (map[string]string, error) {
	here, _, err := provider.Entries(ctx, p.Table, m.Group, m.Table, looked)
	return m.without(here), err
}

func (m Mapping) without(here map[string]string) map[string]string {
	all := maps.Clone(m.Entries)
	maps.DeleteFunc(all, func(key, _ string) bool { _, ok := here[key]; return ok })
	return all
}

func (c *checking) instances(ctx context.Context) error {
	for i, want := range c.bundle.Instances {
		have, err := provider.Load(ctx, c.Table, want.ID)
		switch {
		case fault.Is(err, fault.NotFound) || err == nil && have.Provider != want.Provider:
			c.say(MissingInstance, "instances", i, "no instance %q of the provider %s is installed here | Install it", want.ID, want.Provider)
			continue
		case err != nil:
			return err
		case !have.Active:
			c.say(MissingInstance, "instances", i, "the provider instance %q is not active here | Activate it", want.ID)
		}
		for _, name := range want.Secrets {
			if have.Secrets[name] == "" {
				c.say(MissingSecret, "instances", i, "the provider instance %q has no secret %q here | Set it; a bundle does not carry it", want.ID, name)
			}
		}
	}
	return nil
}

// needs checks what only this Orderloom's program can have.
func (c *checking) needs() {
	if c.bundle.States != StatesHash() {
		c.say(StatesDiffer, "states", -1, "events lead orders through other states here | Bring both Orderlooms to the same version")
	}
	for i, id := range c.bundle.Actions {
		if f, ok := c.Catalog.Function(id); !ok || !f.Action {
			c.say(MissingAction, "actions", i, "there is no action %q here | Deploy the provider that has it", id)
		}
	}
	for i, e := range c.bundle.Events {
		if !slices.ContainsFunc(c.Catalog.Events, func(d definition) bool { return d.Name == e.Name }) {
			c.say(MissingEvent, "events", i, "the event %s is not declared here | Declare it", e.Name)
		}
	}
}

func find(all []policy.Policy, version int) *policy.Policy {
	for i := range all {
		if all[i].Version == version {
			return &all[i]
		}
	}
	return nil
}

// next is the first version that is free behind all others.
func next(all []policy.Policy) int {
	n := 1
	for _, p := range all {
		n = max(n, p.Version+1)
	}
	return n
}

func samePolicy(a, b policy.Policy) bool {
	x, errX := json.Marshal(&a)
	y, errY := json.Marshal(&b)
	return errX == nil && errY == nil && string(x) == string(y)
}

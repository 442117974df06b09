package bundle

import (
	"encoding/json"
	"maps"
	"slices"
	"strconv"

	"github.com/orderloom/orderloom/shared/entity"
	"github.com/orderloom/orderloom/shared/flow"
	"github.com/orderloom/orderloom/shared/policy"
	"github.com/orderloom/orderloom/shared/policy/jsondoc"
)

// Parse reads a bundle and the flows and policies in it. With problems it must
// not be used. The entities are those that are declared beside orders.
func Parse(data []byte, entities ...entity.Entity) (Bundle, flow.Problems) {
	r := &reader{Parser: jsondoc.Parse(data), data: data, entities: entities, seen: map[string]bool{}}
	if r.Root == nil {
		return r.out, r.Problems()
	}
	r.bundle(r.Root)
	r.out.read.parser = r.Parser
	return r.out, append(r.Problems(), r.inner...)
}

type reader struct {
	*jsondoc.Parser
	data     []byte
	entities []entity.Entity
	out      Bundle
	inner    flow.Problems // of the documents in it
	seen     map[string]bool
}

func (r *reader) bundle(n *jsondoc.Node) {
	b := &r.out
	if b.Format = r.NeedText(n, "format"); b.Format != "" && b.Format != Format {
		r.At(n.Get("format"), flow.NewerFormat, "the bundle has format %q; this Orderloom reads %s | Update Orderloom, or export the flow from the older one again", b.Format, Format)
		return
	}
	r.Known(n, "format", "flows", "policies", "events", "mappings", "states", "actions", "instances")
	r.Need(n, "flows")
	for _, item := range r.some(n, "flows", MaxFlows) {
		r.flow(item)
	}
	for _, item := range r.some(n, "policies", MaxPolicies) {
		r.policy(item)
	}
	for _, item := range r.objects(n, "events") {
		r.Known(item, "name", "title")
		e := Event{r.NeedText(item, "name"), r.NeedText(item, "title")}
		r.once(item, "event "+e.Name)
		b.Events = append(b.Events, e)
	}
	for _, item := range r.objects(n, "mappings") {
		b.Mappings = append(b.Mappings, r.mapping(item))
	}
	b.States = r.NeedText(n, "states")
	b.Actions = r.Texts(n, "actions")
	for _, item := range r.objects(n, "instances") {
		r.Known(item, "id", "provider", "parameters", "secrets")
		in := Instance{r.NeedText(item, "id"), r.NeedText(item, "provider"), r.Texts(item, "parameters"), r.Texts(item, "secrets")}
		r.once(item, "instance "+in.ID)
		b.Instances = append(b.Instances, in)
	}
}

// some are the items of a list that has a limit.
func (r *reader) some(n *jsondoc.Node, key string, limit int) []*jsondoc.Node {
	items := r.List(n, key)
	if len(items) > limit {
		r.At(n.Get(key), jsondoc.InvalidValue, "there are %d %s in one bundle; %d are possible", len(items), key, limit)
		return nil
	}
	if key == "flows" && len(items) == 0 && n.Get(key) != nil {
		r.At(n.Get(key), jsondoc.InvalidValue, "a bundle has a flow at least")
	}
	return items
}

func (r *reader) objects(n *jsondoc.Node, key string) []*jsondoc.Node {
	return slices.DeleteFunc(slices.Clone(r.List(n, key)), func(item *jsondoc.Node) bool { return !r.Is(item, jsondoc.Object) })
}

// once reports what stands in the bundle twice.
func (r *reader) once(n *jsondoc.Node, what string) {
	if r.seen[what] {
		r.At(n, jsondoc.InvalidValue, "%s stands in the bundle twice", what)
	}
	r.seen[what] = true
}

// text is a document in the bundle as it stands there.
func (r *reader) text(n *jsondoc.Node) json.RawMessage { return slices.Clone(r.data[n.Pos:n.End]) }

func (r *reader) flow(n *jsondoc.Node) {
	text := r.text(n)
	doc, problems := flow.Parse(text, r.entities...)
	name := "flow " + doc.ID
	if doc.ID == "" {
		name = "flow " + strconv.Itoa(len(r.out.Flows)+1)
	}
	r.inner = append(r.inner, problems.Within(name)...)
	r.once(n, name)
	r.out.Flows, r.out.read.flows = append(r.out.Flows, text), append(r.out.read.flows, doc)
}

func (r *reader) policy(n *jsondoc.Node) {
	text := r.text(n)
	p, problems := policy.Parse(text, entity.Customs(r.entities)...)
	name := "policy " + p.Ref()
	if p.ID == "" {
		name = "policy " + strconv.Itoa(len(r.out.Policies)+1)
	}
	r.inner = append(r.inner, problems.Within(name)...)
	r.once(n, name)
	r.out.Policies, r.out.read.policies = append(r.out.Policies, text), append(r.out.read.policies, p)
}

func (r *reader) mapping(n *jsondoc.Node) Mapping {
	r.Known(n, "group", "table", "entries", "large")
	m := Mapping{Group: r.NeedText(n, "group"), Table: r.NeedText(n, "table"), Entries: map[string]string{}}
	r.once(n, "mapping "+m.Group+" / "+m.Table)
	if large := n.Get("large"); large != nil && r.Is(large, jsondoc.Bool) {
		m.Large = large.Text == "true"
	}
	entries := n.Get("entries")
	if entries == nil || !r.Is(entries, jsondoc.Object) {
		return m
	}
	for _, e := range entries.Members {
		if r.Is(e.Value, jsondoc.String) {
			m.Entries[e.Key] = e.Value.Text
		}
	}
	if len(m.Entries) > MaxEntries {
		r.At(entries, jsondoc.InvalidValue, "there are %d entries; a bundle carries %d of a table", len(m.Entries), MaxEntries)
	}
	return m
}

// keys are the keys of a mapping, sorted.
func (m Mapping) keys() []string { return slices.Sorted(maps.Keys(m.Entries)) }

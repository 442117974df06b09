package entity

import (
	"regexp"
	"slices"
	"unicode/utf8"

	"github.com/orderloom/orderloom/shared/event"
	"github.com/orderloom/orderloom/shared/policy/jsondoc"
)

// Bounds of a document.
const (
	MaxFields    = 200 // of one object
	MaxStates    = 50
	MaxEvents    = 100
	MaxListItems = 100    // of a list: as many as conditions of a running flow carry
	MaxText      = 10_000 // characters of a text
	maxTitle     = 40     // characters: it is part of names of states
	defaultText  = 1000
	defaultItems = 50
)

// Patterns of what a document names.
const (
	IDPattern      = `^[a-z][A-Za-z0-9]{0,39}$`
	PrefixPattern  = `^[a-z]{3}$`
	MappingPattern = `^[a-z][a-z0-9._-]{0,59}\.json$`
)

var (
	idPattern      = regexp.MustCompile(IDPattern)
	prefixPattern  = regexp.MustCompile(PrefixPattern)
	mappingPattern = regexp.MustCompile(MappingPattern)
	eventPattern   = regexp.MustCompile(`^[A-Za-z]{1,79}(ed|Sent|Failed)$`)
)

// taken are the prefixes of ids that Orderloom itself gives.
var taken = []string{"ord", "msg", "exc", "cor", "evt", "pol", "run"}

// Parse reads an entity document. With problems it must not be used.
func Parse(data []byte) (Entity, Problems) {
	r := &reader{Parser: jsondoc.Parse(data)}
	if r.Root != nil {
		r.entity(r.Root)
	}
	return r.e, r.Problems()
}

type reader struct {
	*jsondoc.Parser
	e Entity
}

func (r *reader) entity(n *jsondoc.Node) {
	e := &r.e
	if e.Format = r.NeedText(n, "format"); e.Format != "" && e.Format != Format {
		r.At(n.Get("format"), NewerFormat, "the document has format %q; this Orderloom reads %s | Update Orderloom", e.Format, Format)
		return
	}
	r.Known(n, "format", "id", "title", "description", "prefix", "mapping", "externalId", "name", "updatedAt", "order", "currency", "fields", "states", "initial", "transitions", "events")
	e.ID = event.Entity(r.matching(n, "id", idPattern, "Use up to 40 letters and digits, a small letter first, e.g. repairJob"))
	if slices.Contains([]event.Entity{event.Order, event.Line, event.FulfillmentOrder, event.Message, event.Stock, "shipment", "inventory", "return", "now"}, e.ID) {
		r.At(n.Get("id"), ReservedID, "%q is an entity of Orderloom itself | Choose another id", e.ID)
	}
	e.Title, e.Description = r.NeedText(n, "title"), r.Text(n, "description")
	if utf8.RuneCountInString(e.Title) > maxTitle {
		r.At(n.Get("title"), jsondoc.InvalidValue, "the title is longer than %d characters", maxTitle)
	}
	e.Prefix = r.matching(n, "prefix", prefixPattern, "Use three small letters")
	if slices.Contains(taken, e.Prefix) {
		r.At(n.Get("prefix"), ReservedID, "ids that begin with %q are of something else | Choose other letters", e.Prefix)
	}
	e.Mapping = r.matching(n, "mapping", mappingPattern, "Name a file beside this one, e.g. mapping.json")
	e.Fields = r.fields(n, "fields", "")
	r.references(n)
	if e.ID == "" {
		return // names of events begin with it
	}
	for _, d := range e.Definitions() {
		if _, own := event.Lookup(d.Name); own {
			r.At(n.Get("id"), ReservedID, "an entity %q would have the event %s, which Orderloom itself raises | Choose another id", e.ID, d.Name)
			break
		}
	}
	r.events(n)
	r.states(n)
	r.transitions(n)
}

// matching reads a text of a certain form.
func (r *reader) matching(n *jsondoc.Node, key string, form *regexp.Regexp, remedy string) string {
	text := r.NeedText(n, key)
	if text != "" && !form.MatchString(text) {
		r.At(n.Get(key), jsondoc.InvalidValue, "%q is no valid %s | %s", text, key, remedy)
		return ""
	}
	return text
}

// objects lists the objects under a key that must be there.
func (r *reader) objects(n *jsondoc.Node, key string, most int) []*jsondoc.Node {
	list := r.Need(n, key)
	if list == nil || !r.Is(list, jsondoc.Array) {
		return nil
	}
	if len(list.Items) == 0 || len(list.Items) > most {
		r.At(list, jsondoc.InvalidValue, "%q has %d entries; 1 to %d are possible", key, len(list.Items), most)
	}
	var all []*jsondoc.Node
	for _, item := range list.Items[:min(len(list.Items), most)] {
		if r.Is(item, jsondoc.Object) {
			all = append(all, item)
		}
	}
	return all
}

// once reports a name that stands twice.
func (r *reader) once(seen map[string]bool, n *jsondoc.Node, key, name string) {
	if name != "" && seen[name] {
		r.At(n.Get(key), DuplicateID, "two of these have the name %q", name)
	}
	seen[name] = true
}

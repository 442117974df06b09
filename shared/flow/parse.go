package flow

import (
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/orderloom/orderloom/shared/entity"
	"github.com/orderloom/orderloom/shared/policy"
	"github.com/orderloom/orderloom/shared/policy/jsondoc"
)

// Bounds of a document.
const (
	MaxSteps       = 500
	MaxNameLength  = 50 // characters: the names of a step's states are longer
	MaxLinesLimit  = 2000
	DefaultLines   = 500
	MaxAgain       = 1000
	MaxItems       = 40 // iterations that an inline Map runs at the same time
	DefaultItems   = 10
	maxTitleLength = 200
)

var idPattern = regexp.MustCompile(`^[a-z][a-z0-9]*(-[a-z0-9]+)*$`)

// Parse reads a flow document. The entities are those that are declared beside
// orders. With problems the document must not be used.
func Parse(data []byte, entities ...entity.Entity) (Document, Problems) {
	d, report := Open(data, entities...)
	return d, report.Problems()
}

// Open reads a flow document and returns what collects its problems, so that
// those of meaning can be reported with those of form. After problems the
// document has zero values where it could not be read.
func Open(data []byte, entities ...entity.Entity) (Document, *Report) {
	r := &reader{Parser: jsondoc.Parse(data), entities: entities, customs: entity.Customs(entities), ids: map[string]bool{}, names: map[string]string{}}
	if r.Root != nil {
		r.document(r.Root)
	}
	return r.doc, &Report{r.Parser}
}

type reader struct {
	*jsondoc.Parser
	doc      Document
	entities []entity.Entity
	customs  []policy.Custom   // the same as policies see them
	ids      map[string]bool   // of all steps so far
	names    map[string]string // folded name → as written
	place    Place             // of the steps that are read
}

func (r *reader) document(n *jsondoc.Node) {
	d := &r.doc
	if d.Format = r.NeedText(n, "format"); d.Format != "" && d.Format != Format {
		r.At(n.Get("format"), NewerFormat, "the document has format %q; this Orderloom reads %s | Update Orderloom, or export the flow from the older one again", d.Format, Format)
		return
	}
	r.Known(n, "format", "id", "title", "description", "type", "profile", "entry", "maxLines", "start", "steps", "layout")
	d.ID = r.id(n, "id", MaxIDLength)
	if strings.HasPrefix(d.ID, bindingPrefix) {
		r.At(n.Get("id"), jsondoc.InvalidValue, "the id %q begins as the machines of bindings do", d.ID)
	}
	d.Title, d.Description = r.NeedText(n, "title"), r.Text(n, "description")
	if utf8.RuneCountInString(d.Title) > maxTitleLength {
		r.At(n.Get("title"), jsondoc.InvalidValue, "the title is longer than %d characters", maxTitleLength)
	}
	r.flowType(n)
	d.Profile = Standard
	if n.Get("profile") != nil {
		d.Profile = r.Choice(n, "profile", d.profiles()...)
	}
	r.maxLines(n)
	if e := r.Need(n, "entry"); e != nil && r.Is(e, jsondoc.Object) {
		r.Known(e, "event", "filter", "alongside")
		d.Entry.Event = r.Choice(e, "event", r.entryEvents()...)
		d.Entry.Filter = r.refs(e, "filter")
		d.Entry.Alongside = r.Texts(e, "alongside")
		for _, key := range []string{"filter", "alongside"} {
			if v := e.Get(key); v != nil && d.Entry.Event == SubFlowEntry {
				r.At(v, jsondoc.InvalidValue, "no order enters a sub-flow by itself: other flows run it | Remove %q, and decide in the flow that runs it", key)
			}
		}
	}
	d.Scope = r.scope(n, "")
	r.layout(n)
}

// id reads an id that ends up in names of executions and idempotency keys.
func (r *reader) id(n *jsondoc.Node, key string, limit int) string {
	id := r.NeedText(n, key)
	if id != "" && (len(id) > limit || !idPattern.MatchString(id)) {
		r.At(n.Get(key), jsondoc.InvalidValue, "the id %q is not valid | Use up to %d small letters, digits and single dashes, a letter first", id, limit)
	}
	return id
}

// refs reads a list of policy references.
func (r *reader) refs(n *jsondoc.Node, key string) []string {
	var out []string
	for _, item := range r.List(n, key) {
		if !r.Is(item, jsondoc.String) {
			continue
		}
		id, version, ok := strings.Cut(item.Text, "@")
		if !ok || !idPattern.MatchString(id) || !versionPattern.MatchString(version) {
			r.At(item, InvalidRef, "%q is not a policy reference | Write id@version, e.g. served-countries@1", item.Text)
			continue
		}
		out = append(out, item.Text)
	}
	return out
}

var versionPattern = regexp.MustCompile(`^[1-9][0-9]{0,6}$`)

// name reads a step's name, which becomes the name of its state.
func (r *reader) name(n *jsondoc.Node) string {
	name := r.NeedText(n, "name")
	if name == "" {
		return ""
	}
	v := n.Get("name")
	switch {
	case utf8.RuneCountInString(name) > MaxNameLength:
		r.At(v, InvalidName, "the name is longer than %d characters", MaxNameLength)
	case name != strings.TrimSpace(name) || strings.ContainsFunc(name, unprintable) || strings.Contains(name, "${"):
		r.At(v, InvalidName, "the name %q has characters that a name cannot have | Leave out ${, line breaks and blanks at the ends", name)
	case strings.Contains(name, StateSeparator) || name == StartState || strings.HasPrefix(name, r.doc.CanceledState()):
		r.At(v, InvalidName, "the name %q is reserved | Names do not contain %q and are not %q or %q", name, StateSeparator, StartState, r.doc.CanceledState())
	}
	folded := strings.ToLower(name)
	if other, ok := r.names[folded]; ok {
		r.At(v, DuplicateName, "two steps have the name %q (the other is written %q) | Give each step its own name, also inside for-each", name, other)
	}
	r.names[folded] = name
	return name
}

func unprintable(c rune) bool { return !unicode.IsPrint(c) }

// Names of states that a compiled machine has beside the steps' own. A step
// that needs several states has "<name> – <what>".
const (
	StartState     = "Start"
	CanceledState  = "Order Canceled"
	StateSeparator = " – "
)

func (r *reader) layout(n *jsondoc.Node) {
	l := n.Get("layout")
	if l == nil || !r.Is(l, jsondoc.Object) {
		return
	}
	r.doc.Layout = map[string]Point{}
	for _, m := range l.Members {
		if !r.ids[m.Key] {
			r.Add(jsondoc.InvalidValue, m.Value.Pointer, m.Pos, "layout names %q, which is no step", m.Key)
		}
		if r.Is(m.Value, jsondoc.Object) {
			r.Known(m.Value, "x", "y")
			const limit = 1_000_000
			r.doc.Layout[m.Key] = Point{r.Int(m.Value, "x", 0, -limit, limit), r.Int(m.Value, "y", 0, -limit, limit)}
		}
	}
}

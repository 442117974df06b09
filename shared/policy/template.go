package policy

import (
	"encoding/json"
	"strings"

	"github.com/orderloom/orderloom/shared/event"
	"github.com/orderloom/orderloom/shared/jsontree"
	"github.com/orderloom/orderloom/shared/policy/jsondoc"
)

// TemplateText is a template as it stands in a document: any JSON, in whose
// texts {{path}} stands for a field, and in which {"compute": …} stands for a
// computed value.
type TemplateText []byte

// MarshalJSON writes the template as it was read.
func (t TemplateText) MarshalJSON() ([]byte, error) { return json.RawMessage(t).MarshalJSON() }

// UnmarshalJSON keeps the template as it is.
func (t *TemplateText) UnmarshalJSON(data []byte) error {
	*t = append((*t)[:0], data...)
	return nil
}

// Template is a template that was read.
type Template struct {
	fixed   json.RawMessage // null, true, false or a number
	text    []textPart
	compute *Expression
	members []templateMember
	items   []Template
	kind    jsontree.Kind
}

type textPart struct {
	literal string
	field   *Field
}

type templateMember struct {
	key   string
	value Template
}

// ParseTemplate reads a template about records of an entity, inside a document
// whose parser collects the problems.
func ParseTemplate(p *jsondoc.Parser, n *jsondoc.Node, of event.Entity) *Template {
	t := templateReader{reader{Parser: p}, of}.template(n)
	return &t
}

type templateReader struct {
	reader
	of event.Entity
}

func (r templateReader) template(n *jsondoc.Node) Template {
	t := Template{kind: n.Kind}
	switch n.Kind {
	case jsondoc.String:
		t.text = r.text(n)
	case jsondoc.Array:
		for _, item := range n.Items {
			t.items = append(t.items, r.template(item))
		}
	case jsondoc.Object:
		if v := n.Get("compute"); v != nil && len(n.Members) == 1 {
			t.compute = ParseExpression(r.Parser, v, r.of)
			break
		}
		for _, m := range n.Members {
			t.members = append(t.members, templateMember{m.Key, r.template(m.Value)})
		}
	default:
		t.fixed, _ = json.Marshal(n.Value()) // what was decoded from JSON always encodes
	}
	return t
}

// text splits a text at the paths in it.
func (r templateReader) text(n *jsondoc.Node) []textPart {
	var parts []textPart
	rest := n.Text
	for {
		before, after, found := strings.Cut(rest, "{{")
		parts = append(parts, textPart{literal: before})
		if !found {
			return parts
		}
		path, behind, closed := strings.Cut(after, "}}")
		if !closed {
			r.At(n, jsondoc.InvalidValue, "the text has {{ without }} | Write the path of a field in between, e.g. {{order.name}}")
			return parts
		}
		rest = behind
		f, ok := r.fieldAt(n, strings.TrimSpace(path), r.of)
		switch {
		case !ok:
		case f.Type == Tags:
			r.At(n, ValueMismatch, "%s is a list; a text cannot show it", f.Path)
		default:
			parts = append(parts, textPart{field: &f})
		}
	}
}

// Fill writes the template for a record. In a text, a field without data is
// nothing; a computed value without data is left out.
func (t *Template) Fill(r Record) (json.RawMessage, error) {
	v, ok := t.fill(r)
	if !ok {
		v = nil
	}
	return json.Marshal(v)
}

// fill yields a value; false when there is none.
func (t *Template) fill(r Record) (any, bool) {
	switch {
	case t.compute != nil:
		text, err := t.compute.write(r)
		if err == nil && t.compute.kind() == Number {
			return json.Number(text), true
		}
		return text, err == nil
	case t.kind == jsondoc.String:
		return t.filled(r), true
	case t.kind == jsondoc.Array:
		all := []any{}
		for i := range t.items {
			if v, ok := t.items[i].fill(r); ok {
				all = append(all, v)
			}
		}
		return all, true
	case t.kind == jsondoc.Object:
		all := map[string]any{}
		for i := range t.members {
			if v, ok := t.members[i].value.fill(r); ok {
				all[t.members[i].key] = v
			}
		}
		return all, true
	}
	return t.fixed, true
}

func (t *Template) filled(r Record) string {
	var b strings.Builder
	for _, p := range t.text {
		if p.field == nil {
			b.WriteString(p.literal)
		} else if text, err := (&Expression{field: p.field}).write(r); err == nil {
			b.WriteString(text)
		}
	}
	return b.String()
}

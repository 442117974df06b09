// Package transform maps the documents of outside services to Orderloom's own,
// by a declarative mapping document instead of code.
//
// A mapping is a tree of rules in the shape of the target document. Each leaf
// says where its value stands in the source (a gjson path), which type it must
// have, and what to do when it is not there. A mapping is pure: the same bytes
// and the same lookups give the same bytes. What is missing or of another type
// is reported with its path in the source and its value, all of it at once.
//
// Money never becomes a floating-point number: a decimal is taken as it was
// written.
package transform

import (
	"bytes"
	"encoding/json"
	"io"
	"strings"

	"github.com/orderloom/orderloom/shared/fault"
)

// Codes of problems with a source document.
const (
	MissingField  = "Transform.MissingField"
	WrongType     = "Transform.WrongType"
	UnknownValue  = "Transform.UnknownValue" // not among the values or lookups of the mapping
	UnknownFormat = "Transform.UnknownFormat"
)

// Mapping is a parsed mapping document.
type Mapping struct {
	Format      string          `json:"format"` // "1.0"
	Title       string          `json:"title"`
	Description string          `json:"description,omitempty"`
	Root        []string        `json:"root,omitempty"`   // the first of these paths that exists holds the document
	Expect      []string        `json:"expect,omitempty"` // paths by which the document's kind is recognized
	Fields      map[string]Rule `json:"fields"`

	fields []field
}

// Rule makes one target field. Exactly one of Path, Const, Context, Object,
// Pairs, Split, Join and Cases says from what.
type Rule struct {
	Path    Paths             `json:"path,omitempty"`    // the first that has a value
	Const   *string           `json:"const,omitempty"`   // the constant itself
	Context string            `json:"context,omitempty"` // a field of Context: organization, company, channel, instance, provider
	Object  map[string]Rule   `json:"object,omitempty"`  // a nested object …
	At      string            `json:"at,omitempty"`      // … of what stands here; left out when nothing does
	Each    string            `json:"each,omitempty"`    // … one for each element here
	When    string            `json:"when,omitempty"`    // … only where a value stands here
	Pairs   *Pairs            `json:"pairs,omitempty"`
	Split   *Split            `json:"split,omitempty"`
	Join    *Join             `json:"join,omitempty"`
	Cases   []Case            `json:"cases,omitempty"`  // the first that applies
	Type    Type              `json:"type,omitempty"`   // of Path; string when empty
	Values  map[string]string `json:"values,omitempty"` // source value → target value
	Other   *string           `json:"other,omitempty"`  // for values that Values does not list
	Lookup  *Lookup           `json:"lookup,omitempty"` // resolve the value through a mapping group
	Default *string           `json:"default,omitempty"`
	Require bool              `json:"required,omitempty"`

	fields []field // of Object
	asks   bool    // there is a lookup here or below
}

// field is one of an object's, which are in the order of their names.
type field struct {
	name string
	rule *Rule
}

// Type of a source value.
type Type string

const (
	String  Type = "string"
	ID      Type = "id"      // a string or a whole number, kept as text
	Integer Type = "integer" // a whole number or its text
	Decimal Type = "decimal" // a number or its text, kept as written
	Time    Type = "time"    // RFC 3339, made UTC
	Date    Type = "date"    // a time, or a day, which is taken as its beginning in UTC
	Boolean Type = "boolean"
)

// Paths is one gjson path or a list of them.
type Paths []string

// UnmarshalJSON accepts a string or a list of strings.
func (p *Paths) UnmarshalJSON(data []byte) error {
	if bytes.HasPrefix(bytes.TrimSpace(data), []byte(`"`)) {
		var one string
		if err := json.Unmarshal(data, &one); err != nil {
			return err
		}
		*p = Paths{one}
		return nil
	}
	return json.Unmarshal(data, (*[]string)(p))
}

// Pairs makes a map of a list of key/value objects.
type Pairs struct {
	Path  string `json:"path"`
	Key   string `json:"key"`
	Value string `json:"value"`
}

// Split makes a list of a text.
type Split struct {
	Path      string `json:"path"`
	Separator string `json:"separator"`
}

// Join makes a text of several, empty ones left out.
type Join struct {
	Paths     []string `json:"paths"`
	Separator string   `json:"separator"`
}

// Case yields Value where the text at Path equals Equals; without Path always.
type Case struct {
	Path   string `json:"path,omitempty"`
	Equals string `json:"equals,omitempty"`
	Value  string `json:"value"`
}

// Lookup resolves a value through a table of the instance's mapping group. A
// constant as the value is the constant-mapping idiom: one entry for all.
type Lookup struct {
	Table   string `json:"table"`
	Missing string `json:"missing"` // "keep" the value, leave it "empty", or "error"
}

// maxDepth bounds the nesting of a mapping.
const maxDepth = 16

// Parse reads a mapping document. Its error lists all problems.
func Parse(data []byte) (*Mapping, error) {
	var m Mapping
	dec := json.NewDecoder(bytes.NewReader(data))
	dec.DisallowUnknownFields()
	if err := dec.Decode(&m); err != nil {
		return nil, fault.Wrap(err, fault.Invalid, "mapping is not valid")
	}
	if _, err := dec.Token(); err != io.EOF {
		return nil, fault.New(fault.Invalid, "mapping has data after the document")
	}
	var problems []string
	if m.Format != "1.0" {
		problems = append(problems, `format: want "1.0"`)
	}
	if len(m.Fields) == 0 {
		problems = append(problems, "fields: a mapping needs some")
	}
	for _, name := range sortedKeys(m.Fields) {
		problems = append(problems, m.Fields[name].problems("fields."+name, 0)...)
	}
	if len(problems) > 0 {
		return nil, fault.New(fault.Invalid, "mapping has %d problems: %s", len(problems), strings.Join(problems, "; ")).With(problems)
	}
	m.fields, _ = prepare(m.Fields)
	return &m, nil
}

// prepare sorts fields once and finds out which of them ask lookups.
func prepare(rules map[string]Rule) (fields []field, asks bool) {
	for _, name := range sortedKeys(rules) {
		r := rules[name]
		r.fields, r.asks = prepare(r.Object)
		r.asks = r.asks || r.Lookup != nil
		fields, asks = append(fields, field{name, &r}), asks || r.asks
	}
	return fields, asks
}

func (r Rule) problems(at string, depth int) []string {
	var all []string
	sources := 0
	for _, given := range []bool{len(r.Path) > 0, r.Const != nil, r.Context != "", r.Object != nil, r.Pairs != nil, r.Split != nil, r.Join != nil, len(r.Cases) > 0} {
		if given {
			sources++
		}
	}
	if sources != 1 {
		all = append(all, at+": want exactly one of path, const, context, object, pairs, split, join, cases")
	}
	switch r.Type {
	case "", String, ID, Integer, Decimal, Time, Date, Boolean:
	default:
		all = append(all, at+".type: unknown type "+string(r.Type))
	}
	if r.Lookup != nil && r.Lookup.Missing != "keep" && r.Lookup.Missing != "empty" && r.Lookup.Missing != "error" {
		all = append(all, at+`.lookup.missing: want "keep", "empty" or "error"`)
	}
	if r.Object == nil && (r.At != "" || r.Each != "" || r.When != "") {
		all = append(all, at+": at, each and when go with object")
	}
	if r.At != "" && r.Each != "" {
		all = append(all, at+": want at or each, not both")
	}
	if r.Context != "" && !knownContext[r.Context] {
		all = append(all, at+".context: unknown field "+r.Context)
	}
	if depth > maxDepth {
		return append(all, at+": nested too deeply")
	}
	for _, name := range sortedKeys(r.Object) {
		all = append(all, r.Object[name].problems(at+".object."+name, depth+1)...)
	}
	return all
}

// knownContext lists what Context can name; it never changes.
var knownContext = map[string]bool{"organization": true, "company": true, "channel": true, "instance": true, "provider": true}

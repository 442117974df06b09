package transform

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/shopspring/decimal"
	"github.com/tidwall/gjson"

	"github.com/orderloom/orderloom/shared/fault"
)

// Limits on a source document.
const (
	MaxBytes    = 5 << 20
	MaxElements = 2000 // of one list
	maxProblems = 100  // that are reported
)

// Context is what the mapping knows beside the document, by name.
type Context map[string]string

// Lookups resolves keys through a mapping group.
type Lookups interface {
	Lookup(table, key string) (value string, ok bool)
}

// Problem is one thing that is wrong with a source document.
type Problem struct {
	Code  string `json:"code"`
	Path  string `json:"path"` // in the source document
	Value string `json:"value,omitempty"`
	Text  string `json:"text"`
}

// Apply maps a source document. Its fault names the first problem; its data
// lists all.
func (m *Mapping) Apply(source []byte, lookups Lookups, c Context) ([]byte, error) {
	if len(source) > MaxBytes {
		return nil, fault.New(fault.TooLarge, "document of %d bytes exceeds %d", len(source), MaxBytes)
	}
	if !valid(source) {
		var v any
		return nil, fault.Wrap(json.Unmarshal(source, &v), fault.Invalid, "document is not JSON")
	}
	root := m.root(source)
	a := &application{lookups: lookups, context: c}
	for _, path := range m.Expect {
		if !root.Get(path).Exists() {
			a.problem(UnknownFormat, path, gjson.Result{}, "the document is not what this mapping is for")
		}
	}
	var target map[string]any
	if len(a.problems) == 0 {
		target = a.object(m.fields, root, "")
	}
	if len(a.problems) > 0 {
		first := a.problems[0]
		return nil, fault.New(first.Code, "%s", first.Text).On("", first.Path).Got(first.Value).
			Do("Correct the document at its sender, or the mapping, then replay the message").With(a.problems)
	}
	out, err := json.Marshal(target)
	if err != nil {
		return nil, fault.Wrap(err, fault.Internal, "encoding the mapped document")
	}
	return out, nil
}

// manyBrackets is more than gjson, which calls itself for each level, may have
// to follow; encoding/json stops at that depth.
const manyBrackets = 10_000

// valid is json.Valid, several times as fast where the document cannot be
// nested too deeply.
func valid(source []byte) bool {
	if bytes.Count(source, []byte{'['})+bytes.Count(source, []byte{'{'}) > manyBrackets {
		return json.Valid(source)
	}
	return gjson.ValidBytes(source)
}

// Asks calls the lookups that Apply would ask for the same document, as far as
// it can be read; what they answer means nothing.
func (m *Mapping) Asks(source []byte, lookups Lookups, c Context) {
	if len(source) <= MaxBytes && valid(source) {
		a := &application{lookups: lookups, context: c, asking: true}
		a.object(m.fields, m.root(source), "")
	}
}

// root is the part of a source document that holds the fields.
func (m *Mapping) root(source []byte) gjson.Result {
	root := gjson.ParseBytes(source)
	for _, path := range m.Root {
		if r := root.Get(path); r.IsObject() {
			return r
		}
	}
	return root
}

type application struct {
	lookups  Lookups
	asking   bool // only rules that ask lookups count
	context  Context
	problems []Problem
}

func (a *application) problem(code, path string, v gjson.Result, text string, args ...any) {
	if len(a.problems) >= maxProblems {
		return
	}
	value := strings.ToValidUTF8(v.Raw[:min(len(v.Raw), 80)], "")
	a.problems = append(a.problems, Problem{code, path, value, path + ": " + fmt.Sprintf(text, args...)})
}

func (a *application) object(fields []field, node gjson.Result, at string) map[string]any {
	out := make(map[string]any, len(fields))
	for _, f := range fields {
		if a.asking && !f.rule.asks {
			continue
		}
		if v, ok := a.value(f.rule, node, at); ok {
			out[f.name] = v
		}
	}
	return out
}

// value makes one target value; ok is false when the field stays out.
func (a *application) value(r *Rule, node gjson.Result, at string) (any, bool) {
	switch {
	case r.When != "" && empty(node.Get(r.When)):
		return nil, false
	case r.Object != nil && r.Each != "":
		return a.each(r, node, at)
	case r.Object != nil:
		return a.nested(r, node, at)
	case r.Pairs != nil:
		return a.pairs(r.Pairs, node, at)
	case r.Split != nil:
		return a.split(r.Split, node, at)
	}
	text, path, ok := a.text(r, node, at)
	if !ok {
		if r.Require {
			a.problem(MissingField, join(at, path), gjson.Result{}, "a value is required")
		}
		return nil, false
	}
	if text, ok = a.resolve(r, text, join(at, path)); !ok {
		return nil, false
	}
	return typed(r.Type, text), true
}

// text finds the value as text and the path it was, or would have been, found at.
func (a *application) text(r *Rule, node gjson.Result, at string) (text, path string, ok bool) {
	switch {
	case r.Const != nil:
		return *r.Const, "", true
	case r.Context != "":
		v := a.context[r.Context]
		return v, r.Context, v != ""
	case r.Join != nil:
		text = a.joined(r.Join, node, at)
		return text, strings.Join(r.Join.Paths, "+"), text != ""
	case len(r.Cases) > 0:
		for _, c := range r.Cases {
			if c.Path == "" || node.Get(c.Path).String() == c.Equals {
				return c.Value, c.Path, true
			}
		}
		return "", "", false
	}
	for _, path := range r.Path {
		v := node.Get(path)
		if empty(v) {
			continue
		}
		text, err := read(r.Type, v)
		if err != nil {
			a.problem(WrongType, join(at, path), v, "%v", err)
			return "", path, true
		}
		return text, path, true
	}
	if r.Default != nil {
		return *r.Default, r.Path[0], true
	}
	return "", r.Path[0], false
}

// empty: null and the empty text stand for no value.
func empty(v gjson.Result) bool {
	return v.Type == gjson.Null || (v.Type == gjson.String && v.Str == "")
}

// resolve passes a value through Values and Lookup.
func (a *application) resolve(r *Rule, text, path string) (string, bool) {
	if r.Values != nil {
		v, ok := r.Values[text]
		switch {
		case ok:
			text = v
		case r.Other != nil:
			text = *r.Other
		default:
			a.problem(UnknownValue, path, gjson.Result{Raw: text}, "value %q is none of %s", text, strings.Join(sortedKeys(r.Values), ", "))
			return "", false
		}
	}
	if r.Lookup == nil {
		return text, true
	}
	v, ok := a.lookups.Lookup(r.Lookup.Table, text)
	switch {
	case ok:
		return v, true
	case r.Lookup.Missing == "keep":
		return text, true
	case r.Lookup.Missing == "error":
		a.problem(UnknownValue, path, gjson.Result{Raw: text}, "%q is not in the mapping table %q", text, r.Lookup.Table)
	}
	return "", false
}

func (a *application) each(r *Rule, node gjson.Result, at string) (any, bool) {
	list := node.Get(r.Each)
	if !list.Exists() || list.Type == gjson.Null {
		if r.Require {
			a.problem(MissingField, join(at, r.Each), list, "a list is required")
		}
		return nil, false
	}
	if !list.IsArray() {
		a.problem(WrongType, join(at, r.Each), list, "want a list")
		return nil, false
	}
	elements := list.Array()
	if len(elements) > MaxElements {
		a.problem(fault.TooLarge, join(at, r.Each), gjson.Result{}, "%d elements; at most %d are taken", len(elements), MaxElements)
		return nil, false
	}
	if len(elements) == 0 && r.Require {
		a.problem(MissingField, join(at, r.Each), list, "at least one element is required")
		return nil, false
	}
	out := make([]any, len(elements))
	for i, e := range elements {
		path := join(at, r.Each) + "." + strconv.Itoa(i)
		if !e.IsObject() {
			a.problem(WrongType, path, e, "want an object")
			continue
		}
		out[i] = a.object(r.fields, e, path)
	}
	return out, true
}

func (a *application) nested(r *Rule, node gjson.Result, at string) (any, bool) {
	if r.At == "" {
		return a.object(r.fields, node, at), true
	}
	n := node.Get(r.At)
	if !n.Exists() || n.Type == gjson.Null {
		if r.Require {
			a.problem(MissingField, join(at, r.At), n, "an object is required")
		}
		return nil, false
	}
	if !n.IsObject() {
		a.problem(WrongType, join(at, r.At), n, "want an object")
		return nil, false
	}
	return a.object(r.fields, n, join(at, r.At)), true
}

// read checks a source value and returns it as text.
func read(t Type, v gjson.Result) (string, error) {
	text := v.Str
	if v.Type == gjson.Number {
		text = v.Raw
	}
	scalar := v.Type == gjson.String || v.Type == gjson.Number
	switch t {
	case Boolean:
		if v.Type != gjson.True && v.Type != gjson.False {
			return "", fmt.Errorf("want true or false")
		}
		return v.Raw, nil
	case "", String:
		if v.Type != gjson.String {
			return "", fmt.Errorf("want a text")
		}
	case ID:
		if !scalar || (v.Type == gjson.Number && strings.ContainsAny(text, ".eE")) {
			return "", fmt.Errorf("want a text or a whole number")
		}
	case Integer:
		if n, err := strconv.Atoi(text); !scalar || err != nil || n < -1e9 || n > 1e9 {
			return "", fmt.Errorf("want a whole number")
		}
	case Decimal:
		if !scalar || len(text) > 40 {
			return "", fmt.Errorf("want a decimal number")
		}
		d, err := decimal.NewFromString(text)
		if err != nil || d.Exponent() > 20 || d.Exponent() < -20 {
			return "", fmt.Errorf("want a decimal number")
		}
		if strings.ContainsAny(text, "eE+") {
			text = d.String()
		}
	case Time, Date:
		at, err := time.Parse(time.RFC3339, text)
		if err != nil && t == Date {
			at, err = time.Parse(time.DateOnly, text)
		}
		if err != nil {
			return "", fmt.Errorf("want a %s as in 2026-01-02T15:04:05Z", t)
		}
		if at = at.UTC(); at.Year() < 1 || at.Year() > 9999 {
			return "", fmt.Errorf("want a %s between the years 1 and 9999", t)
		}
		text = at.Format(time.RFC3339Nano)
	}
	return text, nil
}

// typed turns the text into what JSON shows.
func typed(t Type, text string) any {
	switch t {
	case Integer:
		if n, err := strconv.Atoi(text); err == nil {
			return n
		}
	case Boolean:
		return text == "true"
	}
	return text
}

func (a *application) pairs(p *Pairs, node gjson.Result, at string) (any, bool) {
	list := node.Get(p.Path)
	if list.Type != gjson.Null && !list.IsArray() {
		a.problem(WrongType, join(at, p.Path), list, "want a list")
	}
	out := map[string]string{}
	for _, e := range list.Array() {
		if key := e.Get(p.Key).String(); key != "" {
			out[key] = e.Get(p.Value).String()
		}
	}
	return out, len(out) > 0
}

func (a *application) split(s *Split, node gjson.Result, at string) (any, bool) {
	var out []string
	for _, part := range strings.Split(a.words(s.Path, node, at), s.Separator) {
		if part = strings.TrimSpace(part); part != "" {
			out = append(out, part)
		}
	}
	return out, len(out) > 0
}

func (a *application) joined(j *Join, node gjson.Result, at string) string {
	var parts []string
	for _, path := range j.Paths {
		if v := strings.TrimSpace(a.words(path, node, at)); v != "" {
			parts = append(parts, v)
		}
	}
	return strings.Join(parts, j.Separator)
}

// words reads a text that may be absent.
func (a *application) words(path string, node gjson.Result, at string) string {
	v := node.Get(path)
	if v.Type != gjson.String && v.Type != gjson.Null {
		a.problem(WrongType, join(at, path), v, "want a text")
	}
	return v.Str
}

func join(at, path string) string {
	if at == "" || path == "" {
		return at + path
	}
	return at + "." + path
}

func sortedKeys[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }

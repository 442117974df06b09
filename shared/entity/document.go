package entity

import (
	"bytes"
	"encoding/json"
	"io"
	"maps"
	"slices"
	"strconv"
	"time"
	"unicode/utf8"

	"github.com/shopspring/decimal"

	"github.com/orderloom/orderloom/shared/fault"
	"github.com/orderloom/orderloom/shared/money"
	"github.com/orderloom/orderloom/shared/transform"
)

// Document is the fields of a record as its sender states them. A number is a
// whole float64, an amount a decimal text, a time RFC 3339 in UTC, an object a
// map, a list a list of maps.
type Document map[string]any

// maxProblems is how many problems of one document are reported.
const maxProblems = 100

// Read reads the JSON of a document that a mapping made. Its fault names the
// first thing that is wrong, by path and value; its data lists all.
func (e *Entity) Read(data []byte) (Document, error) {
	var given map[string]any
	dec := json.NewDecoder(bytes.NewReader(data))
	dec.UseNumber()
	if err := dec.Decode(&given); err != nil {
		return nil, fault.Wrap(err, fault.Invalid, "the document is no JSON object")
	}
	if _, err := dec.Token(); err != io.EOF {
		return nil, fault.New(fault.Invalid, "something follows after the document")
	}
	c := &checker{}
	doc := c.object(e.Fields, given, "")
	if len(c.problems) == 0 {
		c.currency(e, doc)
	}
	if len(c.problems) > 0 {
		first := c.problems[0]
		return nil, fault.New(first.Code, "%s", first.Text).On("", first.Path).Got(first.Value).
			Do("Correct the document at its sender, its mapping or the entity, then replay the message").With(c.problems)
	}
	return doc, nil
}

// Text is the text of a field, "" when there is none.
func (d Document) Text(id string) string {
	text, _ := d[id].(string)
	return text
}

type checker struct{ problems []transform.Problem }

func (c *checker) problem(code, path string, v any, text string) {
	if len(c.problems) >= maxProblems {
		return
	}
	value := ""
	if v != nil {
		value = shortened(encode(v))
	}
	c.problems = append(c.problems, transform.Problem{Code: code, Path: path, Value: value, Text: path + ": " + text})
}

func shortened(value []byte) string {
	if len(value) > 80 {
		return string(bytes.ToValidUTF8(value[:80], nil)) + "…"
	}
	return string(value)
}

func (c *checker) object(fields []Field, given map[string]any, at string) map[string]any {
	out := make(map[string]any, len(fields))
	for _, f := range fields {
		path := join(at, f.ID)
		v, ok := given[f.ID]
		if !ok || v == nil || v == "" {
			if f.Required {
				c.problem(transform.MissingField, path, nil, "a value is required")
			}
			continue
		}
		if v, ok := c.value(f, v, path); ok {
			out[f.ID] = v
		}
	}
	for _, name := range slices.Sorted(maps.Keys(given)) {
		if _, ok := find(fields, name); !ok {
			c.problem(transform.UnknownValue, join(at, name), given[name], "the entity has no such field; remove it from the mapping")
		}
	}
	return out
}

func (c *checker) value(f Field, v any, path string) (any, bool) {
	switch f.Type {
	case Object:
		inner, ok := v.(map[string]any)
		if !ok {
			c.problem(transform.WrongType, path, v, "want an object")
			return nil, false
		}
		return c.object(f.Fields, inner, path), true
	case Texts, List:
		return c.list(f, v, path)
	}
	out, want := scalar(f, v)
	if want != "" {
		c.problem(transform.WrongType, path, v, "want "+want)
	}
	return out, want == ""
}

func (c *checker) list(f Field, v any, path string) (any, bool) {
	list, ok := v.([]any)
	if !ok || len(list) > f.MaxItems {
		c.problem(transform.WrongType, path, v, "want a list of at most "+strconv.Itoa(f.MaxItems))
		return nil, false
	}
	if len(list) == 0 && f.Required {
		c.problem(transform.MissingField, path, nil, "at least one entry is required")
	}
	out := make([]any, len(list))
	for i, entry := range list {
		at := join(path, strconv.Itoa(i))
		if f.Type == List {
			entry := Field{Type: Object, Fields: f.Fields}
			out[i], _ = c.value(entry, list[i], at)
			continue
		}
		text, want := scalar(Field{Type: Text, MaxLength: f.MaxLength}, entry)
		if want != "" || text == "" {
			c.problem(transform.WrongType, at, entry, "want a text that is not empty")
		}
		out[i] = text
	}
	return out, len(list) > 0
}

// scalar checks one value; want says what it should be, "" when it is.
func scalar(f Field, v any) (out any, want string) {
	text, isText := v.(string)
	number, isNumber := v.(json.Number)
	switch f.Type {
	case Text:
		if !isText || utf8.RuneCountInString(text) > f.MaxLength {
			return nil, "a text of at most " + strconv.Itoa(f.MaxLength) + " characters"
		}
		if len(f.Values) > 0 && !slices.Contains(f.Values, text) {
			return nil, "one of " + string(encode(f.Values))
		}
		return text, ""
	case Number:
		n, err := strconv.ParseInt(number.String(), 10, 64)
		if !isNumber || err != nil || n > MaxNumber || n < -MaxNumber || !f.within(decimal.NewFromInt(n)) {
			return nil, "a whole number" + f.bounds()
		}
		return float64(n), ""
	case Amount:
		if isNumber {
			text = number.String()
		}
		d, err := money.Parse(text)
		if !isText && !isNumber || err != nil || d.Abs().GreaterThan(decimal.NewFromInt(MaxNumber)) || !f.within(d) {
			return nil, "an amount" + f.bounds()
		}
		return d.String(), ""
	case Time:
		at, err := time.Parse(time.RFC3339, text)
		if at = at.UTC(); err != nil || at.Year() < 1 || at.Year() > 9999 {
			return nil, "a time as in 2026-01-02T15:04:05Z"
		}
		return at.Format(time.RFC3339Nano), ""
	}
	yes, ok := v.(bool)
	if !ok {
		return nil, "true or false"
	}
	return yes, ""
}

func (f Field) within(d decimal.Decimal) bool {
	return (f.Minimum == nil || !d.LessThan(decimal.NewFromInt(*f.Minimum))) && (f.Maximum == nil || !d.GreaterThan(decimal.NewFromInt(*f.Maximum)))
}

func (f Field) bounds() string {
	text := ""
	if f.Minimum != nil {
		text += " of at least " + strconv.FormatInt(*f.Minimum, 10)
	}
	if f.Maximum != nil {
		text += " of at most " + strconv.FormatInt(*f.Maximum, 10)
	}
	return text
}

// currency reports a currency that is none, and amounts without any.
func (c *checker) currency(e *Entity, doc Document) {
	code := doc.Text(e.Currency)
	if e.Currency == "" || code == "" {
		return // amounts without currency have no data; required says whether it must be there
	}
	if _, err := money.Digits(code); err != nil {
		c.problem(transform.UnknownValue, e.Currency, code, "want a currency code of ISO 4217")
	}
}

func join(at, name string) string {
	if at == "" {
		return name
	}
	return at + "." + name
}

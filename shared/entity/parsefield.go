package entity

import (
	"slices"
	"strings"

	"github.com/orderloom/orderloom/shared/policy/jsondoc"
)

// builtin are the fields that every record has beside those of its document.
var builtin = []string{"id", "state", "reason", "orderId", "currencyDigits"}

var (
	scalarTypes = []Type{Text, Number, Amount, Time, Boolean}
	fieldTypes  = append(slices.Clone(scalarTypes), Texts, Object, List)
)

// Types lists the types of fields; those of an object or a list are scalars.
func Types(nested bool) []Type {
	if nested {
		return slices.Clone(scalarTypes)
	}
	return slices.Clone(fieldTypes)
}

// Properties lists what a field of a type can say, beside what all can.
func Properties(t Type, nested bool) []string {
	var own []string
	switch t {
	case Text:
		own = []string{"maxLength", "values"}
	case Number, Amount:
		own = []string{"minimum", "maximum"}
	case Texts:
		return []string{"maxLength", "maxItems"}
	case Object:
		return []string{"fields"}
	case List:
		return []string{"maxItems", "fields"}
	}
	if !nested && (t == Text || t == Number) {
		own = append(own, "settable")
	}
	return own
}

var commonProperties = []string{"id", "title", "type", "required"}

// fields reads a list of fields; of is the object around them, "" for the
// document itself.
func (r *reader) fields(n *jsondoc.Node, key, of string) (all []Field) {
	seen := map[string]bool{}
	for _, item := range r.objects(n, key, MaxFields) {
		r.In(r.Text(item, "id"))
		f := r.field(item, of)
		r.once(seen, item, "id", f.ID)
		if of == "" && slices.Contains(builtin, f.ID) {
			r.At(item.Get("id"), ReservedID, "every record has a field %q of Orderloom's own | Choose another id", f.ID)
		}
		all = append(all, f)
		r.In("")
	}
	return all
}

func (r *reader) field(n *jsondoc.Node, of string) Field {
	f := Field{ID: r.matching(n, "id", idPattern, "Use up to 40 letters and digits, a small letter first"), Title: r.NeedText(n, "title")}
	names := make([]string, len(fieldTypes))
	for i, t := range fieldTypes {
		names[i] = string(t)
	}
	f.Type = Type(r.Choice(n, "type", names...))
	f.Required = r.flag(n, "required")
	if f.Type == "" {
		return f
	}
	if of != "" && !slices.Contains(scalarTypes, f.Type) {
		r.At(n.Get("type"), NestedTooDeeply, "inside of %q there cannot be another %s | Make it a field of the document", of, f.Type)
		return f
	}
	allowed := append(slices.Clone(commonProperties), Properties(f.Type, of != "")...)
	for _, m := range n.Members {
		if !slices.Contains(allowed, m.Key) {
			r.Add(MisplacedField, jsondoc.Pointer(n.Pointer, m.Key), m.Pos, "a field of type %s has no %q here | It can have: %s", f.Type, m.Key, strings.Join(allowed, ", "))
		}
	}
	r.limits(&f, n)
	if f.Type == Object || f.Type == List {
		f.Fields = r.fields(n, "fields", f.ID)
	}
	return f
}

// limits reads what bounds a field, and gives those that say nothing a bound.
func (r *reader) limits(f *Field, n *jsondoc.Node) {
	switch f.Type {
	case Text:
		f.MaxLength = r.Int(n, "maxLength", defaultText, 1, MaxText)
		f.Values = r.Texts(n, "values")
		if v := n.Get("values"); v != nil && v.Kind == jsondoc.Array && (len(v.Items) == 0 || slices.Contains(f.Values, "")) {
			r.At(v, jsondoc.InvalidValue, "the list of values is empty, or has an empty text")
		}
	case Texts:
		f.MaxLength, f.MaxItems = r.Int(n, "maxLength", defaultText, 1, MaxText), r.Int(n, "maxItems", defaultItems, 1, MaxListItems)
	case List:
		f.MaxItems = r.Int(n, "maxItems", defaultItems, 1, MaxListItems)
	case Number, Amount:
		f.Minimum, f.Maximum = r.bound(n, "minimum"), r.bound(n, "maximum")
		if f.Minimum != nil && f.Maximum != nil && *f.Minimum > *f.Maximum {
			r.At(n.Get("maximum"), jsondoc.InvalidValue, "the maximum is less than the minimum")
		}
	}
	f.Settable = r.flag(n, "settable") && (f.Type == Text || f.Type == Number)
}

// MaxNumber bounds numbers, as in policies.
const MaxNumber = 1_000_000_000_000

func (r *reader) bound(n *jsondoc.Node, key string) *int64 {
	if n.Get(key) == nil {
		return nil
	}
	v := int64(r.Int(n, key, 0, -MaxNumber, MaxNumber))
	return &v
}

func (r *reader) flag(n *jsondoc.Node, key string) bool {
	v := n.Get(key)
	return v != nil && r.Is(v, jsondoc.Bool) && v.Text == "true"
}

// references reads which fields have a meaning for Orderloom.
func (r *reader) references(n *jsondoc.Node) {
	e := &r.e
	e.ExternalID = r.reference(n, "externalId", true, Text)
	e.Name = r.reference(n, "name", false, Text)
	e.UpdatedAt = r.reference(n, "updatedAt", false, Time)
	e.Order = r.reference(n, "order", false, Text)
	e.Currency = r.reference(n, "currency", false, Text)
	if f, ok := e.Field(e.ExternalID); ok && e.ExternalID != "" && !f.Required {
		r.At(n.Get("externalId"), WrongReference, "the field %q identifies a record, so it must be required", f.ID)
	}
	amounts := slices.ContainsFunc(e.Fields, func(f Field) bool {
		return f.Type == Amount || slices.ContainsFunc(f.Fields, func(in Field) bool { return in.Type == Amount })
	})
	if amounts && n.Get("currency") == nil {
		r.At(n, MissingCurrency, `there are amounts, and nothing says of which currency | Add "currency" with the id of a text field`)
	}
}

func (r *reader) reference(n *jsondoc.Node, key string, needed bool, want Type) string {
	if n.Get(key) == nil && !needed {
		return ""
	}
	id := r.NeedText(n, key)
	if id == "" {
		return ""
	}
	f, ok := r.e.Field(id)
	switch {
	case !ok:
		r.At(n.Get(key), UnknownReference, "there is no field %q", id)
	case f.Type != want:
		r.At(n.Get(key), WrongReference, "the field %q is of type %s; here stands one of type %s", id, f.Type, want)
	}
	return id
}

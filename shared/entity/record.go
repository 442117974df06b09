package entity

import (
	"strconv"
	"strings"
	"time"

	"github.com/orderloom/orderloom/shared/event"
	"github.com/orderloom/orderloom/shared/money"
	"github.com/orderloom/orderloom/shared/policy"
)

// kinds are the types of policies by those of fields.
var kinds = map[Type]policy.Type{Text: policy.Text, Number: policy.Number, Amount: policy.Money, Time: policy.Time, Boolean: policy.Bool, Texts: policy.Tags}

// Custom is the entity as policies see it.
func (e *Entity) Custom() policy.Custom {
	c := policy.Custom{Entity: e.ID}
	add := func(of event.Entity, id, title string, t policy.Type) {
		c.Fields = append(c.Fields, policy.Field{Path: string(of) + "." + id, Title: title, Type: t, Of: of})
	}
	add(e.ID, "id", e.Title+" id", policy.Text)
	add(e.ID, "state", "State", policy.Text)
	add(e.ID, "reason", "State reason", policy.Text)
	add(e.ID, "orderId", "Id of the order it is linked to", policy.Text)
	for _, f := range e.Fields {
		switch f.Type {
		case Object:
			for _, in := range f.Fields {
				add(e.ID, f.ID+"."+in.ID, f.Title+": "+in.Title, kinds[in.Type])
			}
		case List:
			list := event.Entity(string(e.ID) + "." + f.ID)
			c.Lists = append(c.Lists, list)
			for _, in := range f.Fields {
				add(list, in.ID, in.Title, kinds[in.Type])
			}
		default:
			add(e.ID, f.ID, f.Title, kinds[f.Type])
		}
		if f.Settable {
			c.Settable = append(c.Settable, policy.Target{Path: string(e.ID) + "." + f.ID, Values: f.Values, MaxLength: f.MaxLength, Minimum: f.Minimum, Maximum: f.Maximum})
		}
	}
	return c
}

// Customs are declared entities as policies see them.
func Customs(all []Entity) []policy.Custom {
	out := make([]policy.Custom, len(all))
	for i := range all {
		out[i] = all[i].Custom()
	}
	return out
}

// Record is a record as policies look at it; now is what conditions compare
// dates with.
func (e *Entity) Record(doc Document, status *Status, now time.Time) policy.Record {
	return record{e: e, doc: doc, status: status, now: now}
}

type record struct {
	e      *Entity
	doc    Document
	status *Status
	list   string         // field that entry is one of, "" for the record itself
	entry  map[string]any // of a list
	now    time.Time
}

// Related lists the entries of a list.
func (r record) Related(relation string) []policy.Record {
	all := []policy.Record{}
	id, ok := strings.CutPrefix(relation, string(r.e.ID)+".")
	if f, known := r.e.Field(id); !ok || !known || f.Type != List {
		return all
	}
	entries, _ := r.doc[id].([]any)
	for _, entry := range entries {
		fields, _ := entry.(map[string]any)
		all = append(all, record{r.e, r.doc, r.status, id, fields, r.now})
	}
	return all
}

// Field is the value of a field. What a flow set goes before what the document
// says.
func (r record) Field(path string) (any, bool) {
	if v, ok := policy.Moment(path, r.now); ok {
		return v, v != nil
	}
	if path == policy.CurrencyDigits {
		n, err := money.Digits(r.doc.Text(r.e.Currency))
		return int64(n), err == nil
	}
	name, ok := strings.CutPrefix(path, string(r.e.ID)+".")
	if !ok {
		return nil, false
	}
	switch name {
	case "id":
		return text(r.status.ID)
	case "state":
		return text(r.status.State)
	case "reason":
		return text(r.status.Reason)
	case "orderId":
		return text(r.status.Order)
	}
	id, inner, nested := strings.Cut(name, ".")
	f, ok := r.e.Field(id)
	if !ok || nested != (f.Type == Object || f.Type == List) {
		return nil, false
	}
	if !nested {
		return r.typed(f, r.own(f))
	}
	within := r.entry
	if f.Type == Object {
		within, _ = r.doc[id].(map[string]any)
	} else if r.list != id {
		return nil, false
	}
	in, ok := find(f.Fields, inner)
	if !ok {
		return nil, false
	}
	return r.typed(in, within[inner])
}

// own is what a field of the record has: what a flow set, or its document says.
func (r record) own(f Field) any {
	set := r.status.Set[f.ID]
	if n, err := strconv.ParseFloat(set, 64); f.Type == Number && err == nil {
		return n
	}
	if f.Type == Text && set != "" {
		return set
	}
	return r.doc[f.ID]
}

func text(s string) (any, bool) { return s, s != "" }

// typed makes the value that policies expect of the type.
func (r record) typed(f Field, v any) (any, bool) {
	switch x := v.(type) {
	case float64:
		return int64(x), f.Type == Number
	case bool:
		return x, f.Type == Boolean
	case []any:
		var all []string
		for _, entry := range x {
			if s, ok := entry.(string); ok {
				all = append(all, s)
			}
		}
		return all, f.Type == Texts && len(all) > 0
	case string:
		switch f.Type {
		case Text:
			return text(x)
		case Time:
			at, err := time.Parse(time.RFC3339, x)
			return policy.SortableTime(at), err == nil
		case Amount:
			minor, err := money.Minor(x, r.doc.Text(r.e.Currency))
			return minor, err == nil
		}
	}
	return nil, false
}

package policy

import (
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/orderloom/orderloom/shared/event"
)

// Custom is an entity that a document declares (package entity), as policies see
// it: its fields and those of its lists. A list is a relation, whose path is also
// the entity of its records: "claim.items" leads to records with fields such as
// "claim.items.sku". Such an entity is related to nothing else.
//
// The document that is read and the record that is looked at must be of the same
// declaration; the back ends need none, for all that they ask is resolved when a
// policy is read.
type Custom struct {
	Entity   event.Entity
	Fields   []Field
	Lists    []event.Entity
	Settable []Target
}

// Target is a field that actions can set, and to what.
type Target struct {
	Path      string
	Values    []string // the only ones; nil: any
	MaxLength int      // of a text, in characters; 0: any
	Minimum   *int64   // of a number
	Maximum   *int64
}

// takes reports whether the field, which is f, can have a value.
func (s Target) takes(f Field, value string) bool {
	if !settableTo(f, value) {
		return false
	}
	if f.Type == Number {
		n, err := strconv.ParseInt(value, 10, 64)
		return err == nil && (s.Minimum == nil || n >= *s.Minimum) && (s.Maximum == nil || n <= *s.Maximum)
	}
	return (s.Values == nil || slices.Contains(s.Values, value)) && (s.MaxLength == 0 || utf8.RuneCountInString(value) <= s.MaxLength)
}

// owns reports whether an entity is this one, or the records of one of its lists.
func (c Custom) owns(of event.Entity) bool { return c.Entity == of || slices.Contains(c.Lists, of) }

// CurrencyDigits is the fact that says how many digits the amounts of a record
// have after the decimal point; a custom record answers it for its own currency.
// It is written into machines under the name it has for orders.
const CurrencyDigits = currencyDigits

// Moment is the value of a path such as "now" or "now-P7D", which every record
// has; ok is false for a path that is none.
func Moment(path string, now time.Time) (value any, ok bool) {
	if !isMoment(path) {
		return nil, false
	}
	at, ok := momentAt(path, now)
	if !ok || now.IsZero() {
		return nil, true
	}
	return sortableTime(at), true
}

// SortableTime writes a time as values of fields of type time are.
func SortableTime(t time.Time) string { return sortableTime(t) }

// lookup finds a field by its path, also one of a custom entity.
func (r reader) lookup(path string) (Field, bool) {
	f, ok := LookupField(path)
	for i := 0; i < len(r.customs) && !ok; i++ {
		fields := r.customs[i].Fields
		if at := slices.IndexFunc(fields, func(f Field) bool { return f.Path == path }); at >= 0 {
			f, ok = fields[at], true
		}
	}
	return f, ok
}

// reachable lists the entities whose fields a condition on an entity can use.
func (r reader) reachable(of event.Entity) []event.Entity {
	for _, c := range r.customs {
		switch {
		case c.Entity == of:
			return []event.Entity{of}
		case c.owns(of):
			return []event.Entity{of, c.Entity}
		}
	}
	return reachable(of)
}

// relations lists those of orders and of the custom entities.
func (r reader) relations() []relation {
	all := slices.Clone(relations)
	for _, c := range r.customs {
		for _, l := range c.Lists {
			all = append(all, relation{string(l), c.Entity, l})
		}
	}
	return all
}

// entities lists what a policy can be about.
func (r reader) entities() []string {
	all := []string{string(event.Order), string(event.Line), string(event.FulfillmentOrder)}
	for _, c := range r.customs {
		all = append(all, string(c.Entity))
	}
	return all
}

// lookupSettable finds a field that actions on an entity can set, and says which
// there are.
func (r reader) lookupSettable(of event.Entity, path string) (f Field, to Target, ok bool, possible string) {
	for _, c := range r.customs {
		if c.Entity != of {
			continue
		}
		var paths []string
		for _, s := range c.Settable {
			paths = append(paths, s.Path)
			if s.Path == path {
				to, ok = s, true
			}
		}
		f, _ = r.lookup(path)
		return f, to, ok, "It can set: " + strings.Join(paths, ", ")
	}
	f, ok = lookupSettable(of, path)
	return f, Target{Path: path}, ok, "Policies on a line can set " + LinePath + " and line.attributes.…, policies on an order " + PriorityPath + " and order.attributes.…"
}

// isCustom reports whether an entity is one that a document declares.
func (r reader) isCustom(of event.Entity) bool {
	return slices.ContainsFunc(r.customs, func(c Custom) bool { return c.Entity == of })
}

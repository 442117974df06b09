package policy

import (
	"slices"
	"strings"
	"time"

	"github.com/orderloom/orderloom/shared/event"
	"github.com/orderloom/orderloom/shared/money"
	"github.com/orderloom/orderloom/shared/order"
)

// Record is what policies look at.
type Record interface {
	// Field returns the value of a field of the schema, with the Go type that
	// Type states; false when it has no data. An amount that is no amount of the
	// order's currency has no data.
	Field(path string) (any, bool)
	// Related returns the records of a relation, e.g. LinesRelation.
	Related(relation string) []Record
}

type record struct {
	doc    *order.Document
	status *order.Status
	line   *order.Line
	fo     *order.FulfillmentOrder
	now    time.Time
}

// OrderRecord is an order; now is what conditions compare dates with.
func OrderRecord(doc *order.Document, status *order.Status, now time.Time) Record {
	return record{doc: doc, status: status, now: now}
}

// LineRecord is the line with that id of an order; an unknown line has no data.
func LineRecord(doc *order.Document, status *order.Status, line string, now time.Time) Record {
	r := record{doc: doc, status: status, now: now}
	for i := range doc.Lines {
		if doc.Lines[i].ID == line {
			r.line = &doc.Lines[i]
		}
	}
	return r
}

// FulfillmentOrderRecord is the fulfillment order with that id of an order; an
// unknown one, such as "", has no data.
func FulfillmentOrderRecord(doc *order.Document, status *order.Status, id string, now time.Time) Record {
	return record{doc: doc, status: status, fo: status.FulfillmentOrder(id), now: now}
}

func (r record) Related(relation string) []Record {
	all := []Record{}
	switch relation {
	case LinesRelation, linesOfFulfillmentOrder:
		for i := range r.doc.Lines {
			if l := &r.doc.Lines[i]; relation == LinesRelation || ships(r.fo, l.ID) {
				all = append(all, record{doc: r.doc, status: r.status, line: l, now: r.now})
			}
		}
	case fulfillmentOrdersRelation, fulfillmentOrdersOfLine:
		for i := range r.status.FulfillmentOrders {
			f := &r.status.FulfillmentOrders[i]
			if relation == fulfillmentOrdersRelation || r.line != nil && ships(f, r.line.ID) {
				all = append(all, record{doc: r.doc, status: r.status, fo: f, now: r.now})
			}
		}
	}
	return all
}

// ships reports whether a fulfillment order has something of a line.
func ships(f *order.FulfillmentOrder, line string) bool {
	return f != nil && slices.ContainsFunc(f.Lines, func(l order.FulfillmentLine) bool { return l.Line == line })
}

func (r record) Field(path string) (any, bool) {
	if isMoment(path) {
		at, ok := momentAt(path, r.now)
		if !ok || r.now.IsZero() {
			return nil, false
		}
		return sortableTime(at), true
	}
	f, ok := LookupField(path)
	if !ok {
		return nil, false
	}
	entity, name, _ := strings.Cut(path, ".")
	var v any
	switch event.Entity(entity) {
	case event.Order:
		v = r.order(name)
	case event.Line:
		v = r.lineField(name)
	case event.FulfillmentOrder:
		v = r.fulfillmentOrder(name)
	}
	return r.typed(f.Type, v)
}

// typed makes the value that a type promises, or says that there is no data.
func (r record) typed(t Type, v any) (any, bool) {
	switch x := v.(type) {
	case string:
		if x == "" {
			return nil, false
		}
		if t == Money {
			minor, err := money.Minor(x, r.doc.Currency)
			if err != nil {
				return nil, false
			}
			return minor, true
		}
		return x, true
	case int:
		return int64(x), true
	case float64:
		return x, true
	case time.Time:
		if !x.IsZero() {
			return sortableTime(x), true
		}
	case *time.Time:
		if x != nil && !x.IsZero() {
			return sortableTime(*x), true
		}
	case []string:
		if len(x) > 0 {
			return x, true
		}
	}
	return nil, false
}

const timeLayout = "2006-01-02T15:04:05Z"

// sortableTime writes a time so that texts compare as times do.
func sortableTime(t time.Time) string { return t.UTC().Format(timeLayout) }

package policy

import (
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
}

// OrderRecord is an order.
func OrderRecord(doc *order.Document, status *order.Status) Record {
	return record{doc: doc, status: status}
}

// LineRecord is the line with that id of an order; an unknown line has no data.
func LineRecord(doc *order.Document, status *order.Status, line string) Record {
	r := record{doc: doc, status: status}
	for i := range doc.Lines {
		if doc.Lines[i].ID == line {
			r.line = &doc.Lines[i]
		}
	}
	return r
}

// FulfillmentOrderRecord is the fulfillment order with that id of an order; an
// unknown one, such as "", has no data.
func FulfillmentOrderRecord(doc *order.Document, status *order.Status, id string) Record {
	return record{doc: doc, status: status, fo: status.FulfillmentOrder(id)}
}

func (r record) Related(relation string) []Record {
	if relation != LinesRelation {
		return nil
	}
	all := make([]Record, len(r.doc.Lines))
	for i := range r.doc.Lines {
		all[i] = record{doc: r.doc, status: r.status, line: &r.doc.Lines[i]}
	}
	return all
}

func (r record) Field(path string) (any, bool) {
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
			return minor, err == nil
		}
		return x, true
	case int:
		return int64(x), true
	case time.Time:
		return sortableTime(x), !x.IsZero()
	case *time.Time:
		if x == nil || x.IsZero() {
			return nil, false
		}
		return sortableTime(*x), true
	case []string:
		return x, len(x) > 0
	}
	return nil, false
}

const timeLayout = "2006-01-02T15:04:05Z"

// sortableTime writes a time so that texts compare as times do.
func sortableTime(t time.Time) string { return t.UTC().Format(timeLayout) }

func (r record) order(name string) any {
	d, s := r.doc, r.status
	if a, ok := strings.CutPrefix(name, "attributes."); ok {
		return d.Attributes[a]
	}
	if c, ok := strings.CutPrefix(name, "customer."); ok {
		return map[string]string{"id": d.Customer.ID, "name": d.Customer.Name, "email": d.Customer.Email, "phone": d.Customer.Phone}[c]
	}
	if a, ok := strings.CutPrefix(name, "shipTo."); ok {
		return address(d.ShipTo, a)
	}
	if a, ok := strings.CutPrefix(name, "billTo."); ok {
		return address(d.BillTo, a)
	}
	switch name {
	case "id":
		return s.Order
	case "organization":
		return d.Organization
	case "company":
		return d.Company
	case "channel":
		return d.Channel
	case "instance":
		return d.Instance
	case "externalId":
		return d.ExternalID
	case "name":
		return d.Name
	case "currency":
		return d.Currency
	case "currencyDigits":
		if n, err := money.Digits(d.Currency); err == nil {
			return n
		}
	case "paymentStatus":
		return d.PaymentStatus
	case "risk":
		return d.Risk
	case "note":
		return d.Note
	case "state":
		return string(s.State)
	case "reason":
		return string(s.Reason)
	case "lineCount":
		return len(d.Lines)
	case "tags":
		return tags(d, s)
	}
	return r.moneyOrTime(name)
}

// tags are those of the channel and those that were added here.
func tags(d *order.Document, s *order.Status) []string {
	return append(append([]string(nil), d.Tags...), s.Tags...)
}

func (r record) moneyOrTime(name string) any {
	d := r.doc
	switch name {
	case "totals.subtotal":
		return d.Totals.Subtotal
	case "totals.discount":
		return d.Totals.Discount
	case "totals.shipping":
		return d.Totals.Shipping
	case "totals.tax":
		return d.Totals.Tax
	case "totals.total":
		return d.Totals.Total
	case "placedAt":
		return d.PlacedAt
	case "updatedAt":
		return d.UpdatedAt
	case "requestedAt":
		return d.RequestedAt
	case "promisedAt":
		return d.PromisedAt
	case "shipBy":
		return d.ShipBy
	}
	return nil
}

func address(a *order.Address, name string) any {
	if a == nil {
		return nil
	}
	return map[string]string{
		"name": a.Name, "company": a.Company, "line1": a.Line1, "line2": a.Line2, "city": a.City,
		"province": a.Province, "zip": a.Zip, "country": a.Country, "phone": a.Phone,
	}[name]
}

func (r record) lineField(name string) any {
	l := r.line
	if l == nil {
		return nil
	}
	if a, ok := strings.CutPrefix(name, "attributes."); ok {
		return l.Attributes[a]
	}
	switch name {
	case "id":
		return l.ID
	case "kind":
		return string(l.Kind)
	case "sku":
		return l.SKU
	case "product":
		return l.Product
	case "title":
		return l.Title
	case "quantity":
		return l.Quantity
	case "price":
		return l.Price
	}
	s := r.status.Line(l.ID)
	if s == nil {
		return nil
	}
	return map[string]any{
		"location": s.Location, "state": string(s.State), "reason": string(s.Reason),
		"reserved": s.Reserved, "shipped": s.Shipped, "canceled": s.Canceled,
	}[name]
}

func (r record) fulfillmentOrder(name string) any {
	f := r.fo
	if f == nil {
		return nil
	}
	switch name {
	case "id":
		return f.ID
	case "location":
		return f.Location
	case "state":
		return string(f.State)
	case "reason":
		return string(f.Reason)
	case "lineCount":
		return len(f.Lines)
	case "quantity":
		sum := 0
		for _, l := range f.Lines {
			sum += l.Quantity
		}
		return sum
	}
	return nil
}

package policy

import (
	"cmp"
	"strings"

	"github.com/orderloom/orderloom/shared/money"
	"github.com/orderloom/orderloom/shared/order"
)

// order is what the order has at a field; nil is no data.
func (r record) order(name string) any {
	d, s := r.doc, r.status
	if a, ok := strings.CutPrefix(name, "attributes."); ok {
		return cmp.Or(s.Attributes[a], d.Attributes[a])
	}
	if a, ok := strings.CutPrefix(name, scorePrefix); ok {
		return score(s, a)
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
	case "priority":
		if s.Priority > 0 {
			return s.Priority
		}
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

package policy

import (
	"cmp"
	"strings"

	"github.com/shopspring/decimal"

	"github.com/orderloom/orderloom/shared/money"
	"github.com/orderloom/orderloom/shared/order"
)

// lineField is what a line has at a field; nil is no data.
func (r record) lineField(name string) any {
	l := r.line
	if l == nil {
		return nil
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
	case "amount":
		return amount(l)
	}
	s := r.status.Line(l.ID)
	if s == nil {
		s = &order.LineStatus{}
	}
	if a, ok := strings.CutPrefix(name, "attributes."); ok {
		return cmp.Or(s.Attributes[a], l.Attributes[a])
	}
	if s.ID == "" {
		return nil
	}
	return lineStatus(s, name)
}

// amount is price times quantity, "" when the price is none.
func amount(l *order.Line) string {
	price, err := money.Parse(l.Price)
	if err != nil {
		return ""
	}
	return price.Mul(decimal.NewFromInt(int64(l.Quantity))).String()
}

func lineStatus(s *order.LineStatus, name string) any {
	switch name {
	case "location":
		return s.Location
	case "state":
		return string(s.State)
	case "reason":
		return string(s.Reason)
	case "reserved":
		return s.Reserved
	case "shipped":
		return s.Shipped
	case "canceled":
		return s.Canceled
	}
	return nil
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

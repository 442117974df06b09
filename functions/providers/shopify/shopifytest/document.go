package shopifytest

import (
	"encoding/json"
	"fmt"
	"hash/fnv"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"
)

// OrderSpec says what an order is to be; what it leaves out is made up, the same
// for the same name.
type OrderSpec struct {
	Name       string // "#1001"
	ExternalID string // a number; "" derives one from the name
	Country    string // of the ship-to address; "" means US
	Lines      []LineSpec
	Note       string
	Attributes map[string]string // note attributes

	CreatedAt    time.Time
	UpdatedAt    time.Time  // zero means CreatedAt
	CanceledAt   *time.Time // canceled by the shop, which refunds everything
	CancelReason string     // "" means customer
	Payment      string     // financial_status; "" means paid
	Tags         string     // comma between two
}

// LineSpec is one line of it.
type LineSpec struct {
	ID       string // a number; "" counts from 1
	SKU      string
	Title    string // "" means the SKU
	Quantity int
	Cents    int64 // price per piece; 0 means 1200
	Digital  bool
}

const (
	shippingCents  = 500
	taxPercent     = 6
	firstOrderID   = 5_000_000_000_000
	firstProductID = 8_000_000_000_000
)

// Document is the body of a webhook about an order.
func Document(o OrderSpec) []byte {
	var goods, tax int64
	lines := make([]any, len(o.Lines))
	for i, l := range o.Lines {
		if l.ID == "" {
			l.ID = strconv.Itoa(i + 1)
		}
		if l.Cents == 0 {
			l.Cents = 1200
		}
		sum := l.Cents * int64(l.Quantity)
		lines[i] = line(l, sum*taxPercent/100, o.CanceledAt != nil)
		goods, tax = goods+sum, tax+sum*taxPercent/100
	}
	doc := header(o)
	doc["line_items"] = lines
	doc["tax_lines"] = []any{object{"title": "State Tax", "rate": 0.06, "price": dollars(tax)}}
	doc["shipping_lines"] = []any{object{
		"id": identity("shipping", o.Name), "code": "Standard", "title": "Standard", "source": "shopify",
		"price": dollars(shippingCents), "discounted_price": dollars(shippingCents), "tax_lines": []any{}, "discount_allocations": []any{},
	}}
	totals(doc, "", goods, tax, shippingCents)
	totals(doc, "current_", goods, tax, shippingCents)
	if o.CanceledAt != nil {
		totals(doc, "current_", 0, 0, 0)
	}
	data, _ := json.Marshal(doc) // strings, numbers and times always encode
	return data
}

func header(o OrderSpec) object {
	if o.ExternalID == "" {
		o.ExternalID = strconv.FormatInt(firstOrderID+identity("order", o.Name), 10)
	}
	if o.UpdatedAt.IsZero() {
		o.UpdatedAt = o.CreatedAt
	}
	if o.Payment == "" {
		o.Payment = "paid"
	}
	id, address := json.Number(o.ExternalID), addressIn(o.Country)
	doc := object{
		"id": id, "admin_graphql_api_id": "gid://shopify/Order/" + o.ExternalID, "name": o.Name, "app_id": 580111, "source_name": "web",
		"order_number": orderNumber(o), "number": orderNumber(o) % 1000, "confirmed": true, "test": false, "buyer_accepts_marketing": false,
		"created_at": stamp(o.CreatedAt), "processed_at": stamp(o.CreatedAt), "updated_at": stamp(o.UpdatedAt), "closed_at": nil,
		"cancelled_at": nil, "cancel_reason": nil, "currency": "USD", "presentment_currency": "USD", "taxes_included": false,
		"financial_status": o.Payment, "fulfillment_status": nil, "fulfillments": []any{}, "refunds": []any{}, "tags": o.Tags,
		"email": "bob.norman@example.com", "contact_email": "bob.norman@example.com", "phone": nil, "note": nil,
		"note_attributes": attributes(o.Attributes), "discount_codes": []any{}, "discount_applications": []any{}, "payment_gateway_names": []string{"shopify_payments"},
		"customer":        object{"id": 207119551, "email": "bob.norman@example.com", "first_name": "Bob", "last_name": "Norman", "state": "disabled", "tags": ""},
		"billing_address": address, "shipping_address": address,
	}
	if o.Note != "" {
		doc["note"] = o.Note
	}
	if o.CanceledAt != nil {
		doc["cancelled_at"], doc["closed_at"], doc["cancel_reason"] = stamp(*o.CanceledAt), stamp(*o.CanceledAt), "customer"
		doc["financial_status"] = "refunded"
		if o.CancelReason != "" {
			doc["cancel_reason"] = o.CancelReason
		}
	}
	return doc
}

func line(l LineSpec, tax int64, canceled bool) object {
	left, title := l.Quantity, l.Title
	if canceled {
		left = 0
	}
	if title == "" {
		title = l.SKU
	}
	return object{
		"id": json.Number(l.ID), "admin_graphql_api_id": "gid://shopify/LineItem/" + l.ID, "sku": l.SKU, "title": title, "name": title,
		"product_id": firstProductID + identity("product", l.SKU), "variant_id": firstProductID + identity("variant", l.SKU), "variant_title": nil,
		"quantity": l.Quantity, "current_quantity": left, "fulfillable_quantity": left, "fulfillment_status": nil, "fulfillment_service": "manual",
		"price": dollars(l.Cents), "total_discount": "0.00", "discount_allocations": []any{}, "properties": []any{}, "duties": []any{},
		"requires_shipping": !l.Digital, "gift_card": false, "taxable": true, "product_exists": true, "grams": 200, "vendor": "Orderloom",
		"tax_lines": []any{object{"title": "State Tax", "rate": 0.06, "price": dollars(tax)}},
	}
}

func totals(doc object, prefix string, goods, tax, shipping int64) {
	doc[prefix+"subtotal_price"] = dollars(goods)
	doc[prefix+"total_tax"] = dollars(tax)
	doc[prefix+"total_discounts"] = "0.00"
	doc[prefix+"total_price"] = dollars(goods + tax + shipping)
}

func attributes(all map[string]string) []any {
	list := []any{}
	for _, name := range slices.Sorted(maps.Keys(all)) {
		list = append(list, object{"name": name, "value": all[name]})
	}
	return list
}

// addressIn is some address of a country.
func addressIn(country string) object {
	street, city, province, zip := "Chestnut Street 92", "Louisville", "KY", "40202"
	switch country {
	case "", "US":
		country = "US"
	case "CA":
		street, city, province, zip = "151 O'Connor Street", "Ottawa", "ON", "K2P 2L8"
	case "DE":
		street, city, province, zip = "Schönhauser Allee 36", "Berlin", "BE", "10435"
	default:
		street, city, province, zip = "Main Street 1", "Springfield", "", "10000"
	}
	out := object{
		"first_name": "Bob", "last_name": "Norman", "name": "Bob Norman", "company": nil, "address1": street, "address2": nil,
		"city": city, "zip": zip, "province_code": nil, "country_code": country, "phone": "+15556251199",
	}
	if province != "" {
		out["province_code"] = province
	}
	return out
}

// stamp is a time as the shop writes it, in its own zone.
func stamp(t time.Time) string { return t.In(time.FixedZone("", -5*60*60)).Format(time.RFC3339) }

func dollars(cents int64) string { return fmt.Sprintf("%d.%02d", cents/100, cents%100) }

func orderNumber(o OrderSpec) int {
	if n, err := strconv.Atoi(strings.TrimLeft(o.Name, "#")); err == nil {
		return n
	}
	return 1000
}

// identity derives a number from a name.
func identity(kind, name string) int64 {
	h := fnv.New64a()
	h.Write([]byte(kind + "\x00" + name))
	return int64(h.Sum64() % 1_000_000_000_000)
}

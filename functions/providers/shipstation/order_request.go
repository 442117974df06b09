package shipstation

import (
	"encoding/json"
	"strconv"

	"github.com/shopspring/decimal"

	"github.com/orderloom/orderloom/shared/fault"
	"github.com/orderloom/orderloom/shared/order"
	"github.com/orderloom/orderloom/shared/provider"
)

// request is the body of createorder.
type request struct {
	OrderNumber     string  `json:"orderNumber"` // what people at the warehouse search for
	OrderKey        string  `json:"orderKey"`    // our fulfillment order id
	OrderDate       string  `json:"orderDate"`
	ShipByDate      string  `json:"shipByDate,omitempty"`
	OrderStatus     string  `json:"orderStatus"`
	CustomerEmail   string  `json:"customerEmail,omitempty"`
	BillTo          address `json:"billTo"`
	ShipTo          address `json:"shipTo"`
	Items           []item  `json:"items"`
	CustomerNotes   string  `json:"customerNotes,omitempty"`
	AdvancedOptions options `json:"advancedOptions"`
}

type address struct {
	Name       string `json:"name"`
	Company    string `json:"company,omitempty"`
	Street1    string `json:"street1,omitempty"`
	Street2    string `json:"street2,omitempty"`
	City       string `json:"city,omitempty"`
	State      string `json:"state,omitempty"`
	PostalCode string `json:"postalCode,omitempty"`
	Country    string `json:"country,omitempty"`
	Phone      string `json:"phone,omitempty"`
}

type item struct {
	LineItemKey string      `json:"lineItemKey"` // our order line id
	SKU         string      `json:"sku"`
	Name        string      `json:"name"`
	Quantity    int         `json:"quantity"`
	UnitPrice   json.Number `json:"unitPrice"`
}

type options struct {
	WarehouseID int64  `json:"warehouseId"`
	Source      string `json:"source"`
}

const (
	timeLayout     = "2006-01-02T15:04:05.000Z"
	maxOrderNumber = 50 // characters, the service's limit
)

// warehouseOrder maps the fulfillment order's quantities and the order's address.
func warehouseOrder(c provider.Call) (request, error) {
	fo, doc := c.FulfillmentOrder, c.Order
	if doc.ShipTo == nil {
		return request{}, fault.New(fault.Invalid, "the order has no ship-to address").On(c.Status.Order, "shipTo").Do("Correct the order, then reprocess")
	}
	warehouse, err := warehouseID(c.Instance, fo.Location)
	if err != nil {
		return request{}, err
	}
	r := request{
		OrderNumber: orderNumber(doc.Name, fo.ID), OrderKey: fo.ID, OrderStatus: "awaiting_shipment",
		OrderDate: doc.PlacedAt.UTC().Format(timeLayout), CustomerEmail: doc.Customer.Email, CustomerNotes: doc.Note,
		ShipTo: addressOf(*doc.ShipTo, doc.Customer.Name), AdvancedOptions: options{WarehouseID: warehouse, Source: doc.Channel},
	}
	r.BillTo = r.ShipTo
	if doc.BillTo != nil {
		r.BillTo = addressOf(*doc.BillTo, doc.Customer.Name)
	}
	if doc.ShipBy != nil {
		r.ShipByDate = doc.ShipBy.UTC().Format(timeLayout)
	}
	lines := make(map[string]order.Line, len(doc.Lines))
	for _, l := range doc.Lines {
		lines[l.ID] = l
	}
	for _, fl := range fo.Lines {
		it, err := itemOf(c.Status.Order, lines, fl)
		if err != nil {
			return request{}, err
		}
		r.Items = append(r.Items, it)
	}
	return r, nil
}

func itemOf(id string, lines map[string]order.Line, fl order.FulfillmentLine) (item, error) {
	l, ok := lines[fl.Line]
	if !ok {
		return item{}, fault.New(fault.Invalid, "the fulfillment order has a line that the order does not have").On(id, "lines").Got(fl.Line)
	}
	price, err := decimal.NewFromString(l.Price)
	if err != nil {
		return item{}, fault.New(fault.Invalid, "price is not a decimal number").On(id, "lines."+l.ID+".price").Got(l.Price).Do("Correct the order, then reprocess")
	}
	name := l.Title
	if name == "" {
		name = l.SKU
	}
	return item{LineItemKey: l.ID, SKU: l.SKU, Name: name, Quantity: fl.Quantity, UnitPrice: json.Number(price.String())}, nil
}

// warehouseID has no default: goods must not leave from the wrong place.
func warehouseID(in provider.Instance, location string) (int64, error) {
	text, err := in.Parameter(warehousePrefix + location)
	if err != nil {
		return 0, err
	}
	id, err := strconv.ParseInt(text, 10, 64)
	if err != nil {
		return 0, fault.New(fault.Misconfigured, "ShipStation's warehouse ids are numbers").On(in.ID, "parameters."+warehousePrefix+location).Got(text).Do("Set it with the instance, then reprocess")
	}
	return id, nil
}

func orderNumber(name, fallback string) string {
	if name == "" {
		return fallback
	}
	if r := []rune(name); len(r) > maxOrderNumber {
		return string(r[:maxOrderNumber])
	}
	return name
}

func addressOf(a order.Address, customer string) address {
	if a.Name == "" {
		a.Name = customer
	}
	return address{
		Name: a.Name, Company: a.Company, Street1: a.Line1, Street2: a.Line2, City: a.City,
		State: a.Province, PostalCode: a.Zip, Country: a.Country, Phone: a.Phone,
	}
}

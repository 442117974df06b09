package shipstation

import (
	"context"
	"encoding/json"
	"net/url"
	"strconv"
	"time"

	"github.com/shopspring/decimal"

	"github.com/orderloom/orderloom/shared/fault"
	"github.com/orderloom/orderloom/shared/flow"
	"github.com/orderloom/orderloom/shared/fn"
	"github.com/orderloom/orderloom/shared/order"
	"github.com/orderloom/orderloom/shared/provider"
)

// exampleOrder stands in the example: on a fresh system there is no such order,
// so it shows the answer to an unknown id.
const exampleOrder = "ord_01JZZZZZZZZZZZZZZZZZZZZZZZ"

// CreateOrder asks the warehouse to ship one fulfillment order. The service
// updates an order whose key it knows, so asking again asks for nothing more.
var CreateOrder = fn.Function{
	ID:       "shipstation/create-order",
	Summary:  "Ask the warehouse to ship a fulfillment order",
	Input:    flow.ActionInput{},
	Result:   order.Sent{},
	Failures: talking,
	Example: flow.ActionInput{
		StepInput: flow.StepInput{
			Order: exampleOrder, Run: exampleOrder + "-lab-1", Step: "send",
			Key: "send#0", FulfillmentOrder: order.FulfillmentOrderID(exampleOrder, 1),
		},
		Instance: "warehouse",
	},
	Timeout: 30 * time.Second,
	New:     func(d fn.Deps) fn.Handler { return provider.Action(d, createOrder) },
}

func createOrder(ctx context.Context, c provider.Call) (order.Sent, error) {
	if c.FulfillmentOrder == nil {
		return order.Sent{}, fault.New(fault.Invalid, "the step names no fulfillment order").On(c.Status.Order, "fulfillmentOrder")
	}
	if c.FulfillmentOrder.Remote != "" {
		return order.Sent{Remote: c.FulfillmentOrder.Remote}, nil
	}
	body, err := warehouseOrder(c)
	if err != nil {
		return order.Sent{}, err
	}
	header, err := authorization(ctx, c.Deps, c.Instance)
	if err != nil {
		return order.Sent{}, err
	}
	var created remoteOrder
	err = c.Client.JSON(ctx, "POST", "/orders/createorder", header, body, &created)
	if fault.Is(err, fault.Refused) {
		// An order that has left cannot be updated. When only the answer to an
		// earlier attempt was lost, that is no failure.
		if known, findErr := find(ctx, c.Client, header, body); findErr == nil && known.OrderID > 0 {
			return order.Sent{Remote: strconv.FormatInt(known.OrderID, 10)}, nil
		}
	}
	if err != nil {
		return order.Sent{}, err
	}
	if created.OrderID <= 0 {
		return order.Sent{}, fault.New(fault.Refused, "the service answered without an order id").On(c.Instance.ID, "orderId")
	}
	return order.Sent{Remote: strconv.FormatInt(created.OrderID, 10)}, nil
}

type remoteOrder struct {
	OrderID  int64  `json:"orderId"`
	OrderKey string `json:"orderKey"`
	Status   string `json:"orderStatus"`
}

// find looks for an order with our key that is shipped already; the zero value
// when there is none. A canceled one does not count: somebody has to look.
func find(ctx context.Context, client *provider.Client, header map[string]string, want request) (remoteOrder, error) {
	var list struct {
		Orders []remoteOrder `json:"orders"`
	}
	err := client.JSON(ctx, "GET", "/orders?orderNumber="+url.QueryEscape(want.OrderNumber)+"&pageSize=500", header, nil, &list)
	for _, o := range list.Orders {
		if o.OrderKey == want.OrderKey && o.Status == "shipped" {
			return o, err
		}
	}
	return remoteOrder{}, err
}

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

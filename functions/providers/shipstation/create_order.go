package shipstation

import (
	"context"
	"net/url"
	"strconv"
	"time"

	"github.com/orderloom/orderloom/shared/fault"
	"github.com/orderloom/orderloom/shared/flow"
	"github.com/orderloom/orderloom/shared/flow/steer"
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
	Failures: append(talking[:len(talking):len(talking)], steer.Failure()),
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

package shopify

import (
	"context"
	"strings"
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

// ReportParameters are the step's own parameters.
type ReportParameters struct {
	NotifyCustomer bool `json:"notifyCustomer,omitempty"` // the shop writes to the customer
}

// CreateFulfillment reports one shipment to the shop: its lines, quantities,
// carrier and every tracking number. The service has no idempotency key for it,
// so what the shop was told already is recognized by its content.
var CreateFulfillment = fn.Function{
	ID:       "shopify/create-fulfillment",
	Summary:  "Tell the shop which lines a shipment carries and how to track it",
	Input:    flow.ActionInput{},
	Result:   order.Reported{},
	Failures: append(talking[:len(talking):len(talking)], fn.Failure{Code: fault.TooLarge, Meaning: "the order has more fulfillment orders or lines than are read"}, steer.Failure()),
	Example: flow.ActionInput{
		StepInput: flow.StepInput{
			Order: exampleOrder, Run: exampleOrder + "-lab-1", Step: "report",
			Key: "report#0", FulfillmentOrder: order.FulfillmentOrderID(exampleOrder, 1),
		},
		Instance: "channel", Shipment: 1,
	},
	Timeout:    30 * time.Second,
	Parameters: ReportParameters{},
	New:        func(d fn.Deps) fn.Handler { return provider.Action(d, createFulfillment) },
}

func createFulfillment(ctx context.Context, c provider.Call) (order.Reported, error) {
	if c.FulfillmentOrder == nil || c.Shipment == nil {
		return order.Reported{}, fault.New(fault.Invalid, "the step names no shipment").On(c.Status.Order, "shipment")
	}
	out := order.Reported{Shipment: c.Shipment.Number, ReportID: c.Shipment.ReportID}
	if c.Shipment.Reported {
		return out, nil
	}
	r, err := newReport(ctx, c)
	if err != nil {
		return out, err
	}
	ids, err := r.run(ctx)
	if fault.Is(err, fault.Refused) {
		// Another attempt of the same step may have been first: then the shop has
		// the shipment and refuses to take it twice.
		if again, findErr := r.found(ctx); findErr == nil && again != nil {
			ids, err = again, nil
		}
	}
	out.ReportID = strings.Join(ids, ",")
	return out, err
}

// report is the reporting of one shipment.
type report struct {
	call       provider.Call
	shop       shop
	externalID string
	company    string // the carrier as the shop calls it
	parameters ReportParameters
}

func newReport(ctx context.Context, c provider.Call) (report, error) {
	r := report{call: c, externalID: c.Order.ExternalID}
	if r.externalID == "" || strings.Trim(r.externalID, "0123456789") != "" {
		return r, fault.New(fault.Invalid, "the order is not one of a Shopify shop: its ids are numbers").On(c.Status.Order, "externalId").Got(r.externalID)
	}
	var err error
	if len(c.Parameters) > 0 {
		if r.parameters, err = fn.Decode[ReportParameters](c.Parameters); err != nil {
			return r, err
		}
	}
	if r.shop, err = newShop(ctx, c); err != nil {
		return r, err
	}
	r.company, err = company(ctx, c)
	return r, err
}

// run tells the shop what it does not know yet and returns the ids of all
// fulfillments that the shipment became there.
func (r report) run(ctx context.Context) ([]string, error) {
	known, err := r.shop.order(ctx, r.externalID)
	if err != nil {
		return nil, err
	}
	open := quantities(r.call.Shipment.Lines)
	ids, err := r.subtract(ctx, known.Fulfillments, open)
	if err != nil || len(open) == 0 {
		return ids, err
	}
	plan, err := r.plan(known.Orders, open)
	if err != nil {
		return nil, err
	}
	for _, lot := range plan {
		id, err := r.create(ctx, lot)
		if err != nil {
			return nil, err
		}
		ids = append(ids, id)
	}
	return ids, nil
}

// found returns the ids of the shipment's fulfillments when the shop has all of
// it, nil otherwise.
func (r report) found(ctx context.Context) ([]string, error) {
	known, err := r.shop.order(ctx, r.externalID)
	if err != nil {
		return nil, err
	}
	open := quantities(r.call.Shipment.Lines)
	ids, err := r.subtract(ctx, known.Fulfillments, open)
	if len(open) > 0 {
		return nil, err
	}
	return ids, err
}

// quantities of a shipment by line id.
func quantities(lines []order.ShipmentLine) map[string]int {
	all := make(map[string]int, len(lines))
	for _, l := range lines {
		all[l.Line] += l.Quantity
	}
	return all
}

func (r report) create(ctx context.Context, lot lot) (string, error) {
	var out struct {
		Created struct {
			Fulfillment *ref        `json:"fulfillment"`
			Errors      []userError `json:"userErrors"`
		} `json:"fulfillmentCreate"`
	}
	input := fulfillmentInput{Lines: lot.lines, Tracking: r.tracking(), Notify: r.parameters.NotifyCustomer}
	if err := r.shop.ask(ctx, "CreateFulfillment", createMutation, map[string]any{"fulfillment": input}, &out); err != nil {
		return "", err
	}
	if err := r.shop.refused("fulfillmentCreate", out.Created.Errors); err != nil {
		return "", err
	}
	if out.Created.Fulfillment == nil {
		return "", fault.New(fault.Refused, "the shop answered without a fulfillment").On(r.call.Status.Order, "fulfillment")
	}
	return number(out.Created.Fulfillment.ID), nil
}

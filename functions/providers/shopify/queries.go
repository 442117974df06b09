package shopify

import (
	"context"

	"github.com/orderloom/orderloom/shared/fault"
)

// What is asked of the shop at once. A query that could return too much is
// refused before it runs, so the pages are small and lines beyond them are
// asked for on their own.
const (
	maxFulfillments = 100 // of an order; the API has no second page of them
	maxRounds       = 100 // of pages
)

const orderQuery = `query OrderToFulfill($id: ID!, $after: String) {
  order(id: $id) {
    fulfillments(first: 100) { id status trackingInfo(first: 2) { number } }
    fulfillmentOrders(first: 10, after: $after) {
      nodes {
        id status
        assignedLocation { name location { id } }
        lineItems(first: 20) { nodes { id remainingQuantity lineItem { id } } pageInfo { hasNextPage endCursor } }
      }
      pageInfo { hasNextPage endCursor }
    }
  }
}`

const fulfillmentOrderQuery = `query FulfillmentOrderLines($id: ID!, $after: String) {
  fulfillmentOrder(id: $id) {
    lineItems(first: 200, after: $after) { nodes { id remainingQuantity lineItem { id } } pageInfo { hasNextPage endCursor } }
  }
}`

const fulfillmentQuery = `query FulfillmentLines($id: ID!, $after: String) {
  fulfillment(id: $id) {
    trackingInfo(first: 250) { number }
    fulfillmentLineItems(first: 200, after: $after) { nodes { quantity lineItem { id } } pageInfo { hasNextPage endCursor } }
  }
}`

const createMutation = `mutation CreateFulfillment($fulfillment: FulfillmentInput!) {
  fulfillmentCreate(fulfillment: $fulfillment) {
    fulfillment { id }
    userErrors { field message }
  }
}`

type pageInfo struct {
	HasNextPage bool   `json:"hasNextPage"`
	EndCursor   string `json:"endCursor"`
}

type ref struct {
	ID string `json:"id"`
}

type connection[T any] struct {
	Nodes []T      `json:"nodes"`
	Page  pageInfo `json:"pageInfo"`
}

type fulfillmentOrder struct {
	ID       string `json:"id"`
	Status   string `json:"status"`
	Location struct {
		Name     string `json:"name"`
		Location *ref   `json:"location"`
	} `json:"assignedLocation"`
	Lines connection[fulfillmentOrderLine] `json:"lineItems"`
}

type fulfillmentOrderLine struct {
	ID        string `json:"id"`
	Remaining int    `json:"remainingQuantity"`
	LineItem  ref    `json:"lineItem"`
}

type fulfillment struct {
	ID       string                      `json:"id"`
	Status   string                      `json:"status"`
	Tracking []trackingNumber            `json:"trackingInfo"`
	Lines    connection[fulfillmentLine] `json:"fulfillmentLineItems"`
}

type trackingNumber struct {
	Number string `json:"number"`
}

type fulfillmentLine struct {
	Quantity int `json:"quantity"`
	LineItem ref `json:"lineItem"`
}

// shopOrder is an order as the shop sees its fulfillment.
type shopOrder struct {
	Fulfillments []fulfillment
	Orders       []fulfillmentOrder
}

// order reads the fulfillment orders with all their lines, and the fulfillments.
func (s shop) order(ctx context.Context, externalID string) (shopOrder, error) {
	var all shopOrder
	err := s.pages(func(after *string) (pageInfo, error) {
		var out struct {
			Order *struct {
				Fulfillments []fulfillment                `json:"fulfillments"`
				Orders       connection[fulfillmentOrder] `json:"fulfillmentOrders"`
			} `json:"order"`
		}
		err := s.ask(ctx, "OrderToFulfill", orderQuery, map[string]any{"id": gid("Order", externalID), "after": after}, &out)
		if err != nil {
			return pageInfo{}, err
		}
		if out.Order == nil {
			return pageInfo{}, fault.New(fault.Refused, "the shop has no such order, or the app may not see it").On(s.record, "externalId").Got(externalID)
		}
		all.Fulfillments = out.Order.Fulfillments
		all.Orders = append(all.Orders, out.Order.Orders.Nodes...)
		return out.Order.Orders.Page, nil
	})
	if err != nil {
		return all, err
	}
	if len(all.Fulfillments) >= maxFulfillments {
		return all, fault.New(fault.Refused, "the order has %d or more fulfillments; it cannot be told whether this shipment is one of them", maxFulfillments).
			On(s.record, "fulfillments").Do("Add the fulfillment in the shop, then skip the step")
	}
	for i := range all.Orders {
		if err := s.moreLines(ctx, &all.Orders[i]); err != nil {
			return all, err
		}
	}
	return all, nil
}

// moreLines reads the lines of a fulfillment order that the first page left out.
func (s shop) moreLines(ctx context.Context, fo *fulfillmentOrder) error {
	if !fo.Lines.Page.HasNextPage {
		return nil
	}
	fo.Lines.Nodes = nil
	return s.pages(func(after *string) (pageInfo, error) {
		var out struct {
			Order fulfillmentOrder `json:"fulfillmentOrder"`
		}
		err := s.ask(ctx, "FulfillmentOrderLines", fulfillmentOrderQuery, map[string]any{"id": fo.ID, "after": after}, &out)
		fo.Lines.Nodes = append(fo.Lines.Nodes, out.Order.Lines.Nodes...)
		return out.Order.Lines.Page, err
	})
}

// detail reads all tracking numbers and lines of a fulfillment.
func (s shop) detail(ctx context.Context, f fulfillment) (fulfillment, error) {
	err := s.pages(func(after *string) (pageInfo, error) {
		var out struct {
			Fulfillment fulfillment `json:"fulfillment"`
		}
		err := s.ask(ctx, "FulfillmentLines", fulfillmentQuery, map[string]any{"id": f.ID, "after": after}, &out)
		f.Tracking = out.Fulfillment.Tracking
		f.Lines.Nodes = append(f.Lines.Nodes, out.Fulfillment.Lines.Nodes...)
		return out.Fulfillment.Lines.Page, err
	})
	return f, err
}

// pages calls read with each page's cursor until there is none.
func (s shop) pages(read func(after *string) (pageInfo, error)) error {
	var after *string
	for range maxRounds {
		page, err := read(after)
		if err != nil || !page.HasNextPage {
			return err
		}
		after = &page.EndCursor
	}
	return fault.New(fault.TooLarge, "the shop's answer has more than %d pages", maxRounds).On(s.record, "")
}

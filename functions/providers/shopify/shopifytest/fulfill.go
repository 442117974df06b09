package shopifytest

import (
	"encoding/json"
	"fmt"
	"strings"
)

type fulfillmentInput struct {
	Lines []struct {
		Order string `json:"fulfillmentOrderId"`
		Lines []struct {
			ID       string `json:"id"`
			Quantity int    `json:"quantity"`
		} `json:"fulfillmentOrderLineItems"`
	} `json:"lineItemsByFulfillmentOrder"`
	Tracking struct {
		Company string   `json:"company"`
		Number  string   `json:"number"`
		Numbers []string `json:"numbers"`
		URL     string   `json:"url"`
		URLs    []string `json:"urls"`
	} `json:"trackingInfo"`
	Notify bool `json:"notifyCustomer"`
}

// taking is a quantity that a fulfillment takes.
type taking struct {
	part     *part
	quantity int
}

// createFulfillment takes a fulfillment whole or not at all; s.mu is held.
func (s *Server) createFulfillment(variables json.RawMessage) (object, error) {
	var in struct {
		Fulfillment fulfillmentInput `json:"fulfillment"`
	}
	if err := json.Unmarshal(variables, &in); err != nil {
		return nil, err
	}
	orders, takings, refusal := s.examine(in.Fulfillment)
	if refusal != "" {
		s.stats.Refused++
		problem := object{"field": []string{"fulfillment"}, "message": refusal}
		return object{"fulfillmentCreate": object{"fulfillment": nil, "userErrors": []any{problem}}}, nil
	}
	t := in.Fulfillment.Tracking
	f := &Fulfillment{Location: orders[0].location, Company: t.Company, Numbers: t.Numbers, URLs: t.URLs, Notified: in.Fulfillment.Notify}
	if len(f.Numbers) == 0 && t.Number != "" {
		f.Numbers = []string{t.Number}
	}
	if len(f.URLs) == 0 && t.URL != "" {
		f.URLs = []string{t.URL}
	}
	for _, take := range takings {
		take.part.remaining -= take.quantity
		f.add(take.part.line, take.quantity)
	}
	for _, fo := range orders {
		fo.settle()
	}
	s.keep(orders[0].order, f)
	s.echoLater(orders[0].order.id)
	s.stats.Fulfillments++
	return object{"fulfillmentCreate": object{"fulfillment": object{"id": "gid://shopify/Fulfillment/" + f.ID}, "userErrors": []any{}}}, nil
}

func (f *Fulfillment) add(l Line, quantity int) {
	for i := range f.Lines {
		if f.Lines[i].ID == l.ID {
			f.Lines[i].Quantity += quantity
			return
		}
	}
	f.Lines = append(f.Lines, Line{ID: l.ID, SKU: l.SKU, Quantity: quantity})
}

// examine finds what a fulfillment takes, or why it is refused.
func (s *Server) examine(in fulfillmentInput) (orders []*fulfillmentOrder, takings []taking, refusal string) {
	if len(in.Lines) == 0 {
		return nil, nil, "Line items by fulfillment order can't be blank."
	}
	for _, o := range in.Lines {
		fo := s.parts[o.Order]
		switch {
		case fo == nil:
			return nil, nil, "Fulfillment order does not exist."
		case fo.status != "OPEN" && fo.status != "IN_PROGRESS":
			return nil, nil, fmt.Sprintf("Fulfillment order %d has an unfulfillable status= %s.", fo.id, strings.ToLower(fo.status))
		case len(orders) > 0 && orders[0].location != fo.location:
			return nil, nil, "All fulfillment orders must be assigned to the same location."
		case len(orders) > 0 && orders[0].order != fo.order:
			return nil, nil, "All fulfillment orders must belong to the same order."
		}
		orders = append(orders, fo)
		if len(o.Lines) == 0 {
			for _, p := range fo.lines {
				takings = append(takings, taking{p, p.remaining})
			}
		}
		for _, l := range o.Lines {
			p := fo.find(l.ID)
			if p == nil {
				return nil, nil, "Fulfillment order line item does not exist."
			}
			takings = append(takings, taking{p, l.Quantity})
		}
	}
	wanted := map[*part]int{}
	for _, t := range takings {
		wanted[t.part] += t.quantity
		if t.quantity <= 0 || wanted[t.part] > t.part.remaining {
			return nil, nil, "Invalid fulfillment order line item quantity requested."
		}
	}
	return orders, takings, ""
}

func (fo *fulfillmentOrder) find(id string) *part {
	for _, p := range fo.lines {
		if gid("FulfillmentOrderLineItem", p.id) == id {
			return p
		}
	}
	return nil
}

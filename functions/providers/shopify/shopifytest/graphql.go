package shopifytest

import (
	"encoding/json"
	"net/http"
	"regexp"
	"strconv"
	"strings"
)

const maxBodyBytes = 8 << 20

type request struct {
	Query         string          `json:"query"`
	OperationName string          `json:"operationName"`
	Variables     json.RawMessage `json:"variables"`
}

var operation = regexp.MustCompile(`^\s*(?:query|mutation)\s+(\w+)`)

type object = map[string]any

// graphql runs one operation.
func (s *Server) graphql(w http.ResponseWriter, r *http.Request) {
	var req request
	if err := json.NewDecoder(http.MaxBytesReader(w, r.Body, maxBodyBytes)).Decode(&req); err != nil {
		answer(w, http.StatusBadRequest, map[string]string{"errors": "Bad Request"})
		return
	}
	name := operation.FindStringSubmatch(req.Query)
	if name == nil || (req.OperationName != "" && req.OperationName != name[1]) {
		answer(w, http.StatusOK, failed("syntax error, unexpected end of file", "undefinedOperation"))
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	var data object
	var err error
	switch name[1] {
	case "OrderToFulfill":
		data, err = s.orderToFulfill(req.Variables)
	case "FulfillmentOrderLines":
		data, err = s.fulfillmentOrderLines(req.Variables)
	case "FulfillmentLines":
		data, err = s.fulfillmentLines(req.Variables)
	case "CreateFulfillment":
		data, err = s.createFulfillment(req.Variables)
	case "AddTags":
		data, err = s.addTags(req.Variables)
	default:
		answer(w, http.StatusOK, failed("No operation named "+strconv.Quote(name[1])+" is known to the fake", "undefinedOperation"))
		return
	}
	if err != nil {
		answer(w, http.StatusOK, failed("Variable was provided invalid value: "+err.Error(), "INVALID_VARIABLE"))
		return
	}
	answer(w, http.StatusOK, object{"data": data})
}

type pageOf struct {
	ID    string  `json:"id"`
	After *string `json:"after"`
}

func (s *Server) orderToFulfill(variables json.RawMessage) (object, error) {
	var in pageOf
	if err := json.Unmarshal(variables, &in); err != nil {
		return nil, err
	}
	rec := s.orders[strings.TrimPrefix(in.ID, "gid://shopify/Order/")]
	if rec == nil {
		return object{"order": nil}, nil
	}
	fulfillments := []any{}
	for _, f := range rec.fulfillments[:min(len(rec.fulfillments), 100)] {
		fulfillments = append(fulfillments, object{"id": "gid://shopify/Fulfillment/" + f.ID, "status": "SUCCESS", "trackingInfo": trackingInfo(f, 2)})
	}
	var nodes []any
	for _, fo := range rec.parts {
		nodes = append(nodes, object{
			"id": gid("FulfillmentOrder", fo.id), "status": fo.status,
			"assignedLocation": object{"name": fo.location, "location": object{"id": s.locationID(fo.location)}},
			"lineItems":        s.page(fo.nodes(), 20, nil),
		})
	}
	return object{"order": object{"fulfillments": fulfillments, "fulfillmentOrders": s.page(nodes, 10, in.After)}}, nil
}

func (s *Server) fulfillmentOrderLines(variables json.RawMessage) (object, error) {
	var in pageOf
	if err := json.Unmarshal(variables, &in); err != nil {
		return nil, err
	}
	fo := s.parts[in.ID]
	if fo == nil {
		return object{"fulfillmentOrder": nil}, nil
	}
	return object{"fulfillmentOrder": object{"lineItems": s.page(fo.nodes(), 200, in.After)}}, nil
}

func (fo *fulfillmentOrder) nodes() []any {
	var all []any
	for _, p := range fo.lines {
		all = append(all, object{"id": gid("FulfillmentOrderLineItem", p.id), "remainingQuantity": p.remaining, "lineItem": lineItem(p.line)})
	}
	return all
}

func lineItem(l Line) object { return object{"id": "gid://shopify/LineItem/" + l.ID} }

func (s *Server) fulfillmentLines(variables json.RawMessage) (object, error) {
	var in pageOf
	if err := json.Unmarshal(variables, &in); err != nil {
		return nil, err
	}
	f := s.sent[in.ID]
	if f == nil {
		return object{"fulfillment": nil}, nil
	}
	var nodes []any
	for _, l := range f.Lines {
		nodes = append(nodes, object{"quantity": l.Quantity, "lineItem": lineItem(l)})
	}
	return object{"fulfillment": object{"trackingInfo": trackingInfo(f, 250), "fulfillmentLineItems": s.page(nodes, 200, in.After)}}, nil
}

func trackingInfo(f *Fulfillment, first int) []any {
	all := []any{}
	for _, n := range f.Numbers[:min(len(f.Numbers), first)] {
		all = append(all, object{"number": n})
	}
	return all
}

// page cuts a page; a cursor is the number of entries before it.
func (s *Server) page(nodes []any, first int, after *string) object {
	if s.opts.PageSize > 0 {
		first = min(first, s.opts.PageSize)
	}
	from := 0
	if after != nil {
		from, _ = strconv.Atoi(*after) // a foreign cursor begins at the beginning
	}
	from = min(max(from, 0), len(nodes))
	to := min(from+first, len(nodes))
	page := append([]any{}, nodes[from:to]...)
	return object{"nodes": page, "pageInfo": object{"hasNextPage": to < len(nodes), "endCursor": strconv.Itoa(to)}}
}

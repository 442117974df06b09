package shipstationtest

import (
	"encoding/json"
	"net/http"
)

const maxBodyBytes = 8 << 20

type createRequest struct {
	OrderNumber string          `json:"orderNumber"`
	OrderKey    string          `json:"orderKey"`
	OrderDate   string          `json:"orderDate"`
	OrderStatus string          `json:"orderStatus"`
	BillTo      json.RawMessage `json:"billTo"`
	ShipTo      json.RawMessage `json:"shipTo"`
	Items       []Item          `json:"items"`
}

// missing names the first required field that is not there.
func (c createRequest) missing() string {
	switch {
	case c.OrderNumber == "" || len([]rune(c.OrderNumber)) > 50:
		return "orderNumber"
	case c.OrderDate == "":
		return "orderDate"
	case c.OrderStatus != "awaiting_shipment":
		return "orderStatus"
	case len(c.BillTo) == 0:
		return "billTo"
	case len(c.ShipTo) == 0:
		return "shipTo"
	}
	for _, it := range c.Items {
		if it.Quantity <= 0 {
			return "items.quantity"
		}
	}
	return ""
}

// createOrder creates an order or, when its key is known, updates it. One that
// has left cannot be updated.
func (s *Server) createOrder(w http.ResponseWriter, r *http.Request) {
	var req createRequest
	if err := json.NewDecoder(http.MaxBytesReader(w, r.Body, maxBodyBytes)).Decode(&req); err != nil {
		refuse(w, http.StatusBadRequest, "The request is invalid: "+err.Error())
		return
	}
	if field := req.missing(); field != "" {
		refuse(w, http.StatusBadRequest, "The request is invalid: apiOrder."+field)
		return
	}
	s.mu.Lock()
	rec := s.orders[req.OrderKey]
	switch {
	case rec == nil:
		rec = s.add(Order{Key: req.OrderKey, Number: req.OrderNumber, Items: req.Items}, s.baseURL(r))
		s.stats.Created++
	case rec.order.Status == "shipped":
		s.mu.Unlock()
		refuse(w, http.StatusBadRequest, "Orders that are shipped may not be updated.")
		return
	default:
		s.stats.Updated++
		if len(rec.batches) == 0 { // nothing has left: the new content counts
			rec.order.Items, rec.open, rec.parcels = req.Items, quantities(req.Items), nil
		}
	}
	out := rec.order
	s.schedule(rec)
	s.mu.Unlock()
	answer(w, http.StatusOK, out)
}

// add stores a new order; s.mu is held.
func (s *Server) add(o Order, base string) *record {
	if o.ID == 0 {
		o.ID = s.id()
	}
	o.Status = "awaiting_shipment"
	rec := &record{order: o, base: base, open: quantities(o.Items)}
	if o.Key == "" { // the service makes one up
		rec.order.Key = "manual-" + o.Number
	}
	s.orders[rec.order.Key] = rec
	s.numbers[o.Number] = append(s.numbers[o.Number], rec)
	return rec
}

// Restore makes the fake know an order that it was sent in an earlier life; it
// ships like any other. It does not count as created. Options.BaseURL must be set.
func (s *Server) Restore(o Order) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.orders[o.Key] == nil {
		s.schedule(s.add(o, s.opts.BaseURL))
	}
}

func quantities(items []Item) []int {
	all := make([]int, len(items))
	for i, it := range items {
		all[i] = it.Quantity
	}
	return all
}

func (s *Server) baseURL(r *http.Request) string {
	if s.opts.BaseURL != "" {
		return s.opts.BaseURL
	}
	scheme := "http"
	if r.TLS != nil {
		scheme = "https"
	}
	return scheme + "://" + r.Host
}

func (s *Server) listOrders(w http.ResponseWriter, r *http.Request) {
	found := []Order{}
	s.mu.Lock()
	for _, rec := range s.numbers[r.URL.Query().Get("orderNumber")] {
		found = append(found, rec.order)
	}
	s.mu.Unlock()
	answer(w, http.StatusOK, map[string]any{"orders": found, "total": len(found), "page": 1, "pages": 1})
}

// Orders returns the orders with a number, in the order in which they came.
func (s *Server) Orders(number string) []Order {
	s.mu.Lock()
	defer s.mu.Unlock()
	var all []Order
	for _, rec := range s.numbers[number] {
		all = append(all, rec.order)
	}
	return all
}

// Knows reports whether there is an order with a key.
func (s *Server) Knows(key string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.orders[key] != nil
}

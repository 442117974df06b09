// Package shipstationtest is a fake of ShipStation's V1 API for tests and for
// Orderloom on one machine: it takes orders, ships them after a while, notifies,
// and lists the shipments. It keeps everything in memory.
//
// Beside the API it listens under /_fake/ for what a person wants to happen:
// an outage, a shipment by hand, a notification that comes twice.
package shipstationtest

import (
	"context"
	"crypto/subtle"
	"encoding/json"
	"net/http"
	"sync"
	"time"
	_ "time/tzdata" // the service states local times of the US west coast

	"github.com/orderloom/orderloom/shared/clock"
)

// Options of a fake. Clock, APIKey and APISecret are required.
type Options struct {
	Clock     clock.Clock
	APIKey    string
	APISecret string
	BaseURL   string        // its own address in notifications; "" means the address that the order was sent to
	ShipAfter time.Duration // on Clock: from the order to its first parcel, and from each parcel to the next
	Manual    bool          // begin with automatic shipping switched off
	PageSize  int           // most shipments on a page, 0 means 500

	// Split says how the open quantities of an order are packed, one parcel
	// after the other; nil means one parcel.
	Split func(Order) [][]Line
	// Notify delivers a notification. After an error it is called again later,
	// up to ten times, as the service does. nil means nobody is notified.
	Notify func(ctx context.Context, body []byte) error
}

// Order is an order as the fake knows it.
type Order struct {
	ID     int64  `json:"orderId"`
	Key    string `json:"orderKey"`
	Number string `json:"orderNumber"`
	Status string `json:"orderStatus"` // awaiting_shipment or shipped
	Items  []Item `json:"items"`
}

// Item is one line of an order.
type Item struct {
	LineItemKey string `json:"lineItemKey"`
	SKU         string `json:"sku"`
	Name        string `json:"name"`
	Quantity    int    `json:"quantity"`
}

// Line is a quantity of one item, named by its key or its SKU.
type Line struct {
	LineItemKey string `json:"lineItemKey,omitempty"`
	SKU         string `json:"sku,omitempty"`
	Quantity    int    `json:"quantity"`
}

// Stats counts what happened since the fake began.
type Stats struct {
	Created       int `json:"created"`       // orders; an update does not count
	Updated       int `json:"updated"`       // createorder calls for an order that was there
	Shipments     int `json:"shipments"`     // parcels
	Notifications int `json:"notifications"` // delivered
	Failed        int `json:"failed"`        // requests that met an injected failure
}

// Server is the fake. Safe for concurrent use.
type Server struct {
	opts   Options
	mux    *http.ServeMux
	ctx    context.Context
	cancel context.CancelFunc
	zone   *time.Location

	mu       sync.Mutex
	auto     bool
	lastID   int64
	orders   map[string]*record // by order key
	numbers  map[string][]*record
	batches  map[int64][]shipment
	failures []failure
	stats    Stats
}

// record is one order with what is still open of it.
type record struct {
	order   Order
	base    string // address that notifications name
	open    []int  // per item
	parcels [][]Line
	batches []int64
	timer   bool // an automatic shipment is scheduled
}

// New returns a fake that ships by itself unless Options.Manual.
func New(o Options) *Server {
	zone, err := time.LoadLocation("America/Los_Angeles")
	if err != nil {
		panic(err) // embedded above
	}
	s := &Server{
		opts: o, zone: zone, auto: !o.Manual, mux: http.NewServeMux(),
		orders: map[string]*record{}, numbers: map[string][]*record{}, batches: map[int64][]shipment{},
		// A fake that was started again must not give ids that it gave before.
		lastID: o.Clock.Now().UnixMilli() * 1000,
	}
	s.ctx, s.cancel = context.WithCancel(context.Background())
	s.mux.HandleFunc("POST /orders/createorder", s.api(s.createOrder))
	s.mux.HandleFunc("GET /orders", s.api(s.listOrders))
	s.mux.HandleFunc("GET /shipments", s.api(s.listShipments))
	s.control()
	return s
}

// Close ends automatic shipping and notifications.
func (s *Server) Close() { s.cancel() }

func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) { s.mux.ServeHTTP(w, r) }

// Stats returns the counts.
func (s *Server) Stats() Stats {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.stats
}

// id returns the next id; s.mu is held.
func (s *Server) id() int64 {
	s.lastID++
	return s.lastID
}

// api guards a handler with credentials and injected failures.
func (s *Server) api(h http.HandlerFunc) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		key, secret, ok := r.BasicAuth()
		same := func(a, b string) bool { return subtle.ConstantTimeCompare([]byte(a), []byte(b)) == 1 }
		if !ok || !same(key, s.opts.APIKey) || !same(secret, s.opts.APISecret) {
			refuse(w, http.StatusUnauthorized, "Authorization has been denied for this request.")
			return
		}
		f := s.failure()
		if f.after {
			h(discard{http.Header{}}, r)
		}
		if f.status != 0 {
			refuse(w, f.status, "injected failure")
			return
		}
		h(w, r)
	}
}

// discard swallows an answer that gets lost.
type discard struct{ header http.Header }

func (d discard) Header() http.Header         { return d.header }
func (d discard) Write(b []byte) (int, error) { return len(b), nil }
func (d discard) WriteHeader(int)             {}

func refuse(w http.ResponseWriter, status int, message string) {
	answer(w, status, map[string]string{"Message": message})
}

func answer(w http.ResponseWriter, status int, v any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(v) // a caller that is gone has no use for an error
}

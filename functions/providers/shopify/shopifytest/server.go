// Package shopifytest is a fake of a Shopify shop for tests and for Orderloom on
// one machine: it keeps the shop's orders with their fulfillment orders, takes
// fulfillments over the GraphQL Admin API, and sends signed webhooks. It keeps
// everything in memory.
//
// It understands exactly the operations that the provider sends, by their
// names. Beside the API it listens under /_fake/ for what a person wants to
// happen: an outage, an order placed, pieces fulfilled by hand.
package shopifytest

import (
	"context"
	"crypto/subtle"
	"encoding/json"
	"net/http"
	"regexp"
	"sync"
	"time"

	"github.com/orderloom/orderloom/shared/clock"
)

// Options of a fake. Clock and AccessToken are required; HookSecret is where
// Notify is given.
type Options struct {
	Clock       clock.Clock
	AccessToken string
	HookSecret  string        // signs webhooks
	Domain      string        // of the shop, in webhooks; "" means demo-shop.myshopify.com
	EchoAfter   time.Duration // on Clock: from a fulfillment to its webhook; 0 means a second
	PageSize    int           // most entries of a page, 0 means what the shop allows

	// Locate says from where the shop would ship a line; nil means all of it
	// from its only location.
	Locate func(Line) []Part
	// Notify delivers a webhook. After an error it is called again later, up to
	// eight times, as the shop does. nil means nobody is notified.
	Notify func(ctx context.Context, topic string, header map[string]string, body []byte) error
}

// Line is a quantity of one line item.
type Line struct {
	ID       string `json:"id"`
	SKU      string `json:"sku,omitempty"`
	Quantity int    `json:"quantity"`
}

// Part is a quantity at one of the shop's locations.
type Part struct {
	Location string
	Quantity int
}

// Fulfillment is what the shop was told of one shipment.
type Fulfillment struct {
	ID       string    `json:"id"`
	Location string    `json:"location"`
	Company  string    `json:"company,omitempty"`
	Numbers  []string  `json:"numbers,omitempty"`
	URLs     []string  `json:"urls,omitempty"`
	Notified bool      `json:"notified,omitempty"` // the customer got a message
	Lines    []Line    `json:"lines"`
	At       time.Time `json:"at"`
}

// Stats counts what happened since the fake began.
type Stats struct {
	Orders       int `json:"orders"`       // known
	Fulfillments int `json:"fulfillments"` // taken over the API
	Refused      int `json:"refused"`      // fulfillments that were not taken
	Webhooks     int `json:"webhooks"`     // delivered
	Failed       int `json:"failed"`       // requests that met an injected failure
}

// Server is the fake. Safe for concurrent use.
type Server struct {
	opts   Options
	mux    *http.ServeMux
	ctx    context.Context
	cancel context.CancelFunc

	mu        sync.Mutex
	lastID    int64
	orders    map[string]*record // by order id
	parts     map[string]*fulfillmentOrder
	sent      map[string]*Fulfillment
	locations []string
	failures  []failure
	stats     Stats
}

var versionPath = regexp.MustCompile(`^20\d\d-(01|04|07|10)$|^unstable$`)

// New returns a shop without orders.
func New(o Options) *Server {
	if o.Domain == "" {
		o.Domain = "demo-shop.myshopify.com"
	}
	if o.EchoAfter == 0 {
		o.EchoAfter = time.Second
	}
	if o.Locate == nil {
		o.Locate = func(l Line) []Part { return []Part{{"Shop location", l.Quantity}} }
	}
	s := &Server{
		opts: o, mux: http.NewServeMux(), orders: map[string]*record{}, parts: map[string]*fulfillmentOrder{}, sent: map[string]*Fulfillment{},
		// A fake that was started again must not give ids that it gave before.
		lastID: o.Clock.Now().UnixMilli() * 1000,
	}
	s.ctx, s.cancel = context.WithCancel(context.Background())
	s.mux.HandleFunc("POST /admin/api/{version}/graphql.json", s.api)
	s.control()
	return s
}

// Close ends webhooks.
func (s *Server) Close() { s.cancel() }

func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) { s.mux.ServeHTTP(w, r) }

// Stats returns the counts.
func (s *Server) Stats() Stats {
	s.mu.Lock()
	defer s.mu.Unlock()
	out := s.stats
	out.Orders = len(s.orders)
	return out
}

// Fulfillments returns what the shop was told of an order's shipments, and what
// was fulfilled by hand, oldest first.
func (s *Server) Fulfillments(order string) []Fulfillment {
	s.mu.Lock()
	defer s.mu.Unlock()
	var all []Fulfillment
	if rec := s.orders[order]; rec != nil {
		for _, f := range rec.fulfillments {
			all = append(all, *f)
		}
	}
	return all
}

// id returns the next id; s.mu is held.
func (s *Server) id() int64 {
	s.lastID++
	return s.lastID
}

// api guards the operations with the access token and injected failures.
func (s *Server) api(w http.ResponseWriter, r *http.Request) {
	if !versionPath.MatchString(r.PathValue("version")) {
		answer(w, http.StatusNotFound, map[string]string{"errors": "Not Found"})
		return
	}
	token := []byte(r.Header.Get("X-Shopify-Access-Token"))
	if subtle.ConstantTimeCompare(token, []byte(s.opts.AccessToken)) != 1 {
		answer(w, http.StatusUnauthorized, map[string]string{"errors": "[API] Invalid API key or access token (unrecognized login or wrong password)"})
		return
	}
	f := s.failure()
	if f.after {
		s.graphql(discard{http.Header{}}, r)
	}
	switch {
	case f.throttle:
		answer(w, http.StatusOK, failed("Throttled", "THROTTLED"))
	case f.status != 0:
		answer(w, f.status, map[string]string{"errors": "injected failure"})
	default:
		s.graphql(w, r)
	}
}

// discard swallows an answer that gets lost.
type discard struct{ header http.Header }

func (d discard) Header() http.Header         { return d.header }
func (d discard) Write(b []byte) (int, error) { return len(b), nil }
func (d discard) WriteHeader(int)             {}

func answer(w http.ResponseWriter, status int, v any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(v) // a caller that is gone has no use for an error
}

func failed(message, code string) any {
	return map[string]any{"errors": []any{map[string]any{"message": message, "extensions": map[string]string{"code": code}}}}
}

package shopifytest

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"time"

	"github.com/tidwall/gjson"
)

// record is one order of the shop.
type record struct {
	id           string
	document     []byte // as webhooks carry it
	updatedAt    time.Time
	lines        []Line
	parts        []*fulfillmentOrder
	fulfillments []*Fulfillment
	tags         []string // given over the API
	outline      bool     // only remembered: the document is not the one that was sent
}

// fulfillmentOrder is what the shop expects of one of its locations.
type fulfillmentOrder struct {
	id       int64
	order    *record
	location string
	status   string
	lines    []*part
}

// part is a line of a fulfillment order.
type part struct {
	id        int64
	line      Line
	total     int
	remaining int
}

// body is what the fake reads of a webhook's body.
type body struct {
	ID         json.Number `json:"id"`
	UpdatedAt  time.Time   `json:"updated_at"`
	CanceledAt *time.Time  `json:"cancelled_at"`
	Lines      []struct {
		ID       json.Number `json:"id"`
		SKU      string      `json:"sku"`
		Quantity int         `json:"quantity"`
		Current  *int        `json:"current_quantity"`
	} `json:"line_items"`
}

// Add makes the shop know an order, given as the body of a webhook, without
// telling anybody. A known order takes the newer version; once something is
// fulfilled its quantities stay.
func (s *Server) Add(data []byte) error {
	if wrapped := gjson.GetBytes(data, "order"); wrapped.IsObject() {
		data = []byte(wrapped.Raw)
	}
	var b body
	if err := json.Unmarshal(data, &b); err != nil {
		return err
	}
	if b.ID == "" {
		return errors.New("the order has no id")
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	rec := s.orders[b.ID.String()]
	if rec == nil {
		rec = &record{id: b.ID.String()}
		s.orders[rec.id] = rec
	} else if b.UpdatedAt.Before(rec.updatedAt) {
		return nil
	}
	rec.document, rec.updatedAt, rec.outline = bytes.Clone(data), b.UpdatedAt, false
	if len(rec.fulfillments) == 0 {
		s.route(rec, b)
	}
	if b.CanceledAt != nil {
		for _, fo := range rec.parts {
			fo.status = "CLOSED"
		}
	}
	return nil
}

// route makes the fulfillment orders of an order; s.mu is held.
func (s *Server) route(rec *record, b body) {
	for _, fo := range rec.parts {
		delete(s.parts, gid("FulfillmentOrder", fo.id))
	}
	rec.lines, rec.parts = nil, nil
	byLocation := map[string]*fulfillmentOrder{}
	for _, l := range b.Lines {
		line := Line{ID: l.ID.String(), SKU: l.SKU, Quantity: l.Quantity}
		if l.Current != nil {
			line.Quantity = *l.Current
		}
		if line.Quantity <= 0 {
			continue
		}
		rec.lines = append(rec.lines, line)
		for _, p := range s.opts.Locate(line) {
			fo := byLocation[p.Location]
			if fo == nil {
				fo = &fulfillmentOrder{id: s.id(), order: rec, location: p.Location, status: "OPEN"}
				byLocation[p.Location] = fo
				rec.parts = append(rec.parts, fo)
				s.parts[gid("FulfillmentOrder", fo.id)] = fo
			}
			fo.lines = append(fo.lines, &part{id: s.id(), line: line, total: p.Quantity, remaining: p.Quantity})
		}
	}
}

// Place adds an order and sends it as a webhook. It returns when the webhook was
// delivered; one that fails is repeated.
func (s *Server) Place(ctx context.Context, topic string, data []byte) error {
	if err := s.Add(data); err != nil {
		return err
	}
	w := s.webhook(topic, data)
	if err := s.notify(ctx, w); err != nil {
		s.opts.Clock.AfterFunc(retryNotify, func() { s.deliver(w, 2) })
		return fmt.Errorf("placed, but the webhook failed and will be repeated: %w", err)
	}
	return nil
}

// Hold puts an order's open fulfillment orders on hold, or releases them.
func (s *Server) Hold(order string, on bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if rec := s.orders[order]; rec != nil {
		for _, fo := range rec.parts {
			switch {
			case on && fo.status != "CLOSED":
				fo.status = "ON_HOLD"
			case !on && fo.status == "ON_HOLD":
				fo.status = "OPEN"
			}
		}
	}
}

// FulfillByHand fulfills pieces as a person does in the shop's admin: from
// wherever they are open, under one tracking number ("" for none).
func (s *Server) FulfillByHand(order, tracking string, lines ...Line) error {
	err := s.Restore(order, tracking, lines...)
	if err == nil {
		s.echoLater(order)
	}
	return err
}

// Remember makes the fake know an order of an earlier life, of which only an
// outline is known any more: it can be fulfilled, but is not echoed, because
// the echo would change what the shop has said in truth.
func (s *Server) Remember(o OrderSpec) error {
	if o.ExternalID == "" {
		return errors.New("the order has no id")
	}
	if err := s.Add(Document(o)); err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.orders[o.ExternalID].outline = true
	return nil
}

// Restore makes the fake know pieces that were fulfilled in an earlier life, of
// which it has told everybody then.
func (s *Server) Restore(order, tracking string, lines ...Line) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	rec := s.orders[order]
	if rec == nil {
		return fmt.Errorf("no order %q", order)
	}
	f := &Fulfillment{Location: "by hand", Lines: lines}
	if tracking != "" {
		f.Numbers = []string{tracking}
	}
	for _, l := range lines {
		if open := rec.open(l.ID); l.Quantity <= 0 || l.Quantity > open {
			return fmt.Errorf("line %s has %d open, not %d", l.ID, open, l.Quantity)
		}
	}
	for _, l := range lines {
		rec.take(l.ID, l.Quantity)
	}
	s.keep(rec, f)
	return nil
}

// open is what is left of a line at all locations.
func (rec *record) open(line string) int {
	sum := 0
	for _, fo := range rec.parts {
		for _, p := range fo.lines {
			if p.line.ID == line {
				sum += p.remaining
			}
		}
	}
	return sum
}

// take takes a quantity of a line from wherever it is open.
func (rec *record) take(line string, left int) {
	for _, fo := range rec.parts {
		for _, p := range fo.lines {
			if p.line.ID == line {
				n := min(left, p.remaining)
				p.remaining, left = p.remaining-n, left-n
			}
		}
		fo.settle()
	}
}

// settle sets the status that the remaining quantities mean.
func (fo *fulfillmentOrder) settle() {
	open, touched := 0, false
	for _, p := range fo.lines {
		open += p.remaining
		touched = touched || p.remaining < p.total
	}
	switch {
	case open == 0:
		fo.status = "CLOSED"
	case touched && fo.status == "OPEN":
		fo.status = "IN_PROGRESS"
	}
}

// keep adds a fulfillment; s.mu is held.
func (s *Server) keep(rec *record, f *Fulfillment) {
	id := s.id()
	f.ID, f.At = strconv.FormatInt(id, 10), s.opts.Clock.Now()
	rec.fulfillments = append(rec.fulfillments, f)
	s.sent[gid("Fulfillment", id)] = f
}

func gid(kind string, id int64) string {
	return "gid://shopify/" + kind + "/" + strconv.FormatInt(id, 10)
}

// locationID numbers locations in the order in which they were met; s.mu is held.
func (s *Server) locationID(name string) string {
	i := slices.Index(s.locations, name)
	if i < 0 {
		i = len(s.locations)
		s.locations = append(s.locations, name)
	}
	return gid("Location", int64(i+1))
}

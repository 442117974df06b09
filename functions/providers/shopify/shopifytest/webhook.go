package shopifytest

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"strconv"
	"time"
)

// retryNotify is the time until a webhook that failed is repeated.
const retryNotify = time.Minute

// SignedHeaders are the headers of a webhook as the shop sends them.
func SignedHeaders(secret, topic, shop, eventID, webhookID string, at time.Time, body []byte) map[string]string {
	mac := hmac.New(sha256.New, []byte(secret))
	mac.Write(body)
	return map[string]string{
		"Content-Type":           "application/json",
		"X-Shopify-Topic":        topic,
		"X-Shopify-Hmac-Sha256":  base64.StdEncoding.EncodeToString(mac.Sum(nil)),
		"X-Shopify-Shop-Domain":  shop,
		"X-Shopify-Api-Version":  "2026-01",
		"X-Shopify-Event-Id":     eventID,
		"X-Shopify-Webhook-Id":   webhookID,
		"X-Shopify-Triggered-At": at.UTC().Format(time.RFC3339Nano),
	}
}

// webhook is one message; repeated it is the same.
type webhook struct {
	topic  string
	header map[string]string
	body   []byte
}

func (s *Server) webhook(topic string, body []byte) webhook {
	s.mu.Lock()
	event, id := s.id(), s.id()
	s.mu.Unlock()
	return webhook{topic, SignedHeaders(s.opts.HookSecret, topic, s.opts.Domain, "evt-"+strconv.FormatInt(event, 10), "whk-"+strconv.FormatInt(id, 10), s.opts.Clock.Now(), body), body}
}

func (s *Server) notify(ctx context.Context, w webhook) error {
	if s.opts.Notify == nil {
		return nil
	}
	err := s.opts.Notify(ctx, w.topic, w.header, w.body)
	if err == nil {
		s.mu.Lock()
		s.stats.Webhooks++
		s.mu.Unlock()
	}
	return err
}

// deliver notifies and, when that fails, tries again later.
func (s *Server) deliver(w webhook, attempt int) {
	if s.ctx.Err() != nil || s.notify(s.ctx, w) == nil || attempt >= 8 {
		return
	}
	s.opts.Clock.AfterFunc(retryNotify, func() { s.deliver(w, attempt+1) })
}

func (s *Server) echoLater(order string) {
	s.opts.Clock.AfterFunc(s.opts.EchoAfter, func() { s.echo(order) })
}

// echo tells that an order was fulfilled: as the shop does, by the whole order
// with its fulfillments filled in.
func (s *Server) echo(order string) {
	s.mu.Lock()
	rec := s.orders[order]
	if rec == nil || rec.outline || s.ctx.Err() != nil {
		s.mu.Unlock()
		return
	}
	err := rec.touch(s.opts.Clock.Now())
	data := rec.document
	s.mu.Unlock()
	if err == nil {
		s.deliver(s.webhook("orders/updated", data), 1)
	}
}

// touch writes what was fulfilled into the document.
func (rec *record) touch(now time.Time) error {
	var document map[string]json.RawMessage
	var items []map[string]json.RawMessage
	if err := json.Unmarshal(rec.document, &document); err != nil {
		return err
	}
	if lines := document["line_items"]; lines != nil {
		if err := json.Unmarshal(lines, &items); err != nil {
			return err
		}
	}
	if at := rec.updatedAt.Add(time.Second); now.Before(at) {
		now = at // versions of a document never share a time
	}
	rec.updatedAt = now.In(rec.updatedAt.Location())
	fulfilled, whole := map[string]int{}, true
	list := []any{}
	for _, f := range rec.fulfillments {
		list = append(list, rec.rest(f))
		for _, l := range f.Lines {
			fulfilled[l.ID] += l.Quantity
		}
	}
	for _, l := range rec.lines {
		whole = whole && fulfilled[l.ID] >= l.Quantity
	}
	document["updated_at"] = encode(rec.updatedAt.Format(time.RFC3339))
	document["fulfillments"] = encode(list)
	document["fulfillment_status"] = encode("partial")
	if whole {
		document["fulfillment_status"] = encode("fulfilled")
		document["closed_at"] = encode(rec.updatedAt.Format(time.RFC3339))
	}
	for _, item := range items {
		for _, l := range rec.lines {
			if done := fulfilled[l.ID]; l.ID == string(item["id"]) && done > 0 {
				item["fulfillable_quantity"] = encode(l.Quantity - done)
				item["fulfillment_status"] = encode("partial")
				if done >= l.Quantity {
					item["fulfillment_status"] = encode("fulfilled")
				}
			}
		}
	}
	if items != nil {
		document["line_items"] = encode(items)
	}
	rec.document = encode(document)
	return nil
}

// encode is for texts, numbers and JSON, which always encode.
func encode(v any) json.RawMessage {
	data, _ := json.Marshal(v)
	return data
}

// rest is a fulfillment as a webhook shows it.
func (rec *record) rest(f *Fulfillment) object {
	items := []any{}
	for _, l := range f.Lines {
		items = append(items, object{"id": json.Number(l.ID), "sku": l.SKU, "quantity": l.Quantity, "fulfillment_status": "fulfilled"})
	}
	out := object{
		"id": json.Number(f.ID), "order_id": json.Number(rec.id), "status": "success", "service": "manual", "created_at": f.At.Format(time.RFC3339),
		"tracking_company": f.Company, "tracking_numbers": f.Numbers, "tracking_urls": f.URLs, "line_items": items,
	}
	if len(f.Numbers) > 0 {
		out["tracking_number"] = f.Numbers[0]
	}
	return out
}

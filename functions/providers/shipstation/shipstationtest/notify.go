package shipstationtest

import (
	"context"
	"encoding/json"
	"strconv"
	"time"
)

// retryNotify is the time until a notification that failed is repeated.
const retryNotify = time.Minute

// Renotify delivers all notifications of an order again, as often as asked.
func (s *Server) Renotify(ctx context.Context, key string, times int) error {
	s.mu.Lock()
	var bodies [][]byte
	if rec := s.orders[key]; rec != nil {
		for _, batch := range rec.batches {
			bodies = append(bodies, notification(rec, batch))
		}
	}
	s.mu.Unlock()
	for range times {
		for _, body := range bodies {
			if err := s.notify(ctx, body); err != nil {
				return err
			}
		}
	}
	return nil
}

func notification(rec *record, batch int64) []byte {
	body, _ := json.Marshal(map[string]string{ // strings always encode
		"resource_url":  rec.base + "/shipments?batchId=" + strconv.FormatInt(batch, 10) + "&includeShipmentItems=False",
		"resource_type": "SHIP_NOTIFY",
	})
	return body
}

func (s *Server) notify(ctx context.Context, body []byte) error {
	if s.opts.Notify == nil {
		return nil
	}
	err := s.opts.Notify(ctx, body)
	if err == nil {
		s.mu.Lock()
		s.stats.Notifications++
		s.mu.Unlock()
	}
	return err
}

// deliver notifies and, when that fails, tries again later.
func (s *Server) deliver(body []byte, attempt int) {
	if s.ctx.Err() != nil || s.notify(s.ctx, body) == nil || attempt >= 10 {
		return
	}
	s.opts.Clock.AfterFunc(retryNotify, func() { s.deliver(body, attempt+1) })
}

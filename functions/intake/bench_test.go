package intake

import (
	"encoding/json"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/orderloom/orderloom/shared/fn"
)

// BenchmarkWebhook takes signed orders of 12 KB, each stored durably, from many
// senders at once.
func BenchmarkWebhook(b *testing.B) {
	w := newWorld(b)
	body := `{"id":1001,"note":"` + strings.Repeat("x", 12<<10) + `"}`
	header := map[string]string{"X-Shop-Hmac": sign("first", body), "X-Shop-Topic": "orders/create"}
	var n, slowest atomic.Int64
	b.SetParallelism(16)
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			req := fn.ExampleRequest("POST", "/hooks/shop", map[string]string{"instance": "shop"}, body)
			for k, v := range header {
				req.Headers[k] = v
			}
			req.Headers["X-Shop-Event-Id"] = strconv.FormatInt(n.Add(1), 10)
			in, err := json.Marshal(req)
			if err != nil {
				b.Error(err)
			}
			begin := time.Now()
			if _, err := w.webhook(b.Context(), in); err != nil {
				b.Error(err)
			}
			for took := int64(time.Since(begin)); ; {
				if old := slowest.Load(); took <= old || slowest.CompareAndSwap(old, took) {
					break
				}
			}
		}
	})
	b.ReportMetric(float64(slowest.Load())/1e6, "slowest-ms")
}

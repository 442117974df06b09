package shopify

import (
	"strings"
	"testing"

	"github.com/orderloom/orderloom/shared/inbox"
)

// The catalog entry hangs together: every topic is verified the same way with
// secret parameters, and its transformation is the provider's own.
func TestProvider(t *testing.T) {
	t.Parallel()
	functions, secret := map[string]bool{}, map[string]bool{}
	for _, f := range Provider.Functions {
		functions[f.ID] = true
		if !strings.HasPrefix(f.ID, Provider.ID+"/") || f.Summary == "" || f.Example == nil || f.Timeout == 0 || f.New == nil {
			t.Errorf("function %q is not declared completely", f.ID)
		}
	}
	for _, p := range Provider.Parameters {
		secret[p.Name] = p.Secret
	}
	topics := []string{}
	for _, h := range Provider.Handlers {
		topics = append(topics, h.Topic)
		v := h.Verification
		if v.Scheme != inbox.HMACSHA256 || v.Header != "X-Shopify-Hmac-Sha256" || v.Encoding != "base64" || v.Timestamp != "" || len(v.Secrets) != 2 {
			t.Errorf("%s is verified by %+v", h.Topic, v)
		}
		for _, name := range v.Secrets {
			if !secret[name] {
				t.Errorf("%s is verified with %q, which is no secret parameter", h.Topic, name)
			}
		}
		if h.TopicHeader != "X-Shopify-Topic" || h.EventIDHeader != "X-Shopify-Event-Id" || h.MessageID != "X-Shopify-Webhook-Id" {
			t.Errorf("headers of %s: %+v", h.Topic, h)
		}
		if h.Ignore != (h.Topic == "*") || functions[h.Transformation] == h.Ignore {
			t.Errorf("%s: ignored %t, transformed by %q", h.Topic, h.Ignore, h.Transformation)
		}
	}
	if got := strings.Join(topics, " "); got != "orders/create orders/updated orders/paid orders/cancelled *" {
		t.Errorf("topics: %s", got)
	}
}

package intake

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"io"
	"log/slog"
	"path/filepath"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/events"

	"github.com/orderloom/orderloom/shared/blob"
	"github.com/orderloom/orderloom/shared/clock"
	"github.com/orderloom/orderloom/shared/fault"
	"github.com/orderloom/orderloom/shared/fn"
	"github.com/orderloom/orderloom/shared/inbox"
	"github.com/orderloom/orderloom/shared/provider"
	"github.com/orderloom/orderloom/shared/table"
	"github.com/orderloom/orderloom/shared/table/sqlite"
)

var start = time.Date(2026, 3, 2, 8, 0, 0, 0, time.UTC)

// world is a fresh Orderloom with three instances: a shop that signs, a
// warehouse with a secret path, and a partner with a password.
type world struct {
	deps    fn.Deps
	box     inbox.Box
	table   *sqlite.Store
	clock   *clock.Manual
	webhook fn.Handler
}

type secrets map[string]string

func (s secrets) Get(_ context.Context, ref string) (string, error) {
	switch v, ok := s[ref]; {
	case ref == "down":
		return "", fault.New(fault.Unavailable, "the secret store is down")
	case ok:
		return v, nil
	}
	return "", fault.New(fault.NotFound, "no secret %q", ref)
}

// blobs keeps large bodies in memory.
type blobs struct {
	blob.Store
	data map[string][]byte
}

func (b blobs) Put(_ context.Context, key string, data []byte) error { b.data[key] = data; return nil }
func (b blobs) Get(_ context.Context, key string) ([]byte, error)    { return b.data[key], nil }

var (
	signed = inbox.Verification{Scheme: inbox.HMACSHA256, Header: "X-Shop-Hmac", Encoding: "base64", Secrets: []string{"secret", "secretNext"}}
	stamp  = inbox.Verification{Scheme: inbox.HMACSHA256, Header: "X-Signature", Encoding: "hex", Secrets: []string{"secret"}, Timestamp: "X-Timestamp"}
	path   = inbox.Verification{Scheme: inbox.SecretPath, Secrets: []string{"hookSecret"}}
	basicV = inbox.Verification{Scheme: inbox.Basic, Secrets: []string{"password", "passwordNext"}, User: "user"}
)

func testHandlers(id string) ([]inbox.Handler, bool) {
	shop := func(topic string, ignore bool) inbox.Handler {
		return inbox.Handler{
			Topic: topic, TopicHeader: "X-Shop-Topic", EventIDHeader: "X-Shop-Event-Id", MessageID: "X-Shop-Webhook-Id",
			DocumentHeader: []string{"X-Shop-Domain", "X-Shop-Topic"}, Verification: signed, Transformation: "shop/order-in", Ignore: ignore,
		}
	}
	list, ok := map[string][]inbox.Handler{
		"shop": {shop("orders/create", false), shop("orders/updated", false), shop("app/ping", true)},
		"warehouse": {{
			Topic: "SHIP_NOTIFY", TopicField: "resource_type", EventIDField: "resource_url",
			Verification: path, Fetch: "warehouse/fetch", Transformation: "warehouse/shipment-in",
		}},
		"partner": {{Topic: "*", Verification: basicV, Transformation: "partner/in"}},
		"mixed": {
			{Topic: "a", TopicHeader: "X-Shop-Topic", Verification: signed, Transformation: "mixed/in"},
			{Topic: "b", TopicHeader: "X-Shop-Topic", Verification: path, Transformation: "mixed/in"},
		},
		"either":  {{Topic: "*", Verification: signed, Alternative: &basicV, Transformation: "either/in"}},
		"stamped": {{Topic: "*", Verification: stamp, Transformation: "stamped/in"}},
	}[id]
	return list, ok
}

func newWorld(t testing.TB) world {
	t.Helper()
	clk := clock.NewManual(start)
	tbl, err := sqlite.Open(t.Context(), filepath.Join(t.TempDir(), "table.db"), clk)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = tbl.Close() })
	w := world{table: tbl, clock: clk}
	w.deps = fn.Deps{
		Table: tbl, Blobs: blobs{data: map[string][]byte{}}, Clock: clk, Log: slog.New(slog.NewTextHandler(io.Discard, nil)),
		Secrets: secrets{"s1": "first", "s2": "second", "hook": "open-sesame", "pw": "pass:word", "empty": ""},
	}
	w.box, w.webhook = boxOf(w.deps), newWebhook(w.deps, testHandlers)
	for _, in := range []provider.Instance{
		{ID: "shop", Provider: "shop", Active: true, Secrets: map[string]string{"secret": "s1", "secretNext": "s2"}},
		{ID: "warehouse", Provider: "warehouse", Active: true, Secrets: map[string]string{"hookSecret": "hook"}},
		{ID: "partner", Provider: "partner", Active: true, Secrets: map[string]string{"password": "pw"}, Parameters: map[string]string{"user": "ed"}},
		{ID: "stamped", Provider: "stamped", Active: true, Secrets: map[string]string{"secret": "s1"}},
		{ID: "mixed", Provider: "mixed", Active: true, Secrets: map[string]string{"secret": "s1", "hookSecret": "hook"}},
		{ID: "signer", Provider: "either", Active: true, Secrets: map[string]string{"secret": "s1"}},
		{ID: "knower", Provider: "either", Active: true, Secrets: map[string]string{"password": "pw"}, Parameters: map[string]string{"user": "ed"}},
		{ID: "asleep", Provider: "shop", Secrets: map[string]string{"secret": "s1"}},
		{ID: "deaf", Provider: "unheard-of", Active: true},
		{ID: "bare", Provider: "shop", Active: true},
		{ID: "emptied", Provider: "shop", Active: true, Secrets: map[string]string{"secret": "empty", "secretNext": "gone"}},
		{ID: "cut-off", Provider: "shop", Active: true, Secrets: map[string]string{"secret": "down"}},
	} {
		if err := provider.Save(t.Context(), tbl, in); err != nil {
			t.Fatal(err)
		}
	}
	return w
}

// answer is what a sender sees.
type answer struct {
	Status    int
	Message   string `json:"message"`
	Duplicate bool   `json:"duplicate"`
	Error     struct {
		Code    string `json:"code"`
		Message string `json:"message"`
		Field   string `json:"field"`
		Value   string `json:"value"`
	} `json:"error"`
	Raw string
}

func invoke(t *testing.T, h fn.Handler, req events.APIGatewayV2HTTPRequest) answer {
	t.Helper()
	in, err := json.Marshal(req)
	if err != nil {
		t.Fatal(err)
	}
	out, err := h(t.Context(), in)
	if err != nil {
		t.Fatal(err)
	}
	var res events.APIGatewayV2HTTPResponse
	if err := json.Unmarshal(out, &res); err != nil {
		t.Fatal(err)
	}
	body, err := base64.StdEncoding.DecodeString(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	a := answer{Status: res.StatusCode, Raw: string(body)}
	if err := json.Unmarshal(body, &a); err != nil {
		t.Fatalf("the answer is not JSON: %s", body)
	}
	return a
}

// post delivers bytes; header pairs follow.
func (w world) post(t *testing.T, instance, secret string, body []byte, header ...string) answer {
	t.Helper()
	params := map[string]string{"instance": instance}
	if secret != "" {
		params["secret"] = secret
	}
	req := fn.ExampleRequest("POST", "/hooks/"+instance, params, base64.StdEncoding.EncodeToString(body))
	req.IsBase64Encoded = true
	for i := 0; i+1 < len(header); i += 2 {
		req.Headers[header[i]] = header[i+1]
	}
	return invoke(t, w.webhook, req)
}

func mac(secret, text string) []byte {
	m := hmac.New(sha256.New, []byte(secret))
	m.Write([]byte(text))
	return m.Sum(nil)
}

func sign(secret, body string) string {
	return base64.StdEncoding.EncodeToString(mac(secret, body))
}

// order delivers a signed order of the shop.
func (w world) order(t *testing.T, topic, event, body string) answer {
	t.Helper()
	return w.post(t, "shop", "", []byte(body), "X-Shop-Hmac", sign("first", body), "X-Shop-Topic", topic, "X-Shop-Event-Id", event, "X-Shop-Domain", "demo.example")
}

// items counts what lies in the table beside the instances.
func (w world) items(t *testing.T) int {
	t.Helper()
	changes, err := w.table.Changes(t.Context(), 0, 1000)
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	for _, c := range changes {
		if c.Key.PK != "INSTANCES" {
			n++
		}
	}
	return n
}

func (w world) message(t *testing.T, id string) inbox.Message {
	t.Helper()
	m, err := w.box.Get(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func (w world) pending(t *testing.T, id string) bool {
	t.Helper()
	item, err := w.table.Get(t.Context(), table.Key{PK: "MSG#" + id, SK: "RAW"})
	if err != nil {
		t.Fatal(err)
	}
	return item.Str(inbox.OutboxAttr) == inbox.OutboxPending
}

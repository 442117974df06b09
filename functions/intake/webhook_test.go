package intake

import (
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"log/slog"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/orderloom/orderloom/shared/fault"
	"github.com/orderloom/orderloom/shared/fn"
	"github.com/orderloom/orderloom/shared/inbox"
)

func TestASignedDeliveryIsKeptAndAnnounced(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	body := "{\"id\": 1.10,\n \"name\": \"#1001\"}"
	a := w.order(t, "orders/create", "event-1", body)
	if a.Status != 202 || a.Duplicate || a.Message != inbox.ID("shop", "orders/create", "event-1") {
		t.Fatalf("answer = %+v", a)
	}
	want := inbox.Message{
		ID: a.Message, Instance: "shop", Provider: "shop", Topic: "orders/create", EventID: "event-1", Transformation: "shop/order-in",
		Headers:    map[string]string{"x-shop-domain": "demo.example", "x-shop-topic": "orders/create"},
		ReceivedAt: start, State: inbox.Received, Rounds: 1,
	}
	if diff := cmp.Diff(want, w.message(t, a.Message)); diff != "" {
		t.Error(diff)
	}
	if got, err := w.box.Body(t.Context(), a.Message); err != nil || string(got) != body {
		t.Errorf("kept %q, %v; want the raw bytes", got, err)
	}
	if !w.pending(t, a.Message) {
		t.Error("the message is not announced")
	}
}

// refused delivers and expects an answer that leaves nothing behind.
func refused(t *testing.T, w world, a answer, status int, code string) {
	t.Helper()
	if a.Status != status || a.Error.Code != code || a.Error.Message == "" {
		t.Errorf("answer = %s, want %d %s with a reason", a.Raw, status, code)
	}
	if n := w.items(t); n != 0 {
		t.Errorf("%d items were left behind", n)
	}
}

func TestForgedDeliveriesAreRefusedAlike(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	var log bytes.Buffer
	w.deps.Log = slog.New(slog.NewJSONHandler(&log, nil))
	w.webhook = newWebhook(w.deps, testHandlers)
	body := `{"id":1,"card":"4111"}`
	right := sign("first", body)
	raw, _ := base64.StdEncoding.DecodeString(right)
	answers := map[string]bool{}
	for name, header := range map[string][]string{
		"no signature":                        {},
		"empty":                               {"X-Shop-Hmac", ""},
		"not base64":                          {"X-Shop-Hmac", "%%%"},
		"truncated":                           {"X-Shop-Hmac", base64.StdEncoding.EncodeToString(raw[:31])},
		"longer":                              {"X-Shop-Hmac", base64.StdEncoding.EncodeToString(append(raw[:32:32], 0))},
		"hex in place of base64":              {"X-Shop-Hmac", hex.EncodeToString(raw)},
		"another secret":                      {"X-Shop-Hmac", sign("third", body)},
		"empty secret":                        {"X-Shop-Hmac", sign("", body)},
		"of another body":                     {"X-Shop-Hmac", sign("first", body+" ")},
		"right, with unknown text":            {"X-Shop-Hmac", right + "x"},
		"the reference of a secret as secret": {"X-Shop-Hmac", sign("s1", body)},
		"unknown topic":                       {"X-Shop-Hmac", sign("third", body), "X-Shop-Topic", "orders/unheard-of"},
		"topic without signature":             {"X-Shop-Topic", "orders/create"},
		"basic in place of a mac":             {"Authorization", "Basic " + base64.StdEncoding.EncodeToString([]byte("ed:first"))},
	} {
		if len(header) == 2 {
			header = append(header, "X-Shop-Topic", "orders/create")
		}
		a := w.post(t, "shop", "", []byte(body), header...)
		t.Run(name, func(t *testing.T) { refused(t, w, a, 401, fault.Unauthorized) })
		answers[a.Raw] = true
	}
	for _, notJSON := range []string{"", "<xml>", `{"id":`, strings.Repeat("[", 1<<20)} {
		a := w.post(t, "shop", "", []byte(notJSON), "X-Shop-Hmac", right, "X-Shop-Topic", "orders/create")
		refused(t, w, a, 401, fault.Unauthorized)
		answers[a.Raw] = true
	}
	if len(answers) != 1 {
		t.Errorf("a forger can tell refusals apart: %v", answers)
	}
	for _, secret := range []string{"4111", "first", right} {
		if strings.Contains(log.String(), secret) {
			t.Errorf("the log holds %q", secret)
		}
	}
}

func TestBothActiveSecretsVerify(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for _, secret := range []string{"first", "second"} {
		body := `{"signed":"` + secret + `"}`
		if a := w.post(t, "shop", "", []byte(body), "x-shop-hmac", sign(secret, body), "x-shop-topic", "orders/create"); a.Status != 202 {
			t.Errorf("signed with the %s secret: %s", secret, a.Raw)
		}
	}
}

func TestAnInstanceWithoutUsableSecretsTakesNothing(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for _, instance := range []string{"bare", "emptied"} {
		for _, secret := range []string{"", "empty", "gone", "first"} {
			a := w.post(t, instance, "", []byte(`{}`), "X-Shop-Hmac", sign(secret, `{}`), "X-Shop-Topic", "orders/create")
			refused(t, w, a, 401, fault.Unauthorized)
		}
	}
	a := w.post(t, "cut-off", "", []byte(`{}`), "X-Shop-Hmac", sign("first", `{}`), "X-Shop-Topic", "orders/create")
	refused(t, w, a, 503, fault.Unavailable) // the sender shall try again
}

func TestUnknownInactiveAndDeafInstancesAnswerAlike(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	answers := map[string]bool{}
	for _, instance := range []string{"nobody", "asleep", "deaf", "", "a/b", "\x00", strings.Repeat("x", 5000), "INSTANCES"} {
		a := w.post(t, instance, "", []byte(`{}`), "X-Shop-Hmac", sign("first", `{}`), "X-Shop-Topic", "orders/create")
		refused(t, w, a, 404, fault.NotFound)
		answers[a.Raw] = true
	}
	if len(answers) != 1 {
		t.Errorf("a stranger can tell instances apart: %v", answers)
	}
}

func TestSizeComesBeforeEverything(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	large := bytes.Repeat([]byte("["), inbox.MaxBodyBytes+1)
	for _, instance := range []string{"shop", "nobody", "asleep"} {
		refused(t, w, w.post(t, instance, "", large), 413, fault.TooLarge)
	}
	fits := `{"note":"` + strings.Repeat("x", inbox.MaxBodyBytes-11) + `"}`
	if a := w.order(t, "orders/create", "large", fits); a.Status != 202 || len(fits) != inbox.MaxBodyBytes {
		t.Errorf("a body of %d bytes: %s", len(fits), a.Raw)
	}
}

func TestWhatIsNotJSONIsRefusedWithAReason(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for name, c := range map[string]struct {
		body   string
		status int
		code   string
	}{
		"empty":          {"", 400, fault.Invalid},
		"truncated":      {`{"id":1001,"line_items":[{"id":1`, 400, fault.Invalid},
		"XML":            {"<order/>", 400, fault.Invalid},
		"two documents":  {"{}{}", 400, fault.Invalid},
		"trailing comma": {`{"a":1,}`, 400, fault.Invalid},
		"NaN":            {`{"a":NaN}`, 400, fault.Invalid},
		"not UTF-8":      {"{\"a\":\"\xff\"}", 400, fault.Invalid},
		"byte order":     {"\ufeff{}", 400, fault.Invalid},
		"65 deep":        {strings.Repeat("[", 65) + strings.Repeat("]", 65), 413, fault.TooLarge},
		"a million deep": {strings.Repeat(`{"a":`, 1<<20), 413, fault.TooLarge},
		"unclosed":       {strings.Repeat("[", 1<<22), 413, fault.TooLarge},
	} {
		t.Run(name, func(t *testing.T) { refused(t, w, w.order(t, "orders/create", "", c.body), c.status, c.code) })
	}
	for i, body := range []string{`{}`, ` [1] `, strings.Repeat("[", 64) + strings.Repeat("]", 64), `{"s":"\"` + strings.Repeat("[", 65) + `\\"}`} {
		if a := w.order(t, "orders/create", strconv.Itoa(i), body); a.Status != 202 {
			t.Errorf("%q: %s", body, a.Raw)
		}
	}
}

func TestTopics(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	a := w.order(t, "products/create", "e", `{}`)
	refused(t, w, a, 400, fault.Invalid)
	if a.Error.Value != "products/create" {
		t.Errorf("the answer does not name the topic: %s", a.Raw)
	}
	refused(t, w, w.order(t, "", "e", `{}`), 400, fault.Invalid)
	refused(t, w, w.order(t, strings.Repeat("x", 1000), "e", `{}`), 400, fault.Invalid)
	a = w.order(t, "app/ping", "e", `{}`)
	if a.Status != 202 || w.message(t, a.Message).State != inbox.Ignored || w.pending(t, a.Message) {
		t.Errorf("a topic that is ignored: %s, %+v", a.Raw, w.message(t, a.Message))
	}
}

func TestEventIDs(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	deliver := func(topic, body string, header ...string) string {
		t.Helper()
		a := w.post(t, "shop", "", []byte(body), append(header, "X-Shop-Hmac", sign("first", body), "X-Shop-Topic", topic)...)
		if a.Status != 202 {
			t.Fatal(a.Raw)
		}
		return a.Message
	}
	byEvent := deliver("orders/create", `{"v":1}`, "X-Shop-Event-Id", "e", "X-Shop-Webhook-Id", "m1")
	if again := deliver("orders/create", `{"v":2}`, "X-Shop-Event-Id", "e", "X-Shop-Webhook-Id", "m2"); again != byEvent {
		t.Error("the event id does not outweigh the message id")
	}
	if other := deliver("orders/updated", `{"v":1}`, "X-Shop-Event-Id", "e"); other == byEvent {
		t.Error("topics share their event ids")
	}
	byMessage := deliver("orders/create", `{"v":3}`, "X-Shop-Webhook-Id", "m1")
	if again := deliver("orders/create", `{"v":4}`, "X-Shop-Webhook-Id", "m1"); again != byMessage || again == byEvent {
		t.Error("without event id the message id identifies the delivery")
	}
	byBody := deliver("orders/create", `{"v":5}`)
	if deliver("orders/create", `{"v":5}`) != byBody || deliver("orders/create", `{"v":6}`) == byBody {
		t.Error("without ids the body identifies the delivery")
	}
	long := strings.Repeat("e", 8000)
	id := deliver("orders/create", `{}`, "X-Shop-Event-Id", long)
	if id == deliver("orders/create", `{}`, "X-Shop-Event-Id", long+"e") || len(w.message(t, id).EventID) > maxEventIDBytes {
		t.Error("long event ids are neither told apart nor shortened")
	}
}

func TestHeadersThatAreKeptAreBounded(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	a := w.post(t, "shop", "", []byte(`{}`), "X-Shop-Hmac", sign("first", `{}`), "X-Shop-Topic", "orders/create", "X-Shop-Domain", strings.Repeat("d", 9000))
	refused(t, w, a, 413, fault.TooLarge)
}

func TestAThousandIdenticalDeliveriesAtOnceAreOneMessage(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	var wg sync.WaitGroup
	var mu sync.Mutex
	first, ids := 0, map[string]int{}
	for range 1000 {
		wg.Go(func() {
			a := w.order(t, "orders/create", "same", `{"id":1}`)
			mu.Lock()
			defer mu.Unlock()
			if a.Status != 202 {
				t.Error(a.Raw)
			}
			if !a.Duplicate {
				first++
			}
			ids[a.Message]++
		})
	}
	wg.Wait()
	if first != 1 || len(ids) != 1 || w.items(t) != 2 {
		t.Errorf("%d firsts, ids %v, %d items; want one message of two items", first, ids, w.items(t))
	}
}

func TestSecretPath(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	body := []byte(`{"resource_url":"https://wms.example/shipments?batchId=7","resource_type":"SHIP_NOTIFY"}`)
	for _, secret := range []string{"", "open-sesam", "open-sesame2", "hook", "OPEN-SESAME"} {
		refused(t, w, w.post(t, "warehouse", secret, body), 401, fault.Unauthorized)
		refused(t, w, w.post(t, "warehouse", secret, []byte(`{"resource_type":"ELSE"}`)), 401, fault.Unauthorized)
		refused(t, w, w.post(t, "warehouse", secret, []byte(`not json`)), 401, fault.Unauthorized)
	}
	refused(t, w, w.post(t, "warehouse", "open-sesame", []byte(`{"resource_type":"ELSE"}`)), 400, fault.Invalid)
	refused(t, w, w.post(t, "warehouse", "open-sesame", []byte(`{"resource_type":7}`)), 400, fault.Invalid)
	refused(t, w, w.post(t, "warehouse", "open-sesame", []byte(`{"resource_type":"SHIP_NOTIFY"`)), 400, fault.Invalid)
	a := w.post(t, "warehouse", "open-sesame", body)
	m := w.message(t, a.Message)
	if a.Status != 202 || m.EventID != "https://wms.example/shipments?batchId=7" || m.Fetch != "warehouse/fetch" {
		t.Errorf("%s: %+v", a.Raw, m)
	}
}

func TestATopicIsVerifiedByItsOwnHandlerOnly(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	signature := sign("first", `{}`)
	refused(t, w, w.post(t, "mixed", "open-sesame", []byte(`{}`), "X-Shop-Topic", "a"), 401, fault.Unauthorized)
	refused(t, w, w.post(t, "mixed", "", []byte(`{}`), "X-Shop-Topic", "b", "X-Shop-Hmac", signature), 401, fault.Unauthorized)
	refused(t, w, w.post(t, "mixed", "", []byte(`{}`), "X-Shop-Topic", "c", "X-Shop-Hmac", signature), 400, fault.Invalid)
	refused(t, w, w.post(t, "mixed", "open-sesame", []byte(`{}`), "X-Shop-Topic", "c"), 400, fault.Invalid)
	refused(t, w, w.post(t, "mixed", "", []byte(`{}`), "X-Shop-Topic", "c"), 401, fault.Unauthorized)
	if a := w.post(t, "mixed", "", []byte(`{}`), "X-Shop-Topic", "a", "X-Shop-Hmac", signature); a.Status != 202 {
		t.Error(a.Raw)
	}
}

func TestBasicCredentials(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	header := func(text string) string { return "Basic " + base64.StdEncoding.EncodeToString([]byte(text)) }
	for _, h := range []string{"", "Basic", "Basic !!!", header("ed"), header("ed:"), header("ed:pass"), header("al:pass:word"), header(":pass:word"), "Bearer " + header("ed:pass:word")[6:]} {
		refused(t, w, w.post(t, "partner", "", []byte(`{}`), "Authorization", h), 401, fault.Unauthorized)
	}
	if a := w.post(t, "partner", "", []byte(`{}`), "authorization", "bAsIc "+header("ed:pass:word")[6:]); a.Status != 202 {
		t.Error(a.Raw)
	}
}

func TestASignedTimestampIsHeldToItsWindow(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	deliver := func(stamp, signed, body string) answer {
		return w.post(t, "stamped", "", []byte(body), "X-Timestamp", stamp, "X-Signature", hex.EncodeToString(mac("first", signed+"."+body)))
	}
	unix := func(d time.Duration) string { return strconv.FormatInt(start.Add(d).Unix(), 10) }
	for _, stamp := range []string{"", "soon", unix(-timestampWindow - time.Second), unix(timestampWindow + time.Second), "-9223372036854775808", "9223372036854775807"} {
		refused(t, w, deliver(stamp, stamp, `{}`), 401, fault.Unauthorized)
	}
	refused(t, w, deliver(unix(0), unix(-time.Hour), `{}`), 401, fault.Unauthorized) // an old signature under a new time
	for i, stamp := range []string{unix(-timestampWindow), unix(timestampWindow), start.Format(time.RFC3339)} {
		if a := deliver(stamp, stamp, strconv.Itoa(i)); a.Status != 202 {
			t.Errorf("%s: %s", stamp, a.Raw)
		}
	}
	old := newWorld(t)
	old.clock.Advance(365 * 24 * time.Hour)
	if a := old.order(t, "orders/create", "e", `{}`); a.Status != 202 {
		t.Errorf("where no timestamp is signed no window applies: %s", a.Raw)
	}
}

func FuzzDelivery(f *testing.F) {
	for _, seed := range []string{`{}`, `{"resource_type":"SHIP_NOTIFY","resource_url":"x"}`, `[[[["`, "\x00\xff", `{"resource_type":`} {
		f.Add([]byte(seed))
	}
	handlers, _ := testHandlers("warehouse")
	f.Fuzz(func(t *testing.T, body []byte) {
		req := fn.Request{Body: body}
		h, topic, known := choose(handlers, req)
		if known && (topic != "SHIP_NOTIFY" || eventID(h, req) == "") {
			t.Errorf("topic %q without event id", topic)
		}
		if checkJSON(body) == nil && depth(body) > maxDepth {
			t.Error("a document deeper than the limit passed")
		}
	})
}

package webhook_test

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/orderloom/orderloom/functions/providers/webhook"
	"github.com/orderloom/orderloom/functions/providers/webhook/webhooktest"
	"github.com/orderloom/orderloom/shared/clock"
	"github.com/orderloom/orderloom/shared/event"
	"github.com/orderloom/orderloom/shared/fault"
	"github.com/orderloom/orderloom/shared/flow"
	"github.com/orderloom/orderloom/shared/fn"
	"github.com/orderloom/orderloom/shared/order"
	"github.com/orderloom/orderloom/shared/order/store"
	"github.com/orderloom/orderloom/shared/provider"
	"github.com/orderloom/orderloom/shared/table/sqlite"
)

const (
	orderID = "ord_01JTEST0000000000000000000"
	secret  = "sign with this"
)

// world is an instance "desk" that posts to a fake service in process.
type world struct {
	deps fn.Deps
	fake *webhooktest.Server
}

// service answers requests without a network, whatever the host.
type service struct{ http.Handler }

func (s service) Do(r *http.Request) (*http.Response, error) {
	rec := httptest.NewRecorder()
	s.ServeHTTP(rec, r)
	return rec.Result(), nil
}

type secrets struct{}

func (secrets) Get(context.Context, string) (string, error) { return secret, nil }

func newWorld(t *testing.T) world {
	t.Helper()
	clk := clock.NewManual(time.Date(2026, 3, 2, 8, 0, 0, 0, time.UTC))
	tbl, err := sqlite.Open(t.Context(), filepath.Join(t.TempDir(), "table.db"), clk)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = tbl.Close() })
	fake := webhooktest.New(webhooktest.Options{Clock: clk, Secret: secret, Score: func([]byte) float64 { return 0.82 }})
	w := world{fn.Deps{Table: tbl, Clock: clk, HTTP: service{fake}, Secrets: secrets{}}, fake}
	w.install(t, "https://desk.example/in")
	doc := order.Document{Channel: "shop", Instance: "shop", ExternalID: "1", Name: `#1 "x" <b>`, Currency: "USD", Totals: order.Totals{Total: "12.5"}, Lines: []order.Line{{ID: "1", Kind: order.Physical, Quantity: 1}}}
	orders := store.Store{Table: tbl, Now: clk.Now}
	if _, _, err := orders.Create(t.Context(), orderID, "create", doc, event.Event{Name: event.OrderReceived}); err != nil {
		t.Fatal(err)
	}
	return w
}

func (w world) install(t *testing.T, baseURL string) {
	t.Helper()
	in := provider.Instance{ID: "desk", Provider: "webhook", Active: true, Parameters: map[string]string{"baseUrl": baseURL}, Secrets: map[string]string{"signingSecret": "s"}}
	if err := provider.Save(t.Context(), w.deps.Table, in); err != nil {
		t.Fatal(err)
	}
}

func (w world) call(t *testing.T, f fn.Function, key, parameters string) (string, error) {
	t.Helper()
	in, err := json.Marshal(flow.ActionInput{StepInput: flow.StepInput{Order: orderID, Step: "tell", Key: key}, Instance: "desk", Parameters: json.RawMessage(parameters)})
	if err != nil {
		t.Fatal(err)
	}
	out, err := f.New(w.deps)(t.Context(), in)
	return string(out), err
}

const body = `{"path":"/orders","body":{"text":"{{order.name}} of {{order.totals.total}} {{order.currency}}","lines":{"compute":{"field":"order.lineCount"}}}}`

func TestAPostCarriesTheFilledTemplateSigned(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	out, err := w.call(t, webhook.Post, "tell#0", body)
	if err != nil || out != `{"instance":"desk","path":"/orders"}` {
		t.Fatalf("%s %v", out, err)
	}
	posts := w.fake.Posts() // the fake refuses what is not signed
	if len(posts) != 1 || posts[0].Path != "/in/orders" || posts[0].Key != "tell#0" || string(posts[0].Body) != `{"lines":1,"text":"#1 \"x\" \u003cb\u003e of 12.50 USD"}` {
		t.Errorf("%+v", posts)
	}
}

func TestEveryAttemptHasTheSameKey(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.fake.Fail(503, 2)
	for range 2 {
		if _, err := w.call(t, webhook.Post, "tell#0", body); !fault.Is(err, fault.Unavailable) {
			t.Errorf("%v", err)
		}
	}
	for range 2 { // the answer of the first got lost
		if _, err := w.call(t, webhook.Post, "tell#0", body); err != nil {
			t.Error(err)
		}
	}
	if posts := w.fake.Posts(); len(posts) != 1 {
		t.Errorf("the receiver has %+v", posts)
	}
}

func TestAnswersThatAreNoYes(t *testing.T) {
	t.Parallel()
	for status, want := range map[int]string{400: fault.Refused, 404: fault.Refused, 307: fault.Refused, 408: fault.Unavailable, 429: fault.Unavailable, 500: fault.Unavailable} {
		w := newWorld(t)
		w.fake.Fail(status, 1)
		if _, err := w.call(t, webhook.Post, "tell#0", body); !fault.Is(err, want) {
			t.Errorf("%d: %v, want %s", status, err, want)
		}
	}
}

func TestOnlyHTTPSLeavesThisMachine(t *testing.T) {
	t.Parallel()
	for address, ok := range map[string]bool{
		"https://desk.example": true, "http://127.0.0.1:99": true, "http://localhost/x": true, "http://[::1]:5": true,
		"http://desk.example": false, "http://127.0.0.1.desk.example": false, "http://localhost.desk.example": false, "http://10.0.0.1": false,
	} {
		w := newWorld(t)
		w.install(t, address)
		_, err := w.call(t, webhook.Post, "tell#0", body)
		if ok != (err == nil) || !ok && !fault.Is(err, fault.Misconfigured) {
			t.Errorf("%s: %v", address, err)
		}
		if posted := len(w.fake.Posts()) == 1; posted != ok {
			t.Errorf("%s: posted: %v", address, posted)
		}
	}
}

func TestAPathCannotLeaveTheInstance(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	if _, err := w.call(t, webhook.Post, "tell#0", `{"path":"https://elsewhere.example/x","body":{}}`); !fault.Is(err, fault.Invalid) || len(w.fake.Posts()) != 0 {
		t.Errorf("%v, %+v", err, w.fake.Posts())
	}
}

func TestParametersThatAMachineMayCarryNoMore(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for _, parameters := range []string{`{}`, `{"body":"{{order.moon}}"}`, `{"body":"{{"}`, `{"path":5,"body":1}`} {
		if _, err := w.call(t, webhook.Post, "tell#0", parameters); !fault.Is(err, fault.Invalid) {
			t.Errorf("%s: %v", parameters, err)
		}
	}
}

func TestAScoreIsTakenOutOfTheAnswer(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	if out, err := w.call(t, webhook.Predict, "risk#0", body); err != nil || out != `{"score":0.82}` {
		t.Errorf("%s %v", out, err)
	}
	answers := map[string]string{`{"risk":7,"score":1}`: `{"score":7}`, `{"score":1}`: "", `{"risk":"7"}`: "", `{"risk":null}`: "", `[]`: "", `{}`: "", `no`: ""}
	for answer, want := range answers {
		w.deps.HTTP = service{http.HandlerFunc(func(rw http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(rw, answer) })}
		out, err := w.call(t, webhook.Predict, "risk#0", strings.Replace(body, `{"path"`, `{"field":"risk","path"`, 1))
		if want == "" && !fault.Is(err, fault.Refused) || want != "" && out != want {
			t.Errorf("%s: %s %v", answer, out, err)
		}
	}
}

func TestTheFakeRefusesWhatIsNotSigned(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	now := w.deps.Clock.Now().Unix()
	for header, want := range map[string]int{
		webhook.Sign(secret, now, []byte("{}")): 200, webhook.Sign("other", now, []byte("{}")): 401, webhook.Sign(secret, now, []byte("{ }")): 401,
		webhook.Sign(secret, now-3600, []byte("{}")): 401, "": 401, "t=x,v1=": 401,
	} {
		r := httptest.NewRequest(http.MethodPost, "/x", strings.NewReader("{}"))
		r.Header.Set(webhook.SignatureHeader, header)
		rec := httptest.NewRecorder()
		w.fake.ServeHTTP(rec, r)
		if rec.Code != want {
			t.Errorf("%q: %d, want %d", header, rec.Code, want)
		}
	}
}

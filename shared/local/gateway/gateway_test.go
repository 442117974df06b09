package gateway_test

import (
	"context"
	"encoding/json"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/events"
	"github.com/google/go-cmp/cmp"

	"github.com/orderloom/orderloom/shared/clock"
	"github.com/orderloom/orderloom/shared/fault"
	"github.com/orderloom/orderloom/shared/fn"
	"github.com/orderloom/orderloom/shared/local/gateway"
)

// start is when the tests' clock stands.
var start = time.Date(2026, 3, 2, 8, 0, 0, 0, time.UTC)

// functions is an invoker that keeps what it was given.
type functions struct {
	name    string
	event   events.APIGatewayV2HTTPRequest
	calls   int
	answer  string
	failure *fn.LambdaError
}

func (f *functions) Invoke(_ context.Context, name string, payload []byte) ([]byte, *fn.LambdaError) {
	f.name, f.event = name, events.APIGatewayV2HTTPRequest{}
	f.calls++
	if err := json.Unmarshal(payload, &f.event); err != nil {
		return nil, &fn.LambdaError{ErrorType: "Test", ErrorMessage: err.Error()}
	}
	if f.answer == "" {
		f.answer = `{"statusCode":202}`
	}
	return []byte(f.answer), f.failure
}

var routes = []gateway.Route{
	{Route: fn.Route{Method: "GET", Path: "/"}, Function: "console/site"},
	{Route: fn.Route{Method: "GET", Path: "/api/orders/{id}"}, Function: "console/site"},
	{Route: fn.Route{Method: "POST", Path: "/api/orders/{id}/cancel"}, Function: "orders/cancel"},
	{Route: fn.Route{Method: "POST", Path: "/hooks/{instance}"}, Function: "intake/webhook"},
	{Route: fn.Route{Method: "POST", Path: "/hooks/{instance}/{secret}"}, Function: "intake/webhook"},
	{Route: fn.Route{Method: "GET", Path: "/hooks"}, Function: "console/site"},
	{Route: fn.Route{Method: "ANY", Path: "/files/{path+}"}, Function: "files"},
}

func serve(t *testing.T, f *functions, r *http.Request) *httptest.ResponseRecorder {
	t.Helper()
	h, err := gateway.New(gateway.Options{Routes: routes, Functions: f, PublicHost: "shop.example.com", Clock: clock.NewManual(start),
		NewID: func() string { return "req" }, Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w
}

func request(method, path, body string) *http.Request {
	r := httptest.NewRequest(method, "http://127.0.0.1:8080"+path, strings.NewReader(body))
	return r
}

func TestARequestBecomesAnEventOfPayloadFormat2(t *testing.T) {
	t.Parallel()
	var f functions
	r := request("POST", "/api/orders/%231001/cancel?a=1&b=x%20y&a=2", `{"why":"<é>"}`)
	r.Header = http.Header{"Content-Type": {"application/json; charset=utf-8"}, "X-Shopify-Topic": {"a", "b"}, "Cookie": {"s=1; t=2", "u=3"}, "User-Agent": {"test"}}
	if w := serve(t, &f, r); w.Code != http.StatusAccepted {
		t.Errorf("%d %s", w.Code, w.Body)
	}
	want := events.APIGatewayV2HTTPRequest{
		Version: "2.0", RouteKey: "POST /api/orders/{id}/cancel", RawPath: "/api/orders/#1001/cancel", RawQueryString: "a=1&b=x%20y&a=2",
		Cookies: []string{"s=1", "t=2", "u=3"},
		Headers: map[string]string{"content-type": "application/json; charset=utf-8", "x-shopify-topic": "a,b", "user-agent": "test",
			"host": "127.0.0.1:8080", "x-forwarded-for": "192.0.2.1"},
		QueryStringParameters: map[string]string{"a": "1,2", "b": "x y"}, PathParameters: map[string]string{"id": "#1001"}, Body: `{"why":"<é>"}`,
	}
	want.RequestContext.RouteKey, want.RequestContext.AccountID, want.RequestContext.Stage, want.RequestContext.RequestID = want.RouteKey, "000000000000", "$default", "req"
	want.RequestContext.APIID, want.RequestContext.DomainName, want.RequestContext.DomainPrefix = "local", "127.0.0.1:8080", "local"
	want.RequestContext.Time, want.RequestContext.TimeEpoch = "02/Mar/2026:08:00:00 +0000", start.UnixMilli()
	want.RequestContext.HTTP = events.APIGatewayV2HTTPRequestContextHTTPDescription{Method: "POST", Path: want.RawPath, Protocol: "HTTP/1.1", SourceIP: "192.0.2.1", UserAgent: "test"}
	if diff := cmp.Diff(want, f.event); diff != "" || f.name != "orders/cancel" {
		t.Errorf("%s: %s", f.name, diff)
	}
}

func TestAPersonAtAWrongAddressIsToldInWords(t *testing.T) {
	t.Parallel()
	var f functions
	r := request("GET", "/orders", "")
	r.Header.Set("Accept", "text/html,*/*")
	w := serve(t, &f, r)
	if w.Code != http.StatusNotFound || w.Header().Get("Content-Type") != "text/html; charset=utf-8" || !strings.Contains(w.Body.String(), `href="/"`) || f.calls > 0 {
		t.Errorf("%d %v %s", w.Code, w.Header(), w.Body)
	}
}

func TestBytesThatAreNoTextArriveUnchanged(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		contentType, body string
		isBase64          bool
	}{
		{"application/json", `{"a":1}`, false}, {"text/plain", "x", false}, {"application/vnd.api+json", "{}", false},
		{"application/json", "\xff\x00", true}, {"application/octet-stream", "x", true}, {"", "x", true}, {"application/json", "", false},
	} {
		var got fn.Request
		h := fn.HTTP(nil, func(_ context.Context, req fn.Request) (fn.Response, error) {
			got = req
			return fn.Response{Status: 200}, nil
		})
		f := functions{}
		r := request("POST", "/hooks/shop", c.body)
		r.Header.Set("Content-Type", c.contentType)
		serve(t, &f, r)
		payload, err := json.Marshal(f.event)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := h(t.Context(), payload); err != nil || string(got.Body) != c.body || f.event.IsBase64Encoded != c.isBase64 {
			t.Errorf("%s %q: %q, base64 %v, %v", c.contentType, c.body, got.Body, f.event.IsBase64Encoded, err)
		}
	}
}

func TestRoutes(t *testing.T) {
	t.Parallel()
	for path, want := range map[string]struct {
		function string
		params   map[string]string
	}{
		"GET /":                          {"console/site", nil},
		"GET /api/orders/a%2Fb":          {"console/site", map[string]string{"id": "a/b"}},
		"POST /hooks/shop/s3cret":        {"intake/webhook", map[string]string{"instance": "shop", "secret": "s3cret"}},
		"PUT /files/a/b.txt":             {"files", map[string]string{"path": "a/b.txt"}},
		"GET /nowhere":                   {},
		"POST /":                         {},
		"GET /api/orders/1/cancel":       {},
		"POST /hooks/shop/%2e%2e%2fapi":  {"intake/webhook", map[string]string{"instance": "shop", "secret": "../api"}},
		"DELETE /api/orders/%231001":     {},
		"GET /api/orders/%E2%82%AC%20x":  {"console/site", map[string]string{"id": "€ x"}},
		"POST /hooks/shop/a%3Fb":         {"intake/webhook", map[string]string{"instance": "shop", "secret": "a?b"}},
		"GET /api/orders/1001?x=%zz&y=1": {"console/site", map[string]string{"id": "1001"}},
	} {
		var f functions
		method, target, _ := strings.Cut(path, " ")
		w := serve(t, &f, request(method, target, ""))
		if want.function == "" {
			if w.Code != http.StatusNotFound || w.Body.String() != "{\"message\":\"Not Found\"}\n" || f.calls > 0 {
				t.Errorf("%s: %d %s, %d calls", path, w.Code, w.Body, f.calls)
			}
			continue
		}
		if diff := cmp.Diff(want.params, f.event.PathParameters); f.name != want.function || diff != "" {
			t.Errorf("%s: %d, %q %s", path, w.Code, f.name, diff)
		}
	}
}

func TestOnlyTheMachineItselfIsServedAndThePublicHostOnlyHooks(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		host, path string
		status     int
	}{
		{"localhost:8080", "/api/orders/1/cancel", 202}, {"[::1]:8080", "/api/orders/1/cancel", 202}, {"127.0.0.1", "/hooks/shop", 202},
		{"evil.example", "/hooks/shop", 403}, {"evil.example", "/api/orders/1/cancel", 403}, {"127.0.0.1.evil.example", "/hooks/shop", 403}, {"", "/hooks/shop", 403},
		{"shop.example.com", "/hooks/shop", 202}, {"SHOP.example.com:443", "/hooks/shop/x", 202},
		{"shop.example.com", "/api/orders/1/cancel", 404}, {"shop.example.com", "/", 404}, {"shop.example.com", "/hooks", 404}, {"shop.example.com", "/files/hooks/", 404},
	} {
		var f functions
		r := request("POST", c.path, "{}")
		r.Host = c.host
		if w := serve(t, &f, r); w.Code != c.status || (f.calls > 0) != (c.status == 202) {
			t.Errorf("%s%s: %d %s, %d calls", c.host, c.path, w.Code, w.Body, f.calls)
		}
	}
}

func TestAPageOfAnotherSiteMayChangeNothing(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		path, header, value string
		status              int
	}{
		{"/api/orders/1/cancel", "Origin", "https://evil.example", 403}, {"/api/orders/1/cancel", "Sec-Fetch-Site", "cross-site", 403},
		{"/api/orders/1/cancel", "Sec-Fetch-Site", "same-origin", 202}, {"/api/orders/1/cancel", "Origin", "http://127.0.0.1:8080", 202},
		{"/hooks/shop", "Origin", "https://shop.example", 202},
	} {
		var f functions
		r := request("POST", c.path, "{}")
		r.Header.Set(c.header, c.value)
		if w := serve(t, &f, r); w.Code != c.status {
			t.Errorf("%s with %s %s: %d %s", c.path, c.header, c.value, w.Code, w.Body)
		}
	}
}

func TestResponses(t *testing.T) {
	t.Parallel()
	for answer, want := range map[string]struct {
		status      int
		contentType string
		body        string
	}{
		`{"statusCode":201,"headers":{"content-type":"text/html"},"body":"PGI+","isBase64Encoded":true}`: {201, "text/html", "<b>"},
		`{"statusCode":303,"headers":{"location":"/"}}`:                                                  {303, "text/plain; charset=utf-8", ""},
		`{"orders":[1]}`:   {200, "application/json", `{"orders":[1]}`},
		`"text"`:           {200, "application/json", `"text"`},
		`{"statusCode":7}`: {500, "application/json", "{\"message\":\"Internal Server Error\"}\n"},
		`{"statusCode":200,"body":"!","isBase64Encoded":true}`: {500, "application/json", "{\"message\":\"Internal Server Error\"}\n"},
		`no JSON`: {500, "application/json", "{\"message\":\"Internal Server Error\"}\n"},
	} {
		w := serve(t, &functions{answer: answer}, request("GET", "/", ""))
		if w.Code != want.status || w.Header().Get("Content-Type") != want.contentType || w.Body.String() != want.body {
			t.Errorf("%s: %d %s %q", answer, w.Code, w.Header().Get("Content-Type"), w.Body)
		}
	}
	w := serve(t, &functions{answer: `{"statusCode":200,"cookies":["a=1","b=2"]}`}, request("GET", "/", ""))
	if diff := cmp.Diff([]string{"a=1", "b=2"}, w.Header().Values("Set-Cookie")); diff != "" {
		t.Error(diff)
	}
}

func TestFailuresSayNothingOfTheirCause(t *testing.T) {
	t.Parallel()
	for kind, status := range map[string]int{fault.Internal: 500, "Sandbox.Timedout": 503, "Lambda.RequestTooLargeException": 413} {
		w := serve(t, &functions{failure: &fn.LambdaError{ErrorType: kind, ErrorMessage: "s3cret at main.go:7"}}, request("GET", "/", ""))
		if w.Code != status || strings.Contains(w.Body.String(), "s3cret") || !strings.Contains(w.Body.String(), `"message"`) {
			t.Errorf("%s: %d %s", kind, w.Code, w.Body)
		}
	}
}

func TestABodyOverAPIGatewaysLimitIsRefused(t *testing.T) {
	t.Parallel()
	var f functions
	if w := serve(t, &f, request("POST", "/hooks/shop", strings.Repeat("x", 10<<20))); w.Code != http.StatusAccepted {
		t.Errorf("the largest: %d %s", w.Code, w.Body)
	}
	if w := serve(t, &f, request("POST", "/hooks/shop", strings.Repeat("x", 10<<20+1))); w.Code != http.StatusRequestEntityTooLarge || f.calls != 1 {
		t.Errorf("a larger: %d %s, %d calls", w.Code, w.Body, f.calls)
	}
}

func TestRoutesThatCannotBeToldApartAreAFault(t *testing.T) {
	t.Parallel()
	for _, paths := range [][2]string{{"/a/{x}", "/a/{y}"}, {"/a/{x}/b", "/a/c/{y}"}, {"/{x", "/b"}} {
		_, err := gateway.New(gateway.Options{Routes: []gateway.Route{
			{Route: fn.Route{Method: "GET", Path: paths[0]}, Function: "f"}, {Route: fn.Route{Method: "GET", Path: paths[1]}, Function: "f"},
		}})
		if !fault.Is(err, fault.Invalid) {
			t.Errorf("%v: %v", paths, err)
		}
	}
}

func TestRoutesOfFunctions(t *testing.T) {
	t.Parallel()
	got := gateway.Routes([]fn.Function{{ID: "a", Trigger: fn.Trigger{Routes: []fn.Route{{Method: "GET", Path: "/"}, {Method: "POST", Path: "/x"}}}}, {ID: "b"}})
	want := []gateway.Route{{Route: fn.Route{Method: "GET", Path: "/"}, Function: "a"}, {Route: fn.Route{Method: "POST", Path: "/x"}, Function: "a"}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

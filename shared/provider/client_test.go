package provider_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/orderloom/orderloom/shared/fault"
	"github.com/orderloom/orderloom/shared/fn"
	"github.com/orderloom/orderloom/shared/provider"
)

// doer answers requests in process and remembers where they went.
type doer struct {
	status int
	body   string
	err    error
	seen   []*http.Request
}

func (d *doer) Do(r *http.Request) (*http.Response, error) {
	d.seen = append(d.seen, r)
	if d.err != nil {
		return nil, d.err
	}
	return &http.Response{StatusCode: d.status, Body: io.NopCloser(strings.NewReader(d.body)), Request: r}, nil
}

func newClient(t *testing.T, base string, d fn.Doer) *provider.Client {
	t.Helper()
	c, err := provider.NewClient(fn.Deps{HTTP: d}, provider.Instance{ID: "shop", Parameters: map[string]string{"baseUrl": base}})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestBaseURLMustBeAnAddress(t *testing.T) {
	t.Parallel()
	for _, base := range []string{"", "shop.example", "ftp://shop.example", "/relative", "https://", "http://bad host/", "javascript:alert(1)"} {
		_, err := provider.NewClient(fn.Deps{}, provider.Instance{ID: "shop", Parameters: map[string]string{"baseUrl": base}})
		if !fault.Is(err, fault.Misconfigured) {
			t.Errorf("baseUrl %q: %v, want %s", base, err, fault.Misconfigured)
		}
	}
}

func TestPathsGoBelowTheBaseURL(t *testing.T) {
	t.Parallel()
	for ref, want := range map[string]string{
		"/orders":                                "https://shop.example/admin/orders",
		"orders?page=2&x=%2F":                    "https://shop.example/admin/orders?page=2&x=%2F",
		"https://shop.example/elsewhere?batch=1": "https://shop.example/elsewhere?batch=1",
		"https://SHOP.example/orders":            "https://SHOP.example/orders",
	} {
		d := &doer{status: 200, body: "{}"}
		if err := newClient(t, "https://shop.example/admin/", d).JSON(t.Context(), "GET", ref, nil, nil, nil); err != nil {
			t.Errorf("%s: %v", ref, err)
			continue
		}
		if got := d.seen[0].URL.String(); got != want {
			t.Errorf("%s went to %s, want %s", ref, got, want)
		}
	}
}

func TestOtherHostsAreRefusedBeforeAnythingIsSent(t *testing.T) {
	t.Parallel()
	for _, ref := range []string{
		"https://evil.example/orders", "http://shop.example/orders", "https://shop.example:8443/orders", "//evil.example/orders",
		"https://shop.example@evil.example/", "https://user:pw@shop.example/", "https://shop.example.evil.example/", "file:///etc/passwd", "https:orders", "http://169.254.169.254/latest/meta-data",
		"https://evil.example\\@shop.example/", "ht!tp://shop.example",
	} {
		d := &doer{status: 200, body: "{}"}
		err := newClient(t, "https://shop.example", d).JSON(t.Context(), "GET", ref, nil, nil, nil)
		if !fault.Is(err, fault.Invalid) || len(d.seen) != 0 {
			t.Errorf("%s: %v after %d requests, want %s and none", ref, err, len(d.seen), fault.Invalid)
		}
	}
}

func TestAnswersBecomeFaults(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		status int
		body   string
		want   string
	}{
		{200, `{"id":1}`, ""},
		{201, `{"id":1}`, ""},
		{302, ``, fault.Refused},
		{400, `{"Message":"orderDate"}`, fault.Refused},
		{401, ``, fault.Refused},
		{404, ``, fault.Refused},
		{408, ``, fault.Unavailable},
		{429, ``, fault.Unavailable},
		{500, ``, fault.Unavailable},
		{503, "\xff\xfe", fault.Unavailable},
		{200, `<html>`, fault.Refused},
		{200, `{"id":"one"}`, fault.Refused},
		{200, `{"id":1`, fault.Refused},
		{200, strings.Repeat(" ", provider.MaxResponseBytes) + "{}", fault.Refused},
	} {
		var out struct {
			ID int `json:"id"`
		}
		err := newClient(t, "https://shop.example", &doer{status: c.status, body: c.body}).JSON(t.Context(), "GET", "/x", nil, nil, &out)
		if got := fault.Code(err); got != c.want {
			t.Errorf("%d with %d bytes: %v, want %q", c.status, len(c.body), err, c.want)
		}
		if c.want == "" && out.ID != 1 {
			t.Errorf("%d: decoded %+v", c.status, out)
		}
		if c.status == 400 && !strings.Contains(err.Error(), "orderDate") {
			t.Errorf("the refusal does not quote the service: %v", err)
		}
	}
}

func TestNetworkErrorsHideTheAddress(t *testing.T) {
	t.Parallel()
	srv := httptest.NewServer(http.NotFoundHandler())
	srv.Close()
	err := newClient(t, srv.URL, http.DefaultClient).JSON(t.Context(), "GET", "/orders?token=secret-value", nil, nil, nil)
	if !fault.Is(err, fault.Unavailable) || strings.Contains(err.Error(), "secret-value") {
		t.Errorf("a host that is gone: %v", err)
	}
	canceled, cancel := context.WithCancel(t.Context())
	cancel()
	if err := newClient(t, "https://shop.example", &doer{err: canceled.Err()}).JSON(canceled, "GET", "/x", nil, nil, nil); !fault.Is(err, fault.Unavailable) {
		t.Errorf("canceled: %v", err)
	}
}

// half is an answer that breaks off.
type half struct{}

func (half) Read([]byte) (int, error) { return 0, errors.New("connection reset") }
func (half) Close() error             { return nil }

type breaking struct{}

func (breaking) Do(r *http.Request) (*http.Response, error) {
	return &http.Response{StatusCode: http.StatusOK, Body: half{}, Request: r}, nil
}

func TestAnAnswerThatBreaksOffIsUnavailable(t *testing.T) {
	t.Parallel()
	if err := newClient(t, "https://shop.example", breaking{}).JSON(t.Context(), "GET", "/x", nil, nil, nil); !fault.Is(err, fault.Unavailable) {
		t.Errorf("got %v", err)
	}
}

func TestRequestsCarryBodyAndHeaders(t *testing.T) {
	t.Parallel()
	d := &doer{status: 204}
	err := newClient(t, "https://shop.example", d).JSON(t.Context(), "POST", "/orders", map[string]string{"Authorization": "Basic eA=="}, map[string]int{"id": 1}, nil)
	if err != nil {
		t.Fatal(err)
	}
	r := d.seen[0]
	body, _ := io.ReadAll(r.Body)
	if string(body) != `{"id":1}` || r.Header.Get("Content-Type") != "application/json" || r.Header.Get("Authorization") != "Basic eA==" {
		t.Errorf("sent %s with %v", body, r.Header)
	}
	if err := newClient(t, "https://shop.example", d).JSON(t.Context(), "POST", "/", nil, func() {}, nil); !fault.Is(err, fault.Internal) {
		t.Errorf("a body that cannot be encoded: %v", err)
	}
}

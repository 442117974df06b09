package fn_test

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"github.com/aws/aws-lambda-go/events"

	"github.com/orderloom/orderloom/shared/fault"
	"github.com/orderloom/orderloom/shared/fn"
)

// answer invokes an HTTP function as API Gateway does.
func answer(t *testing.T, accept string, f func(context.Context, fn.Request) (fn.Response, error)) (status int, header map[string]string, body string) {
	t.Helper()
	in, err := json.Marshal(events.APIGatewayV2HTTPRequest{RawPath: "/x", Headers: map[string]string{"Accept": accept}})
	if err != nil {
		t.Fatal(err)
	}
	out, err := fn.HTTP(nil, f)(t.Context(), in)
	if err != nil {
		t.Fatal(err)
	}
	var res events.APIGatewayV2HTTPResponse
	if err := json.Unmarshal(out, &res); err != nil {
		t.Fatal(err)
	}
	text, err := base64.StdEncoding.DecodeString(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	return res.StatusCode, res.Headers, string(text)
}

const browser = "text/html,application/xhtml+xml,*/*;q=0.8"

func TestAFaultIsAnsweredWithItsReason(t *testing.T) {
	t.Parallel()
	refuse := func(context.Context, fn.Request) (fn.Response, error) {
		return fn.Response{}, fault.New(fault.NotTransitable, "order <b> is already Canceled").Do("Leave it")
	}
	status, header, body := answer(t, "*/*", refuse)
	if want := `"message":"order \u003cb\u003e is already Canceled","hint":"Leave it"`; status != 409 || header["content-type"] != "application/json" || !strings.Contains(body, want) {
		t.Errorf("a program: %d %v %s", status, header, body)
	}
	status, header, body = answer(t, browser, refuse)
	if status != 409 || header["content-type"] != "text/html; charset=utf-8" || !strings.Contains(body, "order &lt;b&gt; is already Canceled") || !strings.Contains(body, "Leave it") {
		t.Errorf("a person: %d %v %s", status, header, body)
	}
}

func TestAnInternalErrorIsNotShown(t *testing.T) {
	t.Parallel()
	for _, err := range []error{errors.New("password"), fault.New(fault.Internal, "password")} {
		for _, accept := range []string{"", browser} {
			status, _, body := answer(t, accept, func(context.Context, fn.Request) (fn.Response, error) { return fn.Response{}, err })
			if status != 500 || strings.Contains(body, "password") || !strings.Contains(body, "internal error") {
				t.Errorf("%d %s", status, body)
			}
		}
	}
}

func TestAPersonGoesBackToThePage(t *testing.T) {
	t.Parallel()
	done := func(_ context.Context, req fn.Request) (fn.Response, error) {
		return fn.Done(req, 202, map[string]int{"n": 1}, "/orders/1")
	}
	if status, header, _ := answer(t, browser, done); status != 303 || header["location"] != "/orders/1" {
		t.Errorf("a person: %d %v", status, header)
	}
	if status, _, body := answer(t, "application/json", done); status != 202 || body != "{\"n\":1}\n" {
		t.Errorf("a program: %d %s", status, body)
	}
}

package fn_test

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"log/slog"
	"math"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/orderloom/orderloom/shared/fault"
	"github.com/orderloom/orderloom/shared/fn"
)

// raw hands an event to an HTTP function and returns the answer as it is.
func raw(t *testing.T, in string, f func(context.Context, fn.Request) (fn.Response, error)) map[string]any {
	t.Helper()
	out, err := fn.HTTP(nil, f)(t.Context(), json.RawMessage(in))
	if err != nil {
		t.Fatal(err)
	}
	var res map[string]any
	if err := json.Unmarshal(out, &res); err != nil {
		t.Fatal(err)
	}
	return res
}

func nothing(context.Context, fn.Request) (fn.Response, error) { return fn.Response{Status: 204}, nil }

// An event as API Gateway sends it, with what Orderloom uses of it.
const event = `{"version":"2.0","routeKey":"POST /hooks/{instance}","rawPath":"/hooks/shop","rawQueryString":"a=1&a=2&b=",
 "headers":{"Content-Type":"application/json","X-SHOPIFY-Topic":"orders/create"},"queryStringParameters":{"a":"1,2","b":""},
 "pathParameters":{"instance":"shop"},"requestContext":{"http":{"method":"POST","path":"/hooks/shop","sourceIp":"1.2.3.4"}},
 "body":"eyLDqSI6MX0=","isBase64Encoded":true}`

func TestWhatAFunctionSeesOfARequest(t *testing.T) {
	t.Parallel()
	var got fn.Request
	see := func(_ context.Context, req fn.Request) (fn.Response, error) {
		got = req
		return fn.Response{Status: 202}, nil
	}
	raw(t, event, see)
	want := fn.Request{Method: "POST", Path: "/hooks/shop", Params: map[string]string{"instance": "shop"}, Query: map[string]string{"a": "1,2", "b": ""},
		Header: map[string]string{"content-type": "application/json", "x-shopify-topic": "orders/create"}, Body: []byte(`{"é":1}`)}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	raw(t, `{"body":"eyJhIjoxfQ==","isBase64Encoded":false}`, see)
	if string(got.Body) != "eyJhIjoxfQ==" {
		t.Errorf("a body that is not encoded became %q", got.Body)
	}
}

func TestTheAnswerIsBinarySafe(t *testing.T) {
	t.Parallel()
	body := []byte{0, 0xff, '\n', '"'}
	res := raw(t, event, func(context.Context, fn.Request) (fn.Response, error) {
		return fn.Response{Status: 201, Header: map[string]string{"location": "/x"}, Body: body}, nil
	})
	text, _ := res["body"].(string)
	got, err := base64.StdEncoding.DecodeString(text)
	if res["statusCode"] != 201.0 || res["isBase64Encoded"] != true || err != nil || !bytes.Equal(got, body) {
		t.Errorf("%v, %v", res, err)
	}
	if diff := cmp.Diff(any(map[string]any{"location": "/x"}), res["headers"]); diff != "" {
		t.Error(diff)
	}
}

func TestABodyThatIsNotBase64IsRefused(t *testing.T) {
	t.Parallel()
	res := raw(t, `{"body":"***","isBase64Encoded":true}`, func(context.Context, fn.Request) (fn.Response, error) {
		t.Error("the function must not see it")
		return fn.Response{}, nil
	})
	if res["statusCode"] != 400.0 {
		t.Errorf("%v", res)
	}
}

func TestWhatIsNoHTTPEventIsNotAnswered(t *testing.T) {
	t.Parallel()
	for _, in := range []string{``, `[]`, `{"rawPath":1}`} {
		if out, err := fn.HTTP(nil, nothing)(t.Context(), json.RawMessage(in)); !fault.Is(err, fault.Invalid) {
			t.Errorf("%s: %s, %v", in, out, err)
		}
	}
}

func TestAFaultShowsRecordFieldValueAndData(t *testing.T) {
	t.Parallel()
	err := fault.New(fault.Invalid, "no").On("#1001", "lines.0").Got("x").Do("Mend it").With([]int{1})
	status, _, body := answer(t, "", func(context.Context, fn.Request) (fn.Response, error) { return fn.Response{}, err })
	want := `{"error":{"code":"Input.Invalid","message":"no","record":"#1001","field":"lines.0","value":"x","hint":"Mend it","data":[1]}}` + "\n"
	if status != 400 || body != want {
		t.Errorf("%d %s", status, body)
	}
}

func TestDataThatIsNoJSONDoesNotHideTheFault(t *testing.T) {
	t.Parallel()
	err := fault.New(fault.Conflict, "somebody was first").With(math.NaN())
	status, _, body := answer(t, "", func(context.Context, fn.Request) (fn.Response, error) { return fn.Response{}, err })
	if status != 409 || !strings.Contains(body, "somebody was first") {
		t.Errorf("%d %s", status, body)
	}
}

func TestJSONOfWhatIsNoJSONIsInternal(t *testing.T) {
	t.Parallel()
	if res, err := fn.JSON(200, math.Inf(1)); !fault.Is(err, fault.Internal) || res.Status != 0 {
		t.Errorf("%+v %v", res, err)
	}
}

func TestAnExampleRequestReadsAsOne(t *testing.T) {
	t.Parallel()
	in, err := json.Marshal(fn.ExampleRequest("POST", "/api/orders/1/cancel", map[string]string{"id": "1"}, `{"a":1}`))
	if err != nil {
		t.Fatal(err)
	}
	var got fn.Request
	raw(t, string(in), func(_ context.Context, req fn.Request) (fn.Response, error) { got = req; return fn.Response{}, nil })
	want := fn.Request{Method: "POST", Path: "/api/orders/1/cancel", Params: map[string]string{"id": "1"},
		Header: map[string]string{"content-type": "application/json"}, Body: []byte(`{"a":1}`)}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestInternalErrorsAreLoggedAndOthersAreNot(t *testing.T) {
	t.Parallel()
	for code, want := range map[string]bool{fault.Internal: true, fault.NotFound: false} {
		var log bytes.Buffer
		h := fn.HTTP(slog.New(slog.NewTextHandler(&log, nil)), func(context.Context, fn.Request) (fn.Response, error) {
			return fn.Response{}, fault.New(code, "the disk is full")
		})
		if _, err := h(t.Context(), json.RawMessage(`{"rawPath":"/api/orders"}`)); err != nil {
			t.Fatal(err)
		}
		if got := strings.Contains(log.String(), "/api/orders") && strings.Contains(log.String(), "the disk is full"); got != want {
			t.Errorf("%s: the log has %q", code, log.String())
		}
	}
}

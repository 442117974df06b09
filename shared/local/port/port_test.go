package port_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/orderloom/orderloom/shared/local/port"
)

// named answers with its name.
func named(name string) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, name) })
}

func serve(r *http.Request) *httptest.ResponseRecorder {
	w := httptest.NewRecorder()
	port.New(port.Services{States: named("states"), Table: named("table"), Events: named("events"), Lambda: named("lambda"), Secrets: named("secrets"), Bucket: named("bucket")}).ServeHTTP(w, r)
	return w
}

func request(path string, header ...string) *http.Request {
	r := httptest.NewRequest(http.MethodPost, "http://127.0.0.1:4566"+path, nil)
	for i := 0; i < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	return r
}

func signature(service string) string {
	return "AWS4-HMAC-SHA256 Credential=local/20260302/us-east-1/" + service + "/aws4_request, SignedHeaders=host, Signature=00"
}

func TestRequestsReachTheirService(t *testing.T) {
	t.Parallel()
	for want, r := range map[string]*http.Request{
		"states":  request("/", "X-Amz-Target", "AWSStepFunctions.StartExecution"),
		"table":   request("/", "X-Amz-Target", "DynamoDB_20120810.GetItem", "Authorization", signature("dynamodb")),
		"events":  request("/", "X-Amz-Target", "AWSEvents.PutEvents"),
		"secrets": request("/", "X-Amz-Target", "secretsmanager.GetSecretValue"),
		"lambda":  request("/2015-03-31/functions/x/invocations"),
		"bucket":  request("/orderloom/key", "Authorization", signature("s3")),
	} {
		if w := serve(r); w.Code != http.StatusOK || w.Body.String() != want {
			t.Errorf("%s: answered %d %s", want, w.Code, w.Body)
		}
	}
}

func TestUnknownServicesAreNamed(t *testing.T) {
	t.Parallel()
	for want, r := range map[string]*http.Request{
		"AmazonSQS.SendMessage": request("/", "X-Amz-Target", "AmazonSQS.SendMessage"),
		"service sts":           request("/", "Authorization", signature("sts")),
		"service  here":         request("/", "Authorization", "Credential=a/b"),
	} {
		if w := serve(r); w.Code != http.StatusBadRequest || !strings.Contains(w.Body.String(), want) {
			t.Errorf("%s: answered %d %s", want, w.Code, w.Body)
		}
	}
}

func TestStrangersAreRefused(t *testing.T) {
	t.Parallel()
	for _, host := range []string{"evil.example", "127.0.0.1.evil.example:4566", "localhost.evil.example", "10.0.0.1:4566", ""} {
		r := request("/", "X-Amz-Target", "AWSStepFunctions.StartExecution")
		r.Host = host
		if w := serve(r); w.Code != http.StatusForbidden {
			t.Errorf("host %q: answered %d", host, w.Code)
		}
	}
	if w := serve(request("/", "X-Amz-Target", "AWSStepFunctions.StartExecution", "Origin", "http://127.0.0.1:8080")); w.Code != http.StatusForbidden {
		t.Errorf("a page: answered %d", w.Code)
	}
	for _, host := range []string{"127.0.0.1:4566", "localhost", "[::1]:4566", "::1"} {
		if !port.Loopback(host) {
			t.Errorf("%q is this machine", host)
		}
	}
}

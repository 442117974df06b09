package busenv_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/orderloom/orderloom/shared/awsenv"
	"github.com/orderloom/orderloom/shared/awsenv/busenv"
	"github.com/orderloom/orderloom/shared/fault"
	"github.com/orderloom/orderloom/shared/fn"
)

// environment is what a function finds on a local Orderloom whose bus always
// answers the same.
func environment(t *testing.T, answer string) map[string]string {
	t.Helper()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, answer) }))
	t.Cleanup(server.Close)
	return map[string]string{awsenv.BusName: "orders", awsenv.Endpoint: server.URL, "AWS_REGION": "us-east-1", "AWS_ACCESS_KEY_ID": "k", "AWS_SECRET_ACCESS_KEY": "s"}
}

func need(values map[string]string) (fn.Bus, error) {
	var d fn.Deps
	err := busenv.Bus(awsenv.Env{Lookup: func(name string) string { return values[name] }}, &d)
	return d.Bus, err
}

func TestAFunctionThatNeedsTheBusGetsIt(t *testing.T) {
	t.Parallel()
	bus, err := need(environment(t, `{"FailedEntryCount":1,"Entries":[{"EventId":"1"},{"ErrorCode":"Throttling"}]}`))
	if err != nil {
		t.Fatal(err)
	}
	if failed, err := bus.Put(t.Context(), entries("ok", "ok")); err != nil || len(failed) != 1 || failed[0] != 1 {
		t.Errorf("failed %v, %v", failed, err)
	}
	for _, name := range []string{awsenv.BusName, "AWS_REGION"} {
		values := environment(t, `{}`)
		delete(values, name)
		if _, err := need(values); !fault.Is(err, fault.Misconfigured) || !strings.Contains(err.Error(), name) {
			t.Errorf("without %s: %v", name, err)
		}
	}
}

// What the bus says nothing about may not have arrived.
func TestAnAnswerForOtherEventsIsNoSuccess(t *testing.T) {
	t.Parallel()
	bus, err := need(environment(t, `{"FailedEntryCount":0,"Entries":[{"EventId":"1"}]}`))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := bus.Put(t.Context(), entries("ok", "ok")); !fault.Is(err, fault.Unavailable) {
		t.Errorf("the error is %v", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := bus.Put(ctx, entries("ok")); !errors.Is(err, context.Canceled) {
		t.Errorf("with a context that ended: %v", err)
	}
}

package lambda_test

import (
	"context"
	"encoding/json"
	"log/slog"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/orderloom/orderloom/shared/fault"
	"github.com/orderloom/orderloom/shared/fn"
	"github.com/orderloom/orderloom/shared/local/lambda"
)

// function is one whose handler is h.
func function(id string, h fn.Handler) fn.Function {
	return fn.Function{ID: id, New: func(fn.Deps) fn.Handler { return h }}
}

func runtime(t *testing.T, functions ...fn.Function) *lambda.Runtime {
	t.Helper()
	return lambda.New("demo", functions, fn.Deps{}, slog.New(slog.DiscardHandler))
}

func echo(_ context.Context, in json.RawMessage) (json.RawMessage, error) { return in, nil }

func TestAFunctionIsFoundByEveryNameThatCallersUse(t *testing.T) {
	t.Parallel()
	r := runtime(t, function("orders/record", echo), function("shopify/create-fulfillment", echo))
	for _, name := range []string{
		"orders/record", "demo-orders-record", "demo-orders-record:live", "000000000000:function:demo-orders-record",
		"arn:aws:lambda:eu-west-1:123456789012:function:demo-orders-record", "arn:aws:lambda:eu-west-1:123456789012:function:demo-orders-record:7",
	} {
		if f, ok := r.Find(name); !ok || f.ID != "orders/record" {
			t.Errorf("%s leads to %q, %v", name, f.ID, ok)
		}
		if out, failure := r.Invoke(t.Context(), name, []byte(`{"a":1}`)); failure != nil || string(out) != `{"a":1}` {
			t.Errorf("%s: %s, %v", name, out, failure)
		}
	}
	for _, name := range []string{"", "orders", "other-orders-record", "demo-orders/record", "arn:aws:lambda:x:y:function:orders", ":function:"} {
		if _, failure := r.Invoke(t.Context(), name, nil); failure == nil || failure.ErrorType != lambda.ErrNotFound || !strings.Contains(failure.ErrorMessage, name) {
			t.Errorf("%q: %v", name, failure)
		}
	}
}

func TestAHandlerIsBuiltOnceBeforeItsFirstUse(t *testing.T) {
	t.Parallel()
	var built atomic.Int64
	f := fn.Function{ID: "a", New: func(fn.Deps) fn.Handler { built.Add(1); return echo }}
	r := runtime(t, f)
	if built.Load() != 0 {
		t.Error("built before its use")
	}
	var wg sync.WaitGroup
	for range 20 {
		wg.Go(func() { r.Invoke(t.Context(), "a", nil) })
	}
	wg.Wait()
	if s := r.Stats(); built.Load() != 1 || s.Invoked != 20 || s.Running != 0 || s.Failed != 0 {
		t.Errorf("built %d times, %+v", built.Load(), s)
	}
}

func TestFailuresKeepTheirTypeAndPanicsStayInside(t *testing.T) {
	t.Parallel()
	r := runtime(t,
		function("fault", func(context.Context, json.RawMessage) (json.RawMessage, error) {
			return nil, fault.New(fault.Conflict, "somebody was first")
		}),
		function("panic", func(context.Context, json.RawMessage) (json.RawMessage, error) { panic("oh no") }),
		fn.Function{ID: "unbuildable", New: func(fn.Deps) fn.Handler { panic("no deps") }},
	)
	for name, want := range map[string][2]string{
		"fault": {fault.Conflict, "somebody was first"}, "panic": {fault.Internal, "panicked: oh no"}, "unbuildable": {fault.Internal, "unbuildable"},
	} {
		for range 2 { // the second time is no different
			_, failure := r.Invoke(t.Context(), name, nil)
			if failure == nil || failure.ErrorType != want[0] || !strings.Contains(failure.ErrorMessage, want[1]) || strings.Contains(failure.ErrorMessage, "goroutine") {
				t.Errorf("%s: %+v", name, failure)
			}
		}
	}
	if s := r.Stats(); s.Failed != 6 {
		t.Errorf("%+v", s)
	}
}

func TestASlowFunctionTimesOutAndCountsUntilItReturns(t *testing.T) {
	t.Parallel()
	release := make(chan struct{})
	slow := function("slow", func(context.Context, json.RawMessage) (json.RawMessage, error) { <-release; return nil, nil })
	slow.Timeout = time.Millisecond
	r := runtime(t, slow)
	if _, failure := r.Invoke(t.Context(), "slow", nil); failure == nil || failure.ErrorType != lambda.ErrTimedOut {
		t.Errorf("%+v", failure)
	}
	if s := r.Stats(); s.Running != 1 {
		t.Errorf("%+v: it still runs", s)
	}
	close(release)
	if err := r.Close(); err != nil || r.Stats().Running != 0 {
		t.Errorf("%v, %+v", err, r.Stats())
	}
}

func TestACallerThatLeavesIsNotTheFunctionsTimeout(t *testing.T) {
	t.Parallel()
	r := runtime(t, function("waits", func(ctx context.Context, _ json.RawMessage) (json.RawMessage, error) {
		<-ctx.Done()
		return nil, ctx.Err()
	}))
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, failure := r.Invoke(ctx, "waits", nil); failure == nil || failure.ErrorType == lambda.ErrTimedOut {
		t.Errorf("%+v", failure)
	}
}

func TestPayloadAndResponseAreLimited(t *testing.T) {
	t.Parallel()
	r := runtime(t, function("echo", echo), function("grow", func(_ context.Context, in json.RawMessage) (json.RawMessage, error) {
		return append(in, make([]byte, 200)...), nil
	}))
	if out, failure := r.Invoke(t.Context(), "echo", nil); failure != nil || string(out) != "{}" {
		t.Errorf("no payload: %s, %v", out, failure)
	}
	if _, failure := r.Invoke(t.Context(), "echo", make([]byte, lambda.MaxPayload)); failure != nil {
		t.Errorf("the largest payload: %v", failure)
	}
	if _, failure := r.Invoke(t.Context(), "echo", make([]byte, lambda.MaxPayload+1)); failure == nil || failure.ErrorType != lambda.ErrPayloadTooLarge {
		t.Errorf("a larger payload: %v", failure)
	}
	if _, failure := r.Invoke(t.Context(), "grow", make([]byte, lambda.MaxPayload)); failure == nil || failure.ErrorType != lambda.ErrResponseTooLarge {
		t.Errorf("a larger response: %v", failure)
	}
}

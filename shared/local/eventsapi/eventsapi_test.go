package eventsapi_test

import (
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/eventbridge"
	"github.com/aws/aws-sdk-go-v2/service/eventbridge/types"
	"github.com/google/go-cmp/cmp"

	"github.com/orderloom/orderloom/shared/fault"
	"github.com/orderloom/orderloom/shared/fn"
	"github.com/orderloom/orderloom/shared/local/bus"
	"github.com/orderloom/orderloom/shared/local/eventsapi"
)

// buses is a Deliver of the one bus "demo", whose targets are taken into got.
func buses(t *testing.T, got *[]string) eventsapi.Deliver {
	t.Helper()
	b, err := bus.New([]bus.Rule{{Name: "all", Pattern: json.RawMessage(`{"source":[{"prefix":""}]}`), Targets: []bus.Target{{
		ID: "t", Deliver: func(_ context.Context, event []byte) error {
			if strings.Contains(string(event), "Broken") {
				return errors.New("down")
			}
			*got = append(*got, string(event))
			return nil
		},
	}}}}, bus.Options{Name: "demo", NewID: func() string { return "id" }, Backoff: []time.Duration{}})
	if err != nil {
		t.Fatal(err)
	}
	return func(ctx context.Context, name string, entries []fn.BusEntry) ([]bus.Outcome, error) {
		switch name {
		case "demo":
			return b.Deliver(ctx, entries)
		case "sick":
			return nil, errors.New("oh no")
		}
		return nil, fault.New(fault.NotFound, "no bus %s", name)
	}
}

func connect(t *testing.T, got *[]string) *eventbridge.Client {
	t.Helper()
	server := httptest.NewServer(eventsapi.New(buses(t, got), slog.New(slog.DiscardHandler)))
	t.Cleanup(server.Close)
	return eventbridge.New(eventbridge.Options{Region: "us-east-1", BaseEndpoint: aws.String(server.URL), RetryMaxAttempts: 1,
		Credentials: aws.CredentialsProviderFunc(func(context.Context) (aws.Credentials, error) {
			return aws.Credentials{AccessKeyID: "local", SecretAccessKey: "local"}, nil
		})})
}

func entry(name, detailType, detail string) types.PutEventsRequestEntry {
	e := types.PutEventsRequestEntry{Source: aws.String("orderloom.orders"), DetailType: aws.String(detailType), Detail: aws.String(detail)}
	if name != "" {
		e.EventBusName = aws.String(name)
	}
	return e
}

func TestSDKPutsEvents(t *testing.T) {
	t.Parallel()
	var got []string
	e := entry("demo", "OrderReceived", `{"order":"ord_é"}`)
	e.Time = aws.Time(time.Date(2026, 3, 2, 8, 0, 0, 0, time.UTC))
	out, err := connect(t, &got).PutEvents(t.Context(), &eventbridge.PutEventsInput{Entries: []types.PutEventsRequestEntry{e}})
	if err != nil || out.FailedEntryCount != 0 || aws.ToString(out.Entries[0].EventId) != "id" {
		t.Fatalf("%+v, %v", out, err)
	}
	want := []string{`{"version":"0","id":"id","detail-type":"OrderReceived","source":"orderloom.orders","account":"000000000000","time":"2026-03-02T08:00:00Z","region":"us-east-1","resources":[],"detail":{"order":"ord_é"}}`}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestSDKSeesWhichEntriesFailedAndWhy(t *testing.T) {
	t.Parallel()
	var got []string
	aws1 := entry("demo", "X", "{}")
	aws1.Source = aws.String("aws.states")
	out, err := connect(t, &got).PutEvents(t.Context(), &eventbridge.PutEventsInput{Entries: []types.PutEventsRequestEntry{
		entry("arn:aws:events:us-east-1:000000000000:event-bus/demo", "X", "{}"), entry("other", "X", "{}"), entry("", "X", "{}"),
		aws1, entry("demo", "X", "no JSON"), entry("demo", "Broken", "{}"), entry("demo", "", "{}"),
	}})
	if err != nil || out.FailedEntryCount != 6 {
		t.Fatalf("%+v, %v", out, err)
	}
	for i, want := range []string{"", "ResourceNotFoundException", "ResourceNotFoundException", "NotAuthorizedForSourceException", "MalformedDetail", "InternalFailure", "InvalidArgument"} {
		if code := aws.ToString(out.Entries[i].ErrorCode); code != want {
			t.Errorf("entry %d: %q, want %q", i, code, want)
		}
	}
	if len(got) != 1 {
		t.Errorf("%d delivered", len(got))
	}
}

func TestSDKSeesWhenTheCallFails(t *testing.T) {
	t.Parallel()
	var got []string
	client := connect(t, &got)
	for want, entries := range map[string][]types.PutEventsRequestEntry{
		"ValidationException": make([]types.PutEventsRequestEntry, 11),
		"InternalException":   {entry("sick", "X", "{}")},
	} {
		if _, err := client.PutEvents(t.Context(), &eventbridge.PutEventsInput{Entries: entries}); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v, want %s", err, want)
		}
	}
	if _, err := client.PutEvents(t.Context(), &eventbridge.PutEventsInput{Entries: []types.PutEventsRequestEntry{entry("demo", "X", `{"a":"`+strings.Repeat("x", 256<<10)+`"}`)}}); err == nil || !strings.Contains(err.Error(), "ValidationException") {
		t.Errorf("too large: %v", err)
	}
	if _, err := client.ListRules(t.Context(), &eventbridge.ListRulesInput{}); err == nil || !strings.Contains(err.Error(), "UnknownOperationException") {
		t.Errorf("another operation: %v", err)
	}
}

func TestAMachinesEntriesMayHoldJSON(t *testing.T) {
	t.Parallel()
	var got []string
	answer, err := eventsapi.Put(t.Context(), buses(t, &got), []byte(`{"Entries":[{"Source":"s","DetailType":"d","EventBusName":"demo","Time":"2026-03-02T09:00:00+01:00","Detail":{"a":[1]}}]}`))
	if err != nil || string(answer) != `{"FailedEntryCount":0,"Entries":[{"EventId":"id"}]}` {
		t.Fatalf("%s, %v", answer, err)
	}
	if len(got) != 1 || !strings.Contains(got[0], `"time":"2026-03-02T08:00:00Z"`) || !strings.Contains(got[0], `"detail":{"a":[1]}`) {
		t.Errorf("%v", got)
	}
}

func FuzzPut(f *testing.F) {
	f.Add([]byte(`{"Entries":[{"Source":"s","DetailType":"d","Detail":"{\"a\":1}","Time":1e10}]}`))
	f.Add([]byte(`{"Entries":[{"Source":"s","DetailType":"d","EventBusName":"demo","Detail":{},"Time":"x"}]}`))
	f.Fuzz(func(t *testing.T, body []byte) {
		var got []string
		h := eventsapi.New(buses(t, &got), slog.New(slog.DiscardHandler))
		r := httptest.NewRequest(http.MethodPost, "/", strings.NewReader(string(body)))
		r.Header.Set("X-Amz-Target", "AWSEvents.PutEvents")
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r)
		if !json.Valid(w.Body.Bytes()) {
			t.Errorf("%d %s", w.Code, w.Body)
		}
	})
}

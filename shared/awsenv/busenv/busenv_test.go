package busenv_test

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"slices"
	"strconv"
	"sync/atomic"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/eventbridge"

	"github.com/orderloom/orderloom/shared/awsenv/busenv"
	"github.com/orderloom/orderloom/shared/fault"
	"github.com/orderloom/orderloom/shared/fn"
)

type entry struct {
	Source       string
	DetailType   string
	Detail       string
	EventBusName string
	Time         float64
}

// bus is a small EventBridge: it refuses entries of the detail type "bad".
func bus(t *testing.T, calls *atomic.Int32, got *[]entry) fn.Bus {
	t.Helper()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		calls.Add(1)
		var in struct{ Entries []entry }
		if err := json.NewDecoder(r.Body).Decode(&in); err != nil || r.Header.Get("X-Amz-Target") != "AWSEvents.PutEvents" || len(in.Entries) > 10 {
			w.WriteHeader(http.StatusBadRequest)
			return
		}
		answers, failed := []map[string]string{}, 0
		for _, e := range in.Entries {
			if e.DetailType == "down" {
				w.WriteHeader(http.StatusBadRequest)
				return
			}
			if e.DetailType == "bad" {
				failed++
				answers = append(answers, map[string]string{"ErrorCode": "ThrottlingException", "ErrorMessage": "slow down"})
				continue
			}
			*got = append(*got, e)
			answers = append(answers, map[string]string{"EventId": strconv.Itoa(len(*got))})
		}
		_ = json.NewEncoder(w).Encode(map[string]any{"FailedEntryCount": failed, "Entries": answers})
	}))
	t.Cleanup(server.Close)
	client := eventbridge.New(eventbridge.Options{Region: "us-east-1", BaseEndpoint: aws.String(server.URL), RetryMaxAttempts: 1,
		Credentials: credentials.NewStaticCredentialsProvider("k", "s", "")})
	return busenv.New(client, "orders")
}

func entries(types ...string) []fn.BusEntry {
	all := make([]fn.BusEntry, len(types))
	for i, typ := range types {
		all[i] = fn.BusEntry{Source: "orderloom.orders", DetailType: typ, Detail: json.RawMessage(`{"n":` + strconv.Itoa(i) + `}`), At: time.Unix(1_700_000_000, 0)}
	}
	return all
}

func TestPutNamesBusSourceTypeAndTime(t *testing.T) {
	t.Parallel()
	var calls atomic.Int32
	var got []entry
	failed, err := bus(t, &calls, &got).Put(t.Context(), entries("OrderReceived"))
	want := entry{"orderloom.orders", "OrderReceived", `{"n":0}`, "orders", 1_700_000_000}
	if err != nil || failed != nil || len(got) != 1 || got[0] != want {
		t.Errorf("put %+v, failed %v, %v", got, failed, err)
	}
}

// TestRefusedEntriesAreFailed although the call as a whole succeeds; indexes
// count over all calls that a long list takes.
func TestRefusedEntriesAreFailed(t *testing.T) {
	t.Parallel()
	var calls atomic.Int32
	var got []entry
	types := slices.Repeat([]string{"ok"}, 23)
	types[3], types[21] = "bad", "bad"
	failed, err := bus(t, &calls, &got).Put(t.Context(), entries(types...))
	if err != nil || !slices.Equal(failed, []int{3, 21}) || len(got) != 21 || calls.Load() != 3 {
		t.Errorf("failed %v, %v; %d arrived in %d calls", failed, err, len(got), calls.Load())
	}
}

func TestABusThatDoesNotAnswerIsUnavailable(t *testing.T) {
	t.Parallel()
	var calls atomic.Int32
	var got []entry
	if _, err := bus(t, &calls, &got).Put(t.Context(), entries("down")); !fault.Is(err, fault.Unavailable) {
		t.Errorf("the error is %v", err)
	}
}

func TestNothingToPutCallsNobody(t *testing.T) {
	t.Parallel()
	var calls atomic.Int32
	var got []entry
	if failed, err := bus(t, &calls, &got).Put(t.Context(), nil); err != nil || failed != nil || calls.Load() != 0 {
		t.Errorf("failed %v, %v after %d calls", failed, err, calls.Load())
	}
}

package dynamo

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/google/go-cmp/cmp"

	"github.com/orderloom/orderloom/shared/clock"
	"github.com/orderloom/orderloom/shared/fault"
	"github.com/orderloom/orderloom/shared/table"
)

// script is a DynamoDB that gives prepared answers, the last one for ever.
type script struct {
	mu       sync.Mutex
	answers  []string // a body; an error where it begins with its name
	requests []string
}

func (s *script) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	body, _ := io.ReadAll(r.Body) // the client's own, on loopback
	s.requests = append(s.requests, string(body))
	answer := s.answers[min(len(s.requests), len(s.answers))-1]
	if name, rest, isError := strings.Cut(answer, ":"); isError && !strings.HasPrefix(answer, "{") {
		w.WriteHeader(http.StatusBadRequest)
		answer = `{"__type":"x#` + name + `","message":"no"` + rest + `}`
	}
	_, _ = io.WriteString(w, answer)
}

// newStore returns a store that never pauses and counts that it would.
func newStore(t *testing.T, answers ...string) (*Store, *script, *int) {
	t.Helper()
	s := &script{answers: answers}
	server := httptest.NewServer(s)
	t.Cleanup(server.Close)
	client := dynamodb.New(dynamodb.Options{Region: "us-east-1", BaseEndpoint: aws.String(server.URL), RetryMaxAttempts: 1,
		Credentials: aws.CredentialsProviderFunc(func(context.Context) (aws.Credentials, error) {
			return aws.Credentials{AccessKeyID: "local", SecretAccessKey: "local"}, nil
		})})
	store, pauses := New(client, "orders", clock.NewManual(time.Unix(1_800_000_000, 0))), 0
	store.pause = func(context.Context, int) error { pauses++; return nil }
	return store, s, &pauses
}

var (
	key    = table.Key{PK: "a", SK: "1"}
	update = table.Set(key, table.Item{"s": "x"}, table.Absent("old")).Adding(map[string]int64{"n": 2})
)

const (
	expired      = `{"pk":{"S":"a"},"sk":{"S":"1"},"ttl":{"N":"1799999999"},"old":{"S":"o"},"n":{"N":"40"}}`
	failedOnIt   = `ConditionalCheckFailedException:,"Item":` + expired
	canceledOn   = `TransactionCanceledException:,"CancellationReasons":[{"Code":"None"},{"Code":"ConditionalCheckFailed","Item":` + expired + `}]`
	conflictOn   = `TransactionCanceledException:,"CancellationReasons":[{"Code":"TransactionConflict"},{"Code":"None"}]`
	conflictBoth = `TransactionCanceledException:,"CancellationReasons":[{"Code":"TransactionConflict"},{"Code":"ConditionalCheckFailed"}]`
)

func TestUpdateThatMeetsAnExpiredItemReplacesIt(t *testing.T) {
	t.Parallel()
	s, script, _ := newStore(t, failedOnIt, `{}`)
	got, err := s.Write(t.Context(), update)
	want := table.Item{"pk": "a", "sk": "1", "s": "x", "n": int64(2)}
	if diff := cmp.Diff(want, got); diff != "" || err != nil {
		t.Error(diff, err)
	}
	var put struct {
		ConditionExpression       string
		ExpressionAttributeNames  map[string]string
		ExpressionAttributeValues map[string]map[string]string
		Item                      map[string]any
	}
	if err := json.Unmarshal([]byte(script.requests[1]), &put); err != nil {
		t.Fatal(err)
	}
	// The replacement holds on to the expiry it saw, so that no live item is lost.
	if put.ConditionExpression != "#0 = :0" || put.ExpressionAttributeNames["#0"] != "ttl" ||
		put.ExpressionAttributeValues[":0"]["N"] != "1799999999" || len(put.Item) != 4 {
		t.Errorf("second request %s", script.requests[1])
	}
}

func TestTransactionThatMeetsAnExpiredItemReplacesIt(t *testing.T) {
	t.Parallel()
	s, script, _ := newStore(t, canceledOn, `{}`)
	if err := s.Transact(t.Context(), table.Put(table.Item{"pk": "b", "sk": "1"}), update); err != nil {
		t.Fatal(err)
	}
	if n := len(script.requests); n != 2 || strings.Contains(script.requests[1], `"Update"`) || strings.Count(script.requests[1], `"Put"`) != 2 {
		t.Errorf("%d requests, the second %s", n, script.requests[1])
	}
}

func TestExpiredItemDoesNotMeetAPositiveCondition(t *testing.T) {
	t.Parallel()
	s, _, _ := newStore(t, failedOnIt)
	_, err := s.Write(t.Context(), table.Set(key, table.Item{"s": "x"}, table.Exists("n")))
	if !table.IsConditionFailed(err) {
		t.Errorf("got %v", err)
	}
}

func TestConflictsAreTriedAgainAndThenReported(t *testing.T) {
	t.Parallel()
	other := table.Put(table.Item{"pk": "b", "sk": "1"})
	s, _, pauses := newStore(t, conflictOn, "TransactionConflictException:", conflictOn, `{}`)
	if err := s.Transact(t.Context(), other, update); err != nil || *pauses != 3 {
		t.Errorf("%v after %d pauses", err, *pauses)
	}
	s, script, _ := newStore(t, conflictOn)
	if err := s.Transact(t.Context(), other, update); !fault.Is(err, fault.Conflict) || len(script.requests) != attempts {
		t.Errorf("%v after %d requests", err, len(script.requests))
	}
	s, _, _ = newStore(t, "TransactionConflictException:")
	if _, err := s.Write(t.Context(), update); !fault.Is(err, fault.Conflict) {
		t.Errorf("a single write: %v", err)
	}
	s, _, _ = newStore(t, strings.Replace(conflictOn, "TransactionConflict\"", "ThrottlingError\"", 1))
	if err := s.Transact(t.Context(), other, update); !fault.Is(err, fault.Unavailable) {
		t.Errorf("throttled: %v", err)
	}
	s, _, pauses = newStore(t, conflictBoth)
	err := s.Transact(t.Context(), other, table.Delete(key, table.ItemExists()))
	failed, ok := errors.AsType[*table.ConditionFailed](err)
	if !ok || !cmp.Equal(failed.Ops, []int{1}) || *pauses != 0 {
		t.Errorf("a condition failed beside a conflict: %v", err)
	}
}

func TestUnprocessedKeysAreAskedForAgain(t *testing.T) {
	t.Parallel()
	two := table.Key{PK: "a", SK: "2"}
	first := `{"Responses":{"orders":[{"pk":{"S":"a"},"sk":{"S":"1"}}]},"UnprocessedKeys":{"orders":{"Keys":[{"pk":{"S":"a"},"sk":{"S":"2"}}]}}}`
	throttled := `{"Responses":{"orders":[]},"UnprocessedKeys":{"orders":{"Keys":[{"pk":{"S":"a"},"sk":{"S":"2"}}]}}}`
	second := `{"Responses":{"orders":[{"pk":{"S":"a"},"sk":{"S":"2"}}]},"UnprocessedKeys":{}}`
	s, _, pauses := newStore(t, first, throttled, second)
	got, err := s.GetMany(t.Context(), []table.Key{two, key})
	if err != nil || len(got) != 2 || got[0].Key() != two || got[1].Key() != key || *pauses != 1 {
		t.Errorf("%v, %v after %d pauses", got, err, *pauses)
	}
	s, _, _ = newStore(t, throttled)
	if _, err := s.GetMany(t.Context(), []table.Key{two}); !fault.Is(err, fault.Unavailable) {
		t.Errorf("never processed: %v", err)
	}
}

func TestErrorsSayWhatToDo(t *testing.T) {
	t.Parallel()
	for answer, code := range map[string]string{
		"ResourceNotFoundException:":              fault.Misconfigured,
		"AccessDeniedException:":                  fault.Misconfigured,
		"ValidationException:":                    fault.Invalid,
		"ProvisionedThroughputExceededException:": fault.Unavailable,
		"InternalServerError:":                    fault.Unavailable,
		`{"Item":{"l":{"L":[]}}}`:                 fault.Internal,
		`{"Item":{"n":{"N":"1.5"}}}`:              fault.Internal,
	} {
		s, _, _ := newStore(t, answer)
		if _, err := s.Get(t.Context(), key); !fault.Is(err, code) {
			t.Errorf("%s: %v, want %s", answer, err, code)
		}
	}
	s, _, _ := newStore(t, `{}`)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := s.Get(ctx, key); !errors.Is(err, context.Canceled) {
		t.Errorf("ended context: %v", err)
	}
}

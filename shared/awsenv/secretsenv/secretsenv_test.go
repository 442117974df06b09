package secretsenv_test

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"

	"github.com/orderloom/orderloom/shared/awsenv"
	"github.com/orderloom/orderloom/shared/awsenv/secretsenv"
	"github.com/orderloom/orderloom/shared/clock"
	"github.com/orderloom/orderloom/shared/fault"
	"github.com/orderloom/orderloom/shared/fn"
	"github.com/orderloom/orderloom/shared/local/secretsapi"
)

// store answers every known name with value + the number of the question.
type store struct {
	asked atomic.Int32
	now   time.Time
}

func (s *store) Get(_ context.Context, name string) (string, error) {
	n := s.asked.Add(1)
	if !strings.HasPrefix(name, "orderloom/") {
		return "", fault.New(fault.NotFound, "no secret")
	}
	return "value" + strconv.Itoa(int(n)), nil
}

func open(t *testing.T, s *store) fn.Secrets {
	t.Helper()
	return behind(t, secretsapi.New(s), func() time.Time { return s.now })
}

// behind is the port to a Secrets Manager.
func behind(t *testing.T, manager http.Handler, now func() time.Time) fn.Secrets {
	t.Helper()
	server := httptest.NewServer(manager)
	t.Cleanup(server.Close)
	client := secretsmanager.New(secretsmanager.Options{Region: "us-east-1", BaseEndpoint: aws.String(server.URL), RetryMaxAttempts: 1,
		Credentials: credentials.NewStaticCredentialsProvider("k", "s", "")})
	return secretsenv.New(client, now)
}

func TestAValueIsKeptForAFewMinutes(t *testing.T) {
	t.Parallel()
	s := &store{now: time.Unix(0, 0)}
	secrets := open(t, s)
	for _, step := range []struct {
		after time.Duration
		want  string
	}{{0, "value1"}, {4 * time.Minute, "value1"}, {time.Minute, "value2"}} {
		s.now = s.now.Add(step.after)
		if got, err := secrets.Get(t.Context(), "orderloom/shop/token"); err != nil || got != step.want {
			t.Errorf("after %v: %q, %v; want %q", step.after, got, err, step.want)
		}
	}
}

func TestAnUnknownSecretIsAskedForAgain(t *testing.T) {
	t.Parallel()
	s := &store{now: time.Unix(0, 0)}
	secrets := open(t, s)
	for range 2 {
		if _, err := secrets.Get(t.Context(), "other"); !fault.Is(err, fault.NotFound) || !strings.Contains(err.Error(), "other") {
			t.Errorf("the error is %v", err)
		}
	}
	if n := s.asked.Load(); n != 2 {
		t.Errorf("asked %d times, want 2: a secret that was just created must be found", n)
	}
}

func TestEverySecretHasItsOwnValue(t *testing.T) {
	t.Parallel()
	secrets := open(t, &store{now: time.Unix(0, 0)})
	for range 2 {
		for i, ref := range []string{"orderloom/shop/token", "orderloom/shop/hook"} {
			if got, err := secrets.Get(t.Context(), ref); err != nil || got != "value"+strconv.Itoa(i+1) {
				t.Errorf("%s: %q, %v", ref, got, err)
			}
		}
	}
}

func TestManyMayAskAtOnce(t *testing.T) {
	t.Parallel()
	secrets := open(t, &store{now: time.Unix(0, 0)})
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			if _, err := secrets.Get(context.Background(), "orderloom/shop/token"); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
}

// answering is a Secrets Manager that always answers the same.
func answering(status int, body string) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/x-amz-json-1.1")
		w.WriteHeader(status)
		_, _ = w.Write([]byte(body))
	})
}

func TestWhatIsWrongIsSaid(t *testing.T) {
	t.Parallel()
	for says, c := range map[string]struct {
		status     int
		body, code string
	}{
		"no such secret":       {400, `{"__type":"ResourceNotFoundException","Message":"none"}`, fault.NotFound},
		"not text but bytes":   {200, `{"Name":"n","SecretBinary":"c2VjcmV0"}`, fault.Misconfigured},
		"the service is down":  {500, `{"__type":"InternalServiceError","Message":"down"}`, fault.Unavailable},
		"the policy forbids":   {400, `{"__type":"AccessDeniedException","Message":"no"}`, fault.Unavailable},
		"the answer is no one": {200, `<html>`, fault.Unavailable},
	} {
		secrets := behind(t, answering(c.status, c.body), time.Now)
		if got, err := secrets.Get(t.Context(), "orderloom/shop/token"); got != "" || !fault.Is(err, c.code) || !strings.Contains(err.Error(), "orderloom/shop/token") {
			t.Errorf("%s: %q, %v", says, got, err)
		}
	}
}

func TestItEndsWithItsContext(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := open(t, &store{}).Get(ctx, "orderloom/shop/token"); !errors.Is(err, context.Canceled) {
		t.Errorf("the error is %v", err)
	}
}

func TestAFunctionThatNeedsSecretsGetsThem(t *testing.T) {
	t.Parallel()
	server := httptest.NewServer(secretsapi.New(&store{}))
	t.Cleanup(server.Close)
	values := map[string]string{awsenv.Endpoint: server.URL, "AWS_REGION": "us-east-1", "AWS_ACCESS_KEY_ID": "k", "AWS_SECRET_ACCESS_KEY": "s"}
	env := awsenv.Env{Lookup: func(name string) string { return values[name] }}
	d := fn.Deps{Clock: clock.System{}}
	if err := secretsenv.Secrets(env, &d); err != nil {
		t.Fatal(err)
	}
	if got, err := d.Secrets.Get(t.Context(), "orderloom/shop/token"); err != nil || got != "value1" {
		t.Errorf("%q, %v", got, err)
	}
	delete(values, "AWS_REGION")
	if err := secretsenv.Secrets(env, &d); !fault.Is(err, fault.Misconfigured) || !strings.Contains(err.Error(), "AWS_REGION") {
		t.Errorf("without a region: %v", err)
	}
}

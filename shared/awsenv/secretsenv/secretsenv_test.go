package secretsenv_test

import (
	"context"
	"net/http/httptest"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"

	"github.com/orderloom/orderloom/shared/awsenv/secretsenv"
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
	server := httptest.NewServer(secretsapi.New(s))
	t.Cleanup(server.Close)
	client := secretsmanager.New(secretsmanager.Options{Region: "us-east-1", BaseEndpoint: aws.String(server.URL), RetryMaxAttempts: 1,
		Credentials: credentials.NewStaticCredentialsProvider("k", "s", "")})
	return secretsenv.New(client, func() time.Time { return s.now })
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

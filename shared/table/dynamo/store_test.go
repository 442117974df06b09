package dynamo_test

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"github.com/orderloom/orderloom/shared/clock"
	"github.com/orderloom/orderloom/shared/local/dynamoapi"
	"github.com/orderloom/orderloom/shared/table"
	"github.com/orderloom/orderloom/shared/table/dynamo"
	"github.com/orderloom/orderloom/shared/table/sqlite"
	"github.com/orderloom/orderloom/shared/table/tabletest"
)

// connect returns a client with dummy credentials.
func connect(endpoint string) *dynamodb.Client {
	return dynamodb.New(dynamodb.Options{
		Region:       "us-east-1",
		BaseEndpoint: aws.String(endpoint),
		HTTPClient:   &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 100}},
		Credentials: aws.CredentialsProviderFunc(func(context.Context) (aws.Credentials, error) {
			return aws.Credentials{AccessKeyID: "local", SecretAccessKey: "local"}, nil
		}),
	})
}

// motoDiffers is where moto answers a comparison of different types with an
// error; on DynamoDB it is false.
var motoDiffers = []string{
	"an order between different types never holds",
	"adding to what is no integer is refused and changes nothing",
}

// oneAtATime sends one request after the other. DynamoDB isolates requests from
// each other; moto's threads do not, so two of its transactions can both win.
// The callers still race: what one decides between two of its requests may have
// been changed by another.
func oneAtATime(client *dynamodb.Client) *dynamodb.Client {
	o := client.Options()
	o.HTTPClient = &serial{next: o.HTTPClient}
	return dynamodb.New(o)
}

type serial struct {
	mu   sync.Mutex
	next dynamodb.HTTPClient
}

func (s *serial) Do(r *http.Request) (*http.Response, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	res, err := s.next.Do(r)
	if err != nil {
		return nil, err
	}
	body, err := io.ReadAll(res.Body) // moto works until the last byte
	if closeErr := res.Body.Close(); err == nil {
		err = closeErr
	}
	res.Body = io.NopCloser(bytes.NewReader(body))
	return res, err
}

// TestPortOnServer runs where the environment names a DynamoDB-compatible
// server in DYNAMODB_ENDPOINT; .ci/run starts one. DYNAMODB_SERIAL sends one
// request after the other. TestPortOnLocalAPI needs no server.
func TestPortOnServer(t *testing.T) {
	t.Parallel()
	endpoint := os.Getenv("DYNAMODB_ENDPOINT")
	if endpoint == "" {
		t.Log("DYNAMODB_ENDPOINT is not set: no server to test against")
		return
	}
	client := connect(endpoint)
	if os.Getenv("DYNAMODB_SERIAL") != "" {
		client = oneAtATime(client)
	}
	var tables atomic.Int64
	tabletest.Run(t, func(t *testing.T) table.Table {
		name := fmt.Sprintf("tabletest-%d-%d", os.Getpid(), tables.Add(1))
		if err := dynamo.EnsureTable(t.Context(), client, name); err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() {
			if _, err := client.DeleteTable(context.Background(), &dynamodb.DeleteTableInput{TableName: &name}); err != nil {
				t.Error(err)
			}
		})
		return dynamo.New(client, name, clock.System{})
	}, motoDiffers...)
}

// TestPortOnLocalAPI runs the adapter with the real SDK against the protocol
// that the local host speaks.
func TestPortOnLocalAPI(t *testing.T) {
	t.Parallel()
	tabletest.Run(t, func(t *testing.T) table.Table {
		s, err := sqlite.Open(t.Context(), filepath.Join(t.TempDir(), "table.db"), clock.System{})
		if err != nil {
			t.Fatal(err)
		}
		server := httptest.NewServer(dynamoapi.New("orders", s))
		t.Cleanup(func() {
			server.Close()
			if err := s.Close(); err != nil {
				t.Error(err)
			}
		})
		return dynamo.New(connect(server.URL), "orders", clock.System{})
	})
}

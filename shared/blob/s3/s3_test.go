package s3_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	sdk "github.com/aws/aws-sdk-go-v2/service/s3"

	"github.com/orderloom/orderloom/shared/blob"
	"github.com/orderloom/orderloom/shared/blob/blobtest"
	"github.com/orderloom/orderloom/shared/blob/folder"
	"github.com/orderloom/orderloom/shared/blob/s3"
	"github.com/orderloom/orderloom/shared/fault"
	"github.com/orderloom/orderloom/shared/local/s3api"
)

// connect returns the real client for a server, with dummy credentials.
func connect(server *httptest.Server) *sdk.Client {
	return sdk.New(sdk.Options{Region: "us-east-1", BaseEndpoint: aws.String(server.URL), UsePathStyle: true,
		HTTPClient: server.Client(), RetryMaxAttempts: 1,
		Credentials: aws.CredentialsProviderFunc(func(context.Context) (aws.Credentials, error) {
			return aws.Credentials{AccessKeyID: "local", SecretAccessKey: "local"}, nil
		})})
}

// serve starts the local protocol over a folder. With TLS the SDK sends bodies
// in chunks with a trailing checksum, without it sends them plain.
func serve(t *testing.T, start func(http.Handler) *httptest.Server) *httptest.Server {
	t.Helper()
	documents, err := folder.Open(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	server := start(s3api.New("documents", documents))
	t.Cleanup(func() {
		server.Close()
		if err := documents.Close(); err != nil {
			t.Error(err)
		}
	})
	return server
}

func TestPortOnLocalAPI(t *testing.T) {
	t.Parallel()
	for name, start := range map[string]func(http.Handler) *httptest.Server{"plain": httptest.NewServer, "chunked": httptest.NewTLSServer} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			blobtest.Run(t, func(t *testing.T) blob.Store { return s3.New(connect(serve(t, start)), "documents") })
		})
	}
}

func TestErrorsSayWhatToDo(t *testing.T) {
	t.Parallel()
	server := serve(t, httptest.NewServer)
	_, err := s3.New(connect(server), "other").Get(t.Context(), "k")
	if !fault.Is(err, fault.Misconfigured) {
		t.Errorf("unknown bucket: %v", err)
	}
	store := s3.New(connect(server), "documents")
	server.Close()
	if _, err := store.Get(t.Context(), "k"); !fault.Is(err, fault.Unavailable) {
		t.Errorf("server gone: %v", err)
	}
}

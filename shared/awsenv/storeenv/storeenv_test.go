package storeenv_test

import (
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"testing"

	"github.com/orderloom/orderloom/shared/awsenv"
	"github.com/orderloom/orderloom/shared/awsenv/storeenv"
	"github.com/orderloom/orderloom/shared/blob/folder"
	"github.com/orderloom/orderloom/shared/clock"
	"github.com/orderloom/orderloom/shared/fault"
	"github.com/orderloom/orderloom/shared/fn"
	"github.com/orderloom/orderloom/shared/local/dynamoapi"
	"github.com/orderloom/orderloom/shared/local/s3api"
	"github.com/orderloom/orderloom/shared/table"
	"github.com/orderloom/orderloom/shared/table/sqlite"
)

// environment is what a function finds on a local Orderloom: one address for
// both services.
func environment(t *testing.T) map[string]string {
	t.Helper()
	records, err := sqlite.Open(t.Context(), filepath.Join(t.TempDir(), "table.db"), clock.System{})
	if err != nil {
		t.Fatal(err)
	}
	documents, err := folder.Open(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	dynamo, s3 := dynamoapi.New("orderloom", records), s3api.New("orderloom", documents)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("X-Amz-Target") != "" {
			dynamo.ServeHTTP(w, r)
			return
		}
		s3.ServeHTTP(w, r)
	}))
	t.Cleanup(func() { server.Close(); records.Close() })
	return map[string]string{awsenv.TableName: "orderloom", awsenv.BucketName: "orderloom", awsenv.Endpoint: server.URL,
		"AWS_REGION": "us-east-1", "AWS_ACCESS_KEY_ID": "k", "AWS_SECRET_ACCESS_KEY": "s"}
}

func open(values map[string]string) (fn.Deps, error) {
	d := fn.Deps{Clock: clock.System{}}
	err := storeenv.Records(awsenv.Env{Lookup: func(name string) string { return values[name] }}, &d)
	return d, err
}

func TestRecordsAndDocumentsAreThere(t *testing.T) {
	t.Parallel()
	d, err := open(environment(t))
	if err != nil {
		t.Fatal(err)
	}
	item := table.Item{table.PK: "A", table.SK: "B", "n": int64(1)}
	if _, err := d.Table.Write(t.Context(), table.Put(item)); err != nil {
		t.Fatal(err)
	}
	if got, err := d.Table.Get(t.Context(), item.Key()); err != nil || got.Int("n") != 1 {
		t.Errorf("the record is %v, %v", got, err)
	}
	if err := d.Blobs.Put(t.Context(), "messages/1", []byte("text")); err != nil {
		t.Fatal(err)
	}
	if got, err := d.Blobs.Get(t.Context(), "messages/1"); err != nil || string(got) != "text" {
		t.Errorf("the document is %q, %v", got, err)
	}
}

func TestAMissingVariableIsNamed(t *testing.T) {
	t.Parallel()
	for _, name := range []string{awsenv.TableName, awsenv.BucketName, "AWS_REGION", "AWS_SECRET_ACCESS_KEY"} {
		values := environment(t)
		delete(values, name)
		if _, err := open(values); !fault.Is(err, fault.Misconfigured) || !strings.Contains(err.Error(), name) {
			t.Errorf("without %s: %v", name, err)
		}
	}
}

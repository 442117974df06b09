package catalog_test

import (
	"context"
	"io"
	"log/slog"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/orderloom/orderloom/functions"
	"github.com/orderloom/orderloom/shared/blob/folder"
	"github.com/orderloom/orderloom/shared/clock"
	"github.com/orderloom/orderloom/shared/cmd/catalog"
	"github.com/orderloom/orderloom/shared/fault"
	"github.com/orderloom/orderloom/shared/fn"
	"github.com/orderloom/orderloom/shared/provider"
	"github.com/orderloom/orderloom/shared/table/sqlite"
)

// TestEveryFunctionRunsItsExample: on a fresh Orderloom an example works or
// fails with a code that the function declares. The function gets what its main
// names and nothing else, so a main that forgets a need fails here.
func TestEveryFunctionRunsItsExample(t *testing.T) {
	t.Parallel()
	for _, f := range functions.All() {
		t.Run(f.ID, func(t *testing.T) {
			t.Parallel()
			event, err := catalog.Event(f)
			if err != nil {
				t.Fatal(err)
			}
			out, err := f.New(needed(t, f.ID))(t.Context(), event)
			if err == nil && len(out) == 0 {
				t.Error("the function answers nothing")
			}
			if err != nil && !slices.ContainsFunc(f.Failures, func(x fn.Failure) bool { return x.Code == fault.Code(err) }) {
				t.Errorf("undeclared failure: %v", err)
			}
		})
	}
}

var needs = regexp.MustCompile(`\w+env\.[A-Z]\w+`)

// needed builds what the function's main names.
func needed(t *testing.T, id string) fn.Deps {
	main, err := os.ReadFile(filepath.Join(root, catalog.Folder(id), "main.go"))
	if err != nil {
		t.Fatal(err)
	}
	_, start, _ := strings.Cut(string(main), "awsenv.Start(")
	d := fn.Deps{HTTP: nobody{}, Clock: clock.System{}, NewID: func(prefix string) string { return prefix + "_01JZZZZZZZZZZZZZZZZZZZZZZZ" },
		Setting: func(string) string { return "" }, Log: slog.New(slog.DiscardHandler)}
	for _, need := range needs.FindAllString(start, -1) {
		switch need {
		case "storeenv.Records":
			d.Table, d.Blobs = records(t), documents(t)
		case "tableenv.Table":
			d.Table = records(t)
		case "statesenv.Machines":
			d.States = idle{}
		case "busenv.Bus":
			d.Bus = idle{}
		case "secretsenv.Secrets":
			d.Secrets = idle{}
		default:
			t.Fatalf("unknown need %s", need)
		}
	}
	return d
}

// records is a table with the provider instances that examples name.
func records(t *testing.T) *sqlite.Store {
	t.Helper()
	s, err := sqlite.Open(t.Context(), filepath.Join(t.TempDir(), "table.db"), clock.System{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	for _, in := range []provider.Instance{{ID: "demo-shop", Provider: "shopify"}, {ID: "warehouse", Provider: "shipstation"}} {
		in.Active, in.Parameters = true, map[string]string{"baseUrl": "https://service.example"}
		in.Secrets = map[string]string{"hookSecret": "s", "accessToken": "s", "apiKey": "s", "apiSecret": "s"}
		if err := provider.Save(t.Context(), s, in); err != nil {
			t.Fatal(err)
		}
	}
	return s
}

func documents(t *testing.T) *folder.Store {
	t.Helper()
	s, err := folder.Open(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// nobody answers every request with 503.
type nobody struct{}

func (nobody) Do(*http.Request) (*http.Response, error) {
	return &http.Response{StatusCode: http.StatusServiceUnavailable, Body: io.NopCloser(strings.NewReader(""))}, nil
}

// idle is machines without executions, a bus that takes everything and secrets
// of one value.
type idle struct{}

func (idle) Start(context.Context, string, string, []byte) error            { return nil }
func (idle) Succeed(context.Context, string, []byte) error                  { return nil }
func (idle) Fail(context.Context, string, string, string) error             { return nil }
func (idle) Put(context.Context, []fn.BusEntry) ([]int, error)              { return nil, nil }
func (idle) Get(context.Context, string) (string, error)                    { return "value", nil }
func (idle) Publish(context.Context, string, []byte) (string, error)        { return "v", nil }
func (idle) PublishExpress(context.Context, string, []byte) (string, error) { return "v", nil }
func (idle) Route(context.Context, string, []fn.Share) error                { return nil }
func (idle) Executions(context.Context, fn.ExecutionQuery) ([]string, string, error) {
	return nil, "", nil
}
func (idle) History(context.Context, string, int) ([]fn.HistoryEvent, error) {
	return []fn.HistoryEvent{{ID: 1, At: time.Unix(0, 0), Type: "ExecutionStarted"}}, nil
}

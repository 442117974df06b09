package trial

import (
	"context"
	"net/http"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/orderloom/orderloom/functions/providers"
	"github.com/orderloom/orderloom/shared/fault"
	"github.com/orderloom/orderloom/shared/flow"
	"github.com/orderloom/orderloom/statemachines"
)

// sandboxOf opens an Orderloom for the lab flow.
func sandboxOf(t *testing.T) *sandbox {
	t.Helper()
	documents, err := statemachines.Documents()
	if err != nil {
		t.Fatal(err)
	}
	d, err := newDraft(Options{Flow: documents["lab"]})
	if err != nil {
		t.Fatal(err)
	}
	s, err := open(t.Context(), d, time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.close() })
	return s
}

// Nothing that the package is built from can reach a table that lasts, or AWS.
func TestATrialCannotReachARealTable(t *testing.T) {
	t.Parallel()
	out, err := exec.CommandContext(t.Context(), "go", "list", "-deps", ".").Output()
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range strings.Fields(string(out)) {
		for _, adapter := range []string{"shared/table/sqlite", "shared/table/dynamo", "shared/blob/folder", "shared/blob/s3", "shared/awsenv", "shared/local/secrets", "shared/local/host", "aws-sdk-go-v2", "modernc.org/sqlite"} {
			if strings.Contains(path, adapter) {
				t.Errorf("%s is linked in", path)
			}
		}
	}
}

func TestThereIsNoOutside(t *testing.T) {
	t.Parallel()
	d := sandboxOf(t).deps()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "https://user:password@example.com/", nil)
	if err != nil {
		t.Fatal(err)
	}
	_, asked := d.HTTP.Do(req)
	_, secret := d.Secrets.Get(t.Context(), "orderloom/demo-shop/accessToken")
	_, published := d.States.Publish(t.Context(), "lab", nil)
	for what, err := range map[string]error{"a request": asked, "a secret": secret, "publishing": published} {
		if !fault.Is(err, Outside) || strings.Contains(err.Error(), "password") {
			t.Errorf("%s: %v", what, err)
		}
	}
	if setting := d.Setting("AWS_REGION"); setting != "" {
		t.Errorf("a setting of the machine: %q", setting)
	}
}

// No function of a provider is called: there are no orders, instances, secrets
// and services that it could use, and it answers all the same.
func TestFunctionsOfProvidersAreNotCalled(t *testing.T) {
	t.Parallel()
	s := sandboxOf(t)
	s.runs["ord_1"] = &run{draft: s.draft, id: "ord_1", recorded: &Recorded{}}
	asked := 0
	for _, p := range providers.All() {
		for _, f := range p.Functions {
			out, failed := s.result(context.Background(), f.ID, call{StepInput: flow.StepInput{Order: "ord_1"}}, []byte(`{"order":"ord_1","shipment":3}`))
			if failed != nil || len(out) == 0 || out[0] != '{' {
				t.Errorf("%s: %s %v", f.ID, out, failed)
			}
			if f.ID == "shopify/create-fulfillment" && string(out) != `{"shipment":3}` {
				t.Errorf("%s", out)
			}
			asked++
		}
	}
	if asked < 4 {
		t.Errorf("only %d functions", asked)
	}
	if out, failed := s.result(context.Background(), "arn:aws:lambda:us-east-1:123456789012:function:mine", call{}, []byte(`{}`)); failed != nil || string(out) != `{}` {
		t.Errorf("a function of somebody else: %s %v", out, failed)
	}
}

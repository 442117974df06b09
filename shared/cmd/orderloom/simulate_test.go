package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/orderloom/orderloom/shared/clock"
	"github.com/orderloom/orderloom/shared/cmd/trial"
	"github.com/orderloom/orderloom/shared/cmd/world"
	"github.com/orderloom/orderloom/shared/order"
)

// What really happened is what a trial of the same flow finds, but for an order
// that waits for stock: in a trial there is stock.
func TestATrialOfTheFlowItselfFindsWhatHappened(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	start := time.Now().UTC().Truncate(time.Second).Add(-4 * 24 * time.Hour)
	w, err := world.Open(t.Context(), world.Options{Dir: dir, Clock: clock.NewManual(start), ShipAfter: time.Hour})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = w.Close() })
	for _, sample := range world.Samples(start) {
		if err := w.Place(t.Context(), sample); err != nil {
			t.Fatal(err)
		}
	}
	w.Drive(t.Context(), 24*time.Hour, func() bool { return false })

	for flow, want := range map[string]struct{ entered, different int }{"order-to-fulfillment": {8, 1}, "lab": {4, 0}} {
		file := "../../../statemachines/" + flow + "/flow.json"
		code, text := orderloom(t, dir, "--json", "flow", "simulate", file, "--orders", "last-7-days")
		var r trial.Report
		if err := json.Unmarshal([]byte(text), &r); code != 0 || err != nil {
			t.Fatalf("%d %v %s", code, err, text)
		}
		if s := r.Summary; s.Orders != 12 || s.Recorded != 12 || s.Entered != want.entered || s.Different != want.different {
			t.Errorf("%s: %+v", flow, s)
		}
		for _, o := range r.Orders {
			backorder := o.Before.Reason == order.ReasonBackorder
			if o.Enters && backorder != (len(o.Differences) > 0) {
				t.Errorf("%s %s: %q %v", flow, o.Name, o.Differences, o.Notes)
			}
		}
	}

	code, lines := orderloom(t, dir, "orders", "export", "--since", "5d")
	if code != 0 || strings.Count(lines, "\n") != 12 || !strings.HasPrefix(lines, `{"document":{`) {
		t.Errorf("%d %.500s", code, lines)
	}
	exported := filepath.Join(dir, "orders.ndjson")
	if err := os.WriteFile(exported, []byte(lines), 0o600); err != nil {
		t.Fatal(err)
	}
	if code, text := orderloom(t, dir, "flow", "simulate", "../../../statemachines/lab/flow.json", "--orders", exported); code != 0 || !strings.Contains(text, "0 of 12 recorded orders would have become something else") {
		t.Errorf("%d %s", code, text)
	}
	if code, text := orderloom(t, dir, "orders", "export", "--since", "1h"); code != 0 || text != "" {
		t.Errorf("%d %s", code, text)
	}
	if code, text := orderloom(t, dir, "orders", "export", "--since", "soon"); code != 1 || !strings.Contains(text, "a time span is e.g. 7d") {
		t.Errorf("%d %s", code, text)
	}
}

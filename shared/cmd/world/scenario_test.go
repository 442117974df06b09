package world_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/orderloom/orderloom/shared/cmd/world"
	"github.com/orderloom/orderloom/shared/golden"
	"github.com/orderloom/orderloom/shared/scenario"
)

// TestScenarios runs the conformance scenarios of every flow against a whole
// Orderloom in virtual time. What they end with is golden: the path of events
// and the records.
func TestScenarios(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("../../../statemachines/*/runs/*.txtar")
	if err != nil || len(files) == 0 {
		t.Fatalf("no scenarios found: %v", err)
	}
	for _, file := range files {
		flow := filepath.Base(filepath.Dir(filepath.Dir(file)))
		t.Run(flow+"/"+strings.TrimSuffix(filepath.Base(file), ".txtar"), func(t *testing.T) {
			t.Parallel()
			runScenario(t, file, flow)
		})
	}
}

func runScenario(t *testing.T, file, flow string) {
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	script, err := scenario.Parse(data)
	if err != nil {
		t.Fatal(err)
	}
	w := open(t, world.Options{})
	shop := world.DemoShop
	switch flow {
	case "lab":
		shop = world.LabShop
	case "wholesale":
		shop = world.WholesaleShop
	}
	path, record, err := scenario.Run(w.Scenario(t.Context(), shop), script)
	if err != nil {
		t.Fatalf("%s\n%s: %v", script.Title, file, err)
	}
	golden.Check(t, file, scenario.Format(data, path, record))
}

package world_test

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/orderloom/orderloom/shared/cmd/world"
	"github.com/orderloom/orderloom/shared/flow"
	"github.com/orderloom/orderloom/shared/flow/compile"
	"github.com/orderloom/orderloom/shared/golden"
	"github.com/orderloom/orderloom/shared/scenario"
)

// TestScenarios runs the conformance scenarios of every flow against a whole
// Orderloom in virtual time, with both profiles. What they end with is golden,
// and the same with both: the path of events and the records.
func TestScenarios(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("../../../statemachines/*/runs/*.txtar")
	if err != nil || len(files) == 0 {
		t.Fatalf("no scenarios found: %v", err)
	}
	compact, err := world.CompiledAs(flow.Compact)
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		id := filepath.Base(filepath.Dir(filepath.Dir(file)))
		only := slices.DeleteFunc(slices.Clone(compact), func(r compile.Result) bool { return r.Doc.ID != id })
		for profile, flows := range map[string][]compile.Result{flow.Standard: nil, flow.Compact: only} { // standard is what is committed
			t.Run(id+"/"+strings.TrimSuffix(filepath.Base(file), ".txtar")+"/"+profile, func(t *testing.T) {
				t.Parallel()
				runScenario(t, file, id, flows)
			})
		}
	}
}

func runScenario(t *testing.T, file, id string, flows []compile.Result) {
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	script, err := scenario.Parse(data)
	if err != nil {
		t.Fatal(err)
	}
	w := open(t, world.Options{Flows: flows})
	shop := world.DemoShop
	switch id {
	case "lab":
		shop = world.LabShop
	case "wholesale":
		shop = world.WholesaleShop
	case "marketplace-split":
		shop = world.MarketplaceShop
	}
	path, record, err := scenario.Run(w.Scenario(t.Context(), shop), script)
	if err != nil {
		t.Fatalf("%s\n%s: %v", script.Title, file, err)
	}
	golden.Check(t, file, scenario.Format(data, path, record))
	checkEvents(t, w)
}

package statemachines_test

import (
	"path/filepath"
	"testing"

	"github.com/orderloom/orderloom/shared/flow"
	"github.com/orderloom/orderloom/shared/flow/compile"
	"github.com/orderloom/orderloom/shared/golden"
	"github.com/orderloom/orderloom/statemachines"
)

// The committed machines are what the compiler makes of the committed
// documents, byte for byte.
func TestMachinesAreCompiled(t *testing.T) {
	t.Parallel()
	policies, err := statemachines.Policies()
	if err != nil {
		t.Fatal(err)
	}
	catalog, err := flow.LoadCatalog()
	if err != nil {
		t.Fatal(err)
	}
	documents, err := statemachines.Documents()
	if err != nil {
		t.Fatal(err)
	}
	if len(documents) == 0 {
		t.Fatal("there are no flows")
	}
	for id, document := range documents {
		t.Run(id, func(t *testing.T) {
			t.Parallel()
			result, problems := compile.Compile(document, catalog, policies)
			if err := problems.Err(); err != nil {
				t.Fatal(err)
			}
			golden.Check(t, filepath.Join(id, "statemachine.asl.json"), result.Machine)
			t.Logf("transitions: %+v; history: at most %d events; functions: %v", result.Transitions, result.MaxHistory, result.Functions)
		})
	}
}

// No order enters two of the committed flows, and that is proven; those that
// others run are there.
func TestEntriesAreDisjoint(t *testing.T) {
	t.Parallel()
	policies, err := statemachines.Policies()
	if err != nil {
		t.Fatal(err)
	}
	documents, err := statemachines.Documents()
	if err != nil {
		t.Fatal(err)
	}
	entities, err := statemachines.Entities()
	if err != nil {
		t.Fatal(err)
	}
	var all []compile.Neighbor
	for id, document := range documents {
		doc, _ := flow.Parse(document, entities...)
		all = append(all, compile.Neighbor{ID: id, Entry: doc.Entry})
	}
	for id, document := range documents {
		problems, notes := compile.CheckEntry(document, all, policies, entities...)
		problems = append(problems, compile.CheckSubFlows(document, all, entities...)...)
		for _, p := range append(problems, notes...) {
			t.Errorf("%s: %v", id, p)
		}
	}
}

package statemachines_test

import (
	"path/filepath"
	"testing"

	"github.com/orderloom/orderloom/shared/flow"
	"github.com/orderloom/orderloom/shared/flow/compile"
	"github.com/orderloom/orderloom/shared/golden"
	"github.com/orderloom/orderloom/statemachines"
)

// The committed machines of the bindings are what the compiler makes of them.
func TestBindingsAreCompiled(t *testing.T) {
	t.Parallel()
	policies, err := statemachines.Policies()
	if err != nil {
		t.Fatal(err)
	}
	catalog, err := flow.LoadCatalog()
	if err != nil {
		t.Fatal(err)
	}
	flows, err := statemachines.Flows()
	if err != nil {
		t.Fatal(err)
	}
	machines := map[string][]byte{}
	for _, f := range flows {
		machines[f.ID] = f.Machine
	}
	documents, err := statemachines.BindingDocuments()
	if err != nil || len(documents) == 0 {
		t.Fatalf("%d bindings, %v", len(documents), err)
	}
	bound, problems := compile.Bindings(documents, catalog, policies, machines)
	for id, found := range problems {
		t.Errorf("%s: %v", id, found)
	}
	for id, b := range bound {
		if b.Doc.Action != "" {
			golden.Check(t, filepath.FromSlash(statemachines.BindingFile(id)), b.Machine)
		}
	}
}

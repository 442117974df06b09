package explain_test

import (
	"strings"
	"testing"

	"github.com/orderloom/orderloom/shared/flow"
	"github.com/orderloom/orderloom/shared/flow/compile"
	"github.com/orderloom/orderloom/shared/flow/compile/explain"
	"github.com/orderloom/orderloom/shared/flow/compile/states"
	"github.com/orderloom/orderloom/statemachines"
)

// Every state of every machine belongs to one part and has a reason.
func TestEveryStateIsExplainedOnce(t *testing.T) {
	t.Parallel()
	catalog, err := flow.LoadCatalog()
	if err != nil {
		t.Fatal(err)
	}
	flows, err := statemachines.Flows()
	if err != nil || len(flows) == 0 {
		t.Fatalf("no flows: %v", err)
	}
	policies, err := statemachines.Policies()
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range flows { // and as the other profile writes them
		r, problems := compile.CompileAs(flow.Compact, f.Document, catalog, policies)
		if len(problems) > 0 {
			t.Fatal(problems)
		}
		flows = append(flows, statemachines.Flow{ID: f.ID + ", compact", Document: f.Document, Machine: r.Machine})
	}
	for _, f := range flows {
		doc, problems := flow.Parse(f.Document, catalog.Entities...)
		if len(problems) > 0 {
			t.Fatal(problems)
		}
		parts, err := explain.Of(doc, f.Machine, catalog)
		if err != nil {
			t.Fatal(err)
		}
		why := map[string]string{}
		for _, p := range parts {
			for _, s := range p.States {
				if why[s.Name] != "" {
					t.Errorf("%s: %q is explained twice", f.ID, s.Name)
				}
				why[s.Name] = s.Why
			}
		}
		root, err := states.Read(f.Machine)
		if err != nil {
			t.Fatal(err)
		}
		n := 0
		for st := range root.All {
			n++
			if len(why[st.Name]) < 4 || strings.Contains(why[st.Name], "arn:") {
				t.Errorf("%s: %q is explained as %q", f.ID, st.Name, why[st.Name])
			}
		}
		if n != len(why) {
			t.Errorf("%s: %d states, %d explanations", f.ID, n, len(why))
		}
	}
}

package compile_test

import (
	"os"
	"path/filepath"
	"slices"
	"testing"

	"golang.org/x/tools/txtar"

	"github.com/orderloom/orderloom/shared/flow"
	"github.com/orderloom/orderloom/shared/flow/compile"
	machine "github.com/orderloom/orderloom/shared/flow/compile/states"
	"github.com/orderloom/orderloom/shared/policy/jsondoc"
)

// compacted are all flows that compile, with profile compact, by name.
func compacted(t *testing.T) map[string]compile.Result {
	t.Helper()
	catalog, policies := world(t)
	all := map[string]compile.Result{}
	for _, file := range cases(t) {
		data, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		in := sections(txtar.Parse(data))
		if _, problems := compileCase(t, in); len(problems) > 0 || in["policies"] != nil || in["catalog"] != nil {
			continue
		}
		if r, problems := compile.CompileAs(flow.Compact, in["document"], catalog, policies); len(problems) == 0 {
			all[filepath.Base(file)] = r
		} else {
			t.Errorf("%s: %v", file, problems)
		}
	}
	for _, id := range []string{"lab", "order-to-fulfillment", "wholesale"} {
		all[id] = compiledAs(t, flow.Compact, shippedFlow(t, id))
	}
	return all
}

func read(t *testing.T, definition []byte) machine.Scope {
	t.Helper()
	sc, err := machine.Read(definition)
	if err != nil {
		t.Fatal(err)
	}
	return sc
}

// Wherever a child ends the machine goes on, and wherever the machine hands over
// the child begins.
func TestMachineAndChildUnderstandEachOther(t *testing.T) {
	t.Parallel()
	met := 0
	for name, r := range compacted(t) {
		parent := read(t, r.Machine)
		for _, c := range r.Children {
			child := read(t, c.Machine)
			outcome, handed := meeting(parent, c.Placeholder)
			met += len(outcome) + len(handed)
			for st := range child.All {
				switch {
				case st.Waits() || st.Type == "Wait" || st.Type == "Map" || st.Type == "Fail":
					t.Errorf("%s: %s of %s is a %s", name, st.Name, c.Name, st.Type)
				case st.Type == "Succeed" && st.What != "Handed back" && !slices.Contains(outcome, st.Name):
					t.Errorf("%s: nothing goes on where %s ends with %q", name, c.Name, st.Name)
				case slices.Contains(st.Caught, "Start – Handed back") && !slices.Contains(outcome, st.Name):
					t.Errorf("%s: %s of %s is handed back to nobody", name, st.Name, c.Name)
				case st.Name == "Start – Begin":
					for _, at := range handed {
						if !slices.Contains(st.Next, at) {
							t.Errorf("%s: %s does not begin at %q", name, c.Name, at)
						}
					}
				}
			}
		}
	}
	if met < 100 {
		t.Errorf("machines and children meet at %d states", met)
	}
}

// meeting lists where a machine goes on after a child, and where it lets it begin.
func meeting(parent machine.Scope, placeholder string) (outcome, handed []string) {
	prefix := ""
	for st := range parent.All {
		if arn := st.Node.Get("Arguments").Get("StateMachineArn"); arn != nil && arn.Text == "${"+placeholder+"}" {
			prefix = st.Step
		}
	}
	for st := range parent.All {
		if st.Name == prefix+flow.StateSeparator+compile.OutcomeState && st.Type == "Choice" {
			outcome = st.Next
		}
		ways := []*jsondoc.Node{st.Node}
		for _, key := range []string{"Choices", "Catch"} {
			if list := st.Node.Get(key); list != nil {
				ways = append(ways, list.Items...)
			}
		}
		for _, way := range ways {
			if machine.Text(way.Get("Next")) == prefix+flow.StateSeparator+compile.StretchState {
				handed = append(handed, machine.Text(way.Get("Assign").Get("at"))+machine.Text(way.Get("Assign").Get("itemAt")))
			}
		}
	}
	return outcome, handed
}

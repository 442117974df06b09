package explain_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/tools/txtar"

	"github.com/orderloom/orderloom/shared/flow"
	"github.com/orderloom/orderloom/shared/flow/compile/explain"
	"github.com/orderloom/orderloom/shared/flow/compile/states"
)

// Every state of the compiler's own cases is explained, too, and each step has
// its part, those without a state as well.
func TestTheCompilersCasesAreExplained(t *testing.T) {
	t.Parallel()
	catalog, err := flow.LoadCatalog()
	if err != nil {
		t.Fatal(err)
	}
	files, err := filepath.Glob("../testdata/*.txtar")
	if err != nil {
		t.Fatal(err)
	}
	said := ""
	for _, file := range files {
		data, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		in := map[string][]byte{}
		for _, f := range txtar.Parse(data).Files {
			in[f.Name] = f.Data
		}
		doc, problems := flow.Parse(in["document"])
		if in["machine"] == nil || len(problems) > 0 {
			continue
		}
		parts, err := explain.Of(doc, in["machine"], catalog)
		if err != nil {
			t.Fatal(err)
		}
		root, err := states.Read(in["machine"])
		if err != nil {
			t.Fatal(err)
		}
		text := explain.Text(parts)
		said += text
		for st := range root.All {
			if strings.Count(text, "- "+st.Name+": ") != 1 {
				t.Errorf("%s: %q is not explained once:\n%s", file, st.Name, text)
			}
		}
	}
	for _, want := range []string{
		"One way (merge, id one): no state: what leads here leads on, or ends, at once", "runs its 2 branches at the same time and goes on when all have ended",
		"waits at most 1 hour for OrderChanged; one that happened before counts",
	} {
		if !strings.Contains(said, want) {
			t.Errorf("nothing is explained as %q", want)
		}
	}
}

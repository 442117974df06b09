package compile_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"golang.org/x/tools/txtar"

	"github.com/orderloom/orderloom/shared/engine"
	"github.com/orderloom/orderloom/shared/event"
	"github.com/orderloom/orderloom/shared/flow"
	"github.com/orderloom/orderloom/shared/flow/compile"
	"github.com/orderloom/orderloom/shared/golden"
)

// Each file of testdata/bindings is one case: sections "binding <id>" and "flow
// <id>", and what comes out: the problems of each binding, or its machine.
func TestGoldenBindings(t *testing.T) {
	t.Parallel()
	for _, file := range bindingCases(t) {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txtar"), func(t *testing.T) {
			t.Parallel()
			data, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			archive := txtar.Parse(data)
			archive.Files = slices.DeleteFunc(archive.Files, func(f txtar.File) bool {
				return strings.HasPrefix(f.Name, "problems") || strings.HasPrefix(f.Name, "machine")
			})
			all, problems := compileBindings(t, archive)
			for _, f := range slices.Clone(archive.Files) {
				id, ok := strings.CutPrefix(f.Name, "binding ")
				if !ok {
					continue
				}
				if found := problems[id]; len(found) > 0 {
					archive.Files = append(archive.Files, txtar.File{Name: "problems " + id, Data: []byte(found.Error() + "\n")})
				} else if all[id].Machine != nil {
					archive.Files = append(archive.Files, txtar.File{Name: "machine " + id, Data: all[id].Machine})
				}
			}
			golden.Check(t, file, txtar.Format(archive))
		})
	}
}

func bindingCases(t testing.TB) []string {
	files, err := filepath.Glob("testdata/bindings/*.txtar")
	if err != nil || len(files) == 0 {
		t.Fatalf("no cases: %v", err)
	}
	return files
}

func compileBindings(t testing.TB, archive *txtar.Archive) (map[string]compile.Bound, map[string]flow.Problems) {
	catalog, policies := world(t)
	documents, flows := map[string][]byte{}, map[string][]byte{}
	for _, f := range archive.Files {
		if id, ok := strings.CutPrefix(f.Name, "binding "); ok {
			documents[id] = f.Data
		}
		if id, ok := strings.CutPrefix(f.Name, "flow "); ok {
			result, problems := compile.Compile(f.Data, catalog, policies)
			if err := problems.Err(); err != nil {
				t.Fatal(err)
			}
			flows[id] = result.Machine
		}
	}
	return compile.Bindings(documents, catalog, policies, flows)
}

const bound = `{"id": "tell", "title": "Tell", "event": "ReturnReceived", "action": "shopify/add-tags", "instance": "channel", "parameters": {"tags": ["{% no %}"]}}`

// The machine of a binding calls the action with the event, and waits for a person
// when that fails beyond its retries; skipped, it is over.
func TestABindingCallsItsAction(t *testing.T) {
	t.Parallel()
	catalog, policies := world(t)
	all, problems := compile.Bindings(map[string][]byte{"tell": []byte(bound)}, catalog, policies, nil)
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	tries := 0
	r := runWith(t, compile.Result{Machine: all["tell"].Machine, Functions: all["tell"].Functions}, flow.BindingInput{
		Order: orderID, Run: "run", Event: event.Event{Name: "ReturnReceived", OrderID: orderID, Seq: 7, Payload: json.RawMessage(`{"rma":"{% 1 %}"}`)},
	}, func(c call) (string, *engine.TaskError) {
		if c.Function != "shopify/add-tags" {
			return "", nil
		}
		if string(c.Parameters) != `{"tags":["{% no %}"]}` || c.Instance != "channel" || !bytes.Contains(c.Happened, []byte(`"rma":"{% 1 %}"`)) {
			return "", &engine.TaskError{Error: "Test.Defect", Cause: fmt.Sprintf("%+v %s", c, c.Happened)}
		}
		if tries++; tries < 9 {
			return "", c.failing("Provider.Unavailable")
		}
		return "{}", nil
	})
	r.settle()
	const failed = "raise-exception binding:tell Provider.Unavailable 0"
	var want []string
	for range 6 {
		want = append(want, "add-tags binding:tell 0")
	}
	r.expect(append(want, failed)...)
	r.answer("exception/binding:tell", `{"answer":"reprocess"}`)
	r.expect("add-tags binding:tell 1", "add-tags binding:tell 1", "add-tags binding:tell 1")
	r.expectStatus(engine.Succeeded)
}

func TestABindingThatIsSkippedIsOver(t *testing.T) {
	t.Parallel()
	catalog, policies := world(t)
	all, _ := compile.Bindings(map[string][]byte{"tell": []byte(bound)}, catalog, policies, nil)
	r := runWith(t, compile.Result{Machine: all["tell"].Machine, Functions: all["tell"].Functions}, flow.BindingInput{Order: orderID, Run: "run"}, func(c call) (string, *engine.TaskError) {
		if c.Function == "shopify/add-tags" {
			return "", c.failing("Order.Canceled") // no special path
		}
		return "", nil
	})
	r.settle()
	r.answer("exception/binding:tell", `{"answer":"skip"}`)
	r.expect("add-tags binding:tell 0", "raise-exception binding:tell Order.Canceled 0")
	r.expectStatus(engine.Succeeded)
}

func FuzzBinding(f *testing.F) {
	for _, file := range bindingCases(f) {
		archive, err := txtar.ParseFile(file)
		if err != nil {
			f.Fatal(err)
		}
		for _, section := range archive.Files {
			f.Add(section.Data)
		}
	}
	catalog, policies := world(f)
	f.Fuzz(func(t *testing.T, doc []byte) {
		all, problems := compile.Bindings(map[string][]byte{"a": doc}, catalog, policies, nil)
		b := all["a"]
		if (len(problems["a"]) == 0) != (len(b.Machine) > 0) {
			t.Errorf("%d problems and a machine of %d bytes", len(problems["a"]), len(b.Machine))
		}
		if problems["a"].Has(compile.MachineInvalid) {
			t.Error(problems["a"])
		}
		for _, p := range problems["a"] {
			if p.Code == "" || p.Message == "" || p.Pos < 0 || p.Pos > len(doc) || p.Line < 1 || p.Column < 1 {
				t.Errorf("%+v", p)
			}
		}
	})
}

package catalog_test

import (
	"bytes"
	"encoding/json"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"github.com/orderloom/orderloom/functions"
	"github.com/orderloom/orderloom/shared/cmd/catalog"
	"github.com/orderloom/orderloom/shared/event"
	"github.com/orderloom/orderloom/shared/flow"
	"github.com/orderloom/orderloom/shared/golden"
	"github.com/orderloom/orderloom/shared/order"
)

const schemas = root + "/shared/event/schemas"

func entries(t *testing.T) []flow.EventEntry {
	t.Helper()
	all, err := catalog.Events(os.DirFS(root))
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// The committed catalog of events and their schemas are what the code, the flows,
// the bindings and the templates say.
func TestEventCatalogIsFresh(t *testing.T) {
	t.Parallel()
	all := entries(t)
	text, err := catalog.Encode(all)
	if err != nil {
		t.Fatal(err)
	}
	golden.Check(t, filepath.Join(root, "shared/flow/events.json"), text)
	files, err := catalog.SchemaFiles(all)
	if err != nil {
		t.Fatal(err)
	}
	registry, err := catalog.RegistryTemplate(files)
	if err != nil {
		t.Fatal(err)
	}
	golden.Check(t, filepath.Join(schemas, "template.yaml"), registry)
	want := []string{"template.yaml"}
	for _, f := range files {
		golden.Check(t, filepath.Join(schemas, f.Name+".json"), f.Text)
		want = append(want, f.Name+".json")
	}
	found, err := os.ReadDir(schemas)
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range found {
		if !slices.Contains(want, f.Name()) {
			t.Errorf("%s/%s is of no event any more; delete it", schemas, f.Name())
		}
	}
}

// Every event is raised by somebody: one that nobody raises can only be waited for
// in vain.
func TestEveryEventIsRaised(t *testing.T) {
	t.Parallel()
	for _, e := range entries(t) {
		if len(e.RaisedBy) == 0 {
			t.Errorf("nobody raises %s", e.Name)
		}
	}
}

// Whatever a stage's code raises one of its functions declares.
func TestWhatIsRaisedIsDeclared(t *testing.T) {
	t.Parallel()
	declared := map[string]map[string]bool{} // by stage
	for _, f := range functions.All() {
		stage := filepath.Dir(catalog.Folder(f.ID))
		if declared[stage] == nil {
			declared[stage] = map[string]bool{}
		}
		for _, name := range f.Raises {
			declared[stage][name] = true
			for _, n := range order.Follows(name) {
				declared[stage][n] = true
			}
		}
	}
	found := 0
	for stage, names := range declared {
		for _, name := range raised(t, filepath.Join(root, stage)) {
			found++
			if !names[name] && !follows(name) {
				t.Errorf("%s raises %s, which none of its functions declares", stage, name)
			}
		}
	}
	if found == 0 {
		t.Error("no code raises anything")
	}
}

// follows reports whether an event follows from the outcome that a machine asks for.
func follows(name string) bool {
	return slices.ContainsFunc(event.All(), func(d event.Definition) bool { return slices.Contains(order.Follows(d.Name), name) })
}

// raised lists the events that the code of a folder makes: event.Event{Name: event.X}
// and the helpers that take names.
func raised(t *testing.T, folder string) []string {
	t.Helper()
	values := constants(t)
	files, err := filepath.Glob(filepath.Join(folder, "*.go"))
	if err != nil {
		t.Fatal(err)
	}
	var all []string
	add := func(e ast.Expr) {
		if s, ok := e.(*ast.SelectorExpr); ok {
			if pkg, ok := s.X.(*ast.Ident); ok && pkg.Name == "event" && values[s.Sel.Name] != "" {
				all = append(all, values[s.Sel.Name])
			}
		}
	}
	for _, file := range files {
		if strings.HasSuffix(file, "_test.go") {
			continue
		}
		tree, err := parser.ParseFile(token.NewFileSet(), file, nil, parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(tree, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.KeyValueExpr:
				if key, ok := n.Key.(*ast.Ident); ok && key.Name == "Name" {
					add(n.Value)
				}
			case *ast.CallExpr:
				if f, ok := n.Fun.(*ast.Ident); ok && (f.Name == "happened" || f.Name == "failedEvent") {
					for _, arg := range n.Args {
						add(arg)
					}
				}
			}
			return true
		})
	}
	return all
}

// constants maps the names of the constants of package event to their values.
func constants(t *testing.T) map[string]string {
	t.Helper()
	tree, err := parser.ParseFile(token.NewFileSet(), filepath.Join(root, "shared/event/catalog.go"), nil, parser.SkipObjectResolution)
	if err != nil {
		t.Fatal(err)
	}
	all := map[string]string{}
	ast.Inspect(tree, func(n ast.Node) bool {
		if spec, ok := n.(*ast.ValueSpec); ok && len(spec.Values) == 1 {
			if lit, ok := spec.Values[0].(*ast.BasicLit); ok {
				all[spec.Names[0].Name] = strings.Trim(lit.Value, `"`)
			}
		}
		return true
	})
	return all
}

// common are the keywords that the drafts, and OpenAPI 3, read alike.
var common = []string{"$schema", "title", "description", "type", "properties", "required", "additionalProperties", "items", "enum", "format", "minimum", "maximum",
	"minLength", "maxLength", "pattern", "minItems", "maxItems", "oneOf"}

// The registry takes draft 4; a keyword of a later one would be ignored there.
func TestSchemasAreOfTheirDraft(t *testing.T) {
	t.Parallel()
	files, err := catalog.SchemaFiles(entries(t))
	if err != nil {
		t.Fatal(err)
	}
	const maxContent = 100_000 // characters of one schema in the registry
	for _, f := range files {
		doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(f.Text))
		if err != nil {
			t.Fatal(err)
		}
		c := jsonschema.NewCompiler()
		if err := c.AddResource("mem:///schema", doc); err != nil {
			t.Fatal(err)
		}
		s, err := c.Compile("mem:///schema")
		if err != nil {
			t.Errorf("%s: %v", f.Name, err)
			continue
		}
		if s.DraftVersion != 4 || len(f.Text) > maxContent {
			t.Errorf("%s is of draft %d and has %d bytes", f.Name, s.DraftVersion, len(f.Text))
		}
		for _, key := range keywords(doc, false) {
			if !slices.Contains(common, key) {
				t.Errorf("%s uses %s", f.Name, key)
			}
		}
	}
}

func keywords(v any, names bool) (all []string) {
	m, ok := v.(map[string]any)
	if !ok {
		if list, ok := v.([]any); ok {
			for _, item := range list {
				all = append(all, keywords(item, false)...)
			}
		}
		return all
	}
	for key, value := range m {
		if !names {
			all = append(all, key)
		}
		if names || key == "properties" || key == "items" || key == "additionalProperties" || key == "oneOf" {
			all = append(all, keywords(value, key == "properties" && !names)...)
		}
	}
	return all
}

// The embedded catalog is the one that was generated.
func TestTheCatalogOfEventsIsEmbedded(t *testing.T) {
	t.Parallel()
	loaded, err := flow.LoadEvents()
	if err != nil || len(loaded) == 0 {
		t.Fatalf("%d events, %v", len(loaded), err)
	}
	i := slices.IndexFunc(loaded, func(e flow.EventEntry) bool { return e.Name == "ReturnReceived" })
	if i < 0 || !loaded[i].External || loaded[i].PutIn == nil || !slices.ContainsFunc(loaded[i].HeardBy, func(p flow.Party) bool { return p.Binding == "return-received" }) {
		t.Errorf("%+v", loaded)
	}
	if _, err := json.Marshal(loaded); err != nil {
		t.Error(err)
	}
}

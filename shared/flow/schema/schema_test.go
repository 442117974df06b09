package schema_test

import (
	"bytes"
	"encoding/json"
	"maps"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"github.com/orderloom/orderloom/shared/entity"
	"github.com/orderloom/orderloom/shared/flow"
	"github.com/orderloom/orderloom/shared/flow/bundle"
	"github.com/orderloom/orderloom/shared/flow/schema"
	"github.com/orderloom/orderloom/shared/golden"
	"github.com/orderloom/orderloom/shared/policy"
	"github.com/orderloom/orderloom/shared/policy/jsondoc"
)

// format is a kind of document: its schema and its parser.
type format struct {
	name   string
	write  func() ([]byte, error)
	parse  func([]byte) jsondoc.Problems
	corpus []string // valid documents with everything in them
	ships  []string // patterns of the documents of the repository
}

func formats() []format {
	return []format{
		{"flow", schema.Flow, func(doc []byte) jsondoc.Problems { _, p := flow.Parse(doc); return p },
			[]string{"flow.json"}, []string{"*/flow.json"}},
		{"entity", schema.Entity, func(doc []byte) jsondoc.Problems { _, p := entity.Parse(doc); return p },
			[]string{"entity.json"}, []string{"entities/*/entity.json"}},
		{"policy", schema.Policy, func(doc []byte) jsondoc.Problems { _, p := policy.Parse(doc); return p },
			[]string{"rules.json", "table.json", "filter.json"}, []string{"policies/*.json"}},
		{"bundle", schema.Bundle, func(doc []byte) jsondoc.Problems { _, p := bundle.Parse(doc); return p }, []string{"bundle.json"}, nil},
		{"binding", schema.Binding, func(doc []byte) jsondoc.Problems { _, p := flow.ParseBinding(doc); return p },
			[]string{"binding.json", "binding-flow.json"}, []string{"bindings/*.json"}},
	}
}

func (f format) compiled(t *testing.T) *jsonschema.Schema {
	t.Helper()
	text, err := f.write()
	if err != nil {
		t.Fatal(err)
	}
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	c := jsonschema.NewCompiler()
	if err := c.AddResource("schema.json", doc); err != nil {
		t.Fatal(err)
	}
	s, err := c.Compile("schema.json")
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestSchemasAreCommitted(t *testing.T) {
	t.Parallel()
	for _, f := range formats() {
		text, err := f.write()
		if err != nil {
			t.Fatal(err)
		}
		golden.Check(t, "../../../statemachines/"+f.name+".schema.json", text)
	}
}

func TestEveryShippedDocumentIsValid(t *testing.T) {
	t.Parallel()
	for _, f := range formats() {
		s := f.compiled(t)
		for _, pattern := range f.ships {
			files, err := filepath.Glob("../../../statemachines/" + pattern)
			if err != nil || len(files) == 0 {
				t.Fatalf("%s: no documents: %v", pattern, err)
			}
			for _, file := range files {
				if matched, _ := filepath.Match("*.test.json", filepath.Base(file)); matched {
					continue // orders and outcomes, not a policy
				}
				if matched, _ := filepath.Match("*.asl.json", filepath.Base(file)); matched {
					continue // the machine of a binding
				}
				if err := s.Validate(read(t, file)); err != nil {
					t.Errorf("%s: %v", file, err)
				}
			}
		}
	}
}

// The corpus has every field of every type of step, so that the mistakes that
// are made in it reach everything that is declared.
func TestTheCorpusHasEveryField(t *testing.T) {
	t.Parallel()
	used := map[string]map[string]bool{}
	var visit func(any)
	visit = func(v any) {
		switch v := v.(type) {
		case map[string]any:
			if kind, ok := v["type"].(string); ok && v["name"] != nil {
				if used[kind] == nil {
					used[kind] = map[string]bool{}
				}
				for key := range v {
					used[kind][key] = true
				}
			}
			for _, child := range v {
				visit(child)
			}
		case []any:
			for _, child := range v {
				visit(child)
			}
		}
	}
	visit(read(t, "testdata/flow.json"))
	for _, place := range flow.Places() {
		for _, kind := range offered(t, place) {
			for _, field := range flow.Fields(kind) {
				if field != "description" && !used[string(kind)][field] {
					t.Errorf("testdata/flow.json has no step of type %s with %q", kind, field)
				}
			}
		}
	}
}

// The same for policies, whose fields are those of the Go types.
func TestTheCorpusHasEveryFieldOfPolicies(t *testing.T) {
	t.Parallel()
	used := map[string]bool{}
	var visit func(any)
	visit = func(v any) {
		switch v := v.(type) {
		case map[string]any:
			for key, child := range v {
				used[key] = true
				visit(child)
			}
		case []any:
			for _, child := range v {
				visit(child)
			}
		}
	}
	for _, file := range []string{"rules.json", "table.json", "filter.json"} {
		visit(read(t, "testdata/"+file))
	}
	for _, kind := range []reflect.Type{
		reflect.TypeFor[policy.Policy](), reflect.TypeFor[policy.Rule](), reflect.TypeFor[policy.Action](), reflect.TypeFor[policy.Condition](),
		reflect.TypeFor[policy.Table](), reflect.TypeFor[policy.Column](), reflect.TypeFor[policy.TableRow](),
	} {
		for i := range kind.NumField() {
			name, _, _ := strings.Cut(kind.Field(i).Tag.Get("json"), ",")
			if name != "" && name != "-" && !used[name] {
				t.Errorf("no policy in testdata has the field %q of %s", name, kind)
			}
		}
	}
}

func offered(t *testing.T, place flow.Place) []flow.StepType {
	t.Helper()
	catalog, err := flow.LoadCatalog()
	if err != nil {
		t.Fatal(err)
	}
	return catalog.Offered(place)
}

// seesForm lists the problems of form that a schema sees. The others compare
// two places of a document, or a value with what a field is, or are of a
// document inside, which has a schema of its own.
func seesForm(problems jsondoc.Problems) bool {
	form := []string{
		jsondoc.UnknownField, jsondoc.MissingField, jsondoc.WrongType, policy.EmptyGroup, policy.FilterActs,
		flow.UnknownType, flow.MisplacedStep, flow.MisplacedField, flow.MissingNext, flow.NoDeadline, flow.NotCovered, flow.NewerFormat,
	}
	return slices.ContainsFunc(problems, func(p jsondoc.Problem) bool { return p.Of == "" && slices.Contains(form, p.Code) })
}

// Parser and schema give the same verdict on documents with one mistake of
// form, made at every place: a field left out, a field too many, a value of
// another type. What the schema refuses the parser refuses; what the parser
// refuses for its form the schema refuses.
func TestParserAndSchemaAgree(t *testing.T) {
	t.Parallel()
	for _, f := range formats() {
		s := f.compiled(t)
		for _, name := range f.corpus {
			valid := read(t, "testdata/"+name)
			text := encode(t, valid)
			if problems := f.parse(text); len(problems) > 0 {
				t.Errorf("%s: %v", name, problems)
			}
			if err := s.Validate(valid); err != nil {
				t.Errorf("%s: %v", name, err)
			}
			n := 0
			for what, wrong := range mistakes(valid, "") {
				n++
				problems, err := f.parse(encode(t, wrong)), s.Validate(wrong)
				switch {
				case err != nil && len(problems) == 0:
					t.Errorf("%s: %s: only the schema refuses it: %v", name, what, err)
				case err == nil && seesForm(problems):
					t.Errorf("%s: %s: only the parser refuses it: %v", name, what, problems)
				}
			}
			t.Logf("%s: %d mistakes", name, n)
		}
	}
}

// mistakes yields the document with one mistake at a time, described by where
// and what it is.
func mistakes(v any, at string) func(func(string, any) bool) {
	return func(yield func(string, any) bool) {
		for _, other := range []any{nil, true, json.Number("-7"), "", "?", []any{}, map[string]any{}} {
			if !yield(at+" is "+string(must(json.Marshal(other))), other) {
				return
			}
		}
		switch v := v.(type) {
		case map[string]any:
			if !yield(at+" has a field too many", with(v, "xyz", true)) {
				return
			}
			for _, key := range slices.Sorted(maps.Keys(v)) {
				less := maps.Clone(v)
				delete(less, key)
				if !yield(at+" lacks "+key, less) {
					return
				}
				for what, wrong := range mistakes(v[key], at+"/"+key) {
					if !yield(what, with(v, key, wrong)) {
						return
					}
				}
			}
		case []any:
			for i := range v {
				for what, wrong := range mistakes(v[i], at+"/"+string(must(json.Marshal(i)))) {
					items := slices.Clone(v)
					items[i] = wrong
					if !yield(what, any(items)) {
						return
					}
				}
			}
		}
	}
}

func with(v map[string]any, key string, value any) map[string]any {
	out := maps.Clone(v)
	out[key] = value
	return out
}

func must(text []byte, err error) []byte {
	if err != nil {
		panic(err)
	}
	return text
}

func read(t *testing.T, file string) any {
	t.Helper()
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	v, err := jsonschema.UnmarshalJSON(bytes.NewReader(data))
	if err != nil {
		t.Fatalf("%s: %v", file, err)
	}
	return v
}

func encode(t *testing.T, v any) []byte {
	t.Helper()
	text, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

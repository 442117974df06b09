package compile_test

import (
	"bytes"
	"encoding/json"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"golang.org/x/tools/txtar"
	"pgregory.net/rapid"

	"github.com/orderloom/orderloom/shared/flow"
	"github.com/orderloom/orderloom/shared/flow/compile"
	"github.com/orderloom/orderloom/shared/golden"
	"github.com/orderloom/orderloom/shared/policy"
	"github.com/orderloom/orderloom/statemachines"
)

// Each file of testdata is one case: sections document, optionally policies
// (a list, beside those of the repository), catalog (in place of the own one) and
// others (entries of other live flows), and what comes out: the problems, or the machine and what it costs.
func TestGolden(t *testing.T) {
	t.Parallel()
	for _, file := range cases(t) {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txtar"), func(t *testing.T) {
			t.Parallel()
			data, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			archive := txtar.Parse(data)
			in := sections(archive)
			result, problems := compileCase(t, in)
			beside, notes := besideOthers(t, in)
			problems = append(problems, beside...)
			archive.Files = slices.DeleteFunc(archive.Files, func(f txtar.File) bool {
				return !slices.Contains([]string{"document", "policies", "catalog", "others"}, f.Name)
			})
			add := func(name string, text []byte) {
				archive.Files = append(archive.Files, txtar.File{Name: name, Data: append(bytes.TrimRight(text, "\n"), '\n')})
			}
			if len(problems) > 0 {
				add("problems", []byte(problems.Error()))
			} else {
				add("cost", []byte(result.Transitions.String()+"\nat most "+strconv.Itoa(result.MaxHistory)+" events"))
				add("machine", result.Machine)
				for _, c := range result.Children {
					add("child "+c.Name, c.Machine)
				}
			}
			if len(notes) > 0 {
				add("notes", []byte(notes.Error()))
			}
			golden.Check(t, file, txtar.Format(archive))
		})
	}
}

func cases(t testing.TB) []string {
	files, err := filepath.Glob("testdata/*.txtar")
	if err != nil || len(files) == 0 {
		t.Fatalf("no cases: %v", err)
	}
	return files
}

func sections(a *txtar.Archive) map[string][]byte {
	in := map[string][]byte{}
	for _, f := range a.Files {
		in[f.Name] = f.Data
	}
	return in
}

func compileCase(t testing.TB, in map[string][]byte) (compile.Result, flow.Problems) {
	catalog, policies := world(t)
	if own := in["catalog"]; own != nil {
		catalog = &flow.Catalog{}
		if err := json.Unmarshal(own, catalog); err != nil {
			t.Fatal(err)
		}
	}
	return compile.Compile(in["document"], catalog, append(policies, policiesOf(t, in)...))
}

// policiesOf are the policies that a case has beside those of the repository.
func policiesOf(t testing.TB, in map[string][]byte) (more []policy.Policy) {
	if list := in["policies"]; list != nil {
		if err := json.Unmarshal(list, &more); err != nil {
			t.Fatal(err)
		}
	}
	return more
}

// besideOthers compares a case's flow with the entries of its section others.
func besideOthers(t testing.TB, in map[string][]byte) (problems, notes flow.Problems) {
	if in["others"] == nil {
		return nil, nil
	}
	var others []compile.Neighbor
	if err := json.Unmarshal(in["others"], &others); err != nil {
		t.Fatal(err)
	}
	_, policies := world(t)
	problems, notes = compile.CheckEntry(in["document"], others, append(policies, policiesOf(t, in)...))
	return append(problems, compile.CheckSubFlows(in["document"], others)...), notes
}

func world(t testing.TB) (*flow.Catalog, []policy.Policy) {
	catalog, err := flow.LoadCatalog()
	if err != nil {
		t.Fatal(err)
	}
	policies, err := statemachines.Policies()
	if err != nil {
		t.Fatal(err)
	}
	return catalog, policies
}

// Every problem code has a case, and a rule in the format's description.
func TestEveryProblemHasACase(t *testing.T) {
	t.Parallel()
	readme, err := os.ReadFile("../../../statemachines/README.md")
	if err != nil {
		t.Fatal(err)
	}
	seen := string(readme)
	var shown strings.Builder
	for _, file := range cases(t) {
		data, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		in := sections(txtar.Parse(data))
		shown.Write(slices.Concat(in["problems"], in["notes"]))
	}
	for _, file := range bindingCases(t) {
		archive, err := txtar.ParseFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range archive.Files {
			if strings.HasPrefix(f.Name, "problems") {
				shown.Write(f.Data)
			}
		}
	}
	for _, file := range []string{"problem.go", "entry.go", "../problem.go", "../../policy/jsondoc/problem.go"} {
		for _, code := range codes(t, file) {
			if !strings.Contains(seen, "`"+code+"`") {
				t.Errorf("statemachines/README.md does not explain %s", code)
			}
			// No drawing makes the compiler write an invalid machine; TestAnInvalidMachineIsReported does.
			if code == compile.MachineInvalid || strings.ToUpper(code) != code {
				continue
			}
			if !strings.Contains(shown.String(), " "+code+" ") && !strings.Contains(shown.String(), " "+code+":") {
				t.Errorf("no case in testdata shows %s", code)
			}
		}
	}
	for _, code := range codes(t, "../../policy/problem.go") { // its cases are policy's own
		if !strings.Contains(seen, "`"+code+"`") {
			t.Errorf("statemachines/README.md does not explain %s", code)
		}
	}
}

// codes are the text constants of a source file.
func codes(t *testing.T, file string) []string {
	tree, err := parser.ParseFile(token.NewFileSet(), file, nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	var all []string
	ast.Inspect(tree, func(n ast.Node) bool {
		if _, body := n.(*ast.FuncDecl); body {
			return false
		}
		if spec, ok := n.(*ast.ValueSpec); ok {
			for _, v := range spec.Values {
				if lit, ok := v.(*ast.BasicLit); ok && lit.Kind == token.STRING {
					text, err := strconv.Unquote(lit.Value)
					if err != nil {
						t.Fatal(err)
					}
					all = append(all, text)
				}
			}
		}
		return true
	})
	if len(all) == 0 {
		t.Fatalf("%s has no codes", file)
	}
	return all
}

type states map[string]struct {
	Type           string
	Resource       string
	TimeoutSeconds int
	Arguments      struct {
		Payload struct{ Key string }
	}
	Retry, Catch  []struct{ ErrorEquals []string }
	ItemProcessor struct{ States states }
}

// Every Task ends in finite time, is repeated after what passes, and fails to a
// place where somebody looks; waits do not begin again when their time is over.
func TestEveryTaskIsGuarded(t *testing.T) {
	t.Parallel()
	var machine struct{ States states }
	if err := json.Unmarshal(compiled(t, lab(t)).Machine, &machine); err != nil {
		t.Fatal(err)
	}
	var check func(all states)
	check = func(all states) {
		for name, s := range all {
			check(s.ItemProcessor.States)
			if s.Type != "Task" {
				continue
			}
			waits := strings.HasSuffix(s.Resource, ".waitForTaskToken")
			if s.TimeoutSeconds == 0 || len(s.Retry) != 1 || !slices.Contains(s.Retry[0].ErrorEquals, "Lambda.TooManyRequestsException") {
				t.Errorf("%s: timeout %d, retry %v", name, s.TimeoutSeconds, s.Retry)
			}
			if len(s.Retry) > 0 && slices.Contains(s.Retry[0].ErrorEquals, "States.Timeout") == waits {
				t.Errorf("%s: retry %v", name, s.Retry[0])
			}
			if !strings.HasPrefix(s.Arguments.Payload.Key, "{% $run & ") || strings.Contains(s.Arguments.Payload.Key, "$states") {
				t.Errorf("%s: key %s", name, s.Arguments.Payload.Key)
			}
			if strings.HasPrefix(name, "Order Canceled") {
				continue
			}
			if s.Catch == nil || s.Catch[0].ErrorEquals[0] != "Order.Canceled" {
				t.Errorf("%s: catch %v", name, s.Catch)
			}
			if last := s.Catch[len(s.Catch)-1].ErrorEquals[0]; last != "States.ALL" && !strings.Contains(strings.ToLower(name), "exception") {
				t.Errorf("%s: a failure ends the run", name)
			}
		}
	}
	check(machine.States)
}

func TestSameDocumentSameBytes(t *testing.T) {
	t.Parallel()
	for _, file := range cases(t) {
		data, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		in := sections(txtar.Parse(data))
		result, problems := compileCase(t, in)
		again, same := compileCase(t, in)
		if !bytes.Equal(result.Machine, again.Machine) || !slices.Equal(problems, same) {
			t.Errorf("%s: two compilations differ", file)
		}
	}
}

// Mistakes in several steps are all reported at once, each at its step, also
// while somebody types.
func TestAllProblemsAtOnce(t *testing.T) {
	t.Parallel()
	mistakes := []struct{ code, was, is string }{
		{compile.UnpublishedPolicy, `"check-`, `"nobody-`},
		{compile.WrongPolicyKind, `"check-1@1"`, `"filter-0@1"`},
		{compile.UnknownAction, `"shopify/create-fulfillment"`, `"shopify/dance"`},
		{compile.UnknownTarget, `"no": "s`, `"no": "x`},
		{flow.UnknownType, `"type": "provider-action"`, `"type": "dance"`},
		{flow.InvalidRef, `"filter": ["filter-0@1"]`, `"filter": ["filter"]`},
		{flow.MisplacedField, `"instance"`, `"each": 1, "instance"`},
	}
	document, policies := large(40, 2)
	catalog, _ := world(t)
	rapid.Check(t, func(t *rapid.T) {
		lines := strings.Split(string(document), "\n")
		type place struct{ step, code string }
		var want []place
		for i, line := range lines {
			m := mistakes[rapid.IntRange(0, len(mistakes)-1).Draw(t, "mistake")]
			if !rapid.Bool().Draw(t, "make it") || !strings.Contains(line, m.was) {
				continue
			}
			lines[i] = strings.Replace(line, m.was, m.is, 1)
			id, _, _ := strings.Cut(strings.TrimPrefix(line, `    {"id": "`), `"`)
			want = append(want, place{id, m.code})
		}
		wrong := []byte(strings.Join(lines, "\n"))
		_, problems := compile.Compile(wrong, catalog, policies)
		for _, w := range want {
			if !slices.ContainsFunc(problems, func(p flow.Problem) bool { return p.Step == w.step && p.Code == w.code }) {
				t.Errorf("%s of step %s is not reported:\n%v", w.code, w.step, problems)
			}
		}
		if typed := compile.Check(wrong, catalog, policies); !slices.Equal(typed, problems) {
			t.Errorf("while typing:\n%v\ncompiled:\n%v", typed, problems)
		}
	})
}

func FuzzCompile(f *testing.F) {
	for _, file := range cases(f) {
		data, err := os.ReadFile(file)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(sections(txtar.Parse(data))["document"])
	}
	documents, err := statemachines.Documents()
	if err != nil {
		f.Fatal(err)
	}
	for _, doc := range documents {
		f.Add(doc)
	}
	catalog, policies := world(f)
	f.Fuzz(func(t *testing.T, doc []byte) {
		result, problems := compile.Compile(doc, catalog, policies)
		if (len(problems) == 0) == (len(result.Machine) == 0) {
			t.Errorf("%d problems and a machine of %d bytes", len(problems), len(result.Machine))
		}
		if problems.Has(compile.MachineInvalid) {
			t.Error(problems)
		}
		for _, p := range problems {
			if p.Code == "" || p.Message == "" || p.Pos < 0 || p.Pos > len(doc) || p.Line < 1 || p.Column < 1 {
				t.Errorf("%+v", p)
			}
		}
		again, same := compile.Compile(doc, catalog, policies)
		if !bytes.Equal(result.Machine, again.Machine) || !slices.Equal(problems, same) {
			t.Error("two compilations differ")
		}
		if _, cut := compile.CompileAs(flow.Compact, doc, catalog, policies); cut.Has(compile.MachineInvalid) {
			t.Errorf("as compact: %v", cut)
		}
		if typed := compile.Check(doc, catalog, policies); len(typed) > 0 && !slices.Equal(typed, problems) {
			t.Errorf("while typing:\n%v\ncompiled:\n%v", typed, problems)
		}
	})
}

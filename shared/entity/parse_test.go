package entity_test

import (
	"encoding/json"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"testing"

	"golang.org/x/tools/txtar"

	"github.com/orderloom/orderloom/shared/entity"
	"github.com/orderloom/orderloom/shared/golden"
	"github.com/orderloom/orderloom/shared/policy/jsondoc"
)

// Each file of testdata is one case: a document, and the problems that it has or
// the entity that is read.
func TestGolden(t *testing.T) {
	t.Parallel()
	for _, file := range cases(t) {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txtar"), func(t *testing.T) {
			t.Parallel()
			archive := txtar.Parse(read(t, file))
			document := archive.Files[0]
			e, problems := entity.Parse(document.Data)
			out := txtar.File{Name: "problems", Data: []byte(problems.Error() + "\n")}
			if problems == nil {
				text, err := json.MarshalIndent(e, "", " ")
				if err != nil {
					t.Fatal(err)
				}
				out = txtar.File{Name: "entity", Data: append(text, '\n')}
			}
			archive.Files = []txtar.File{document, out}
			golden.Check(t, file, txtar.Format(archive))
		})
	}
}

func cases(t testing.TB) []string {
	t.Helper()
	files, err := filepath.Glob("testdata/*.txtar")
	if err != nil || len(files) == 0 {
		t.Fatalf("no cases: %v", err)
	}
	return files
}

func read(t testing.TB, file string) []byte {
	t.Helper()
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// Every problem code has a case, and a rule in the format's description.
func TestEveryProblemHasACase(t *testing.T) {
	t.Parallel()
	shown, readme := "", string(read(t, "../../statemachines/entities/README.md"))
	for _, file := range cases(t) {
		shown += string(read(t, file))
	}
	tree, err := parser.ParseFile(token.NewFileSet(), "problem.go", nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	ast.Inspect(tree, func(node ast.Node) bool {
		lit, ok := node.(*ast.BasicLit)
		if !ok || lit.Kind != token.STRING || strings.Contains(lit.Value, "/") {
			return true
		}
		code, _ := strconv.Unquote(lit.Value)
		n++
		if !strings.Contains(shown, " "+code+" ") && !strings.Contains(shown, " "+code+":") {
			t.Errorf("no case in testdata shows %s", code)
		}
		if !strings.Contains(readme, "`"+code+"`") {
			t.Errorf("statemachines/entities/README.md does not explain %s", code)
		}
		return true
	})
	if n < 10 {
		t.Errorf("%d codes were found", n)
	}
}

// What is read is written so that it reads back the same: the catalog holds it.
func TestWhatIsWrittenReadsBackTheSame(t *testing.T) {
	t.Parallel()
	e := repairJob(t)
	text, err := json.Marshal(e)
	if err != nil {
		t.Fatal(err)
	}
	var again entity.Entity
	if err := json.Unmarshal(text, &again); err != nil || !reflect.DeepEqual(e, again) {
		t.Errorf("%v\n%s", err, text)
	}
	if err := json.Unmarshal([]byte(`{}`), &again); err == nil || !strings.Contains(err.Error(), jsondoc.MissingField) {
		t.Errorf("an incomplete document: %v", err)
	}
}

// repairJob is the entity of the tests: it has a field of every type.
func repairJob(t testing.TB) entity.Entity {
	t.Helper()
	archive := txtar.Parse(read(t, "testdata/repair-job.txtar"))
	e, problems := entity.Parse(archive.Files[0].Data)
	if problems != nil {
		t.Fatal(problems)
	}
	return e
}

func TestEventsSayWhatHappensToTheEntity(t *testing.T) {
	t.Parallel()
	e := repairJob(t)
	var names []string
	for _, d := range e.Definitions() {
		if !strings.HasPrefix(d.Name, "RepairJob") || d.Title == "" || d.Entity != "repairJob" || d.Source != entity.Source {
			t.Errorf("%+v", d)
		}
		names = append(names, d.Name)
	}
	slices.Sort(names)
	if twice := slices.Compact(slices.Clone(names)); len(twice) != len(names) || !slices.Contains(names, "RepairJobMended") || !slices.Contains(names, "RepairJobValidationFailed") {
		t.Errorf("%v", names)
	}
}

// Whatever is given: no panic, and problems that stand inside the document.
func FuzzParse(f *testing.F) {
	for _, file := range cases(f) {
		f.Add(string(txtar.Parse(read(f, file)).Files[0].Data))
	}
	f.Fuzz(func(t *testing.T, doc string) {
		e, problems := entity.Parse([]byte(doc))
		for _, p := range problems {
			if p.Code == "" || p.Pos < 0 || p.Pos > len(doc) {
				t.Errorf("%+v", p)
			}
		}
		if problems != nil {
			return
		}
		text, err := json.Marshal(e)
		if err != nil {
			t.Fatal(err)
		}
		if again, problems := entity.Parse(text); problems != nil || !reflect.DeepEqual(e, again) {
			t.Errorf("%v\n%s", problems, text)
		}
		e.Custom()
		_, _ = e.Read([]byte(doc))
	})
}

package house

import (
	"go/ast"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/orderloom/orderloom/functions"
	"github.com/orderloom/orderloom/shared/cmd/catalog"
)

func TestTopLevelFolders(t *testing.T) {
	t.Parallel()
	entries, err := os.ReadDir(root)
	if err != nil {
		t.Fatal(err)
	}
	var folders []string
	for _, e := range entries {
		if e.IsDir() && !strings.HasPrefix(e.Name(), ".") {
			folders = append(folders, e.Name())
		}
	}
	if diff := cmp.Diff([]string{"functions", "shared", "statemachines"}, folders); diff != "" {
		t.Errorf("folders at the top (- want, + have):\n%s", diff)
	}
}

const maxMainLines, maxMakefileLines = 9, 80

// starting is the body of a main: it starts one declared value with what that
// needs.
var starting = regexp.MustCompile(`\nfunc main\(\) \{ awsenv\.Start\(\w+\.\w+(, \w+env\.\w+)+\) \}\n$`)

func TestMainsOnlyStartOneFunction(t *testing.T) {
	t.Parallel()
	var folders []string
	for _, s := range sources(t) {
		if !strings.HasPrefix(s.path, "functions/") || !s.isMain() {
			continue
		}
		folders = append(folders, s.folder())
		text, err := os.ReadFile(filepath.Join(root, s.path))
		if err != nil {
			t.Fatal(err)
		}
		if s.lines > maxMainLines || !starting.Match(text) || path.Base(s.path) != "main.go" {
			t.Errorf("%s is to be a main.go of %d lines that ends in awsenv.Start(stage.Function, needs…)", s.path, maxMainLines)
		}
	}
	var declared []string
	for _, f := range functions.All() {
		declared = append(declared, catalog.Folder(f.ID))
	}
	slices.Sort(folders)
	slices.Sort(declared)
	if diff := cmp.Diff(declared, folders); diff != "" {
		t.Errorf("functions (- declared in functions.All(), + folders with a main.go):\n%s", diff)
	}
}

// TestMainsStartTheFunctionOfTheirFolder: create-order/main.go starts CreateOrder.
func TestMainsStartTheFunctionOfTheirFolder(t *testing.T) {
	t.Parallel()
	started := regexp.MustCompile(`awsenv\.Start\((\w+)\.(\w+)`)
	for _, f := range functions.All() {
		text, err := os.ReadFile(filepath.Join(root, catalog.Folder(f.ID), "main.go"))
		if err != nil {
			t.Errorf("%s: %v", f.ID, err)
			continue
		}
		m := started.FindStringSubmatch(string(text))
		if m == nil {
			continue // another test says so
		}
		if got := m[1] + "/" + dashed(m[2]); got != f.ID {
			t.Errorf("the main of %s starts %s.%s", f.ID, m[1], m[2])
		}
	}
}

// dashed turns CreateOrder into create-order.
func dashed(name string) string {
	return strings.ToLower(strings.TrimPrefix(regexp.MustCompile(`([A-Z])`).ReplaceAllString(name, "-$1"), "-"))
}

func TestIdsAreUnique(t *testing.T) {
	t.Parallel()
	seen := map[string]bool{}
	for _, f := range functions.All() {
		if seen[f.ID] {
			t.Errorf("functions.All() lists %s twice", f.ID)
		}
		seen[f.ID] = true
	}
}

func TestMakefileIsShort(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile(filepath.Join(root, "Makefile"))
	if err != nil {
		t.Fatal(err)
	}
	if n := strings.Count(string(text), "\n"); n > maxMakefileLines {
		t.Errorf("the Makefile has %d lines, more than %d", n, maxMakefileLines)
	}
}

var vague = []string{"util", "utils", "common", "helper", "helpers", "types", "models", "misc", "base"}

func TestPackagesAreNamedAndExplained(t *testing.T) {
	t.Parallel()
	explained := map[string]bool{}
	for _, s := range sources(t) {
		if slices.Contains(vague, s.file.Name.Name) || slices.Contains(vague, path.Base(s.folder())) {
			t.Errorf("%s: the name of its package says nothing", s.path)
		}
		if s.isTest() {
			continue
		}
		if s.file.Doc != nil {
			if explained[s.folder()] {
				t.Errorf("%s: the package is explained in another file already", s.path)
			}
			explained[s.folder()] = true
		} else if !explained[s.folder()] {
			explained[s.folder()] = false
		}
	}
	for folder, ok := range explained {
		if !ok {
			t.Errorf("the package in %s has no doc comment", folder)
		}
	}
}

func TestNoInitFunctions(t *testing.T) {
	t.Parallel()
	for _, s := range sources(t) {
		for _, d := range s.file.Decls {
			if f, ok := d.(*ast.FuncDecl); ok && f.Recv == nil && f.Name.Name == "init" {
				t.Errorf("%s has an init function; pass in what it sets up", s.path)
			}
		}
	}
}

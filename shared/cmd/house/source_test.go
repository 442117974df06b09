package house

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
)

const module = "github.com/orderloom/orderloom/"

// source is one Go file of the repository.
type source struct {
	path    string // from the root, with slashes
	file    *ast.File
	imports []*ast.ImportSpec
	lines   int
}

func (s source) folder() string { return path.Dir(s.path) }
func (s source) isTest() bool   { return strings.HasSuffix(s.path, "_test.go") }
func (s source) isMain() bool   { return s.file.Name.Name == "main" }

// own lists the imported packages of this module, by folder.
func (s source) own() []string {
	var all []string
	for _, i := range s.imports {
		if folder, ok := strings.CutPrefix(importPath(i), module); ok {
			all = append(all, folder)
		}
	}
	return all
}

func importPath(i *ast.ImportSpec) string {
	p, _ := strconv.Unquote(i.Path.Value) // the parser accepts string literals only
	return p
}

// sources returns every Go file, without node_modules and folders with a dot.
func sources(t *testing.T) []source {
	t.Helper()
	all, err := parsed()
	if err != nil {
		t.Fatal(err)
	}
	if len(all) == 0 {
		t.Fatal("no Go files found")
	}
	return all
}

// parsed reads the repository once for all tests.
var parsed = sync.OnceValues(func() ([]source, error) {
	var all []source
	set := token.NewFileSet()
	err := filepath.WalkDir(root, func(name string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		base := d.Name()
		if d.IsDir() {
			if base == "node_modules" || base == "testdata" || (strings.HasPrefix(base, ".") && strings.Trim(base, ".") != "") {
				return filepath.SkipDir
			}
			return nil
		}
		if filepath.Ext(base) != ".go" {
			return nil
		}
		s, err := parse(set, name)
		all = append(all, s)
		return err
	})
	return all, err
})

func parse(set *token.FileSet, name string) (source, error) {
	rel, err := filepath.Rel(root, name)
	if err != nil {
		return source{}, err
	}
	text, err := os.ReadFile(name)
	if err != nil {
		return source{}, err
	}
	f, err := parser.ParseFile(set, name, text, parser.ParseComments|parser.SkipObjectResolution)
	if err != nil {
		return source{}, err
	}
	return source{filepath.ToSlash(rel), f, f.Imports, strings.Count(string(text), "\n")}, nil
}

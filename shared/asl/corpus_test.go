package asl_test

import (
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"golang.org/x/tools/txtar"

	"github.com/orderloom/orderloom/shared/asl"
)

// The archives in testdata hold machines under names of the form
//
//	valid: title
//	invalid CODE CODE: title | why asl-validator does not agree
//
// This test holds our verdict and codes to them; .ci/asl.mjs ("make asl") does so
// with asl-validator.
func TestCorpus(t *testing.T) {
	t.Parallel()
	archives, err := filepath.Glob("testdata/*.txtar")
	if err != nil {
		t.Fatal(err)
	}
	machines := 0
	for _, path := range archives {
		archive, err := txtar.ParseFile(path)
		if err != nil {
			t.Fatal(err)
		}
		seen := map[string]bool{}
		for _, f := range archive.Files {
			machines++
			head, title, ok := strings.Cut(f.Name, ": ")
			verdict, codes, _ := strings.Cut(head, " ")
			if !ok || seen[title] || (verdict == "valid") != (codes == "") || verdict != "valid" && verdict != "invalid" {
				t.Errorf("%s: the name %q is malformed or taken", path, f.Name)
			}
			seen[title] = true
			_, problems := asl.Parse(f.Data)
			var got []string
			for _, p := range problems {
				got = append(got, p.Code)
			}
			slices.Sort(got)
			if strings.Join(got, " ") != codes {
				t.Errorf("%s: %s\n%v\n%s", path, f.Name, problems, f.Data)
			}
		}
	}
	if machines < 120 {
		t.Errorf("only %d machines", machines)
	}
}

package fn_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"strconv"
	"testing"

	"github.com/orderloom/orderloom/shared/fault"
	"github.com/orderloom/orderloom/shared/fn"
)

// statuses is what a caller sees of every code that more than one package
// raises.
var statuses = map[string]int{
	fault.Internal:       500,
	fault.Invalid:        400,
	fault.TooLarge:       413,
	fault.NotFound:       404,
	fault.Conflict:       409,
	fault.Unauthorized:   401,
	fault.Unavailable:    503,
	fault.Refused:        422,
	fault.Misconfigured:  422,
	fault.OrderCanceled:  409,
	fault.OrderChanged:   409,
	fault.PolicyNotMet:   422,
	fault.NotTransitable: 409,
}

func TestStatusOfEveryCode(t *testing.T) {
	t.Parallel()
	for code, want := range statuses {
		if got := fn.Status(code); got != want {
			t.Errorf("%s is %d, want %d", code, got, want)
		}
	}
	if got := fn.Status("Flow.Invalid"); got != 422 {
		t.Errorf("a drawing with problems is %d", got)
	}
	if got := fn.Status("Some.Other"); got != 500 {
		t.Errorf("an unknown code is %d", got)
	}
}

// A new code needs a decision about its status.
func TestNoCodeIsForgotten(t *testing.T) {
	t.Parallel()
	file, err := parser.ParseFile(token.NewFileSet(), "../fault/fault.go", nil, parser.SkipObjectResolution)
	if err != nil {
		t.Fatal(err)
	}
	seen := 0
	for _, d := range file.Decls {
		g, ok := d.(*ast.GenDecl)
		if !ok || g.Tok != token.CONST {
			continue
		}
		for _, spec := range g.Specs {
			code, err := strconv.Unquote(spec.(*ast.ValueSpec).Values[0].(*ast.BasicLit).Value)
			if _, ok := statuses[code]; !ok || err != nil {
				t.Errorf("this test does not say which status %s has, %v", code, err)
			}
			seen++
		}
	}
	if seen != len(statuses) {
		t.Errorf("package fault has %d codes, this test %d", seen, len(statuses))
	}
}

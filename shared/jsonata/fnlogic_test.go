package jsonata_test

import (
	"context"
	"errors"
	"testing"

	"github.com/orderloom/orderloom/shared/jsonata"
)

// The message of an expression is all of the message; without one it is the
// reference's, which is what people see in the cause of a failed execution.
func TestErrorAndAssertSayTheirMessage(t *testing.T) {
	t.Parallel()
	for _, k := range []struct{ expr, code, message string }{
		{`$error("no stock")`, "D3137", "no stock"},
		{`$error()`, "D3137", "$error() function evaluated"},
		{`$error("")`, "D3137", "$error() function evaluated"},
		{`$assert(1 = 2, "one is not two")`, "D3141", "one is not two"},
		{`$assert(false)`, "D3141", "$assert() statement failed"},
	} {
		e, err := jsonata.Compile(k.expr)
		if err != nil {
			t.Fatal(err)
		}
		var je *jsonata.Error
		if _, err := e.Eval(context.Background(), nil, nil); !errors.As(err, &je) || je.Code != k.code || je.Message != k.message {
			t.Errorf("%s: %v, want %s: %s", k.expr, err, k.code, k.message)
		}
	}
}

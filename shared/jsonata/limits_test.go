package jsonata_test

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/orderloom/orderloom/shared/jsonata"
)

func TestLimitsEndWhatWouldNotEnd(t *testing.T) {
	t.Parallel()
	for _, k := range []struct{ name, expr, code, token string }{
		{"recursion", `($f := function($n){1 + $f($n)}; $f(1))`, jsonata.CodeLimit, "depth"},
		{"endless tail recursion", `($f := function($n){$f($n + 1)}; $f(1))`, jsonata.CodeLimit, "steps"},
		{"nested loops", `[1..4000].($sum([1..4000]))`, jsonata.CodeLimit, "steps"},
		{"long range", `[1..5001]`, "D2014", ".."},
		{"long array", `($a := [1..4000]; $append($a, $a))`, jsonata.CodeTooLarge, "array"},
		{"joined arrays", `($a := [1..4000]; [$a, $a])`, jsonata.CodeTooLarge, "array"},
		{"long padding", `$pad("a", 1e9)`, jsonata.CodeTooLarge, "string"},
		{"doubled text", `$reduce([1..40], function($s, $i){$s & $s}, "ab")`, jsonata.CodeTooLarge, "string"},
		{"deep value", `($f := function($v, $n){$n = 0 ? $v : $f({"a": $v}, $n - 1)}; $f(1, 20000).a)`, jsonata.CodeLimit, "steps"},
		{"bound variables multiply", `($l := [1..300]; $l@$a.$l@$b.$l@$c.($a + $b + $c))`, jsonata.CodeTooLarge, "array"},
		{"filter on bound variables", `($l := [1..200]; $l@$a.$l@$b[$a = $b].$l@$c.$c)`, jsonata.CodeTooLarge, "array"},
		{"positions multiply", `[1..4000].$#$i.([1..4000])`, jsonata.CodeTooLarge, "array"},
		{"selected again and again", `($l := [1..4000]; $l#$i[[0..3999]])`, jsonata.CodeLimit, "steps"},
		{"order-by of bound items", `($l := [1..4000]; $l@$a^($a).$l@$b)`, jsonata.CodeLimit, "steps"},
		{"transform in a loop", `($f := function($v){$f($v ~> |$|{"a": 1}|)}; $f({}))`, jsonata.CodeLimit, "steps"},
		{"transform of itself", `($t := function($v){$v ~> |$|{"a": $t($v)}|}; $t({}))`, jsonata.CodeLimit, "depth"},
		{"transform that doubles", `$reduce([1..40], function($v, $i){$v ~> |$|{"a": $, "b": $}|}, {"x": 1})`, jsonata.CodeLimit, "steps"},
		{"slow pattern", `$match($pad("", 90000, "a"), /a/)`, jsonata.CodeLimit, "steps"},
	} {
		t.Run(k.name, func(t *testing.T) {
			t.Parallel()
			e, err := jsonata.Compile(k.expr, jsonata.WithLimits(tight))
			if err == nil {
				_, err = e.Eval(context.Background(), jsonata.Undefined, nil)
			}
			var je *jsonata.Error
			if !errors.As(err, &je) || je.Code != k.code || je.Token != k.token {
				t.Errorf("%v, want %s %s", err, k.code, k.token)
			}
		})
	}
}

// A value nested more deeply than anything may be is refused, not walked until
// the stack ends.
func TestDeepResultIsRefused(t *testing.T) {
	t.Parallel()
	const build = `($f := function($v, $n){$n = 0 ? $v : $f({"a": [$v]}, $n - 1)}; $x := $f(1, 30000); `
	for _, use := range []string{`$x)`, `$string($x))`, `$x = $f(1, 30000))`, `$count($x.**))`, `$x ~> $merge)`} {
		e, err := jsonata.Compile(build + use)
		if err != nil {
			t.Fatal(err)
		}
		var je *jsonata.Error
		_, err = e.Eval(context.Background(), jsonata.Undefined, nil)
		if !errors.As(err, &je) || je.Code != jsonata.CodeLimit && je.Code != jsonata.CodeTooLarge {
			t.Errorf("%s: %v", use, err)
		}
	}
}

func TestContextEndsAnEvaluation(t *testing.T) {
	t.Parallel()
	e, err := jsonata.Compile(`$sum([1..900000].($ * 2))`)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	_, err = e.Eval(ctx, jsonata.Undefined, nil)
	var je *jsonata.Error
	if !errors.As(err, &je) || je.Code != jsonata.CodeLimit || !errors.Is(err, context.Canceled) {
		t.Errorf("%v", err)
	}
	if v, err := e.Eval(context.Background(), jsonata.Undefined, nil); err != nil || v != 810000900000.0 {
		t.Errorf("without cancellation: %v %v", v, err)
	}
}

func TestNestedSourceIsRefused(t *testing.T) {
	t.Parallel()
	for _, src := range []string{
		strings.Repeat("(", 100_000), strings.Repeat("[", 100_000) + strings.Repeat("]", 100_000),
		strings.Repeat("-", 100_000) + "1", strings.Repeat("a.", 100_000) + "a", "1" + strings.Repeat("+1", 100_000),
		strings.Repeat("1?", 100_000), strings.Repeat(" ", 2<<20),
	} {
		var je *jsonata.Error
		if _, err := jsonata.Compile(src); !errors.As(err, &je) {
			t.Errorf("%.10q…: %v", src, err)
		}
	}
	if _, err := jsonata.Compile(strings.Repeat("a.", 500) + "a"); err != nil {
		t.Errorf("500 steps: %v", err)
	}
}

package jsonata_test

import (
	"context"
	"errors"
	"fmt"
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
		{"conditions of what grows", `($v := $reduce([1..40], function($v, $i){[[$v], [$v]]}, 0); $v ? 1 : 2)`, jsonata.CodeLimit, "steps"},
		{"result that grows", `$reduce([1..40], function($v, $i){[[$v], [$v]]}, 0)`, jsonata.CodeLimit, "steps"},
		{"equality of long arrays", `($l := [1..4000]; $map($l, function(){$l = $l}))`, jsonata.CodeLimit, "steps"},
		{"fields of long arrays", `($l := [1..4000]; $lookup($map($l, function(){{"a": $l}}), "a"))`, jsonata.CodeTooLarge, "array"},
		{"fields of nested arrays", `($l := [1..4000]; [[$map($l, function(){{"a": $l}})]].a)`, jsonata.CodeTooLarge, "array"},
		{"grouping joins arrays", `($l := [1..4000]; $map($l, function(){$l}){"k": $count($)})`, jsonata.CodeTooLarge, "array"},
		{"grouping joins bound arrays", `($l := [1..4000]; ($map([1..50], function(){$l}))@$x{"k": $x})`, jsonata.CodeTooLarge, "array"},
		{"array as filter", `($l := [1..4000]; $l[$l])`, jsonata.CodeLimit, "steps"},
		{"objects in a loop", `$map([1..4000], function(){[1..4000].{"a": $}})`, jsonata.CodeLimit, "steps"},
		{"fields in a loop", `($l := [1..4000].{"a": $}; $map([1..4000], function(){$l.a}))`, jsonata.CodeLimit, "steps"},
		{"composed functions", `($f := $reduce($map([1..4000], function(){$trim}), function($f, $g){$f ~> $g}); $f("a"))`, jsonata.CodeLimit, "depth"},
		{"partial applications of each other", `($f := $reduce($map([1..4000], function(){$trim}), function($f, $g){$f(?)}); $f("a"))`, jsonata.CodeLimit, "depth"},
		{"ways to match a signature", `(function()<` + strings.Repeat("n+", 16) + `s:n>{1})(` + strings.Repeat("1,", 60) + `1)`, jsonata.CodeLimit, "steps"},
		{"texts in a loop", `($s := $pad("", 99000); $map([1..4000], function(){$length($s)}))`, jsonata.CodeLimit, "steps"},
		{"parsed texts", `($s := "[" & $pad("", 90000, "{},") & "0]"; $map([1..9], function(){$parse($s)}))`, jsonata.CodeLimit, "steps"},
		{"deletion of many keys", `($o := $merge([1..4000].{$string(): 1}); $map([1..9], function(){$o ~> |$|{}, $keys($o)|}))`, jsonata.CodeLimit, "steps"},
		{"variables of a block", `(` + strings.Repeat("$v := 1;", 3) + manyBindings(2000) + `)`, jsonata.CodeLimit, "steps"},
		{"large pattern on a long text", `$match($pad("", 90000, "a"), /(a{0,500}b)/)`, jsonata.CodeLimit, "steps"},
		{"slow pattern", `$match($pad("", 90000, "a"), /(a.*b|a)/)`, jsonata.CodeLimit, "steps"},
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

func manyBindings(n int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, "$v%d := 1;", i)
	}
	return b.String()
}

// What takes time in proportion to its size is not counted as if it took more.
func TestLongInputIsNoLoop(t *testing.T) {
	t.Parallel()
	const lines = `($l := [1..10000].{"t": [1, 2, 3, 4]}; `
	for expr, want := range map[string]float64{
		`$length($replace($pad("", 100000, "a,"), /,/, ";;"))`:                       150_000,
		`$length($replace($pad("", 100000, "a,"), /,/, function($m){$m.match}))`:     100_000,
		`$count($match($pad("", 100000, "abcd efgh "), /\w+/))`:                      20_000,
		`$count($split($pad("", 100000, "abcd efgh "), /\s/))`:                       20_001,
		`$match($pad("", 100000, "é😀,"), /,/)[-1].index`:                             133_331,
		lines + `$count($l.t))`:                                                      40_000,
		lines + `$count($l#$i.t))`:                                                   40_000,
		`$count(($merge([1..10000].{$string(): 1}) ~> |$|{}, $keys()[$ != "1"]|).*)`: 1,
	} {
		e, err := jsonata.Compile(expr, jsonata.WithLimits(jsonata.Limits{Steps: 1_000_000, Sequence: 100_000}))
		if err != nil {
			t.Fatal(err)
		}
		if v, err := e.Eval(context.Background(), jsonata.Undefined, nil); err != nil || v != want {
			t.Errorf("%s: %v %v, want %v", expr, v, err, want)
		}
	}
}

// A value that holds others again and again has a short description and a JSON
// text that no memory has room for.
func TestValueThatGrowsIsNotWrittenOut(t *testing.T) {
	t.Parallel()
	const build = `$reduce([1..60], function($v, $i){{"a": $v, "b": $v}}, $pad("", 1000))`
	v, err := eval(build)
	if err != nil || jsonata.EncodedSize(v) != jsonata.TooDeep {
		t.Fatalf("%d %v", jsonata.EncodedSize(v), err)
	}
	var je *jsonata.Error
	if b, err := jsonata.Encode(v); !errors.As(err, &je) || je.Code != jsonata.CodeTooLarge {
		t.Errorf("%d bytes, %v", len(b), err)
	}
	if _, err := eval(build + ` + 1`); !errors.As(err, &je) || je.Code != "T2001" || len(je.Message) > 200 {
		t.Errorf("%v", err)
	}
}

func eval(expr string) (any, error) {
	e, err := jsonata.Compile(expr)
	if err != nil {
		return nil, err
	}
	return e.Eval(context.Background(), jsonata.Undefined, nil)
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
		strings.Repeat("1?", 100_000), strings.Repeat(" ", 2<<20), "a." + strings.Repeat("%.", 900) + strings.Repeat("(%;%)[%]^(%)", 60),
		"[" + strings.Repeat(`/[^a]{900}/,`, 60) + "1]", "/" + strings.Repeat("[a-z]", 60_000) + "/",
	} {
		var je *jsonata.Error
		if _, err := jsonata.Compile(src); !errors.As(err, &je) {
			t.Errorf("%.10q…: %v", src, err)
		}
	}
	for _, src := range []string{
		strings.Repeat("a.", 500) + "a", "(" + strings.Repeat("$a;", 50_000) + "1)",
		strings.Repeat("(", 450) + "1" + strings.Repeat(strings.Repeat("+1", 100)+")", 450),
	} {
		if v, err := eval(src); err != nil {
			t.Errorf("%.20s…: %v %v", src, v, err)
		}
	}
}

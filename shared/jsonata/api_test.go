package jsonata_test

import (
	"context"
	"errors"
	"reflect"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/orderloom/orderloom/shared/jsonata"
)

func TestVarsAreThoseThatNothingBinds(t *testing.T) {
	t.Parallel()
	for expr, want := range map[string][]string{
		`$states.input.a + $b`:                                      {"b", "states"},
		`$sum($x) & $ & $$`:                                         {"x"},
		`($a := $b; $a + $c)`:                                       {"b", "c"},
		`(($a := 1); $a)`:                                           {"a"},
		`function($x){$x + $y}`:                                     {"y"},
		`function($x){($z := $x; $z)} ~> $z`:                        {"z"},
		`lines[$q > 1]^($r){$s: $t}`:                                {"q", "r", "s", "t"},
		`($f := function(){$g()}; $g := $h; $f())`:                  {"h"},
		`$map($a, $b(?, $c))`:                                       {"a", "b", "c"},
		`1 + 2`:                                                     {},
		`($x := 1)[$x = 1]`:                                         {"x"},
		`true ? ($i := 1; $i) : $o`:                                 {"o"},
		`$sum := 5`:                                                 {},
		`[$l1..$l2].{"k": $l3} ~> |$|$l4|`:                          {"l1", "l2", "l3", "l4"},
		`a@$b#$c[$b = $d].{"k": $c}^($b){$e: $c}`:                   {"d", "e"},
		`($n := $n + 1; $n)`:                                        {"n"},
		`($x; $x := 1)`:                                             {"x"},
		`($x := 1; ($y := $x; $x := $x + $y; $z))`:                  {"z"},
		`(($x := 1) = $x)`:                                          {"x"},
		`($f := function($n){$n ? $f($n - 1) : $k}; $f($f))`:        {"k"},
		`($sum := $sum(a); $sum)`:                                   {},
		`a[$x := 1].b[$x = 1]`:                                      {},
		`a[$x = 1].b[$x := 1]`:                                      {"x"},
		`a^($k := b, $k){$k: $j := 1, "x": $j}`:                     {},
		`a@$v[$w := $v].(b@$u.($u & $v & $w & $q))`:                 {"q"},
		`a#$i.(function($i){$i & $j})#$j`:                           {"j"},
		`$map([1], function($x){function($y){$x & $y & $z}}) ~> $y`: {"y", "z"},
		`[$p..$q].$r ~> $map(?, function($p){$p}) ~> |$s|{"a": $t := 1}, $t|`: {"p", "q", "r", "s"},
		`$b & a@$b.$b`:                              {"b"},
		`(a@$b.c).(%.d & $b)`:                       {},
		`|a@$b.$b|{"x": $b, "y": $c}|`:              {"b", "c"},
		`function($a)<n:n>{$a} ~> $uppercase ~> $m`: {"m"},
	} {
		e, err := jsonata.Compile(expr)
		if err != nil {
			t.Errorf("%s: %v", expr, err)
		} else if got := e.Vars(); !reflect.DeepEqual(got, want) {
			t.Errorf("%s: free %v, want %v", expr, got, want)
		} else if e.Source() != expr {
			t.Errorf("source %q", e.Source())
		}
	}
}

func TestVariablesHideBuiltInFunctions(t *testing.T) {
	t.Parallel()
	vars := jsonata.Vars{"sum": "mine", "a": jsonata.Undefined, "null": nil, "list": []any{1.0}, "none": []any{}}
	for expr, want := range map[string]string{
		`$sum`: `"mine"`, `$sum([1])`: `error T1006`, `$a`: ``, `$null`: `null`, `$missing`: ``,
		`$list`: `[1]`, `$list[0]`: `1`, `$none`: `[]`, `$list.($ + 1)`: `2`, `($sum := 2; $sum)`: `2`,
	} {
		if got := run(t, expr, jsonata.Undefined, vars); got != want {
			t.Errorf("%s: %s, want %s", expr, got, want)
		}
	}
}

func TestErrorsSayWhereAndWhat(t *testing.T) {
	t.Parallel()
	for _, k := range []struct {
		expr, code, token string
		start, pos        int
	}{
		{`1 + "a"`, "T2002", "+", 2, 3},
		{`{"a": 1 + }`, "S0211", "}", 10, 11},
		{`ab.cd(`, "S0203", "(end)", 6, 6},
		{`"é" & $uppercase(1)`, "T0410", "uppercase", 17, 18},
		{`  $nofunc(1)`, "T1006", "nofunc", 9, 10},
		{`sum(1)`, "T1005", "sum", 3, 4},
		{`a.b@$x^(c)@$d`, "S0216", "@", 10, 11},
		{`a.(b; $c).%.d`, "S0217", "variable", 6, 8},
		{`$eval("1")`, jsonata.CodeUnsupported, "function $eval", 0, 5},
		{`$x ~> |$|1|`, "T2011", "|", 9, 10},
		{`$map([1], function($v){$v + "a"})`, "T2002", "+", 26, 5},
		{`function($x)<n<s>>{$x}`, "S0401", "<", 14, 15},
		{`"abc\qd"`, "S0103", "q", 4, 5},
		{`$match("a", /(?!a)/)`, jsonata.CodeRegex, "look-around (?!", 12, 19},
	} {
		e, err := jsonata.Compile(k.expr)
		if err == nil {
			_, err = e.Eval(context.Background(), jsonata.Undefined, jsonata.Vars{"x": jsonata.NewObject()})
		}
		var je *jsonata.Error
		if !errors.As(err, &je) {
			t.Errorf("%s: %v", k.expr, err)
			continue
		}
		if je.Code != k.code || je.Token != k.token || je.Start != k.start || je.Position != k.pos {
			t.Errorf("%s: %s %q at %d to %d (%v), want %s %q at %d to %d", k.expr, je.Code, je.Token, je.Start, je.Position, je, k.code, k.token, k.start, k.pos)
		}
		if !strings.Contains(je.Error(), je.Code) || strings.Contains(je.Message, "{") {
			t.Errorf("%s: message %q", k.expr, je.Error())
		}
	}
}

// The value of an error is one that Decode could return, too.
func TestErrorsShowValues(t *testing.T) {
	t.Parallel()
	for expr, want := range map[string]any{
		`[1, [2]] + 1`: []any{1.0, []any{2.0}}, `$map([1, 2], function($x){[$x]}) + 1`: []any{[]any{1.0}, []any{2.0}},
		`[function(){1}] + 1`: nil, `$sum + 1`: "function $sum", `-"a"`: "a",
	} {
		e, err := jsonata.Compile(expr)
		if err != nil {
			t.Fatal(err)
		}
		var je *jsonata.Error
		if _, err := e.Eval(context.Background(), nil, nil); !errors.As(err, &je) || !reflect.DeepEqual(je.Value, want) {
			t.Errorf("%s: %#v", expr, err)
		}
	}
}

func TestTimeAndChanceComeFromTheEnvironment(t *testing.T) {
	t.Parallel()
	asked := 0
	env := jsonata.Env{Now: func() time.Time {
		asked++
		return time.Date(2025, 1, 2, 3, 4, asked, 0, time.FixedZone("", 3600))
	}}
	e, err := jsonata.Compile(`[$now(), $now(), $fromMillis($millis())]`, jsonata.WithEnv(env))
	if err != nil {
		t.Fatal(err)
	}
	for i, want := range []string{"2025-01-02T02:04:01.000Z", "2025-01-02T02:04:02.000Z"} {
		v, err := e.Eval(context.Background(), nil, nil)
		if err != nil || !reflect.DeepEqual(v, []any{want, want, want}) {
			t.Errorf("evaluation %d: %v %v", i+1, v, err)
		}
	}
	for _, expr := range []string{`$now()`, `$millis()`, `$random()`, `$uuid()`, `$shuffle([1,2])`} {
		e, err := jsonata.Compile(expr)
		if err != nil {
			t.Fatal(err)
		}
		var je *jsonata.Error
		if _, err := e.Eval(context.Background(), nil, nil); !errors.As(err, &je) || je.Code != "T1006" {
			t.Errorf("%s without environment: %v", expr, err)
		}
	}
}

func TestResultsAreIndependentOfEachOther(t *testing.T) {
	t.Parallel()
	e, err := jsonata.Compile(`{"l": lines[], "n": [1, [2]], "m": $map(lines, function($x){[$x]})}`)
	if err != nil {
		t.Fatal(err)
	}
	input := decode(t, []byte(`{"lines":[{"a":1},{"a":2}]}`))
	const want = `{"l":[{"a":1},{"a":2}],"n":[1,[2]],"m":[[{"a":1}],[{"a":2}]]}`
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			for range 50 {
				v, err := e.Eval(context.Background(), input, nil)
				if err != nil {
					t.Error(err)
					return
				}
				if b, _ := jsonata.Encode(v); string(b) != want {
					t.Errorf("got %s", b)
				}
				v.(*jsonata.Object).Set("n", "changed")
			}
		})
	}
	wg.Wait()
}

// A transform changes the copy that it returns, never what it was given, what a
// variable holds or what it took into the copy.
func TestTransformChangesOnlyItsCopy(t *testing.T) {
	t.Parallel()
	const order = `{"id":1,"lines":[{"q":1},{"q":2}],"tax":{"q":9}}`
	for expr, want := range map[string]string{
		`$ ~> |lines|{"q": 0}|`:                                                 `{"id":1,"lines":[{"q":0},{"q":0}],"tax":{"q":9}}`,
		`[$$ ~> |**[$exists(q)]|{}, "q"|, $$.tax]`:                              `[{"id":1,"lines":[{},{}],"tax":{}},{"q":9}]`,
		`($ ~> |$v|{"q": 0}|).tax`:                                              `{"q":9}`,
		`($ ~> |$$.tax|{"q": 0}|; tax)`:                                         `{"q":9}`,
		`($t := tax ~> |$|{"in": $$.lines[0]}|; $t ~> |in|{"q": 5}|; lines[0])`: `{"q":1}`,
		`tax ~> |$|{"me": $}|`:                                                  `{"q":9,"me":{"q":9}}`,
		`($clone := function($x){$x}; $ ~> |tax|{"q": 0}|; tax)`:                `{"q":9}`,
	} {
		input, v := decode(t, []byte(order)), decode(t, []byte(`{"q":3}`))
		if got := run(t, expr, input, jsonata.Vars{"v": v}); got != want {
			t.Errorf("%s: %s, want %s", expr, got, want)
		}
		after, _ := jsonata.Encode([]any{input, v})
		if string(after) != "["+order+`,{"q":3}]` {
			t.Errorf("%s changed what it was given: %s", expr, after)
		}
	}
}

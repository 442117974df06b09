package jsonpath_test

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/orderloom/orderloom/shared/jsonata"
	"github.com/orderloom/orderloom/shared/jsonpath"
)

func scope(t *testing.T, input string) *jsonpath.Scope {
	return &jsonpath.Scope{Input: decode(t, input), Vars: jsonata.Vars{"v": "var"},
		Context: func() *jsonata.Object { return decode(t, `{"Execution":{"Name":"run"}}`).(*jsonata.Object) },
		Env:     jsonata.Env{Random: func() float64 { return 0.5 }, UUID: func() string { return "0-1-2" }}}
}

// The table is the specification of the 18 functions; an answer in quotes is
// JSON, one that begins with ! is a part of the failure.
func TestIntrinsicFunctions(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("ä", 10_000)
	s := scope(t, `{"list":[1,2,3,4,5,6,7,8,9],"twice":[1,"1",{"a":1,"b":[2]},1,{"b":[2],"a":1},null,null,[],[]],"one":1,
		"name":"Ann","quote":"it's {} \\","object":{"k":"v","n":[1,{"x":"y"}]},"json":"{\"b\":[1,2.50]}","broken":"{","half":2.5,
		"low":-2.5,"long":"`+long+`","longer":"`+long+`x","left":{"a":{"x":1},"b":2},"right":{"a":{"y":1},"c":3},"empty":""}`)
	used := map[string]bool{}
	for _, c := range []struct{ call, want string }{
		{"States.Array()", `[]`},
		{"States.Array($.one, 'two', -3.5e1, true, null, $v, $$.Execution.Name, States.Array(false))", `[1,"two",-35,true,null,"var","run",[false]]`},
		{"States.ArrayContains($.list, 5)", `true`},
		{"States.ArrayContains($.list, '5')", `false`},
		{"States.ArrayContains($.twice, $.twice[2])", `true`},
		{"States.ArrayContains($.one, 1)", `!first argument must be an array`},
		{"States.ArrayGetItem($.list, 5)", `6`},
		{"States.ArrayGetItem($.list, 9)", `!index`},
		{"States.ArrayGetItem($.list, -1)", `!index`},
		{"States.ArrayGetItem($.list, 0.5)", `!index`},
		{"States.ArrayGetItem($.name, 0)", `!array`},
		{"States.ArrayLength($.list)", `9`},
		{"States.ArrayLength($.object)", `!array`},
		{"States.ArrayPartition($.list, 4)", `[[1,2,3,4],[5,6,7,8],[9]]`},
		{"States.ArrayPartition($.list, 3.6)", `[[1,2,3,4],[5,6,7,8],[9]]`},
		{"States.ArrayPartition($.list, 1000000)", `[[1,2,3,4,5,6,7,8,9]]`},
		{"States.ArrayPartition(States.Array(), 4)", `[]`},
		{"States.ArrayPartition($.list, 0)", `!at least 1`},
		{"States.ArrayPartition($.name, 1)", `!array`},
		{"States.ArrayRange(1, 9, 2)", `[1,3,5,7,9]`},
		{"States.ArrayRange(3, 1, -1)", `[3,2,1]`},
		{"States.ArrayRange(1, 0, 1)", `[]`},
		{"States.ArrayLength(States.ArrayRange(1, 1000, 1))", `1000`},
		{"States.ArrayRange(0, 1000, 1)", `!more than 1000`},
		{"States.ArrayRange(0, 1, 0)", `!increment`},
		{"States.ArrayRange(0, '1', 1)", `!second argument`},
		{"States.ArrayUnique($.twice)", `[1,"1",{"a":1,"b":[2]},null,[]]`},
		{"States.ArrayUnique('x')", `!array`},
		{"States.Base64Encode('Data to encode')", `"RGF0YSB0byBlbmNvZGU="`},
		{"States.Base64Decode('RGF0YSB0byBlbmNvZGU=')", `"Data to encode"`},
		{"States.Base64Decode('#')", `!not Base64`},
		{"States.ArrayLength(States.StringSplit(States.Base64Encode($.long), ' '))", `1`},
		{"States.Base64Encode($.longer)", `!more than 10000`},
		{"States.Base64Decode($.longer)", `!more than 10000`},
		{"States.Base64Encode(1)", `!string`},
		{"States.Format('Hello, {}, you have {}.', $.name, 3)", `"Hello, Ann, you have 3."`},
		{`States.Format('\{\}\'\\{}', 1)`, `"{}'\\1"`},
		{"States.Format('{}', $.object)", `"{k=v, n=[1, {x=y}]}"`},
		{"States.Format('{}{}{}', null, true, 2.50)", `"nulltrue2.5"`},
		{"States.Format($.name)", `"Ann"`},
		{"States.Format($.quote, 1)", `!backslash`},
		{"States.Format('{}')", `!more {} than arguments`},
		{"States.Format('', 1)", `!more arguments than {}`},
		{"States.Format('{a}', 1)", `!brace`},
		{"States.Format(1)", `!string`},
		{"States.Hash('a', 'MD5')", `"0cc175b9c0f1b6a831c399e269772661"`},
		{"States.Hash('a', 'SHA-1')", `"86f7e437faa5a7fce15d1ddcb9eaeaea377667b8"`},
		{"States.Hash('a', 'SHA-256')", `"ca978112ca1bbdcafac231b39a23dc4da786eff8147c4e72b9807785afee48bb"`},
		{"States.Hash('', 'SHA-384')", `"38b060a751ac96384cd9327eb1b1e36a21fdb71114be07434c0cc7bf63f6e1da274edebfe76f65fbd51ad2f14898b95b"`},
		{"States.Hash('', 'SHA-512')", `"cf83e1357eefb8bdf1542850d66d8007d620e4050b5715dc83f4a921d36ce9ce47d0d13c5d85f2b0ff8318d2877eec2f63b931bd47417a81a538327af927da3e"`},
		{"States.Hash($.object.n[0], 'MD5')", `"c4ca4238a0b923820dcc509a6f75849b"`},
		{"States.Hash('a', 'CRC')", `!algorithm`},
		{"States.Hash($.longer, 'MD5')", `!more than 10000`},
		{"States.JsonMerge($.left, $.right, false)", `{"a":{"y":1},"b":2,"c":3}`},
		{"States.JsonMerge($.left, $.right, true)", `!shallow`},
		{"States.JsonMerge($.left, $.list, false)", `!objects`},
		{"States.JsonToString($.object)", `"{\"k\":\"v\",\"n\":[1,{\"x\":\"y\"}]}"`},
		{"States.StringToJson($.json)", `{"b":[1,2.5]}`},
		{"States.StringToJson($.empty)", `null`},
		{"States.StringToJson($.broken)", `!not JSON`},
		{"States.StringToJson(1)", `!string`},
		{"States.MathAdd(111, -1)", `110`},
		{"States.MathAdd($.half, $.low)", `1`},
		{"States.MathAdd($.name, 1)", `!whole number`},
		{"States.MathAdd(1, 1e300)", `!whole number`},
		{"States.MathRandom(1, 11)", `6`},
		{"States.MathRandom(-3, -2)", `-3`},
		{"States.MathRandom(1, 1)", `!greater`},
		{"States.MathRandom('a', 1)", `!whole number`},
		{"States.MathRandom(1, 9, 'a')", `!whole number`},
		{"States.StringSplit('This.is+a,test=string', '.+,=')", `["This","is","a","test","string"]`},
		{"States.StringSplit(',1,,2,', ',')", `["1","2"]`},
		{"States.StringSplit('', ',')", `[]`},
		{"States.StringSplit('a', 1)", `!string`},
		{"States.UUID()", `"0-1-2"`},
		{"States.Array($.missing)", `?The function 'States.Array($.missing)' had the following error: The JsonPath argument for the field '$.missing' could not be found in the input '{"list"`},
		{"States.Array(States.MathAdd($.list[9], 1))", `?The function 'States.MathAdd($.list[9], 1)' had the following error: The JsonPath argument for the field '$.list[9]'`},
		{"States.Array($.missing[*])", `[[]]`},
		{"States.Array(States.ArrayLength(1))", `!The function 'States.ArrayLength(1)' had the following error: the first argument must be an array`},
		{"States.Format('{}.{}', States.ArrayGetItem(States.StringSplit('a/b.c', '/'), 0), States.ArrayGetItem(States.StringSplit(States.ArrayGetItem(States.StringSplit('a/b.c', '/'), 1), '.'), 1))", `"a.c"`},
	} {
		used[c.call[:strings.IndexByte(c.call, '(')]] = true
		e, err := jsonpath.Compile(c.call)
		if err != nil {
			t.Errorf("%s: %v", c.call, err)
			continue
		}
		v, err := e.Eval(s)
		if code, fails := map[byte]jsonpath.Code{'!': jsonpath.CodeFunction, '?': jsonpath.CodeNotFound}[c.want[0]]; fails {
			var f *jsonpath.Error
			if want := c.want[1:]; !errors.As(err, &f) || f.Code != code || !strings.Contains(f.Message, want) {
				t.Errorf("%s: %v %v, want the failure %q", c.call, v, err, want)
			}
		} else if err != nil || encode(t, v) != c.want {
			t.Errorf("%s: %v %v, want %s", c.call, v, err, c.want)
		}
	}
	_, err := jsonpath.Compile("States.Nothing()")
	if names := strings.Count(err.Error(), "States."); len(used) != 18 || names != 1+18 {
		t.Errorf("%d functions are tested, %v", len(used), err)
	}
}

func TestASeedMakesChanceRepeatable(t *testing.T) {
	t.Parallel()
	e, err := jsonpath.Compile("States.MathRandom(1, 1000000, 7)")
	if err != nil {
		t.Fatal(err)
	}
	first, err := e.Eval(&jsonpath.Scope{})
	if err != nil {
		t.Fatal(err)
	}
	if again, _ := e.Eval(&jsonpath.Scope{}); again != first {
		t.Errorf("%v, then %v", first, again)
	}
	for _, src := range []string{"States.MathRandom(1, 9)", "States.UUID()"} {
		e, err := jsonpath.Compile(src)
		if err != nil {
			t.Fatal(err)
		}
		if v, err := e.Eval(&jsonpath.Scope{}); err == nil {
			t.Errorf("%s without a source yields %v", src, v)
		}
	}
}

func TestWhatAnExpressionReads(t *testing.T) {
	t.Parallel()
	e, err := jsonpath.Compile("States.Array($b.x, States.Array($a, $$.Task.Token), $.c, $a)")
	if err != nil {
		t.Fatal(err)
	}
	var paths []string
	for _, p := range e.Paths() {
		paths = append(paths, p.Source())
	}
	if !slices.Equal(paths, []string{"$b.x", "$a", "$$.Task.Token", "$.c", "$a"}) || !slices.Equal(e.Vars(), []string{"a", "b"}) || e.Path() != nil {
		t.Errorf("%v %v", paths, e.Vars())
	}
	if e, err = jsonpath.Compile("$.a"); err != nil || e.Path() == nil || e.Source() != "$.a" {
		t.Errorf("%v %v", e, err)
	}
}

// What is no expression, and the byte at which it stops being one.
func TestNoExpressions(t *testing.T) {
	t.Parallel()
	for src, pos := range map[string]int{
		"":                                  0,
		"text":                              0,
		"States.Nothing()":                  0,
		"States.UUID":                       0,
		"States.UUID(1)":                    0,
		"States.MathAdd(1)":                 0,
		"States.Format()":                   0,
		"States.Array(1":                    14,
		"States.Array(1 2)":                 15,
		"States.Array(1,)":                  15,
		"States.Array(abc)":                 13,
		"States.Array(\"a\")":               13,
		"States.Array('a)":                  13,
		`States.Array('\n')`:                14,
		`States.Array('\`:                   14,
		"States.Array(1-2)":                 13,
		"States.Array($.a[)":                17,
		"States.UUID() x":                   14,
		"$.a, $.b":                          3,
		strings.Repeat("States.Array(", 11): 130,
	} {
		_, err := jsonpath.Compile(src)
		var e *jsonpath.Error
		if !errors.As(err, &e) || e.Code != jsonpath.CodeSyntax || e.Position != pos {
			t.Errorf("%q: want an error at byte %d: %+v", src, pos, err)
		}
	}
}

package jsonpath_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/orderloom/orderloom/shared/jsonata"
	"github.com/orderloom/orderloom/shared/jsonpath"
)

func decode(t *testing.T, text string) any {
	t.Helper()
	v, err := jsonata.Decode([]byte(text))
	if err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	return v
}

func encode(t *testing.T, v any) string {
	t.Helper()
	raw, err := jsonata.Encode(v)
	if err != nil {
		t.Fatal(err)
	}
	return string(raw)
}

const store = `{"book":[
 {"title":"A","price":8.95,"isbn":"1","tags":["x"]},
 {"title":"B","price":12,"tags":[]},
 {"title":"C","price":22.5,"isbn":"2"}],
 "bicycle":{"color":"red","price":19},
 "detail-type":"Order","a b":{"c'd":1},"e\\\"f\"g":2,"n":[[1,2],[3,[4]]],"null":null,"text":"hällo","":7}`

// The table is the specification of paths: what each finds, "-" for nothing.
func TestPaths(t *testing.T) {
	t.Parallel()
	doc := decode(t, store)
	for path, want := range map[string]string{
		"$.bicycle.color":                 `"red"`,
		"$['bicycle']['color']":           `"red"`,
		`$["bicycle"].color`:              `"red"`,
		"$.detail-type":                   `"Order"`,
		`$.detail\-type`:                  `"Order"`,
		`$.a\ b['c\'d']`:                  `1`,
		`$["a b"]["c'd"]`:                 `1`,
		`$['e\"f"g']`:                     `2`,
		`$["e\\\"f\"g"]`:                  `2`,
		"$.book[0].title":                 `"A"`,
		"$.book[-1].title":                `"C"`,
		"$.n[1][1][0]":                    `4`,
		"$.null":                          `null`,
		"$['']":                           `7`,
		"$.book[3]":                       "-",
		"$.book[-4]":                      "-",
		"$.nothing":                       "-",
		"$.bicycle.color.x":               "-",
		"$.bicycle[0]":                    "-",
		"$.book.title":                    "-",
		"$.book[*].title":                 `["A","B","C"]`,
		"$.book[*].isbn":                  `["1","2"]`,
		"$.book.*.price":                  `[8.95,12,22.5]`,
		"$.bicycle.*":                     `["red",19]`,
		"$.bicycle.color[*]":              `[]`,
		"$.nothing[*]":                    `[]`,
		"$.nothing[*].x":                  `[]`,
		"$.nothing.further[1:].x":         `[]`,
		"$.nothing[?(@.x)]":               `[]`,
		"$.nothing['a','b'].x":            `[]`,
		"$.book[?(@.nothing[*])]":         `[]`,
		"$.book[0,2].title":               `["A","C"]`,
		"$.book[0,9].title":               `["A"]`,
		"$.book[0:2].title":               `["A","B"]`,
		"$.book[1:].title":                `["B","C"]`,
		"$.book[:1].title":                `["A"]`,
		"$.book[-2:].title":               `["B","C"]`,
		"$.book[2:1].title":               `[]`,
		"$.text[0:1]":                     `[]`,
		"$..price":                        `[8.95,12,22.5,19]`,
		"$..isbn":                         `["1","2"]`,
		"$..nothing":                      `[]`,
		"$.n..[0]":                        `[[1,2],1,3,4]`,
		"$.n..*":                          `[[1,2],[3,[4]],1,2,3,[4],4]`,
		"$.bicycle['color','price']":      `{"color":"red","price":19}`,
		"$.bicycle['price','x']":          `{"price":19}`,
		"$.bicycle['x','y']":              "-",
		"$['bicycle','book'][0].title":    `["A"]`,
		"$.book[?(@.price < 10)].title":   `["A"]`,
		"$.book[?(@.isbn)].title":         `["A","C"]`,
		"$.book[?(@.title == 'B')].price": `[12]`,
		"$.book[?(@.title=='B' || @.price>20)].title": `["B","C"]`,
		"$.book[?(@.isbn && @.price > 10)].title":     `["C"]`,
		"$.book[?(@.title == 'Z')]":                   `[]`,
		"$.book[?(@.title == 'A')][0]":                `[]`,
		"$.book[?(@['tags'][0] == 'x')].title":        `["A"]`,
		"$.book[?(@.title =~ /^[AB]$/)].price":        `[8.95,12]`,
		"$..[?(@.price == 19)].color":                 `["red"]`,
	} {
		p, err := jsonpath.CompilePath(path)
		if err != nil {
			t.Errorf("%s: %v", path, err)
			continue
		}
		got := "-"
		v, err := p.Eval(&jsonpath.Scope{Input: doc})
		var e *jsonpath.Error
		switch {
		case err == nil:
			got = encode(t, v)
		case !errors.As(err, &e) || e.Code != jsonpath.CodeNotFound || e.Path != path || e.Input != doc:
			t.Errorf("%s: %v", path, err)
		}
		if got != want {
			t.Errorf("%s: %s, want %s", path, got, want)
		}
	}
}

// What filters decide about the items of a list, by their numbers.
func TestFilters(t *testing.T) {
	t.Parallel()
	doc := decode(t, `{"limit":2,"l":[{"i":1,"a":false},{"i":2,"a":null},{"i":3,"a":0},{"i":4,"b":1},{"i":5,"a":""},{"i":6,"a":"xy"},
		{"i":7,"a":[]},{"i":8,"a":{"b":5}},{"i":9,"a":[1,"2"]},{"i":10,"a":1.5}]}`)
	for condition, want := range map[string]string{
		"@.a":                                 `[1,2,3,5,6,7,8,9,10]`,
		"!@.a":                                `[4]`,
		"!(@.a)":                              `[4]`,
		"@.a.b":                               `[8]`,
		"@.a == null":                         `[2]`,
		"@.a != null":                         `[1,3,4,5,6,7,8,9,10]`,
		"@.a == false":                        `[1]`,
		"@.a == 0":                            `[3]`,
		"@.a != 'xy'":                         `[1,2,3,4,5,7,8,9,10]`,
		`@.a == "xy"`:                         `[6]`,
		"@.a == []":                           `[7]`,
		"@.a == [1, '2']":                     `[9]`,
		"@.i == '1'":                          `[1]`,
		"'10' == @.i":                         `[10]`,
		"@.a > 0":                             `[10]`,
		"@.a >= 'x'":                          `[6]`,
		"@.a < 1":                             `[3]`,
		"@.i <= $.limit":                      `[1,2]`,
		"@.missing == @.missing":              `[]`,
		"@.b == 1 || @.i == 2":                `[2,4]`,
		"@.i>2&&@.i<5":                        `[3,4]`,
		"(@.i > 2 && @.i < 5) || !(@.i < 10)": `[3,4,10]`,
		"@.i > 1 && (@.i < 3 || @.i == 5)":    `[2,5]`,
		"@['i'] == 1 || @.a[0] == 1":          `[1,9]`,
		"@.a in ['xy', 0]":                    `[3,6]`,
		"@.i nin [1,2,3,4,5,6,7,8]":           `[9,10]`,
		"1 in @.a":                            `[9]`,
		"@.a subsetof [1, 2, 3]":              `[7,9]`,
		"@.a anyof [1, 5]":                    `[9]`,
		"@.a noneof [5]":                      `[7,9]`,
		"@.a contains 1":                      `[9]`,
		"@.a contains 'y'":                    `[6]`,
		"@.a size 2":                          `[6,9]`,
		"@.a empty true":                      `[5,7]`,
		"@.a empty false":                     `[6,8,9]`,
		"@.a =~ /X./i":                        `[6]`,
		"@.a=~/x/":                            `[]`,
		"@.i =~ /\\d\\d/":                     `[10]`,
		"@.a =~ /\\//":                        `[]`,
		"@.a in 5 || @.a size 'x' || @.a == /xy/ ": `[]`,
	} {
		p, err := jsonpath.CompilePath("$.l[?(" + condition + ")].i")
		if err != nil {
			t.Errorf("%s: %v", condition, err)
			continue
		}
		if v, ok := p.Get(doc); !ok || encode(t, v) != want {
			t.Errorf("%s: %s, want %s", condition, encode(t, v), want)
		}
	}
}

func TestRoots(t *testing.T) {
	t.Parallel()
	asked := 0
	s := &jsonpath.Scope{Input: decode(t, `{"a":1}`), Vars: jsonata.Vars{"größe": decode(t, `{"b":[2]}`)},
		Context: func() *jsonata.Object { asked++; return decode(t, `{"State":{"Name":"S"}}`).(*jsonata.Object) }}
	for path, want := range map[string]string{"$": `{"a":1}`, "$.a": "1", "$größe.b[0]": "2", "$größe": `{"b":[2]}`} {
		p, err := jsonpath.CompilePath(path)
		if err != nil {
			t.Fatal(err)
		}
		if v, err := p.Eval(s); err != nil || encode(t, v) != want {
			t.Errorf("%s: %v %v", path, v, err)
		}
	}
	if asked != 0 {
		t.Error("the context was built for nothing")
	}
	p, err := jsonpath.CompilePath("$$.State.Name")
	if err != nil {
		t.Fatal(err)
	}
	if v, err := p.Eval(s); v != "S" || err != nil || asked != 1 {
		t.Errorf("%v %v %d", v, err, asked)
	}
	if v, err := p.Eval(&jsonpath.Scope{}); err == nil {
		t.Errorf("without a context it yields %v", v)
	}
	p, err = jsonpath.CompilePath("$unknown.x")
	if err != nil {
		t.Fatal(err)
	}
	if v, err := p.Eval(s); err == nil {
		t.Errorf("a variable that nobody set yields %v", v)
	}
}

// What is no path, and the byte at which it stops being one.
func TestNoPaths(t *testing.T) {
	t.Parallel()
	for path, pos := range map[string]int{
		"": 0, "a": 0, "@.a": 0, "States.UUID()": 0, "$.": 2, "$..": 3, "$.a.": 4, "$.a..": 5, "$...a": 3, "$. a": 2,
		"$.a b": 3, "$a b": 2, "$a-b": 2, "$[": 2, "$[]": 2, "$[a]": 2, "$['a": 2, "$['a'": 5, "$['a',]": 6, "$['a' 'b']": 6,
		"$[0": 3, "$[-]": 2, "$[99999999999]": 2, "$[1,]": 4, "$[1:2:3]": 5, "$[0,'a']": 4, "$.[0]": 2, "$.a[(@.length-1)]": 4,
		"$.a[?(@.x]": 9, "$.a[?(@.x": 9, "$.a[?]": 5, "$.a[?@.x]": 5, "$.a[?(1)]": 7, "$.a[?(@.x ==)]": 12, "$.a[?(@.x is 1)]": 10,
		"$.a[?(@.x == y)]": 13, "$.a[?(@.x == $$.y)]": 13, "$.a[?(@.x == $y)]": 13, "$.a[?(@.x in [1)]": 15, "$.a[?(@.x =~ /a)]": 13, "$.a[?(@.x =~ /(/)]": 13,
		"$.a[?(@.x in1)]": 10, "$.a[?(@.x && )]": 13, "$.a[?(@.x))]": 10, "$.a[?(@.x.length() > 1)]": 10, "$.a.size()": 4, "$.a.length": -1, "$.a.length()": 4,
		"$.a[?(" + strings.Repeat("(", 60) + "@.b": 55, "$.a[?(@.b in " + strings.Repeat("[", 60): 61,
		"$.a.length(1)": 4, "$states.input": 0, `$.a\`: 2, "$.a)": 3, "$.a[?(@.x == 'a)]": 13,
	} {
		_, err := jsonpath.CompilePath(path)
		var e *jsonpath.Error
		switch {
		case pos < 0 && err != nil:
			t.Errorf("%s: %v", path, err)
		case pos >= 0 && (!errors.As(err, &e) || e.Code != jsonpath.CodeSyntax || e.Position != pos || e.Message == ""):
			t.Errorf("%q: want an error at byte %d: %+v", path, pos, err)
		}
	}
}

func TestReferences(t *testing.T) {
	t.Parallel()
	for path, want := range map[string]bool{
		"$": true, "$.a.b[0]": true, "$['a'][1]": true, "$$.a": true, "$v.a": true,
		"$..a": false, "$.*": false, "$.a[-1]": false, "$.a[0,1]": false, "$['a','b']": false, "$.a[0:1]": false,
		"$.a[?(@.b)]": false,
	} {
		p, err := jsonpath.CompilePath(path)
		if err != nil || p.IsReference() != want || p.FromInput() == (path == "$$.a" || path == "$v.a") {
			t.Errorf("%s: %+v %v", path, p, err)
		}
	}
}

func TestCovers(t *testing.T) {
	t.Parallel()
	for path, want := range map[string]bool{
		"$$": true, "$$.Task": true, "$$.Task.Token": true, "$$['Task']['Token']": true, "$$..Token": true, "$$.*": true,
		"$$.State": false, "$$.Task.Name": false, "$$.Task.Token.x": false,
	} {
		p, err := jsonpath.CompilePath(path)
		if err != nil || p.Covers("Task", "Token") != want || !p.FromContext() {
			t.Errorf("%s: %+v %v", path, p, err)
		}
	}
}

// deep is {"a":{"a":…{"b":1}}}.
func deep(levels int) any {
	var v any = jsonata.NewObject()
	v.(*jsonata.Object).Set("b", 1.0)
	for range levels {
		o := jsonata.NewObject()
		o.Set("a", v)
		v = o
	}
	return v
}

// What would look at a document over and over is cut off instead.
func TestAPathThatLooksAtTooMuchFails(t *testing.T) {
	t.Parallel()
	doc := deep(400)
	for _, src := range []string{"$..a..a..a..b", "$..[?(@..a..a..b)]", "$..a[?(@..a[?(@..a..b)])]"} {
		p, err := jsonpath.CompilePath(src)
		if err != nil {
			t.Fatalf("%s: %v", src, err)
		}
		if v, err := p.Eval(&jsonpath.Scope{Input: doc}); err == nil {
			t.Errorf("%s found %T", src, v)
		}
	}
	p, err := jsonpath.CompilePath("$..a..b")
	if err != nil {
		t.Fatal(err)
	}
	if v, err := p.Eval(&jsonpath.Scope{Input: doc}); err != nil || len(v.([]any)) == 0 {
		t.Errorf("two descents: %v, %v", v, err)
	}
}

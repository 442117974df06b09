package transform_test

import (
	"errors"
	"strconv"
	"strings"
	"testing"

	"github.com/orderloom/orderloom/shared/fault"
	"github.com/orderloom/orderloom/shared/transform"
)

// tables are lookups: "table/key" → value.
type tables map[string]string

func (l tables) Lookup(table, key string) (string, bool) {
	v, ok := l[table+"/"+key]
	return v, ok
}

var (
	lookups = tables{"country/United States": "US", "product/MUG": "prd_mug"}
	known   = transform.Context{"organization": "org", "channel": "web"}
)

// Each row is one rule, one source document and what becomes of it.
func TestRules(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ rule, source, want string }{
		// where a value comes from
		{`{"path":"a.b"}`, `{"a":{"b":"x"}}`, `{"f":"x"}`},
		{`{"path":["a","b","c"]}`, `{"a":null,"b":"","c":"x"}`, `{"f":"x"}`},
		{`{"path":"a"}`, `{"a":null}`, `{}`},
		{`{"path":"a","default":"d"}`, `{"a":""}`, `{"f":"d"}`},
		{`{"path":"list.#(name==\"k\").value"}`, `{"list":[{"name":"j","value":"1"},{"name":"k","value":"2"}]}`, `{"f":"2"}`},
		{`{"const":"c"}`, `{}`, `{"f":"c"}`},
		{`{"const":""}`, `{}`, `{"f":""}`},
		{`{"context":"channel"}`, `{}`, `{"f":"web"}`},
		{`{"context":"company"}`, `{}`, `{}`},
		{`{"join":{"paths":["a","b","c"],"separator":" "}}`, `{"a":" Ann ","b":"","c":"Lee"}`, `{"f":"Ann Lee"}`},
		{`{"join":{"paths":["a"],"separator":" "}}`, `{"a":null}`, `{}`},
		{`{"split":{"path":"a","separator":","}}`, `{"a":"x, y,,z "}`, `{"f":["x","y","z"]}`},
		{`{"split":{"path":"a","separator":","}}`, `{"a":""}`, `{}`},
		{`{"pairs":{"path":"a","key":"n","value":"v"}}`, `{"a":[{"n":"x","v":"1"},{"n":"y","v":2},{"v":"no key"}]}`, `{"f":{"x":"1","y":"2"}}`},
		{`{"pairs":{"path":"a","key":"n","value":"v"}}`, `{"a":[]}`, `{}`},
		{`{"cases":[{"path":"a","equals":"1","value":"one"},{"path":"b","equals":"true","value":"b"},{"value":"else"}]}`, `{"a":1}`, `{"f":"one"}`},
		{`{"cases":[{"path":"a","equals":"1","value":"one"},{"path":"b","equals":"true","value":"b"},{"value":"else"}]}`, `{"b":true}`, `{"f":"b"}`},
		{`{"cases":[{"path":"a","equals":"1","value":"one"},{"value":"else"}]}`, `{}`, `{"f":"else"}`},
		{`{"cases":[{"path":"a","equals":"1","value":"one"}]}`, `{}`, `{}`},
		// types
		{`{"path":"a","type":"id"}`, `{"a":12345678901234567890}`, `{"f":"12345678901234567890"}`},
		{`{"path":"a","type":"id"}`, `{"a":"x-1"}`, `{"f":"x-1"}`},
		{`{"path":"a","type":"integer"}`, `{"a":7}`, `{"f":7}`},
		{`{"path":"a","type":"integer"}`, `{"a":"-7"}`, `{"f":-7}`},
		{`{"path":"a","type":"integer","default":"3"}`, `{}`, `{"f":3}`},
		{`{"path":"a","type":"decimal"}`, `{"a":"199.00"}`, `{"f":"199.00"}`},
		{`{"path":"a","type":"decimal"}`, `{"a":0.06}`, `{"f":"0.06"}`},
		{`{"path":"a","type":"decimal"}`, `{"a":1.50e1}`, `{"f":"15"}`},
		{`{"path":"a","type":"time"}`, `{"a":"2008-01-10T11:00:00-05:00"}`, `{"f":"2008-01-10T16:00:00Z"}`},
		{`{"path":"a","type":"time"}`, `{"a":"2008-01-10T11:00:00.25Z"}`, `{"f":"2008-01-10T11:00:00.25Z"}`},
		{`{"path":"a","type":"date"}`, `{"a":"2008-01-10"}`, `{"f":"2008-01-10T00:00:00Z"}`},
		{`{"path":"a","type":"date"}`, `{"a":"2008-01-10T11:00:00-05:00"}`, `{"f":"2008-01-10T16:00:00Z"}`},
		{`{"path":"a","type":"boolean"}`, `{"a":false}`, `{"f":false}`},
		// values and lookups
		{`{"path":"a","values":{"1":"one"}}`, `{"a":"1"}`, `{"f":"one"}`},
		{`{"path":"a","values":{"1":"one"},"other":"many"}`, `{"a":"9"}`, `{"f":"many"}`},
		{`{"path":"a","default":"1","values":{"1":"one"}}`, `{}`, `{"f":"one"}`},
		{`{"path":"a","lookup":{"table":"country","missing":"error"}}`, `{"a":"United States"}`, `{"f":"US"}`},
		{`{"path":"a","lookup":{"table":"country","missing":"keep"}}`, `{"a":"Atlantis"}`, `{"f":"Atlantis"}`},
		{`{"path":"a","lookup":{"table":"country","missing":"empty"}}`, `{"a":"Atlantis"}`, `{}`},
		{`{"path":"a","values":{"m":"MUG"},"lookup":{"table":"product","missing":"error"}}`, `{"a":"m"}`, `{"f":"prd_mug"}`},
		// objects
		{`{"object":{"x":{"path":"a"}}}`, `{"a":"1"}`, `{"f":{"x":"1"}}`},
		{`{"at":"o","object":{"x":{"path":"a"}}}`, `{"o":{"a":"1"},"a":"2"}`, `{"f":{"x":"1"}}`},
		{`{"at":"o","object":{"x":{"path":"a"}}}`, `{"o":null}`, `{}`},
		{`{"when":"b","object":{"x":{"path":"a"}}}`, `{"a":"1","b":"y"}`, `{"f":{"x":"1"}}`},
		{`{"when":"b","object":{"x":{"path":"a"}}}`, `{"a":"1","b":null}`, `{}`},
		{`{"when":"b","object":{"x":{"path":"a","required":true}}}`, `{}`, `{}`},
		{`{"each":"l","object":{"x":{"path":"a"}}}`, `{"l":[{"a":"1"},{"b":"2"}]}`, `{"f":[{"x":"1"},{}]}`},
		{`{"each":"l","object":{"x":{"path":"a"}}}`, `{"l":[]}`, `{"f":[]}`},
		{`{"each":"l","object":{"x":{"path":"a"}}}`, `{}`, `{}`},
	} {
		got, err := parse(t, `{"f":`+c.rule+`}`).Apply([]byte(c.source), lookups, known)
		if err != nil || string(got) != c.want {
			t.Errorf("%s\nof %s\nis %s, %v\nwant %s", c.rule, c.source, got, err, c.want)
		}
	}
}

// Each row is one rule, one source document and the problem: its code, path and
// value.
func TestProblems(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ rule, source, code, path, value string }{
		{`{"path":["a","b"],"required":true}`, `{"b":null}`, transform.MissingField, "a", ""},
		{`{"context":"company","required":true}`, `{}`, transform.MissingField, "company", ""},
		{`{"join":{"paths":["a","b"],"separator":" "},"required":true}`, `{}`, transform.MissingField, "a+b", ""},
		{`{"path":"a"}`, `{"a":7}`, transform.WrongType, "a", "7"},
		{`{"path":"a"}`, `{"a":["x"]}`, transform.WrongType, "a", `["x"]`},
		{`{"path":"a","default":"d"}`, `{"a":7}`, transform.WrongType, "a", "7"},
		{`{"path":"a","type":"id"}`, `{"a":1.0}`, transform.WrongType, "a", "1.0"},
		{`{"path":"a","type":"id"}`, `{"a":true}`, transform.WrongType, "a", "true"},
		{`{"path":"a","type":"integer"}`, `{"a":"7x"}`, transform.WrongType, "a", `"7x"`},
		{`{"path":"a","type":"integer"}`, `{"a":7.5}`, transform.WrongType, "a", "7.5"},
		{`{"path":"a","type":"integer"}`, `{"a":99999999999}`, transform.WrongType, "a", "99999999999"},
		{`{"path":"a","type":"decimal"}`, `{"a":"1,50"}`, transform.WrongType, "a", `"1,50"`},
		{`{"path":"a","type":"decimal"}`, `{"a":"1e999999999"}`, transform.WrongType, "a", `"1e999999999"`},
		{`{"path":"a","type":"decimal"}`, `{"a":{"amount":"1"}}`, transform.WrongType, "a", `{"amount":"1"}`},
		{`{"path":"a","type":"time"}`, `{"a":"2008-01-10"}`, transform.WrongType, "a", `"2008-01-10"`},
		{`{"path":"a","type":"time"}`, `{"a":1199977200}`, transform.WrongType, "a", "1199977200"},
		{`{"path":"a","type":"time"}`, `{"a":"9999-12-31T23:59:59-05:00"}`, transform.WrongType, "a", `"9999-12-31T23:59:59-05:00"`},
		{`{"path":"a","type":"date"}`, `{"a":"10.01.2008"}`, transform.WrongType, "a", `"10.01.2008"`},
		{`{"path":"a","type":"boolean"}`, `{"a":"false"}`, transform.WrongType, "a", `"false"`},
		{`{"path":"a","values":{"1":"one"}}`, `{"a":"2"}`, transform.UnknownValue, "a", "2"},
		{`{"path":"a","lookup":{"table":"country","missing":"error"}}`, `{"a":"Atlantis"}`, transform.UnknownValue, "a", "Atlantis"},
		{`{"split":{"path":"a","separator":","}}`, `{"a":["x"]}`, transform.WrongType, "a", `["x"]`},
		{`{"pairs":{"path":"a","key":"n","value":"v"}}`, `{"a":{"n":"x"}}`, transform.WrongType, "a", `{"n":"x"}`},
		{`{"join":{"paths":["a","b"],"separator":" "}}`, `{"a":"x","b":7}`, transform.WrongType, "b", "7"},
		{`{"at":"o","object":{"x":{"path":"a"}}}`, `{"o":[1]}`, transform.WrongType, "o", "[1]"},
		{`{"at":"o","object":{"x":{"path":"a"}},"required":true}`, `{}`, transform.MissingField, "o", ""},
		{`{"at":"o","object":{"x":{"path":"a","required":true}}}`, `{"o":{}}`, transform.MissingField, "o.a", ""},
		{`{"each":"l","object":{"x":{"path":"a"}}}`, `{"l":{"a":"1"}}`, transform.WrongType, "l", `{"a":"1"}`},
		{`{"each":"l","object":{"x":{"path":"a"}}}`, `{"l":[{"a":"1"},7]}`, transform.WrongType, "l.1", "7"},
		{`{"each":"l","object":{"x":{"path":"a"}}}`, `{"l":[{"a":"1"},{"a":7}]}`, transform.WrongType, "l.1.a", "7"},
		{`{"each":"l","object":{"x":{"path":"a"}},"required":true}`, `{"l":[]}`, transform.MissingField, "l", "[]"},
		{`{"each":"l","object":{"x":{"path":"a"}},"required":true}`, `{}`, transform.MissingField, "l", ""},
		{`{"each":"l","object":{"x":{"path":"a"}}}`, `{"l":[` + strings.Repeat("{},", transform.MaxElements) + `{}]}`, fault.TooLarge, "l", ""},
	} {
		out, err := parse(t, `{"f":`+c.rule+`}`).Apply([]byte(c.source), lookups, known)
		f, ok := errors.AsType[*fault.Error](err)
		if !ok || out != nil {
			t.Errorf("%s of %.80s is %s, %v", c.rule, c.source, out, err)
			continue
		}
		if f.Code != c.code || f.Field != c.path || f.Value != c.value || !strings.HasPrefix(f.Message, c.path+": ") || f.Hint == "" {
			t.Errorf("%s of %.80s: %#v\nwant %s at %s = %s", c.rule, c.source, f, c.code, c.path, c.value)
		}
	}
}

func TestAllProblemsOfADocumentAreListedAtOnce(t *testing.T) {
	t.Parallel()
	m := parse(t, `{"id":{"path":"id","required":true},"lines":{"each":"lines","object":{"sku":{"path":"sku","required":true},"qty":{"path":"qty","type":"integer"}}}}`)
	_, err := m.Apply([]byte(`{"lines":[{"sku":7},{"qty":"x"}]}`), lookups, known)
	f, ok := errors.AsType[*fault.Error](err)
	if !ok {
		t.Fatal(err)
	}
	got := ""
	all, _ := f.Data.([]transform.Problem)
	for _, p := range all {
		got += p.Code + " " + p.Path + " = " + p.Value + "\n"
	}
	want := "Transform.MissingField id = \nTransform.WrongType lines.0.sku = 7\nTransform.WrongType lines.1.qty = \"x\"\nTransform.MissingField lines.1.sku = \n"
	if got != want {
		t.Errorf("got\n%swant\n%s", got, want)
	}
}

// Two thousand broken lines must not make a fault that nothing can store.
func TestTheListOfProblemsIsBounded(t *testing.T) {
	t.Parallel()
	m := parse(t, `{"lines":{"each":"lines","object":{"note":{"path":"note"}}}}`)
	long := `{"note":{"x":"` + strings.Repeat("ä", 500) + `"}},`
	_, err := m.Apply([]byte(`{"lines":[`+strings.Repeat(long, 1999)+long[:len(long)-1]+`]}`), lookups, known)
	f, ok := errors.AsType[*fault.Error](err)
	if !ok {
		t.Fatal(err)
	}
	all, _ := f.Data.([]transform.Problem)
	if len(all) != 100 {
		t.Errorf("%d problems", len(all))
	}
	for _, p := range all {
		if len(p.Value) > 80 || !strings.HasPrefix(p.Value, `{"x":"ää`) {
			t.Errorf("value %q", p.Value)
		}
	}
}

func TestRootAndKindOfTheDocument(t *testing.T) {
	t.Parallel()
	m, err := transform.Parse([]byte(`{"format":"1.0","title":"t","root":["order","data.order"],"expect":["line_items","status"],"fields":{"id":{"path":"id","required":true}}}`))
	if err != nil {
		t.Fatal(err)
	}
	for _, source := range []string{
		`{"id":"1","line_items":[],"status":null}`, `{"order":{"id":"1","line_items":[],"status":null}}`, `{"data":{"order":{"id":"1","line_items":[],"status":""}}}`,
		`{"id":"1","order":"text","line_items":[],"status":null}`,
	} {
		if got, err := m.Apply([]byte(source), lookups, known); err != nil || string(got) != `{"id":"1"}` {
			t.Errorf("%s: %s, %v", source, got, err)
		}
	}
	for source, path := range map[string]string{`{"resource_url":"x"}`: "line_items", `{"line_items":[]}`: "status", `[]`: "line_items", `7`: "line_items", `null`: "line_items"} {
		_, err := m.Apply([]byte(source), lookups, known)
		if f, ok := errors.AsType[*fault.Error](err); !ok || f.Code != transform.UnknownFormat || f.Field != path {
			t.Errorf("%s: %v, want it to miss %s", source, err, path)
		}
	}
}

func TestWhatIsNoDocument(t *testing.T) {
	t.Parallel()
	m := parse(t, `{"a":{"path":"a"}}`)
	for _, source := range []string{``, `{`, `{"a":"x"`, `{"a":"x"}}`, "\xff", `nope`} {
		if _, err := m.Apply([]byte(source), lookups, known); !fault.Is(err, fault.Invalid) {
			t.Errorf("%q: %v", source, err)
		}
	}
	big := `{"a":"` + strings.Repeat("x", transform.MaxBytes) + `"}`
	if _, err := m.Apply([]byte(big), lookups, known); !fault.Is(err, fault.TooLarge) || !strings.Contains(err.Error(), strconv.Itoa(transform.MaxBytes)) {
		t.Errorf("%d bytes: %v", len(big), err)
	}
}

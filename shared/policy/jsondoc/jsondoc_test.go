package jsondoc_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/orderloom/orderloom/shared/policy/jsondoc"
)

// marker stands before the text at which a problem must be reported.
const marker = "¦"

// parse reads a document that is JSON.
func parse(t *testing.T, doc string) *jsondoc.Parser {
	t.Helper()
	p := jsondoc.Parse([]byte(doc))
	if p.Root == nil {
		t.Fatalf("%s: %v", doc, p.Problems())
	}
	return p
}

// codes lists the problems as "code pointer".
func codes(p *jsondoc.Parser) []string {
	var all []string
	for _, problem := range p.Problems() {
		all = append(all, problem.Code+" "+problem.Pointer)
	}
	return all
}

func TestWhatIsNoDocumentIsOneProblemAtItsPlace(t *testing.T) {
	t.Parallel()
	deep := func(n int) string { return strings.Repeat(`{"a":`, n) + "1" + strings.Repeat("}", n) }
	for says, c := range map[string][2]string{
		"nothing":                  {`¦`, "ends too early"},
		"blanks":                   {"  \n¦", "ends too early"},
		"cut off":                  {`{"a":[1,2¦`, "ends too early"},
		"cut off in a text":        {`{"a":"b¦`, "ends too early"},
		"a word":                   {`{"a":¦yes}`, "invalid character"},
		"a comma too many":         {`{"a":1,¦}`, "invalid character"},
		"no comma":                 {`{"a":1 ¦"b":2}`, "invalid character"},
		"no colon":                 {`{"a" ¦1}`, "invalid character"},
		"a key without quotes":     {`{¦a:1}`, "invalid character"},
		"a control character":      {"{\"a\":\"¦\n\"}", "invalid character"},
		"two documents":            {`{} ¦{}`, "after top-level value"},
		"a list":                   {` ¦[{}]`, "must be an object"},
		"a text":                   {`¦"{}"`, "must be an object"},
		"null":                     {`¦null`, "null; it must be an object"},
		"a byte order mark":        {"¦\ufeff{}", "invalid character"},
		"nested too deep":          {deep(65), "deeper than 64"},
		"nested much too deep":     {deep(20_000), "depth"},
		"text that is not unicode": {"¦{\"a\":\"\xff\"}", "UTF-8"},
		"too large":                {`¦{"a":"` + strings.Repeat("x", jsondoc.MaxBytes) + `"}`, "more than"},
	} {
		t.Run(says, func(t *testing.T) {
			t.Parallel()
			pos := strings.Index(c[0], marker)
			p := jsondoc.Parse([]byte(strings.Replace(c[0], marker, "", 1)))
			all := p.Problems()
			if p.Root != nil || len(all) != 1 || all[0].Code != jsondoc.InvalidJSON || !strings.Contains(all[0].Message, c[1]) {
				t.Fatalf("%v", all)
			}
			if pos >= 0 && all[0].Pos != pos {
				t.Errorf("%v; at byte %d, want %d", all, all[0].Pos, pos)
			}
		})
	}
	if p := jsondoc.Parse([]byte(deep(64))); p.Root == nil {
		t.Errorf("64 levels: %v", p.Problems())
	}
}

func TestAKeyThatStandsTwiceIsReportedAndTheFirstCounts(t *testing.T) {
	t.Parallel()
	doc := `{"a":1,"b":{"c":2,"c":3},"\u0061":4}`
	p := parse(t, doc)
	if diff := cmp.Diff([]string{"DUPLICATE_KEY /b/c", "DUPLICATE_KEY /a"}, codes(p)); diff != "" {
		t.Error(diff)
	}
	for i, at := range []string{`"c":3`, `"\u0061"`} {
		if pos := p.Problems()[i].Pos; !strings.HasPrefix(doc[pos:], at) {
			t.Errorf("at %q", doc[pos:])
		}
	}
	want := map[string]any{"a": json.Number("1"), "b": map[string]any{"c": json.Number("2")}}
	if diff := cmp.Diff(any(want), p.Root.Value()); diff != "" {
		t.Error(diff)
	}
}

func TestReadingAField(t *testing.T) {
	t.Parallel()
	const doc = `{"text":"x","empty":"","number":7,"float":1.5,"large":99999999999999999999,"list":["a","b"],"mixed":["a",1,"b"],"object":{},"yes":true,"null":null}`
	for says, c := range map[string]struct {
		read func(p *jsondoc.Parser, n *jsondoc.Node) any
		want any
		code string // "" for no problem, else the code and pointer
	}{
		"a text":                {func(p *jsondoc.Parser, n *jsondoc.Node) any { return p.Text(n, "text") }, "x", ""},
		"no text":               {func(p *jsondoc.Parser, n *jsondoc.Node) any { return p.Text(n, "none") }, "", ""},
		"a text that is none":   {func(p *jsondoc.Parser, n *jsondoc.Node) any { return p.Text(n, "number") }, "", "WRONG_TYPE /number"},
		"a needed text":         {func(p *jsondoc.Parser, n *jsondoc.Node) any { return p.NeedText(n, "text") }, "x", ""},
		"a needed text missing": {func(p *jsondoc.Parser, n *jsondoc.Node) any { return p.NeedText(n, "none") }, "", "MISSING_FIELD "},
		"a needed text empty":   {func(p *jsondoc.Parser, n *jsondoc.Node) any { return p.NeedText(n, "empty") }, "", "INVALID_VALUE /empty"},
		"a needed text null":    {func(p *jsondoc.Parser, n *jsondoc.Node) any { return p.NeedText(n, "null") }, "", "WRONG_TYPE /null"},
		"a choice":              {func(p *jsondoc.Parser, n *jsondoc.Node) any { return p.Choice(n, "text", "y", "x") }, "x", ""},
		"another choice":        {func(p *jsondoc.Parser, n *jsondoc.Node) any { return p.Choice(n, "text", "y", "z") }, "", "INVALID_VALUE /text"},
		"no choice":             {func(p *jsondoc.Parser, n *jsondoc.Node) any { return p.Choice(n, "none", "y") }, "", "MISSING_FIELD "},
		"a choice of no texts":  {func(p *jsondoc.Parser, n *jsondoc.Node) any { return p.Choice(n, "yes", "true") }, "", "WRONG_TYPE /yes"},
		"a number":              {func(p *jsondoc.Parser, n *jsondoc.Node) any { return p.Int(n, "number", 1, 7, 7) }, 7, ""},
		"no number":             {func(p *jsondoc.Parser, n *jsondoc.Node) any { return p.Int(n, "none", 1, 2, 3) }, 1, ""},
		"a number too low":      {func(p *jsondoc.Parser, n *jsondoc.Node) any { return p.Int(n, "number", 1, 8, 9) }, 1, "INVALID_VALUE /number"},
		"a number too high":     {func(p *jsondoc.Parser, n *jsondoc.Node) any { return p.Int(n, "number", 1, 0, 6) }, 1, "INVALID_VALUE /number"},
		"a broken number":       {func(p *jsondoc.Parser, n *jsondoc.Node) any { return p.Int(n, "float", 1, 0, 9) }, 1, "INVALID_VALUE /float"},
		"a huge number":         {func(p *jsondoc.Parser, n *jsondoc.Node) any { return p.Int(n, "large", 1, 0, 9) }, 1, "INVALID_VALUE /large"},
		"a number as a text":    {func(p *jsondoc.Parser, n *jsondoc.Node) any { return p.Int(n, "text", 1, 0, 9) }, 1, "WRONG_TYPE /text"},
		"a list":                {func(p *jsondoc.Parser, n *jsondoc.Node) any { return len(p.List(n, "list")) }, 2, ""},
		"no list":               {func(p *jsondoc.Parser, n *jsondoc.Node) any { return p.List(n, "none") == nil }, true, ""},
		"a list that is none":   {func(p *jsondoc.Parser, n *jsondoc.Node) any { return p.List(n, "object") == nil }, true, "WRONG_TYPE /object"},
		"texts":                 {func(p *jsondoc.Parser, n *jsondoc.Node) any { return p.Texts(n, "list") }, []string{"a", "b"}, ""},
		"texts and others":      {func(p *jsondoc.Parser, n *jsondoc.Node) any { return p.Texts(n, "mixed") }, []string{"a", "b"}, "WRONG_TYPE /mixed/1"},
		"no texts":              {func(p *jsondoc.Parser, n *jsondoc.Node) any { return p.Texts(n, "none") }, []string(nil), ""},
		"what is needed":        {func(p *jsondoc.Parser, n *jsondoc.Node) any { return p.Need(n, "object").Kind }, jsondoc.Object, ""},
	} {
		t.Run(says, func(t *testing.T) {
			t.Parallel()
			p := parse(t, doc)
			if diff := cmp.Diff(c.want, c.read(p, p.Root)); diff != "" {
				t.Error(diff)
			}
			if got := strings.Join(codes(p), ", "); got != c.code {
				t.Errorf("problems %q, want %q", got, c.code)
			}
		})
	}
}

func TestUnknownFieldsAreReportedWithTheKnownOnes(t *testing.T) {
	t.Parallel()
	doc := `{"a":1,"bb":2,"x/y":3}`
	p := parse(t, doc)
	p.Known(p.Root, "a", "b")
	all := p.Problems()
	if diff := cmp.Diff([]string{"UNKNOWN_FIELD /bb", "UNKNOWN_FIELD /x~1y"}, codes(p)); diff != "" {
		t.Fatal(diff)
	}
	if !strings.HasPrefix(doc[all[0].Pos:], `"bb"`) || all[0].Remedy != "Known fields: a, b" {
		t.Errorf("%+v", all[0])
	}
}

func TestProblemsComeInTheOrderOfTheDocument(t *testing.T) {
	t.Parallel()
	p := parse(t, "{\"é\": 1,\n  \"b\": \"日本\", \"c\": 2}")
	p.In("late")
	p.At(p.Root.Get("c"), "C", "third | Mend %s", "it")
	p.In("")
	p.At(p.Root.Get("é"), "B", "second")
	p.At(p.Root.Get("é"), "A", "first")
	p.At(p.Root.Get("é"), "A", "first") // said once
	p.Add("Z", "", 1e6, "at the end")
	var got []string
	for _, problem := range p.Problems() {
		got = append(got, problem.String())
	}
	want := []string{"1:7 A /é: first", "1:7 B /é: second", "2:19 C /c (late): third. Mend it", "2:21 Z: at the end"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	all := p.Problems()
	if all.Error() != strings.Join(want, "\n") || all.Err() == nil || !all.Has("C") || all.Has("D") {
		t.Errorf("%v", all)
	}
	if none := parse(t, `{}`).Problems(); none != nil || none.Err() != nil || none.Has("A") {
		t.Errorf("%v", none)
	}
}

func TestTheListOfProblemsEnds(t *testing.T) {
	t.Parallel()
	p := parse(t, `{}`)
	for i := range 10_000 {
		p.Add("X", "", i, "%d", i)
	}
	if n := len(p.Problems()); n < 100 || n > 1000 {
		t.Errorf("%d problems", n)
	}
}

func TestFindReturnsTheNearestAround(t *testing.T) {
	t.Parallel()
	p := parse(t, `{"a":[{"b":1},{"c/d":{"":2}}],"ab":3}`)
	for pointer, want := range map[string]string{
		"": "", "/a": "/a", "/ab": "/ab", "/abc": "", "/x": "", "/a/1": "/a/1", "/a/1/c~1d": "/a/1/c~1d", "/a/1/c~1d/": "/a/1/c~1d/",
		"/a/0/x/y": "/a/0", "/a/7": "/a", "/a/0/b/z": "/a/0/b", "/a/10": "/a", "a": "",
	} {
		if n := p.Find(pointer); n == nil || n.Pointer != want {
			t.Errorf("%q is found at %+v, want %q", pointer, n, want)
		}
	}
	if n := jsondoc.Parse([]byte(`{`)).Find("/a"); n != nil {
		t.Errorf("%+v", n)
	}
}

// Whatever is given: it is a document, or has one problem inside it; what is
// found by its pointer is what stands there.
func FuzzParse(f *testing.F) {
	for _, seed := range []string{`{"a":[1,{"b":null}],"c/~d":"\u00e9","e":-1.5E3}`, `{"a":1,"a":{"b":1,"b":2}}`, "{\"a\":\n tru}", `[]`, `{} {}`, "{\"\":\"\\ud800\"}", `{`} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, doc []byte) {
		p := jsondoc.Parse(doc)
		problems := p.Problems()
		for _, problem := range problems {
			if problem.Pos < 0 || problem.Pos > len(doc) || problem.Line < 1 || problem.Column < 1 || problem.Message == "" {
				t.Errorf("%+v", problem)
			}
		}
		if p.Root == nil {
			if len(problems) == 0 || !problems.Has(jsondoc.InvalidJSON) {
				t.Errorf("no document: %v", problems)
			}
			return
		}
		for _, m := range p.Root.Members {
			if found := p.Find(m.Value.Pointer); found != m.Value {
				t.Errorf("%q finds %+v", m.Value.Pointer, found)
			}
		}
	})
}

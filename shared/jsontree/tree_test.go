package jsontree_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"reflect"
	"strconv"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"github.com/orderloom/orderloom/shared/jsontree"
)

const depth = 64

// parse reads a document that is JSON, without a key that stands twice.
func parse(t *testing.T, doc string) *jsontree.Node {
	t.Helper()
	root, pos, err := jsontree.Parse([]byte(doc), depth, func(_ int, pointer, _ string) { t.Errorf("%s stands twice", pointer) })
	if err != nil {
		t.Fatalf("%s: at %d: %v", doc, pos, err)
	}
	return root
}

// walk visits a node and everything in it.
func walk(n *jsontree.Node, visit func(*jsontree.Node)) {
	visit(n)
	for _, m := range n.Members {
		walk(m.Value, visit)
	}
	for _, item := range n.Items {
		walk(item, visit)
	}
}

func TestEveryValueKnowsItsPlace(t *testing.T) {
	t.Parallel()
	doc := "\n {\"a\" : [ 1 ,-2.50e1, \"é\\n\" ] , \"b/~\":{\"\":true},\"c\":null , \"d\":[],\"e\":{}}  \n"
	root := parse(t, doc)
	var got []string
	walk(root, func(n *jsontree.Node) {
		got = append(got, fmt.Sprintf("%s %s %q %s", n.Pointer, n.Kind, n.Text, doc[n.Pos:n.End]))
	})
	want := []string{
		` an object "" ` + strings.TrimSpace(doc),
		`/a a list "" [ 1 ,-2.50e1, "é\n" ]`, `/a/0 a number "1" 1`, `/a/1 a number "-2.50e1" -2.50e1`, `/a/2 a text "é\n" "é\n"`,
		`/b~1~0 an object "" {"":true}`, `/b~1~0/ true or false "true" true`, `/c null "" null`, `/d a list "" []`, `/e an object "" {}`,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if m := root.Members[1]; m.Key != "b/~" || !strings.HasPrefix(doc[m.Pos:], `"b/~"`) {
		t.Errorf("%+v", m)
	}
}

func TestAnAbsentValueHasNoFields(t *testing.T) {
	t.Parallel()
	root := parse(t, `{"a":{"b":1}}`)
	if n := root.Get("x").Get("y"); n != nil {
		t.Errorf("%+v", n)
	}
	if n := root.Get("a").Get("b"); n == nil || n.Text != "1" || n.Get("c") != nil {
		t.Errorf("%+v", n)
	}
}

func TestPointersEscape(t *testing.T) {
	t.Parallel()
	for key, want := range map[string]string{"a": "/x/a", "": "/x/", "a/b": "/x/a~1b", "~": "/x/~0", "~1": "/x/~01", "/~": "/x/~1~0"} {
		if got := jsontree.Pointer("/x", key); got != want {
			t.Errorf("%s: %s, want %s", strconv.Quote(key), got, want)
		}
	}
}

func TestTheFirstOfAKeyThatStandsTwiceCounts(t *testing.T) {
	t.Parallel()
	var doc strings.Builder
	for i := range 40 {
		fmt.Fprintf(&doc, `,"k%d":%d,"k%d":"again"`, i, i, i/2)
	}
	var twice int
	root, _, err := jsontree.Parse([]byte("{"+doc.String()[1:]+"}"), depth, func(int, string, string) { twice++ })
	if err != nil || len(root.Members) != 40 || twice != 40 {
		t.Fatalf("%d keys, %d twice, %v", len(root.Members), twice, err)
	}
	for i, m := range root.Members {
		if m.Value.Text != strconv.Itoa(i) {
			t.Errorf("%s is %s", m.Key, m.Value.Text)
		}
	}
}

// Positions inside a text count its escapes.
func TestWithin(t *testing.T) {
	t.Parallel()
	for text, rest := range map[string]string{`"ab¦cd"`: "cd", `"a\n¦b"`: "b", `"\u00e9¦x"`: "x", `"\ud83d\ude00¦x"`: "x", `"é\\¦x"`: "x", `"\ud800¦x"`: "x"} {
		before, after, _ := strings.Cut(text, "¦")
		var decoded string
		if err := json.Unmarshal([]byte(before+`"`), &decoded); err != nil {
			t.Fatal(err)
		}
		doc := "  [ " + before + after + "]"
		if at := parse(t, doc).Items[0].Within([]byte(doc), len(decoded)); !strings.HasPrefix(doc[at:], rest) {
			t.Errorf("%s: at %q", text, doc[at:])
		}
	}
}

func TestWhatIsNoDocumentIsAnErrorAtItsPlace(t *testing.T) {
	t.Parallel()
	for doc, pos := range map[string]int{``: 0, `{"a":[1,2`: 9, `{"a":yes}`: 5, `{"a":1,}`: 7, `{} {}`: 3, `{'a':1}`: 1, `[01]`: 2} {
		if root, at, err := jsontree.Parse([]byte(doc), depth, nil); root != nil || err == nil || at != pos {
			t.Errorf("%s: %v at %d, want %d", doc, err, at, pos)
		}
	}
	deep := strings.Repeat("[", depth+2) + strings.Repeat("]", depth+2)
	if _, at, err := jsontree.Parse([]byte(deep), depth, nil); err == nil || at != depth+1 {
		t.Errorf("too deep: %v at %d", err, at)
	}
}

// Whatever is given: it is a document or an error inside it; every value is the
// text at its place, and the whole is what encoding/json reads.
func FuzzParse(f *testing.F) {
	for _, seed := range []string{`{"a":[1,{"b":null}],"c/~d":"\u00e9","e":-1.5E3}`, `{"a":1,"a":{"b":1,"b":2}}`, "{\"a\":\n tru}", `[]`, `{} {}`, "{\"\":\"\\ud800\"}", `{`, "[\"\xff\\\\\"]", ` 1 `} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, doc []byte) {
		twice := false
		root, pos, err := jsontree.Parse(doc, depth, func(pos int, _, key string) {
			twice = true
			var there string
			if err := json.NewDecoder(bytes.NewReader(doc[pos:])).Decode(&there); err != nil || there != key {
				t.Errorf("the second %q is not at %d", key, pos)
			}
		})
		if err != nil {
			if pos < 0 || pos > len(doc) {
				t.Errorf("%v at %d", err, pos)
			}
			return
		}
		walk(root, func(n *jsontree.Node) {
			if kind(t, doc[n.Pos:n.End]) != n.Kind {
				t.Errorf("%s is %s, at its place stands %q", n.Pointer, n.Kind, doc[n.Pos:n.End])
			}
			if n.Kind == jsontree.String && !utf8.ValidString(n.Text) {
				t.Errorf("%q", n.Text)
			}
		})
		if !twice && !reflect.DeepEqual(decoded(t, doc), root.Value()) {
			t.Errorf("%s is read as %v", doc, root.Value())
		}
	})
}

func decoded(t *testing.T, doc []byte) any {
	t.Helper()
	dec := json.NewDecoder(bytes.NewReader(doc))
	dec.UseNumber()
	var v any
	if err := dec.Decode(&v); err != nil {
		t.Errorf("%q is no JSON: %v", doc, err)
	}
	return v
}

// kind is the kind of the value that the text is.
func kind(t *testing.T, text []byte) jsontree.Kind {
	t.Helper()
	switch decoded(t, text).(type) {
	case map[string]any:
		return jsontree.Object
	case []any:
		return jsontree.Array
	case string:
		return jsontree.String
	case json.Number:
		return jsontree.Number
	case bool:
		return jsontree.Bool
	}
	return jsontree.Null
}

package picture

import (
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/orderloom/orderloom/shared/flow"
)

// drawn makes a flow of n steps whose edges lead anywhere, with frames that have
// steps inside and a layout of some.
func drawn(t *rapid.T) flow.Document {
	doc := flow.Document{Title: rapid.String().Draw(t, "title"), Layout: map[string]flow.Point{}}
	var scope func(prefix string, n int, frames bool) flow.Scope
	scope = func(prefix string, n int, frames bool) flow.Scope {
		sc := flow.Scope{Start: prefix + "0"}
		for i := range n {
			s := flow.Step{ID: fmt.Sprint(prefix, i), Name: rapid.String().Draw(t, "name"), Type: flow.ConditionStep}
			lead := func() flow.Edge {
				return flow.Edge{To: fmt.Sprint(prefix, rapid.IntRange(0, n).Draw(t, "to")), Again: flow.Again(rapid.IntRange(0, 1).Draw(t, "again"))}
			}
			s.Yes, s.No = lead(), lead()
			if frames && rapid.IntRange(0, 3).Draw(t, "frame") == 0 {
				s = flow.Step{ID: s.ID, Name: s.Name, Type: flow.ForEach, Next: s.Yes, Inner: scope(s.ID+"-", rapid.IntRange(1, 4).Draw(t, "inside"), false)}
			}
			sc.Steps = append(sc.Steps, s)
		}
		return sc
	}
	doc.Scope = scope("s", rapid.IntRange(1, 9).Draw(t, "steps"), true)
	return doc
}

func (b box) overlaps(o box) bool {
	return b.x < o.x+o.w && o.x < b.x+b.w && b.y < o.y+o.h && o.y < b.y+b.h
}

func (b box) holds(o box) bool {
	return b.x <= o.x && b.y <= o.y && o.x+o.w <= b.x+b.w && o.y+o.h <= b.y+b.h
}

// Whatever is drawn: every step has a place, none covers another, what is inside
// a frame stays there, and the picture is XML.
func TestStepsHavePlacesOfTheirOwn(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		doc := drawn(t)
		at := place(doc)
		var check func(sc flow.Scope, inside *box)
		check = func(sc flow.Scope, inside *box) {
			for i, s := range sc.Steps {
				mine, placed := at[s.ID]
				if !placed || inside != nil && !inside.holds(mine) {
					t.Fatalf("%s is at %v, placed %v, inside %v", s.ID, mine, placed, inside)
				}
				for _, other := range sc.Steps[:i] {
					if mine.overlaps(at[other.ID]) {
						t.Fatalf("%s at %v covers %s at %v", s.ID, mine, other.ID, at[other.ID])
					}
				}
				check(s.Inner, &mine)
			}
		}
		check(doc.Scope, nil)
		wellFormed(t, SVG(doc))
		if !bytes.Equal(SVG(doc), SVG(doc)) || !bytes.Equal(Mermaid(doc), Mermaid(doc)) {
			t.Fatal("the second time it is drawn in another way")
		}
	})
}

func wellFormed(t *rapid.T, picture []byte) {
	d := xml.NewDecoder(bytes.NewReader(picture))
	for {
		if _, err := d.Token(); errors.Is(err, io.EOF) {
			return
		} else if err != nil {
			t.Fatalf("%v\n%s", err, picture)
		}
	}
}

func chain() flow.Document {
	return flow.Document{Scope: flow.Scope{Start: "a", Steps: []flow.Step{
		{ID: "a", Name: "A", Type: flow.ValidateHeader, Next: flow.Edge{To: "b"}},
		{ID: "b", Name: "B", Type: flow.ValidateHeader, Next: flow.Edge{To: "c"}},
		{ID: "c", Name: "C", Type: flow.End},
	}}}
}

func TestStepsStandBelowThoseThatLeadToThem(t *testing.T) {
	t.Parallel()
	at := place(chain())
	if a, b, c := at["a"], at["b"], at["c"]; a.y >= b.y || b.y >= c.y || a.x != b.x || b.x != c.x {
		t.Errorf("%v", at)
	}
}

// Where the document says something it is followed; the others stand beside.
func TestALayoutIsFollowed(t *testing.T) {
	t.Parallel()
	doc := chain()
	doc.Layout = map[string]flow.Point{"a": {X: -50, Y: 7}, "c": {X: 90, Y: 300}}
	at := place(doc)
	if a, c := at["a"], at["c"]; a.x != -50 || a.y != 7 || c.x != 90 || c.y != 300 {
		t.Errorf("%v", at)
	}
	if b := at["b"]; b.overlaps(at["a"]) || b.overlaps(at["c"]) {
		t.Errorf("%v", at)
	}
}

// Nothing in a name becomes part of the picture's language.
func TestNamesAreEscaped(t *testing.T) {
	t.Parallel()
	doc := chain()
	doc.Steps[0].Name = `"]; end <script>`
	if svg := string(SVG(doc)); strings.Contains(svg, "<script>") || !strings.Contains(svg, "&lt;script&gt;") {
		t.Error(svg)
	}
	if text := string(Mermaid(doc)); !strings.Contains(text, `s1["#34;#93;#59; end #60;script#62;"]`) {
		t.Error(text)
	}
}

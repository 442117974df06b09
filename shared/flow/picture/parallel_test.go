package picture

import (
	"strings"
	"testing"

	"github.com/orderloom/orderloom/shared/flow"
)

// parted is a flow with a parallel of two branches, one of them with two steps.
func parted() flow.Document {
	end := func(id string) flow.Step { return flow.Step{ID: id, Name: strings.ToUpper(id), Type: flow.End} }
	return flow.Document{Title: "Parted", Scope: flow.Scope{Start: "p", Steps: []flow.Step{
		{ID: "p", Name: "P", Type: flow.Parallel, Next: flow.Edge{To: "z"}, Parallel: []flow.Drawing{
			{Name: "Left", Scope: flow.Scope{Start: "l", Steps: []flow.Step{
				{ID: "l", Name: "L", Type: flow.WaitForEvent, Event: "OrderChanged", OnFailure: "k", Next: flow.Edge{To: "k"}}, end("k"),
			}}},
			{Name: "Right", Scope: flow.Scope{Start: "r", Steps: []flow.Step{end("r")}}},
		}},
		end("z"),
	}}}
}

func TestBranchesAreFramesSideBySide(t *testing.T) {
	t.Parallel()
	at := place(framed(parted()))
	p, left, right := at["p"], at["p/1"], at["p/2"]
	if !p.holds(left) || !p.holds(right) || left.overlaps(right) || !left.holds(at["l"]) || !left.holds(at["k"]) || !right.holds(at["r"]) || p.overlaps(at["z"]) {
		t.Errorf("%v", at)
	}
}

func TestALayoutOfBranchesIsFollowed(t *testing.T) {
	t.Parallel()
	doc := parted()
	doc.Layout = map[string]flow.Point{"p": {X: 0, Y: 0}, "l": {X: 20, Y: 100}, "k": {X: 20, Y: 300}, "r": {X: 400, Y: 100}, "z": {X: 0, Y: 600}}
	at := place(framed(doc))
	for id, want := range doc.Layout {
		if b := at[id]; (id != "p") && (b.x != want.X || b.y != want.Y) {
			t.Errorf("%s stands at %v, not at %v", id, b, want)
		}
	}
	if len(doc.Layout) != 5 {
		t.Errorf("the document's layout was changed: %v", doc.Layout)
	}
}

func TestBranchesAreNamed(t *testing.T) {
	t.Parallel()
	for form, text := range map[string]string{"svg": string(SVG(parted())), "mermaid": string(Mermaid(parted()))} {
		for _, want := range []string{"Left", "Right", "after the deadline"} {
			if !strings.Contains(text, want) {
				t.Errorf("%s has no %q:\n%s", form, want, text)
			}
		}
	}
}

package picture

import "github.com/orderloom/orderloom/shared/flow"

// Sizes, in the units of a document's layout.
const (
	tileWidth  = 200
	tileHeight = 64
	gapX       = 40
	gapY       = 56
	padding    = 20 // between a frame and what is inside it
	heading    = 36 // of a frame, for its name
)

// box is where something is drawn.
type box struct{ x, y, w, h int }

func (b box) around(o box) box {
	if b.w == 0 {
		return o
	}
	x, y := min(b.x, o.x), min(b.y, o.y)
	return box{x, y, max(b.x+b.w, o.x+o.w) - x, max(b.y+b.h, o.y+o.h) - y}
}

// places lays out all steps.
type places struct {
	layout map[string]flow.Point
	at     map[string]box
}

func place(doc flow.Document) map[string]box {
	p := places{doc.Layout, map[string]box{}}
	p.scope(doc.Scope)
	return p.at
}

// scope puts the steps where the document says; those that it says nothing of
// are laid out in layers to the right of them.
func (p *places) scope(sc flow.Scope) box {
	var given box
	var rest []*flow.Step
	for i := range sc.Steps {
		s := &sc.Steps[i]
		if !p.says(s) {
			rest = append(rest, s)
			continue
		}
		given = given.around(p.put(s))
	}
	if len(rest) == 0 {
		return given
	}
	x, y := 0, 0
	if given.w > 0 {
		x, y = given.x+given.w+gapX, given.y
	}
	return given.around(p.layers(sc, rest, x, y))
}

// says: a frame whose steps are not all placed is laid out as a whole.
func (p *places) says(s *flow.Step) bool {
	_, ok := p.layout[s.ID]
	for i := range s.Inner.Steps {
		ok = ok && p.says(&s.Inner.Steps[i])
	}
	return ok
}

func (p *places) put(s *flow.Step) box {
	at := p.layout[s.ID]
	b := box{at.X, at.Y, tileWidth, tileHeight}
	if len(s.Inner.Steps) > 0 {
		b.h = heading
		in := p.scope(s.Inner)
		b = b.around(box{in.x - padding, in.y - heading, in.w + 2*padding, in.h + heading + padding})
	}
	p.at[s.ID] = b
	return b
}

// layers puts each step below all that lead to it.
func (p *places) layers(sc flow.Scope, steps []*flow.Step, x, y int) box {
	rows := rowsOf(sc, steps)
	sizes := map[string]box{}
	width := 0
	for _, row := range rows {
		w := -gapX
		for _, s := range row {
			sizes[s.ID] = p.size(s)
			w += gapX + sizes[s.ID].w
		}
		width = max(width, w)
	}
	all := box{}
	for _, row := range rows {
		w, h := -gapX, 0
		for _, s := range row {
			w, h = w+gapX+sizes[s.ID].w, max(h, sizes[s.ID].h)
		}
		left := x + (width-w)/2
		for _, s := range row {
			all = all.around(p.move(s, sizes[s.ID], left, y))
			left += sizes[s.ID].w + gapX
		}
		y += h + gapY
	}
	return all
}

// size is how large a step is; the steps inside a frame are laid out at once.
func (p *places) size(s *flow.Step) box {
	if len(s.Inner.Steps) == 0 {
		return box{w: tileWidth, h: tileHeight}
	}
	var inner []*flow.Step
	for i := range s.Inner.Steps {
		inner = append(inner, &s.Inner.Steps[i])
	}
	in := p.layers(s.Inner, inner, padding, heading)
	return box{w: in.w + 2*padding, h: in.h + heading + padding}
}

// move puts a step that was sized, with what is inside it.
func (p *places) move(s *flow.Step, size box, x, y int) box {
	size.x, size.y = x, y
	p.at[s.ID] = size
	p.shift(s.Inner, x, y)
	return size
}

func (p *places) shift(sc flow.Scope, x, y int) {
	for i := range sc.Steps {
		b := p.at[sc.Steps[i].ID]
		b.x, b.y = b.x+x, b.y+y
		p.at[sc.Steps[i].ID] = b
		p.shift(sc.Steps[i].Inner, x, y)
	}
}

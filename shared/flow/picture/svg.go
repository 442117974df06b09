package picture

import (
	"bytes"
	"encoding/xml"
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/orderloom/orderloom/shared/flow"
)

// SVG draws a flow where its layout puts the steps, or else in layers.
func SVG(doc flow.Document) []byte {
	doc = framed(doc)
	d := svg{at: place(doc)}
	var all box
	for _, b := range d.at {
		all = all.around(b)
	}
	const margin, beside = 30, 160 // beside the steps are paths that go back, with their words
	all = box{all.x - margin, all.y - margin, all.w + margin + beside, all.h + 2*margin}
	fmt.Fprintf(&d.b, `<svg xmlns="http://www.w3.org/2000/svg" viewBox="%d %d %d %d" width="%d" height="%d" font-family="sans-serif" font-size="13">`+"\n",
		all.x, all.y, all.w, all.h, all.w, all.h)
	fmt.Fprintf(&d.b, "<title>%s</title>\n", escape(doc.Title))
	d.b.WriteString(style)
	d.scope(doc.Scope)
	d.b.WriteString("</svg>\n")
	return d.b.Bytes()
}

const style = `<defs><marker id="tip" viewBox="0 0 8 8" refX="8" refY="4" markerWidth="8" markerHeight="8" orient="auto"><path d="M0 0 8 4 0 8z" fill="#555"/></marker></defs>
<style>.step{fill:#fff;stroke:#333}.frame{fill:#f6f8fa;stroke:#888}.way{fill:none;stroke:#555;marker-end:url(#tip)}.again{stroke-dasharray:5 4}.type,.label{fill:#666;font-size:11px}.label{paint-order:stroke;stroke:#fff;stroke-width:4px}text{text-anchor:middle}.beside{text-anchor:start}</style>
`

type svg struct {
	b  bytes.Buffer
	at map[string]box
}

// scope draws frames first, then paths, then steps, so that nothing is hidden.
func (d *svg) scope(sc flow.Scope) {
	for i := range sc.Steps {
		if s := &sc.Steps[i]; shapeOf(s) == frame {
			b := d.at[s.ID]
			fmt.Fprintf(&d.b, `<rect class="frame" x="%d" y="%d" width="%d" height="%d" rx="8"/>`+"\n", b.x, b.y, b.w, b.h)
			d.text("", b.x+b.w/2, b.y+heading/2+4, s.Name)
		}
	}
	for i := range sc.Steps {
		for _, w := range waysOf(&sc.Steps[i]) {
			d.way(sc.Steps[i].ID, w)
		}
	}
	for i := range sc.Steps {
		if s := &sc.Steps[i]; shapeOf(s) == frame {
			d.scope(s.Inner)
		} else {
			d.step(s)
		}
	}
}

func (d *svg) step(s *flow.Step) {
	b := d.at[s.ID]
	x, y := b.x+b.w/2, b.y+b.h/2
	switch shapeOf(s) {
	case diamond:
		const corner = 24
		fmt.Fprintf(&d.b, `<path class="step" d="M%d %d %d %d %d %d %d %d %d %d %d %dz"/>`+"\n",
			b.x, y, b.x+corner, b.y, b.x+b.w-corner, b.y, b.x+b.w, y, b.x+b.w-corner, b.y+b.h, b.x+corner, b.y+b.h)
	case pill:
		fmt.Fprintf(&d.b, `<rect class="step" x="%d" y="%d" width="%d" height="%d" rx="%d"/>`+"\n", b.x, b.y, b.w, b.h, b.h/2)
	default:
		fmt.Fprintf(&d.b, `<rect class="step" x="%d" y="%d" width="%d" height="%d" rx="6"/>`+"\n", b.x, b.y, b.w, b.h)
	}
	kind := string(s.Type)
	if s.Otherwise.To == flow.ToException {
		kind += ", otherwise an exception"
	}
	lines := wrapped(s.Name)
	top := y - 8*len(lines) + 4
	for i, line := range lines {
		d.text("", x, top+16*i, line)
	}
	d.text("type", x, top+16*len(lines), kind)
}

// way draws a path: straight down, or beside the steps when it goes back.
func (d *svg) way(from string, w way) {
	a, known := d.at[from]
	b, leads := d.at[w.to]
	if !known || !leads {
		return // the compiler reports it
	}
	class := "way"
	if w.again > 0 {
		class += " again"
	}
	if b.y > a.y {
		x1, y1, x2, y2 := a.x+a.w/2, a.y+a.h, b.x+b.w/2, b.y
		middle := (y1 + y2) / 2
		fmt.Fprintf(&d.b, `<path class="%s" d="M%d %dC%d %d %d %d %d %d"/>`+"\n", class, x1, y1, x1, middle, x2, middle, x2, y2)
		// Near its beginning: a long path runs behind other steps.
		d.text("label", x1+(x2-x1)*min(gapY, y2-y1)/(2*(y2-y1)), y1+min(gapY, y2-y1)/2+4, w.text())
		return
	}
	x1, y1, x2, y2 := a.x+a.w, a.y+a.h/2, b.x+b.w, b.y+b.h/2
	side := max(x1, x2) + gapX
	fmt.Fprintf(&d.b, `<path class="%s" d="M%d %dC%d %d %d %d %d %d"/>`+"\n", class, x1, y1, side, y1, side, y2, x2, y2)
	d.text("label beside", side-gapX/4+4, (y1+y2)/2, w.text())
}

func (d *svg) text(class string, x, y int, text string) {
	if text == "" {
		return
	}
	if class != "" {
		class = ` class="` + class + `"`
	}
	fmt.Fprintf(&d.b, `<text%s x="%d" y="%d">%s</text>`+"\n", class, x, y, escape(text))
}

func escape(text string) string {
	var b strings.Builder
	_ = xml.EscapeText(&b, []byte(text)) // a strings.Builder does not fail
	return b.String()
}

// wrapped breaks a name into two lines when it is too long for a tile.
func wrapped(name string) []string {
	const fits = 26
	if utf8.RuneCountInString(name) <= fits {
		return []string{name}
	}
	words := strings.Fields(name)
	first := ""
	for i, word := range words {
		next := strings.TrimSpace(first + " " + word)
		if i > 0 && utf8.RuneCountInString(next) > fits {
			return []string{first, strings.Join(words[i:], " ")}
		}
		first = next
	}
	return []string{first}
}

package picture

import (
	"fmt"
	"strings"

	"github.com/orderloom/orderloom/shared/flow"
)

// Mermaid draws a flow in the language of Mermaid. It lays the drawing out
// itself: positions of the document are not used.
func Mermaid(doc flow.Document) []byte {
	doc = framed(doc)
	m := mermaid{ids: map[string]string{}}
	m.number(doc.Scope)
	m.b.WriteString("flowchart TD\n")
	m.scope(doc.Scope, "  ")
	return []byte(m.b.String())
}

type mermaid struct {
	b   strings.Builder
	ids map[string]string // step → id of its node: a step's own may be a word of the language
}

func (m *mermaid) number(sc flow.Scope) {
	for i := range sc.Steps {
		m.ids[sc.Steps[i].ID] = fmt.Sprintf("s%d", len(m.ids)+1)
		m.number(sc.Steps[i].Inner)
	}
}

func (m *mermaid) scope(sc flow.Scope, indent string) {
	for i := range sc.Steps {
		s := &sc.Steps[i]
		if shapeOf(s) == frame {
			fmt.Fprintf(&m.b, "%ssubgraph %s[\"%s\"]\n", indent, m.ids[s.ID], word(s.Name))
			m.scope(s.Inner, indent+"  ")
			fmt.Fprintf(&m.b, "%send\n", indent)
			continue
		}
		left, right := "[", "]"
		switch shapeOf(s) {
		case diamond:
			left, right = "{", "}"
		case pill:
			left, right = "([", "])"
		}
		fmt.Fprintf(&m.b, "%s%s%s\"%s\"%s\n", indent, m.ids[s.ID], left, word(s.Name), right)
	}
	for i := range sc.Steps {
		for _, w := range waysOf(&sc.Steps[i]) {
			m.way(indent, sc.Steps[i].ID, w)
		}
	}
}

func (m *mermaid) way(indent, from string, w way) {
	to, known := m.ids[w.to]
	if !known {
		return // the compiler reports it
	}
	arrow, label := "-->", w.text()
	if w.again > 0 {
		arrow = "-.->"
	}
	if label != "" {
		arrow += "|\"" + word(label) + "\"|"
	}
	fmt.Fprintf(&m.b, "%s%s %s %s\n", indent, m.ids[from], arrow, to)
}

// word writes a text so that nothing in it is taken for the language.
func word(s string) string {
	var b strings.Builder
	for _, c := range s {
		if strings.ContainsRune("\"#&<>;`\\|[]{}()", c) || c < ' ' {
			fmt.Fprintf(&b, "#%d;", c)
			continue
		}
		b.WriteRune(c)
	}
	return b.String()
}

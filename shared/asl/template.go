package asl

import (
	"strings"

	"github.com/orderloom/orderloom/shared/jsontree"
)

// template reads an optional payload template: an object in which keys that end
// in ".$" have paths or intrinsic functions. Any other text is just text, even
// "{% … %}".
func (p *parser) template(at place, n *node, key string) *Value {
	v := n.Get(key)
	switch {
	case v == nil:
		return nil
	case v.Kind != jsontree.Object:
		p.wrongKind(at.in(key), v, "an object")
		return nil
	}
	return p.templateValue(at.in(key), v)
}

func (p *parser) templateValue(at place, n *node) *Value {
	switch n.Kind {
	case jsontree.String:
		return &Value{constant: n.Text}
	case jsontree.Array:
		return p.built(n, func(add func(string, *Value)) {
			for i, item := range n.Items {
				add("", p.templateValue(at.in(itoa(i)), item))
			}
		})
	case jsontree.Object:
		return p.built(n, func(add func(string, *Value)) {
			p.templateFields(at, n, func(_ int, _, name string, v *Value) { add(name, v) })
		})
	}
	return &Value{constant: constant(n)}
}

// templateFields reads the fields of an object of a template; name is the key
// without ".$".
func (p *parser) templateFields(at place, n *node, add func(pos int, key, name string, v *Value)) {
	seen := map[string]bool{}
	for _, m := range n.Members {
		name, dynamic := strings.CutSuffix(m.Key, ".$")
		if seen[name] {
			p.add(InvalidValue, at.in(m.Key), m.Pos, "%q stands here twice: as %s and as %s.$", name, name, name)
		}
		seen[name] = true
		if dynamic {
			add(m.Pos, m.Key, name, &Value{expr: p.pathText(at.in(m.Key), m.Value, template)})
		} else {
			add(m.Pos, m.Key, name, p.templateValue(at.in(m.Key), m.Value))
		}
	}
}

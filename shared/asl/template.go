package asl

import "strings"

// template reads an optional payload template: an object in which keys that end
// in ".$" have paths or intrinsic functions. Any other text is just text, even
// "{% … %}".
func (p *parser) template(at place, n *node, key string) *Value {
	v := n.get(key)
	switch {
	case v == nil:
		return nil
	case v.kind != kindObject:
		p.wrongKind(at.in(key), v, "an object")
		return nil
	}
	return p.templateValue(at.in(key), v)
}

func (p *parser) templateValue(at place, n *node) *Value {
	switch n.kind {
	case kindString:
		return &Value{constant: n.text}
	case kindArray:
		return p.built(n, func(add func(string, *Value)) {
			for i, item := range n.items {
				add("", p.templateValue(at.in(itoa(i)), item))
			}
		})
	case kindObject:
		return p.built(n, func(add func(string, *Value)) {
			p.templateFields(at, n, func(_ int, _, name string, v *Value) { add(name, v) })
		})
	}
	return &Value{constant: n.constant()}
}

// templateFields reads the fields of an object of a template; name is the key
// without ".$".
func (p *parser) templateFields(at place, n *node, add func(pos int, key, name string, v *Value)) {
	seen := map[string]bool{}
	for _, m := range n.members {
		name, dynamic := strings.CutSuffix(m.key, ".$")
		if seen[name] {
			p.add(InvalidValue, at.in(m.key), m.pos, "%q stands here twice: as %s and as %s.$", name, name, name)
		}
		seen[name] = true
		if dynamic {
			add(m.pos, m.key, name, &Value{expr: p.pathText(at.in(m.key), m.val, template)})
		} else {
			add(m.pos, m.key, name, p.templateValue(at.in(m.key), m.val))
		}
	}
}
